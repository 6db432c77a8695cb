//! The mark that a VM of ours carries in its configuration: which package it is from, and whether its
//! deployment was finished.

use vim25::Poly;
use vim25::types::OptionValue;
use vsphere::ObjectProperties;

use super::source::PackageSeen;

/// Its key in `config.extraConfig`.
pub(super) const KEY: &str = "lockstep.ovf";

/// What a mark says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Mark {
    Unfinished(String),
    /// From the package with this id.
    Deployed(String),
}

impl Mark {
    fn of(text: &str) -> Option<Self> {
        let (state, package) = text.split_once(' ')?;
        match state {
            "unfinished" => Some(Self::Unfinished(package.to_owned())),
            "deployed" => Some(Self::Deployed(package.to_owned())),
            _ => None,
        }
    }

    /// Whether it names this package.
    pub(super) fn is_of(&self, package: &PackageSeen) -> bool {
        let (Self::Unfinished(id) | Self::Deployed(id)) = self;
        *id == package.id
    }

    /// As an entry of `extraConfig`.
    pub(super) fn option(&self) -> Poly<OptionValue> {
        let text = match self {
            Self::Unfinished(package) => format!("unfinished {package}"),
            Self::Deployed(package) => format!("deployed {package}"),
        };
        Poly::new(option(KEY, &text))
    }

    /// In what was read of `config.extraConfig`.
    pub(super) fn read(seen: &ObjectProperties) -> Option<Self> {
        let mut options = seen.objects::<OptionValue>("config.extraConfig");
        let own = options.find(|option| option.key == KEY)?;
        Self::of(own.value.as_ref()?.as_str()?)
    }
}

/// A text in `extraConfig`.
pub(super) fn option(key: &str, text: &str) -> OptionValue {
    OptionValue { key: key.into(), value: Some(text.into()), ..Default::default() }
}
