//! Knocking at a server's door: does it take a connection, does it answer.
//!
//! [`Probe`] is the seam at which tests put a door of their own; [`NetworkProbe`] is the real one. A probe
//! sends no credentials and believes nothing that it hears, so it judges no certificate.

use std::fmt;
use std::time::Duration;

use tokio::net::TcpStream;

use super::{HttpRequest, HttpTransport, Limits, Transport, TransportError, Verb};
use crate::clock::BoxFuture;
use crate::tls::{NoticeSink, Trust, client_config};

/// More than this of an answer is not read.
const BODY: usize = 4 << 20;

/// Looks whether somebody answers.
pub trait Probe: fmt::Debug + Send + Sync + 'static {
    /// Opens a TCP connection to `host` and closes it.
    fn tcp<'a>(
        &'a self,
        host: &'a str,
        port: u16,
        within: Duration,
    ) -> BoxFuture<'a, Result<(), TransportError>>;

    /// Asks for a page and gives its HTTP status. Redirections are not followed.
    fn https<'a>(
        &'a self,
        server: &'a str,
        url: &'a str,
        within: Duration,
    ) -> BoxFuture<'a, Result<u16, TransportError>>;
}

/// Knocks over the network of this machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct NetworkProbe;

impl Probe for NetworkProbe {
    fn tcp<'a>(
        &'a self,
        host: &'a str,
        port: u16,
        within: Duration,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        let server = move || format!("{host}:{port}");
        Box::pin(async move {
            let bare = host.trim_start_matches('[').trim_end_matches(']');
            match tokio::time::timeout(within, TcpStream::connect((bare, port))).await {
                Ok(Ok(_)) => Ok(()),
                Ok(Err(cause)) => {
                    Err(TransportError::Unreachable { server: server(), cause: cause.into() })
                }
                Err(_) => Err(TransportError::ConnectTimeout { server: server(), within }),
            }
        })
    }

    fn https<'a>(
        &'a self,
        server: &'a str,
        url: &'a str,
        within: Duration,
    ) -> BoxFuture<'a, Result<u16, TransportError>> {
        Box::pin(async move {
            let setup = |cause| TransportError::Setup { server: server.to_owned(), cause };
            let tls = client_config(&Trust::Insecure.into(), server, &NoticeSink::default())
                .map_err(|cause| setup(cause.into()))?;
            let limits = Limits {
                connect: within,
                first_byte: within,
                idle: within,
                total: within,
                body: BODY,
                stall: within,
            };
            let request = HttpRequest {
                verb: Verb::Get,
                url: url.to_owned(),
                headers: Vec::new(),
                body: Vec::new(),
                extra_patience: Duration::ZERO,
            };
            let transport = HttpTransport::new(server, tls, limits, None)?;
            match transport.exchange(&request).await {
                Ok(response) => Ok(response.status),
                // A long page is an answer too.
                Err(TransportError::TooLarge { .. }) => Ok(200),
                Err(error) => Err(error),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_door_is_open_as_long_as_somebody_listens() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let within = Duration::from_secs(10);
        NetworkProbe.tcp("127.0.0.1", port, within).await.unwrap();
        drop(listener);
        let closed = NetworkProbe.tcp("127.0.0.1", port, within).await.unwrap_err();
        assert!(matches!(closed, TransportError::Unreachable { .. }), "{closed}");
    }
}
