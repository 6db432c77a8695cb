//! Reads and checks a playbook file: [`read_playbook`].

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use playbook::{Capability, Diagnostics, Options, Overrides, Playbook, RenderStyle, Source};
use report::{Colour, Glyphs, Style};

use crate::error::CliError;

/// The playbook and values for its variables.
#[derive(Args, Clone, Debug)]
pub(crate) struct PlaybookArgs {
    /// The playbook
    pub(crate) file: PathBuf,
    /// Set a variable of the playbook; may be given several times
    #[arg(long = "var", value_name = "NAME=VALUE")]
    pub(crate) vars: Vec<String>,
}

/// A file that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read playbook `{}`", .path.display())]
struct ReadError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// Why there is no checked playbook.
#[derive(Debug)]
pub(crate) enum PlaybookError {
    /// It could not be read, or the command line is wrong.
    Error(CliError),
    /// It has mistakes.
    Mistakes(Diagnostics),
}

/// Reads and checks the playbook.
pub(crate) fn read_playbook(
    args: &PlaybookArgs,
    catalogue: &'static [Capability],
) -> Result<Playbook, PlaybookError> {
    let overrides = overrides(&args.vars).map_err(PlaybookError::Error)?;
    let bytes = std::fs::read(&args.file).map_err(|cause| {
        let error = ReadError { path: args.file.clone(), cause };
        PlaybookError::Error(CliError::new(error).hint("give the path of a playbook (YAML)"))
    })?;
    let name = args.file.to_string_lossy();
    let source = Source::from_bytes(&name, &bytes).map_err(PlaybookError::Mistakes)?;
    let options = Options { overrides, ..Options::default() };
    playbook::check(&source, catalogue, &options).map_err(PlaybookError::Mistakes)
}

/// The folder that relative paths in the playbook are meant from.
pub(crate) fn folder(file: &Path) -> PathBuf {
    file.parent().map(Path::to_owned).unwrap_or_default()
}

/// How mistakes are drawn.
pub(crate) fn mistakes_style(style: &Style) -> RenderStyle {
    RenderStyle {
        color: style.colour == Colour::On,
        unicode: style.glyphs == Glyphs::Unicode,
        width: style.width,
    }
}

impl PlaybookError {
    /// The error as commands other than `validate` show it: the mistakes are its causes.
    pub(crate) fn into_error(self, style: &Style) -> CliError {
        match self {
            PlaybookError::Error(error) => error,
            PlaybookError::Mistakes(found) => {
                let text = found.render(mistakes_style(style));
                CliError::new(format!("cannot use playbook `{}`\n\n{text}", found.source().name()))
            }
        }
    }
}

fn overrides(vars: &[String]) -> Result<Overrides, CliError> {
    let mut overrides = Overrides::new();
    for assignment in vars {
        overrides
            .assign(assignment)
            .map_err(|error| CliError::new(error).hint("write `--var name=value`"))?;
    }
    Ok(overrides)
}
