//! `lockstep reference`: writes the reference pages and the schema. For this repository, so it is not listed.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::reference::files;
use crate::surroundings::Surroundings;

/// Write the reference (`docs/reference`) and the schema below a folder
#[derive(Args, Debug)]
#[command(hide = true)]
pub(crate) struct ReferenceArgs {
    /// The folder, usually the root of the repository
    folder: PathBuf,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot write `{}`", .path.display())]
struct WriteError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// Writes all files.
pub(crate) fn run(args: &ReferenceArgs, surroundings: &Surroundings) -> Outcome {
    for (name, text) in files() {
        let path = args.folder.join(name);
        write(&path, &text)
            .map_err(|cause| CliError::new(WriteError { path: path.clone(), cause }))?;
        surroundings.console.note(&path.display().to_string());
    }
    Ok(Exit::DONE)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder)?;
    }
    std::fs::write(path, text)
}
