//! Looks for the installed host, and else for the files.

use std::path::PathBuf;

use orchestrator::TaskError;

use super::answer::{Answer, ask};
use super::contents::{FilesSeen, compare};
use super::files::read;
use super::spec::Spec;
use crate::world::VsphereReader;

/// What is there.
pub(crate) struct Seen {
    pub(super) answer: Answer,
    /// `None` when the host is installed, so that nobody needs them.
    pub(super) files: Option<FilesSeen>,
}

pub(super) async fn observe(spec: &Spec, reader: &VsphereReader) -> Result<Seen, TaskError> {
    let answer = match &spec.wait_for {
        Some(waits) => ask(spec, waits).await,
        None => Answer::NotAsked,
    };
    let files = match answer {
        Answer::Expected(_) => None,
        _ => Some(look_at_files(spec, reader).await?),
    };
    Ok(Seen { answer, files })
}

pub(super) async fn look_at_files(
    spec: &Spec,
    reader: &VsphereReader,
) -> Result<FilesSeen, TaskError> {
    let reference = spec.root_password.as_ref().ok_or_else(|| {
        TaskError::new("kickstart-password", "no password is declared for", spec.subject())
    })?;
    let password = reader.secret(reference).await?;
    let original = spec.boot.original.as_deref().map(|path| original(reader, path)).transpose()?;
    compare(spec, &folder(spec, reader), original, &password)
}

/// Where the files go.
pub(super) fn folder(spec: &Spec, reader: &VsphereReader) -> PathBuf {
    reader.file(&spec.folder)
}

/// The media's own `boot.cfg`.
fn original(reader: &VsphereReader, path: &str) -> Result<String, TaskError> {
    let unusable = || {
        TaskError::new("kickstart-boot-cfg", "cannot use the `boot.cfg` of the media,", path)
            .hint("copy `boot.cfg` from the installation media and name it in `boot.boot_cfg`")
    };
    let found =
        read(&reader.file(path))?.ok_or_else(|| unusable().caused_by("there is no such file"))?;
    let text = found.text().filter(|text| text.lines().any(|line| line.starts_with("kernel=")));
    text.map(str::to_owned).ok_or_else(|| unusable().caused_by("no line of it names a kernel"))
}
