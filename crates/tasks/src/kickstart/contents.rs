//! What the files of an installation should hold, and which of those that are there do.

use std::path::Path;

use orchestrator::TaskError;
use secrecy::SecretString;

use super::boot::{boot_cfg, file_name, token_in};
use super::files::{Found, read};
use super::image::carries;
use super::password::fits;
use super::script::{differing_commands, hash_in, script};
use super::spec::Spec;

pub(super) const SCRIPT: &str = "ks.cfg";
pub(super) const IMAGE: &str = "ks.iso";

/// What was drawn by chance, and is kept as long as it fits.
#[derive(Clone)]
pub(super) struct Drawn {
    /// The hash of the password.
    pub(super) hash: String,
    /// What makes the served address impossible to guess.
    pub(super) token: String,
}

/// The files as they are.
#[derive(Clone)]
pub(super) struct FilesSeen {
    /// One of each.
    pub(super) files: Vec<FileSeen>,
    /// A hash that fits the password.
    pub(super) hash: Option<String>,
    /// The token of an earlier run.
    pub(super) token: Option<String>,
    /// The media's own `boot.cfg`.
    pub(super) original: Option<String>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FileSeen {
    pub(super) name: &'static str,
    pub(super) state: FileState,
}

/// How a file compares with what it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum FileState {
    /// Not there.
    Missing,
    /// Another content, or readable by others; says in what, without secrets.
    Differs(String),
    /// As it should be.
    AsDeclared,
}

/// Compares the files in `folder` with the declaration.
pub(super) fn compare(
    spec: &Spec,
    folder: &Path,
    original: Option<String>,
    password: &SecretString,
) -> Result<FilesSeen, TaskError> {
    let found_script = read(&folder.join(SCRIPT))?;
    let found_boot = read(&folder.join(file_name(spec)))?;
    let text = |found: &Option<Found>| found.as_ref().and_then(Found::text).map(str::to_owned);
    let hash = text(&found_script).as_deref().and_then(hash_in).map(str::to_owned);
    let hash = hash.filter(|hash| fits(password, hash));
    let token = text(&found_boot).as_deref().and_then(token_in).map(str::to_owned);

    let wanted = script(spec, hash.as_deref().unwrap_or_default());
    let in_script = |found: &Found| match found.text() {
        Some(text) => Some(differing_commands(text, &wanted).join(", "))
            .filter(|_| hash.is_none() || text != wanted),
        None => Some("it is no text".to_owned()),
    };
    let boot = boot_cfg(spec, token.as_deref().unwrap_or_default(), original.as_deref());
    // Without a served address there is no token that could be missing.
    let is_addressed = spec.serve.is_none() || token.is_some();
    let in_boot = |found: &Found| match is_addressed && found.text() == Some(&boot) {
        true => None,
        false => Some("kernelopt".to_owned()),
    };
    let mut files = vec![
        FileSeen { name: SCRIPT, state: state(found_script.as_ref(), in_script) },
        FileSeen { name: file_name(spec), state: state(found_boot.as_ref(), in_boot) },
    ];
    if spec.iso {
        let found = read(&folder.join(IMAGE))?;
        let in_image = |found: &Found| match hash.is_some() && carries(&found.bytes, &wanted) {
            true => None,
            false => Some("it carries another script".to_owned()),
        };
        files.push(FileSeen { name: IMAGE, state: state(found.as_ref(), in_image) });
    }
    Ok(FilesSeen { files, hash, token, original })
}

fn state(found: Option<&Found>, differs: impl FnOnce(&Found) -> Option<String>) -> FileState {
    let Some(found) = found else { return FileState::Missing };
    match differs(found) {
        Some(what) => FileState::Differs(what),
        None if !found.is_private => FileState::Differs("others can read it".to_owned()),
        None => FileState::AsDeclared,
    }
}

impl FilesSeen {
    /// Whether all are as they should be.
    pub(super) fn are_declared(&self) -> bool {
        self.files.iter().all(|file| file.state == FileState::AsDeclared)
    }
}
