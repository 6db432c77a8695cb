//! A server of files over TLS for one test: [`FileServer`].

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use rcgen::{CertificateParams, KeyPair};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Longest head of a request.
const MAX_HEAD: usize = 16 << 10;

/// Serves a folder on loopback until its runtime ends, one request for each connection.
pub struct FileServer {
    /// The URL of the folder, with a slash at its end.
    pub url: String,
    /// The authority to trust, as PEM.
    pub ca: String,
    shared: Arc<Shared>,
}

struct Shared {
    folder: PathBuf,
    moved: Mutex<BTreeMap<String, String>>,
    requests: Mutex<Vec<String>>,
}

impl FileServer {
    /// Starts to serve what is in `folder`.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::unwrap_used, reason = "a server that does not start is a failed test")]
    pub async fn start(folder: &Path) -> Self {
        let key = KeyPair::generate().unwrap();
        let certificate = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        let certificate = certificate.self_signed(&key).unwrap();
        let private = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = rustls::ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], private)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://localhost:{}/", listener.local_addr().unwrap().port());
        let shared = Arc::new(Shared {
            folder: folder.to_owned(),
            moved: Mutex::default(),
            requests: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let (acceptor, shared) = (acceptor.clone(), Arc::clone(&serving));
                // A client that goes away in the middle is part of some tests.
                tokio::spawn(async move { drop(serve(socket, &acceptor, &shared).await) });
            }
        });
        Self { url, ca: certificate.pem(), shared }
    }

    /// From now on sends whoever asks for `name` to `url`.
    #[expect(clippy::unwrap_used, reason = "a poisoned lock is a failed test")]
    pub fn redirect(&self, name: &str, url: &str) {
        self.shared.moved.lock().unwrap().insert(name.to_owned(), url.to_owned());
    }

    /// What was asked for, as `VERB NAME`.
    #[expect(clippy::unwrap_used, reason = "a poisoned lock is a failed test")]
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }
}

async fn serve(socket: TcpStream, acceptor: &TlsAcceptor, shared: &Shared) -> io::Result<()> {
    let mut stream = acceptor.accept(socket).await?;
    let mut head = Vec::new();
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < MAX_HEAD {
        if stream.read_buf(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.split(' ');
    let verb = words.next().unwrap_or_default();
    let name = words.next().unwrap_or_default().trim_start_matches('/');
    let (answer, file) = answer(shared, verb, name);
    stream.write_all(answer.as_bytes()).await?;
    if let Some(path) = file.filter(|_| verb == "GET") {
        stream.write_all(&std::fs::read(path)?).await?;
    }
    stream.shutdown().await
}

/// The head of the answer, and the file that follows.
#[expect(clippy::unwrap_used, reason = "a poisoned lock is a failed test")]
fn answer(shared: &Shared, verb: &str, name: &str) -> (String, Option<PathBuf>) {
    shared.requests.lock().unwrap().push(format!("{verb} {name}"));
    let end = "connection: close\r\n\r\n";
    if let Some(url) = shared.moved.lock().unwrap().get(name) {
        let head = format!("HTTP/1.1 302 Found\r\nlocation: {url}\r\ncontent-length: 0\r\n{end}");
        return (head, None);
    }
    let path = shared.folder.join(name.replace("%20", " "));
    match std::fs::metadata(&path) {
        Ok(file) if file.is_file() => {
            let length = file.len();
            (format!("HTTP/1.1 200 OK\r\ncontent-length: {length}\r\n{end}"), Some(path))
        }
        _ => (format!("HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n{end}"), None),
    }
}
