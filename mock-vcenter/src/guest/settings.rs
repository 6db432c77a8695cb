//! What guests are like when they are made: [`GuestSettings`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::program::Program;

/// What guests are like when they are made, and how they behave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct GuestSettings {
    /// Seconds from power on until VMware Tools run.
    pub boot_seconds: u64,
    /// Seconds from then until the guest tells its address.
    pub address_seconds: u64,
    /// Seconds that shutting down takes.
    pub shutdown_seconds: u64,
    /// The password of `root`.
    pub root_password: String,
    /// VM name to address, for guests that are given none by their properties.
    pub addresses: BTreeMap<String, String>,
    /// VM names whose guest has no VMware Tools.
    pub without_tools: Vec<String>,
    /// What its programs do, before the standard ones are looked at.
    pub programs: Vec<Program>,
    /// The guest has locked the tray of its CD-ROM drive: changing the disc raises a question.
    pub tray_locked: bool,
}

impl Default for GuestSettings {
    fn default() -> Self {
        Self {
            boot_seconds: 20,
            address_seconds: 2,
            shutdown_seconds: 10,
            root_password: "ftServer".to_owned(),
            addresses: BTreeMap::new(),
            without_tools: Vec::new(),
            programs: Vec::new(),
            tray_locked: false,
        }
    }
}
