//! What the releases of ESXi know and warn about, as data.
//!
//! From VMware's documentation on scripted installation of each release. [`SINCE`] lists what older releases
//! refuse; what is not listed is known to all of [`RELEASES`].

/// The releases that can be installed, oldest first.
pub(super) const RELEASES: &[&str] = &["5.5", "6.0", "6.5", "6.7", "7.0", "8.0", "9.0"];

/// The names of keyboard layouts that the installer takes.
pub(super) const KEYBOARDS: &[&str] = &[
    "US Default",
    "US Dvorak",
    "Belgian",
    "Brazilian",
    "Croatian",
    "Czechoslovakian",
    "Danish",
    "Estonian",
    "Finnish",
    "French",
    "German",
    "Greek",
    "Icelandic",
    "Italian",
    "Japanese",
    "Latin American",
    "Norwegian",
    "Polish",
    "Portuguese",
    "Russian",
    "Slovenian",
    "Spanish",
    "Swedish",
    "Swiss French",
    "Swiss German",
    "Turkish",
    "Ukrainian",
    "United Kingdom",
];

/// An option that older releases do not know.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    /// The block it is in.
    pub(super) block: &'static str,
    /// Its name there.
    pub(super) option: &'static str,
    /// The first release that knows it.
    pub(super) first: &'static str,
}

/// Options that came later than the oldest release.
pub(super) const SINCE: &[Since] = &[
    since("disk", "dpu_pci_slots", "8.0"),
    since("disk", "ignore_prereq_warnings", "8.0"),
    since("disk", "force_unsupported", "8.0"),
    since("boot", "system_media_size", "7.0"),
    since("boot", "allow_legacy_cpu", "7.0"),
];

/// Something to know about a span of releases.
#[derive(Debug, Clone, Copy)]
pub(super) struct Warning {
    first: &'static str,
    last: &'static str,
    /// When it applies.
    pub(super) when: When,
    /// What the operator should know.
    pub(super) text: &'static str,
}

/// What a declaration must have for a warning to apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// Always.
    Always,
    /// Something runs at the first boot.
    FirstBoot,
    /// The task waits for the host.
    Waits,
    /// Old processors are let through.
    LegacyCpu,
}

const WARNINGS: &[Warning] = &[
    Warning {
        first: "5.5",
        last: "5.5",
        when: When::Waits,
        text: "ESXi 5.5 speaks TLS 1.2 only from Update 3e on, and nothing older is spoken here; an older build \
               that answers is not recognised",
    },
    Warning {
        first: "6.5",
        last: "9.0",
        when: When::FirstBoot,
        text: "with UEFI Secure Boot on, ESXi does not run what is meant for the first boot; the capability \
               `service` enables SSH in any case",
    },
    Warning {
        first: "7.0",
        last: "9.0",
        when: When::Always,
        text: "ESXi 7.0 and newer need a disk of 32 GB or more, and have no drivers for some older devices",
    },
    Warning {
        first: "7.0",
        last: "9.0",
        when: When::LegacyCpu,
        text: "a processor that is let through by `allow_legacy_cpu` is not supported by VMware",
    },
    Warning {
        first: "9.0",
        last: "9.0",
        when: When::Always,
        text: "the script for 9.0 is the one of 8.0, as nothing else is documented",
    },
];

/// The warnings for a release.
pub(super) fn warnings(release: &str) -> impl Iterator<Item = &'static Warning> {
    let place = place(release);
    let fits =
        move |one: &&Warning| place >= self::place(one.first) && place <= self::place(one.last);
    WARNINGS.iter().filter(fits)
}

/// Whether `release` is as new as `first`.
pub(super) fn is_since(release: &str, first: &str) -> bool {
    place(release) >= place(first)
}

fn place(release: &str) -> Option<usize> {
    RELEASES.iter().position(|known| *known == release)
}

const fn since(block: &'static str, option: &'static str, first: &'static str) -> Since {
    Since { block, option, first }
}
