//! How a server's certificate is verified: options, then the playbook, then the environment, then what this
//! machine trusts.

use std::path::{Path, PathBuf};

use playbook::Tls;
use vsphere::tls::{Fingerprint, Trust, UnknownServer};

use super::args::ConnectionArgs;
use super::target::Extras;
use crate::environment::Environment;
use crate::error::CliError;

/// How to verify, and who said so.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct TrustSetting {
    /// How.
    pub(crate) trust: Trust,
    /// Who said so, for people.
    pub(crate) from: String,
}

#[derive(Debug, thiserror::Error)]
enum TrustError {
    #[error("GOVC_TLS_CA_CERTS names several files, only one can be used")]
    SeveralFiles,
    #[error("{0} is neither true nor false")]
    NoBoolean(&'static str),
    #[error("there is no place for the file of certificates seen before")]
    NoHome,
    #[error("cannot make folder `{}` for the file of certificates seen before", .folder.display())]
    Folder {
        folder: PathBuf,
        #[source]
        cause: std::io::Error,
    },
}

impl TrustSetting {
    fn new(trust: Trust, from: &str) -> Self {
        TrustSetting { trust, from: from.to_owned() }
    }

    /// In a few words, for people.
    pub(crate) fn shown(&self) -> String {
        match &self.trust {
            Trust::System => "signed by an authority of this system".to_owned(),
            Trust::CaFile(file) => format!("signed by an authority in `{}`", file.display()),
            Trust::Pin(pin) => format!("with SHA-256 {pin}"),
            Trust::KnownHosts { file, unknown: UnknownServer::Refuse } => {
                format!("as in `{}`, or signed by an authority of this system", file.display())
            }
            Trust::KnownHosts { file, .. } => {
                format!("as in `{}`, where the first one seen is written", file.display())
            }
            Trust::Insecure => "not verified".to_owned(),
        }
    }
}

/// How the server of one connection is verified.
pub(super) fn trust(
    tls: &Tls,
    args: &ConnectionArgs,
    environment: Option<&Environment>,
    extras: Extras<'_>,
) -> Result<TrustSetting, CliError> {
    if let Some(setting) = from_args(args)? {
        return Ok(setting);
    }
    let base = extras.base;
    let known_hosts =
        args.known_hosts.clone().or_else(|| tls.known_hosts.as_ref().map(|file| base.join(file)));
    let by_playbook = tls.first_use && known_by_nothing_else(tls, args);
    if args.trust_on_first_use || by_playbook {
        let file = known_hosts.map_or_else(|| usual_file(&extras.surroundings.environment), Ok)?;
        make_folder(&file)?;
        let unknown = UnknownServer::TrustOnFirstUse;
        let from = if by_playbook { "the playbook" } else { "--trust-on-first-use" };
        return Ok(TrustSetting::new(Trust::KnownHosts { file, unknown }, from));
    }
    if let Some(file) = &args.known_hosts {
        let trust = Trust::KnownHosts { file: file.clone(), unknown: UnknownServer::Refuse };
        return Ok(TrustSetting::new(trust, "--known-hosts"));
    }
    if let Some(trust) = from_playbook(tls, base) {
        return Ok(TrustSetting::new(trust, "the playbook"));
    }
    if let Some(setting) = environment.map_or(Ok(None), from_environment)? {
        return Ok(setting);
    }
    Ok(usual(&extras.surroundings.environment))
}

fn known_by_nothing_else(tls: &Tls, args: &ConnectionArgs) -> bool {
    tls.sha256.is_none() && tls.ca_file.is_none() && args.known_hosts.is_none()
}

fn from_args(args: &ConnectionArgs) -> Result<Option<TrustSetting>, CliError> {
    if args.insecure {
        return Ok(Some(TrustSetting::new(Trust::Insecure, "--insecure")));
    }
    if let Some(file) = &args.ca_file {
        return Ok(Some(TrustSetting::new(Trust::CaFile(file.clone()), "--ca-file")));
    }
    let Some(text) = &args.sha256 else { return Ok(None) };
    let pin: Fingerprint = text.parse().map_err(CliError::new)?;
    Ok(Some(TrustSetting::new(Trust::Pin(pin), "--sha256")))
}

fn from_playbook(tls: &Tls, base: &Path) -> Option<Trust> {
    // A playbook that asks for verification besides `insecure` is refused before it comes here.
    if tls.insecure {
        return Some(Trust::Insecure);
    }
    if let Some(pin) = tls.sha256 {
        let digits: String = pin.iter().map(|byte| format!("{byte:02x}")).collect();
        return digits.parse().ok().map(Trust::Pin);
    }
    if let Some(file) = &tls.ca_file {
        return Some(Trust::CaFile(base.join(file)));
    }
    let file = base.join(tls.known_hosts.as_ref()?);
    Some(Trust::KnownHosts { file, unknown: UnknownServer::Refuse })
}

/// Within one family a CA file counts more than `insecure`: who names one wants it looked at.
fn from_environment(environment: &Environment) -> Result<Option<TrustSetting>, CliError> {
    let families =
        [("LOCKSTEP_CA_FILE", "LOCKSTEP_INSECURE"), ("GOVC_TLS_CA_CERTS", "GOVC_INSECURE")];
    for (file, insecure) in families {
        if let Some(path) = environment.get(file) {
            if file == "GOVC_TLS_CA_CERTS" && path.contains(':') {
                let hint = "put the certificates into one file, or set LOCKSTEP_CA_FILE";
                return Err(CliError::new(TrustError::SeveralFiles).hint(hint));
            }
            return Ok(Some(TrustSetting::new(Trust::CaFile(path.into()), file)));
        }
        match environment.get(insecure).map(|value| boolean(insecure, &value)).transpose()? {
            Some(true) => return Ok(Some(TrustSetting::new(Trust::Insecure, insecure))),
            Some(false) => return Ok(None),
            None => {}
        }
    }
    Ok(None)
}

fn boolean(name: &'static str, value: &str) -> Result<bool, CliError> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "t" | "true" | "yes" => Ok(true),
        "0" | "f" | "false" | "no" => Ok(false),
        _ => Err(CliError::new(TrustError::NoBoolean(name)).hint("set it to `true` or `false`")),
    }
}

/// What this machine trusts, and what was trusted on first use before.
fn usual(environment: &Environment) -> TrustSetting {
    let file = usual_file(environment).ok().filter(|file| file.exists());
    let trust = match file {
        Some(file) => Trust::KnownHosts { file, unknown: UnknownServer::Refuse },
        None => Trust::System,
    };
    TrustSetting::new(trust, "the defaults")
}

fn usual_file(environment: &Environment) -> Result<PathBuf, CliError> {
    let folder = environment.state_folder().ok_or_else(|| {
        CliError::new(TrustError::NoHome).hint("name one with `--known-hosts FILE`")
    })?;
    Ok(folder.join("known_hosts"))
}

fn make_folder(file: &Path) -> Result<(), CliError> {
    use std::os::unix::fs::DirBuilderExt;
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty()) else {
        return Ok(());
    };
    let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.map_err(|cause| CliError::new(TrustError::Folder { folder: folder.to_owned(), cause }))
}
