//! What a playbook declares about a host.

use std::time::Duration;

use playbook::{Args, SecretRef};
use vim25::enums::HostLockdownMode;

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(super) hostname: String,
    pub(super) cluster: Option<String>,
    pub(super) datacenter: Option<String>,
    pub(super) username: String,
    pub(super) password: Option<SecretRef>,
    pub(super) port: Option<i32>,
    pub(super) trust: Trust,
    /// The task that makes it answer.
    pub(super) after: Option<String>,
    pub(super) license: Option<String>,
    pub(super) lockdown: Option<Lockdown>,
    pub(super) force: bool,
    pub(super) within: Duration,
}

/// Which certificate of the host is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Trust {
    /// One that vCenter trusts anyway.
    Vcenter,
    /// One with this thumbprint.
    Thumbprint(String),
    /// This one (PEM).
    Certificate(String),
    /// What the host shows now.
    OnFirstUse,
}

/// Who may log in to the host itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Lockdown {
    Disabled,
    Normal,
    Strict,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let text = |field: &str| args.opt_text(field).map(str::to_owned);
        Self {
            hostname: args.text("hostname").to_owned(),
            cluster: text("cluster"),
            datacenter: text("datacenter"),
            username: args.text("username").to_owned(),
            password: args.secret("password").cloned(),
            port: args.opt_int("port"),
            trust: trust(args),
            after: text("after"),
            license: text("license"),
            lockdown: args.opt_text("lockdown").map(|mode| match mode {
                "normal" => Lockdown::Normal,
                "strict" => Lockdown::Strict,
                _ => Lockdown::Disabled,
            }),
            force: args.boolean("force"),
            within: args.duration("within"),
        }
    }
}

impl Lockdown {
    pub(super) fn constant(self) -> HostLockdownMode {
        match self {
            Self::Disabled => HostLockdownMode::LockdownDisabled,
            Self::Normal => HostLockdownMode::LockdownNormal,
            Self::Strict => HostLockdownMode::LockdownStrict,
        }
    }

    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Disabled => "disabled",
            Self::Normal => "normal",
            Self::Strict => "strict",
        }
    }

    pub(super) fn from_constant(constant: &str) -> Option<Self> {
        match constant {
            "lockdownDisabled" => Some(Self::Disabled),
            "lockdownNormal" => Some(Self::Normal),
            "lockdownStrict" => Some(Self::Strict),
            _ => None,
        }
    }
}

fn trust(args: &Args) -> Trust {
    if let Some(thumbprint) = args.opt_text("thumbprint") {
        return Trust::Thumbprint(canonical(thumbprint));
    }
    match args.opt_text("certificate") {
        Some(pem) => Trust::Certificate(pem.to_owned()),
        None if args.text("trust") == "on_first_use" => Trust::OnFirstUse,
        None => Trust::Vcenter,
    }
}

/// The form that vCenter compares: upper case, with colons.
pub(super) fn canonical(thumbprint: &str) -> String {
    let digits: Vec<char> = thumbprint
        .chars()
        .filter(char::is_ascii_hexdigit)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    digits.chunks(2).map(|pair| pair.iter().collect::<String>()).collect::<Vec<_>>().join(":")
}

pub(super) fn is_thumbprint(text: &str) -> bool {
    let known = text.chars().all(|c| c.is_ascii_hexdigit() || c == ':' || c == ' ');
    known && text.chars().filter(char::is_ascii_hexdigit).count() == 40
}
