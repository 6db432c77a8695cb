//! Serves `ks.cfg` over HTTP while a host is installed.
//!
//! One path that cannot be guessed, GET only, few connections at once, none of them for long. The installer of
//! ESXi verifies no certificate, so this is plain HTTP: the path is all that protects the script, besides the
//! network it goes over.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use orchestrator::TaskError;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

const MOST_CONNECTIONS: usize = 8;
const LARGEST_HEAD: usize = 16 * 1024;
const LONGEST_HEAD: Duration = Duration::from_secs(10);
const LONGEST_CONNECTION: Duration = Duration::from_secs(60);

/// What is served, and where.
pub(super) struct Served {
    pub(super) listen: SocketAddr,
    pub(super) path: String,
    pub(super) script: String,
}

/// A server that has its port.
pub(super) struct Server {
    listener: TcpListener,
    content: Arc<Content>,
}

struct Content {
    path: String,
    script: Bytes,
    fetched: AtomicU32,
}

impl Server {
    /// Takes the port.
    pub(super) async fn bind(served: Served) -> Result<Self, TaskError> {
        let listener = TcpListener::bind(served.listen).await.map_err(|cause| {
            TaskError::new("kickstart-listen", "cannot listen on", served.listen.to_string())
                .caused_by(cause)
                .hint("choose an address of this machine and a free port in `serve.listen`")
        })?;
        let fetched = AtomicU32::new(0);
        let content = Content { path: served.path, script: served.script.into(), fetched };
        Ok(Self { listener, content: Arc::new(content) })
    }

    /// How often the script was fetched.
    pub(super) fn fetched(&self) -> u32 {
        self.content.fetched.load(Ordering::Relaxed)
    }

    /// Serves until it is dropped, and then ends all connections.
    pub(super) async fn run(&self) {
        let slots = Arc::new(Semaphore::new(MOST_CONNECTIONS));
        let mut connections = JoinSet::new();
        loop {
            let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
            while connections.try_join_next().is_some() {}
            let Ok((stream, _)) = self.listener.accept().await else {
                // Out of descriptors, most likely; that passes.
                tokio::time::sleep(Duration::from_millis(100)).await;
                continue;
            };
            let content = Arc::clone(&self.content);
            connections.spawn(async move {
                let _ = tokio::time::timeout(LONGEST_CONNECTION, answer(stream, content)).await;
                drop(slot);
            });
        }
    }
}

async fn answer(stream: TcpStream, content: Arc<Content>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let response = respond(&content, request.method(), request.uri().path());
        async move { Ok::<_, Infallible>(response) }
    });
    let serving = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(LONGEST_HEAD)
        .max_buf_size(LARGEST_HEAD)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    if let Err(error) = serving.await {
        tracing::debug!(%error, "a connection for the script ended early");
    }
}

fn respond(content: &Content, method: &Method, path: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    if path != content.path {
        *response.status_mut() = StatusCode::NOT_FOUND;
    } else if method != Method::GET {
        *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET"));
    } else {
        content.fetched.fetch_add(1, Ordering::Relaxed);
        *response.body_mut() = Full::new(content.script.clone());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    response
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        // A refused request may come with a reset; what was said before it is what counts.
        let _ = stream.read_to_string(&mut answer).await;
        answer
    }

    #[tokio::test]
    async fn only_a_get_of_the_one_path_is_served() {
        let served = Served {
            listen: "127.0.0.1:0".parse().unwrap(),
            path: "/0123/ks.cfg".to_owned(),
            script: "vmaccepteula\n".to_owned(),
        };
        let server = Server::bind(served).await.unwrap();
        let address = server.listener.local_addr().unwrap();
        let asking = async {
            let long = format!(
                "GET /0123/ks.cfg HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n",
                "x".repeat(20_000)
            );
            let table = [
                ("GET /ks.cfg HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
                ("GET / HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
                ("GET /0123/../0123/ks.cfg HTTP/1.1\r\nHost: h\r\n\r\n", "404"),
                ("POST /0123/ks.cfg HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", "405"),
                ("HEAD /0123/ks.cfg HTTP/1.1\r\nHost: h\r\n\r\n", "405"),
                (&long, "431"),
                ("nonsense\r\n\r\n", "400"),
            ];
            for (request, status) in table {
                let answer = ask(address, request).await;
                assert!(answer.starts_with(&format!("HTTP/1.1 {status}")), "{request}: {answer}");
                assert!(!answer.contains("vmaccepteula"));
            }
            assert_eq!(server.fetched(), 0);
            let answer = ask(address, "GET /0123/ks.cfg HTTP/1.1\r\nHost: h\r\n\r\n").await;
            assert!(
                answer.starts_with("HTTP/1.1 200") && answer.ends_with("\r\n\r\nvmaccepteula\n")
            );
        };
        tokio::select! {
            () = server.run() => panic!("it ended by itself"),
            () = asking => {}
        }
        assert_eq!(server.fetched(), 1);
        drop(server);
        assert!(TcpStream::connect(address).await.is_err(), "nothing is served afterwards");
    }
}
