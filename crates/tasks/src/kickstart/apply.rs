//! Writes the files, then serves the script and waits for the host.

use orchestrator::{StepOutcome, StepScope, TaskError};

use super::boot::{boot_cfg, file_name, served_path};
use super::contents::{Drawn, FileState, FilesSeen, IMAGE, SCRIPT};
use super::image::image;
use super::install::install;
use super::observe::{folder, look_at_files};
use super::plan::Step;
use super::script::script;
use super::serve::Served;
use super::spec::Spec;
use super::{files, password};
use crate::outcome::outcome;
use crate::world::VsphereReader;

pub(super) async fn apply(
    spec: &Spec,
    step: &Step,
    reader: &VsphereReader,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    match step {
        Step::Write => write(spec, reader, scope).await,
        Step::Install => install(spec, served(spec, reader).await?, scope).await,
    }
}

async fn write(
    spec: &Spec,
    reader: &VsphereReader,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let seen = look_at_files(spec, reader).await?;
    let drawn = drawn(spec, reader, &seen).await?;
    let text = script(spec, &drawn.hash);
    let mut written = Vec::new();
    for file in seen.files.iter().filter(|file| file.state != FileState::AsDeclared) {
        let bytes = match file.name {
            SCRIPT => text.clone().into_bytes(),
            IMAGE => image(&text).map_err(|cause| {
                TaskError::new("kickstart-image", "cannot make the image", IMAGE).caused_by(cause)
            })?,
            _ => boot_cfg(spec, &drawn.token, seen.original.as_deref()).into_bytes(),
        };
        files::write(&folder(spec, reader).join(file.name), &bytes)?;
        written.push(format!("`{}`", file.name));
    }
    let proof = match written.as_slice() {
        [] => format!("all files are as declared in `{}`", spec.folder),
        names => format!("wrote {} to `{}`, for their owner only", names.join(", "), spec.folder),
    };
    Ok(outcome(scope, !written.is_empty(), proof))
}

/// What was drawn before as long as it fits, and else anew.
async fn drawn(spec: &Spec, reader: &VsphereReader, seen: &FilesSeen) -> Result<Drawn, TaskError> {
    let hash = match (&seen.hash, &spec.root_password) {
        (Some(hash), _) => hash.clone(),
        (None, Some(reference)) => password::hash(&reader.secret(reference).await?)?,
        (None, None) => String::new(),
    };
    let token = match &seen.token {
        Some(token) => token.clone(),
        None => password::token()?,
    };
    Ok(Drawn { hash, token })
}

/// What the installer will fetch: the files as they lie there.
async fn served(spec: &Spec, reader: &VsphereReader) -> Result<Option<Served>, TaskError> {
    let Some(serve) = &spec.serve else { return Ok(None) };
    let seen = look_at_files(spec, reader).await?;
    match (&seen.hash, &seen.token) {
        (Some(hash), Some(token)) => Ok(Some(Served {
            listen: serve.listen,
            path: served_path(token),
            script: script(spec, hash),
        })),
        _ => {
            let place = folder(spec, reader).join(file_name(spec)).display().to_string();
            Err(TaskError::new("kickstart-file", "cannot serve what is not written,", place)
                .hint("apply again; somebody changed the files meanwhile"))
        }
    }
}
