//! What a playbook declares about keys on a console.

use std::time::Duration;

use playbook::{Args, SecretRef};

use super::keyboard::{Chord, chord};

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) vm: String,
    pub(super) datacenter: Option<String>,
    pub(super) after: Option<String>,
    pub(super) secrets: Vec<(String, SecretRef)>,
    pub(super) keys: Vec<Keys>,
    pub(super) unless: Unless,
    pub(super) shows_within: Duration,
}

/// One entry of the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Keys {
    pub(super) what: Typed,
    pub(super) pause: Duration,
}

/// What is typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Typed {
    Text(String),
    Press(Chord, usize),
}

/// When the keys are not needed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Unless {
    Address(String),
    Property(String, String),
}

impl Unless {
    pub(super) fn in_words(&self) -> String {
        match self {
            Self::Address(address) => format!("the guest has address {address}"),
            Self::Property(path, value) => format!("`{path}` is `{value}`"),
        }
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let unless = args.record("unless");
        let unless = match unless.opt_text("address") {
            Some(address) => Unless::Address(address.to_owned()),
            None => {
                Unless::Property(unless.text("property").to_owned(), unless.text("is").to_owned())
            }
        };
        let secrets = args.map("secrets").iter();
        Self {
            vm: args.text("vm").to_owned(),
            datacenter: args.opt_text("datacenter").map(str::to_owned),
            after: args.opt_text("after").map(str::to_owned),
            secrets: secrets
                .filter_map(|(name, value)| Some((name.clone(), value.as_secret()?.clone())))
                .collect(),
            keys: args.records("keys").into_iter().map(Keys::from).collect(),
            unless,
            shows_within: args.duration("shows_within"),
        }
    }
}

impl From<&Args> for Keys {
    fn from(args: &Args) -> Self {
        let times = usize::try_from(args.integer("times")).unwrap_or(1);
        let press = args.opt_text("press").and_then(chord);
        let what = match press {
            Some(chord) => Typed::Press(chord, times),
            None => Typed::Text(args.text("text").to_owned()),
        };
        Self { what, pause: args.duration("pause") }
    }
}
