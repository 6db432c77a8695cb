//! What is needed to reach another server than the one a session is with.

use crate::tls::{NoticeSink, Pin, TlsOptions, client_config, pinned_config};
use crate::transport::{HttpTransport, Limits, TransportError};

/// How an endpoint is reached, for the hosts behind it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Around {
    pub(crate) tls: TlsOptions,
    pub(crate) limits: Limits,
    pub(crate) proxy: Option<String>,
    pub(crate) notices: NoticeSink,
}

impl Around {
    /// A transport to another server (`host:port`), judged by what a trusted server says of it; without
    /// that, as the endpoint itself would be.
    pub(super) fn transport(
        &self,
        server: &str,
        pin: Option<Pin>,
    ) -> Result<HttpTransport, TransportError> {
        let config = match pin {
            Some(pin) => pinned_config(pin, self.tls.floor),
            None => client_config(&self.tls, server, &self.notices),
        };
        let config = config.map_err(|cause| TransportError::Setup {
            server: server.to_owned(),
            cause: Box::new(cause),
        })?;
        HttpTransport::new(server, config, self.limits, self.proxy.as_deref())
    }
}
