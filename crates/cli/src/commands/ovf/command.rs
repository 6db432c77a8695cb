//! The command: opens a package, reads it on demand, and shows what it is.

use std::path::PathBuf;
use std::time::SystemTime;

use clap::{Args, Subcommand, ValueEnum};
use ovf::{Package, PackageError};

use super::facts::{Contents, Facts};
use super::show::{bytes, write_text};
use super::task;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::surroundings::Surroundings;

/// Look into an OVF package, without any network
#[derive(Args, Debug)]
pub(crate) struct OvfArgs {
    #[command(subcommand)]
    command: OvfCommand,
}

#[derive(Debug, Subcommand)]
enum OvfCommand {
    Inspect(InspectArgs),
}

/// Show what a package is, what can be set, who vouches for it, and a task that deploys it
///
/// Descriptor, manifest and signature are checked in any case; disks only with `--verify`, as they may be large. An
/// `ovf` task checks them while it uploads.
#[derive(Args, Debug)]
struct InspectArgs {
    /// An archive (.ova), or a descriptor (.ovf) with its files beside it
    file: PathBuf,
    /// Read all files and hold them against the manifest
    #[arg(long)]
    verify: bool,
    /// How to show the result
    #[arg(long, value_name = "FORM", default_value = "text")]
    output: InspectOutput,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum InspectOutput {
    /// For people
    Text,
    /// One JSON document
    Json,
}

/// Does what was asked for.
pub(crate) fn run(args: &OvfArgs, surroundings: &Surroundings) -> Outcome {
    let OvfCommand::Inspect(args) = &args.command;
    let console = &surroundings.console;
    let package = Package::open(&args.file).map_err(refused)?;
    let mut contents = Contents::NotRead;
    if args.verify {
        let size: u64 = package.files().iter().filter_map(ovf::PackageFile::size).sum();
        console.note(&format!("reading {} ...", bytes(size)));
        package.verify(|_| ()).map_err(refused)?;
        contents = match package.manifest() {
            Some(_) => Contents::AsInManifest,
            None => Contents::Complete,
        };
    }
    let source = args.file.display().to_string();
    let mut facts = Facts::of(&package, source, contents, SystemTime::now());
    facts.task = task::text(package.descriptor(), &facts);
    match args.output {
        InspectOutput::Text => console.result(|out| write_text(out, &facts, &console.out))?,
        InspectOutput::Json => console.result(|out| {
            serde_json::to_writer_pretty(&mut *out, &facts)?;
            out.push(b'\n');
            Ok(())
        })?,
    }
    for warning in &facts.warnings {
        console.warn(warning);
    }
    Ok(Exit::DONE)
}

fn refused(error: PackageError) -> CliError {
    let hint = match &error {
        PackageError::Read { .. } => None,
        PackageError::NotAPackage { .. } => {
            Some("give an archive (.ova), or a descriptor (.ovf) with its files beside it")
        }
        PackageError::Missing { .. } => {
            Some("all files of a package belong beside its descriptor, under their own names")
        }
        _ => Some("fetch the package again from its vendor, and compare its digest with theirs"),
    };
    let shown = CliError::new(error);
    match hint {
        Some(hint) => shown.hint(hint),
        None => shown,
    }
}
