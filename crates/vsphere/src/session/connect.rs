//! How a session begins: version, service content, login.

use vim25::types::{InvalidLogin, NoPermission, PasswordExpired, ServiceContent};
use vim25::{MoRef, Version, methods};

use super::current::{CallOptions, Credentials, Session, decode, encode};
use super::versions::{self, VersionsError};
use crate::call::{CallError, CallProblem, Wire};
use crate::endpoint::SessionTimes;
use crate::tls::TlsSetupError;
use crate::transport::TransportError;

/// What a server without a list of versions certainly speaks; everything from 5.5 on has the list.
const OLDEST: &str = "5.5";

/// Why no session could be opened. Nothing was changed; whether trying again can help is the cause's
/// affair, but never after `WrongPassword`.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// TLS cannot be set up as asked.
    #[error("cannot set up TLS for `{server}`")]
    Tls {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: TlsSetupError,
    },
    /// The transport cannot be built.
    #[error("cannot set up the connection to `{server}`")]
    Transport {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: TransportError,
    },
    /// The server could not be asked for its versions.
    #[error("cannot connect to `{server}`")]
    Unreachable {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: CallError,
    },
    /// No common version.
    #[error("cannot agree on an API version with `{server}`")]
    Versions {
        /// `host:port`.
        server: String,
        /// What is wrong.
        #[source]
        cause: VersionsError,
    },
    /// The server does not know this user and password. It was asked once and is not asked again.
    #[error("`{server}` refused user `{username}`: wrong user name or password")]
    WrongPassword {
        /// `host:port`.
        server: String,
        /// The user.
        username: String,
    },
    /// The password was right once. It was tried once and is not tried again.
    #[error("`{server}` refused user `{username}`: the password has expired")]
    PasswordExpired {
        /// `host:port`.
        server: String,
        /// The user.
        username: String,
    },
    /// The user and password are right, but the user may not log in.
    #[error("user `{username}` has no permission to log in to `{server}`")]
    NotAllowed {
        /// `host:port`.
        server: String,
        /// The user.
        username: String,
        /// What the server said.
        #[source]
        cause: CallError,
    },
    /// The login failed for another reason.
    #[error("cannot log in to `{server}` as `{username}`")]
    Login {
        /// `host:port`.
        server: String,
        /// The user.
        username: String,
        /// What is wrong.
        #[source]
        cause: CallError,
    },
}

impl ConnectError {
    /// What an operator can do about it, if that is known.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::WrongPassword { .. } => Some(
                "one attempt was made, so the account is not locked out; on vCenter the user name \
                 needs its domain, such as `administrator@vsphere.local`"
                    .to_owned(),
            ),
            Self::PasswordExpired { .. } => Some(
                "set a new password for this user, and change it wherever it is given to this program"
                    .to_owned(),
            ),
            Self::NotAllowed { .. } => {
                Some("give the user a role on the inventory's root".to_owned())
            }
            Self::Versions { .. } => {
                Some("check that the address is that of a vCenter or an ESXi host".to_owned())
            }
            Self::Unreachable { cause, .. } | Self::Login { cause, .. } => cause.hint(),
            Self::Tls { .. } | Self::Transport { .. } => None,
        }
    }
}

/// Opens a session over `wire`.
pub(crate) async fn open(
    wire: Wire,
    credentials: Credentials,
    times: SessionTimes,
) -> Result<Session, ConnectError> {
    let server = wire.url.authority();
    let version = negotiate(&wire, &server).await?;
    let content = service_content(&wire, version)
        .await
        .map_err(|cause| ConnectError::Unreachable { server: server.clone(), cause })?;
    let username = credentials.username.clone();
    let session = Session::new(wire, version, content, credentials, times);
    session.log_in().await.map_err(|cause| {
        if cause.fault::<PasswordExpired>().is_some() {
            ConnectError::PasswordExpired { server, username }
        } else if cause.fault::<InvalidLogin>().is_some() {
            ConnectError::WrongPassword { server, username }
        } else if cause.fault::<NoPermission>().is_some() {
            ConnectError::NotAllowed { server, username, cause }
        } else {
            ConnectError::Login { server, username, cause }
        }
    })?;
    tracing::info!(
        server = %session.wire.url, version = version.id(),
        product = %session.content.about.full_name, "logged in"
    );
    Ok(session)
}

pub(super) async fn negotiate(wire: &Wire, server: &str) -> Result<Version, ConnectError> {
    let unreachable = |problem: CallProblem| ConnectError::Unreachable {
        server: server.to_owned(),
        cause: CallError::new("vimServiceVersions.xml", service_instance(), "", problem),
    };
    let answer = wire.get("vimServiceVersions.xml").await.map_err(unreachable)?;
    let fail = |cause| ConnectError::Versions { server: server.to_owned(), cause };
    match answer.status {
        200 => {
            let offered = versions::offered(&answer.body).map_err(fail)?;
            versions::newest_common(&offered).map_err(fail)
        }
        404 => Version::parse(OLDEST)
            .ok_or_else(|| fail(VersionsError::NothingInCommon(vec![OLDEST.to_owned()]))),
        status => Err(unreachable(CallProblem::Http { status, text: String::new() })),
    }
}

pub(super) async fn service_content(
    wire: &Wire,
    version: Version,
) -> Result<ServiceContent, CallError> {
    let call = methods::RetrieveServiceContent { this: service_instance(), ..Default::default() };
    let raw = encode(wire, version, &call, CallOptions::default());
    let body = wire.send(&raw).await?;
    decode::<methods::RetrieveServiceContent>(wire, &raw, &body)
}

fn service_instance() -> MoRef {
    MoRef::new("ServiceInstance", "ServiceInstance")
}
