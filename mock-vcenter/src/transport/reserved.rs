//! A port that is taken before anybody listens on it: [`Reserved`].
//!
//! Connections are refused until then, as by a machine that has not booted, and nobody else can take the port.

use std::future::Future;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;

use tokio::net::TcpSocket;
use tokio::sync::watch;

use super::certificate::Certificate;
use super::listener::{Exchange, ListenError, Listener, Stop};

const BACKLOG: u32 = 1024;

/// A server at work.
pub type Serving = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A port without a listener.
#[derive(Debug)]
pub struct Reserved {
    socket: TcpSocket,
    address: SocketAddr,
}

impl Reserved {
    /// Takes a port, 0 for any.
    ///
    /// # Errors
    /// When it cannot be taken.
    pub fn port(address: SocketAddr) -> Result<Self, ListenError> {
        let failed = |cause| ListenError::Bind { address: address.to_string(), cause };
        let socket = match address {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        };
        let socket = socket.map_err(failed)?;
        // Connections of an earlier server may still be closing.
        socket.set_reuseaddr(true).map_err(failed)?;
        socket.bind(address).map_err(failed)?;
        let address = socket.local_addr().map_err(failed)?;
        Ok(Self { socket, address })
    }

    /// The address with its real port.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Listens.
    ///
    /// # Errors
    /// When somebody else does.
    pub fn listen(self, certificate: Certificate) -> Result<Listener, ListenError> {
        let address = self.address;
        let failed = |cause| ListenError::Bind { address: address.to_string(), cause };
        let socket = self.socket.listen(BACKLOG).map_err(failed)?;
        Ok(Listener { socket, address, certificate })
    }

    /// Listens once `ready` says so; if it says no, never. A way to stop, and the future that does all of it.
    pub fn serve_after(
        self,
        ready: impl Future<Output = bool> + Send + 'static,
        certificate: Certificate,
        exchange: Arc<impl Exchange>,
    ) -> (Stop, Serving) {
        let (stop, mut stopped) = watch::channel(false);
        let serving = async move {
            let listens = tokio::select! {
                ready = ready => ready,
                _ = stopped.wait_for(|stop| *stop) => false,
            };
            if !listens {
                // The port stays taken, and refuses, until the server ends.
                let _ = stopped.wait_for(|stop| *stop).await;
                return;
            }
            match self.listen(certificate) {
                Ok(listener) => listener.accept_until(stopped, exchange).await,
                Err(error) => tracing::error!(%error, "the installed host cannot listen"),
            }
        };
        (Stop(stop), Box::pin(serving))
    }
}
