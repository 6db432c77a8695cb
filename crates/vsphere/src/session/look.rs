//! What a server is, asked without a login: [`look`].
//!
//! No credentials are sent and nothing is kept open, so it suits a server that is still on its way up.

use std::sync::Arc;
use std::time::Duration;

use vim25::soap;
use vim25::types::AboutInfo;

use super::ConnectError;
use super::connect::{negotiate, service_content};
use crate::call::{Hidden, Wire};
use crate::clock::{SystemChance, SystemClock};
use crate::endpoint::SdkUrl;
use crate::retry::RetryPolicy;
use crate::tls::{NoticeSink, TlsOptions, client_config};
use crate::transport::{HttpTransport, Limits, SessionCookie};

/// Short bounds: who waits for a server asks again soon.
const LIMITS: Limits = Limits {
    connect: Duration::from_secs(5),
    first_byte: Duration::from_secs(15),
    idle: Duration::from_secs(10),
    total: Duration::from_secs(30),
    body: 1 << 20,
    stall: Duration::from_secs(10),
};

/// Asks the server at `url` once which product, version and build it is.
///
/// # Errors
/// When it does not answer, is not trusted, or is no vSphere server.
pub async fn look(url: SdkUrl, tls: &TlsOptions) -> Result<AboutInfo, ConnectError> {
    let server = url.authority();
    let tls = client_config(tls, &server, &NoticeSink::default())
        .map_err(|cause| ConnectError::Tls { server: server.clone(), cause })?;
    let transport = HttpTransport::new(&server, tls, LIMITS, None)
        .map_err(|cause| ConnectError::Transport { server: server.clone(), cause })?;
    let wire = Wire {
        transport: Arc::new(transport),
        url,
        cookie: SessionCookie::default(),
        clock: Arc::new(SystemClock),
        chance: Arc::new(SystemChance::new()),
        retry: RetryPolicy { attempts: 1, ..RetryPolicy::default() },
        limits: soap::Limits::default(),
        hidden: Hidden::default(),
    };
    let version = negotiate(&wire, &server).await?;
    let content = service_content(&wire, version)
        .await
        .map_err(|cause| ConnectError::Unreachable { server, cause })?;
    Ok(content.about)
}
