//! Saved plans as commands use them: written by `plan --out`, and carried out by `apply FILE`.

use std::fs::Permissions;
use std::io::{self, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use orchestrator::{RunFacts, RunPlan};
use report::{PlanOrigin, SavedPlan, utc_seconds};

use crate::error::CliError;
use crate::exit::Exit;
use crate::journal::absolute;
use crate::run::{Prepared, RunArgs};
use crate::surroundings::Surroundings;

/// More bytes than any plan has.
const LARGEST: u64 = 256 << 20;
/// Differences that are told one by one.
const TOLD: usize = 20;

#[derive(Debug, thiserror::Error)]
#[error("cannot write the plan to `{}`", .path.display())]
struct WriteError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// Writes a plan for its owner alone; whoever is to see it is given the file.
pub(crate) fn save(
    file: &Path,
    plan: &RunPlan,
    args: &RunArgs,
    prepared: &Prepared,
    facts: &RunFacts,
    surroundings: &Surroundings,
) -> Result<(), CliError> {
    let origin = PlanOrigin {
        made: utc_seconds(SystemTime::now()),
        playbook: absolute(&args.playbook.file, &surroundings.environment.folder),
        digest: prepared.digest.clone(),
        variables: args.playbook.vars.clone(),
        tags: args.tags.clone(),
    };
    let write = || -> io::Result<()> {
        let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty());
        let mut whole = tempfile::Builder::new()
            .permissions(Permissions::from_mode(0o600))
            .tempfile_in(folder.unwrap_or(Path::new(".")))?;
        SavedPlan::write(&mut whole, plan, origin, facts)?;
        whole.flush()?;
        whole.as_file().sync_all()?;
        whole.persist(file).map_err(|error| error.error)?;
        Ok(())
    };
    write().map_err(|cause| CliError::new(WriteError { path: file.to_owned(), cause }))
}

/// The saved plan that is named instead of a playbook; `None` when it is a playbook.
pub(crate) fn saved_plan(file: &Path) -> Result<Option<SavedPlan>, CliError> {
    // What cannot be read is told of as a playbook, which it most likely should be.
    let Ok(about) = std::fs::metadata(file) else { return Ok(None) };
    if !about.is_file() || about.len() > LARGEST {
        return Ok(None);
    }
    let Ok(bytes) = std::fs::read(file) else { return Ok(None) };
    SavedPlan::read(&bytes).map_err(|error| {
        CliError::new(error).hint("make the plan anew: `lockstep plan PLAYBOOK --out FILE`")
    })
}

/// The options with which a saved plan was made.
pub(crate) fn options_of(saved: &SavedPlan, args: &RunArgs) -> Result<RunArgs, CliError> {
    if !args.playbook.vars.is_empty() || !args.tags.is_empty() {
        return Err(CliError::new("a saved plan has its variables and tags already")
            .hint("leave out `--var` and `--tags`, or make another plan with them"));
    }
    let origin = saved.origin();
    let mut args = args.clone();
    args.playbook.file = PathBuf::from(&origin.playbook);
    args.playbook.vars.clone_from(&origin.variables);
    args.tags.clone_from(&origin.tags);
    Ok(args)
}

/// Refuses a plan of another release or another text of the playbook.
pub(crate) fn check_origin(saved: &SavedPlan, prepared: &Prepared) -> Result<(), CliError> {
    let (made_by, this) = (&saved.facts().program, program());
    if *made_by != this {
        return Err(stale(format!("it was made by `{made_by}`, and this is `{this}`")));
    }
    let origin = saved.origin();
    if origin.digest != prepared.digest {
        return Err(stale(format!("the playbook `{}` was changed since", origin.playbook)));
    }
    Ok(())
}

/// Refuses other servers, and whatever would touch something otherwise than was planned.
pub(crate) fn check_world(
    saved: &SavedPlan,
    facts: &RunFacts,
    now: &RunPlan,
) -> Result<(), CliError> {
    let identity = |facts: &RunFacts| -> Vec<(String, String)> {
        facts.servers.iter().map(|one| (one.name.clone(), one.instance.clone())).collect()
    };
    if identity(saved.facts()) != identity(facts) {
        return Err(stale("it was made for another server".to_owned()));
    }
    let differences = saved.differences(now);
    if differences.is_empty() {
        return Ok(());
    }
    let mut told: Vec<String> = differences
        .iter()
        .take(TOLD)
        .map(|one| {
            format!(
                "\n  {}, `{}`\n    saved  {}\n    now    {}",
                one.task, one.subject, one.saved, one.now
            )
        })
        .collect();
    if differences.len() > TOLD {
        told.push(format!("\n  and {} more", differences.len() - TOLD));
    }
    Err(stale(format!("what it would touch has changed:{}", told.concat())))
}

/// This program with its version.
pub(crate) fn program() -> String {
    format!("lockstep {}", env!("CARGO_PKG_VERSION"))
}

fn stale(why: String) -> CliError {
    CliError::new(format!("the saved plan cannot be carried out, and nothing was changed: {why}"))
        .hint("look at what changed, then make a new plan: `lockstep plan PLAYBOOK --out FILE`")
        .exit(Exit::BLOCKED)
}
