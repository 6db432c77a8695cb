//! End-to-end cases of Lockstep: its binary against a mock vCenter, and foreign clients against the same mock.
//!
//! [`Lab`] is a mock vCenter with a folder for playbooks; [`Lockstep`] runs the binary in it and gives back an
//! [`Outcome`]. [`Foreign`] runs scripts of pyVmomi, zeep and an SDK, [`Ansible`] plays; [`TestPackage`] has tools of others make an
//! OVF package, and [`FileServer`] serves it. Nothing here knows what is right: the cases in `tests/` do.

mod ansible;
mod binary;
mod browser;
mod file_server;
mod foreign;
mod lab;
mod outcome;
mod package;

pub use ansible::{Ansible, Played};
pub use browser::{Browser, Scheme};
pub use file_server::FileServer;
pub use foreign::{AUTOMATION, Foreign, VERSIONS, ZEEP};
pub use lab::{HOST_PASSWORD, Lab, PASSWORD, USER};
pub use outcome::{Lockstep, Outcome, Running};
pub use package::{LICENCE, TestPackage};

use std::path::{Path, PathBuf};

/// The root of the workspace.
#[must_use]
pub fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}
