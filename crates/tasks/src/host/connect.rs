//! The specification by which vCenter connects to a host.

use orchestrator::TaskError;
use secrecy::ExposeSecret;
use vim25::types::HostConnectSpec;

use super::spec::{Spec, Trust};
use crate::trouble::Doing;
use crate::world::VsphereReader;

/// What identifies a host's certificate, as far as it is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Identity {
    Thumbprint(String),
    Certificate(String),
}

impl Identity {
    /// The identity that the playbook declares.
    pub(super) fn declared(trust: &Trust) -> Option<Self> {
        match trust {
            Trust::Thumbprint(thumbprint) => Some(Self::Thumbprint(thumbprint.clone())),
            Trust::Certificate(pem) => Some(Self::Certificate(pem.clone())),
            Trust::Vcenter | Trust::OnFirstUse => None,
        }
    }

    /// For people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Thumbprint(thumbprint) => format!("thumbprint {thumbprint}"),
            Self::Certificate(pem) => format!("certificate of {} characters (PEM)", pem.len()),
        }
    }
}

/// Address, credentials and accepted identity of the host. Holds the password: it is masked when printed,
/// and must not be kept.
pub(super) async fn connect_spec(
    spec: &Spec,
    identity: Option<&Identity>,
    reader: &VsphereReader,
) -> Result<HostConnectSpec, TaskError> {
    let Some(reference) = &spec.password else {
        return Err(
            Doing::new("secret-unavailable", "no password for host", &spec.hostname).error()
        );
    };
    let password = reader.secret(reference).await?;
    let mut connect = HostConnectSpec {
        host_name: Some(spec.hostname.as_str().into()),
        port: spec.port,
        user_name: Some(spec.username.as_str().into()),
        password: Some(password.expose_secret().into()),
        force: spec.force,
        lockdown_mode: spec.lockdown.map(super::spec::Lockdown::constant),
        ..Default::default()
    };
    match identity {
        Some(Identity::Thumbprint(thumbprint)) => {
            connect.ssl_thumbprint = Some(thumbprint.as_str().into());
        }
        Some(Identity::Certificate(pem)) => connect.ssl_certificate = Some(pem.as_str().into()),
        None => {}
    }
    Ok(connect)
}
