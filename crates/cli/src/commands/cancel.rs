//! `lockstep cancel`: asks a run of another process to stop, and cancels what vCenter does for it.

use std::time::SystemTime;

use clap::Args;
use orchestrator::OpenWork;
use state::RunRecord;
use tasks::{Cancelled, cancel_work};

use super::resume::as_begun;
use super::runs::chosen;
use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::{self, Life, Noted, life, refused, this_process};
use crate::run::Prepared;
use crate::stop::Stop;
use crate::surroundings::Surroundings;
use crate::text::clean;

/// Ask a run to stop, from another terminal
///
/// The run starts nothing new, waits for what is under way, and ends; it can be resumed. What vCenter has begun goes
/// on there, unless `--tasks` cancels it.
#[derive(Args, Debug)]
pub(crate) struct CancelArgs {
    /// Id of a run or its beginning, or `last`
    run: String,
    /// Cancel the vim tasks that are under way for the run as well, where vCenter can
    #[arg(long)]
    tasks: bool,
}

/// Asks, and cancels.
pub(crate) async fn run(args: &CancelArgs, surroundings: &Surroundings) -> Outcome {
    let reader = journal::read(&surroundings.environment)?;
    let record = chosen(reader.as_ref(), &args.run)?;
    let goes_on = record.ended.is_none() && life(&record.start.holder) != Life::Died;
    if goes_on {
        ask(&record, surroundings).await?;
    } else if !args.tasks {
        let what = format!("run `{}` does not go on any more", record.start.id);
        let hint =
            "`--tasks` cancels what vCenter still does for it; `lockstep resume` goes on with it";
        return Err(CliError::new(what).hint(hint));
    }
    if !args.tasks {
        return Ok(Exit::DONE);
    }
    let open = reader.map(|reader| reader.open_work(&record.start.id)).transpose();
    cancel(&record, &open.map_err(refused)?.unwrap_or_default(), surroundings).await
}

async fn ask(record: &RunRecord, surroundings: &Surroundings) -> Result<(), CliError> {
    let own = this_process(&surroundings.environment);
    let (id, who) = (record.start.id.clone(), format!("{} on {}", own.user, own.host));
    let journal = journal::open(&surroundings.environment)?;
    journal.ask_to_stop(id.clone(), who, SystemTime::now()).await.map_err(refused)?;
    surroundings.console.note(&format!(
        "Run {id} is asked to stop: it starts nothing new and waits for what is under way; `lockstep runs watch {id}` \
         follows it."
    ));
    Ok(())
}

async fn cancel(record: &RunRecord, open: &[OpenWork], surroundings: &Surroundings) -> Outcome {
    if open.is_empty() {
        surroundings.console.result(|out| {
            out.extend_from_slice(b"No vim task is under way for this run.\n");
            Ok(())
        })?;
        return Ok(Exit::DONE);
    }
    let (apply, there) = as_begun(record, surroundings)?;
    let mut prepared = Prepared::read(apply.run_args(), &there)?;
    let stop = Stop::listen()?;
    let sessions = prepared.connect(&there, &stop).await?;
    let journal = journal::open(&there.environment)?;
    let noted = Noted::note(&journal, &sessions, &there).await;
    let mut all = Vec::new();
    for (_, client) in sessions.clients() {
        all.extend(stop.or(async { Ok(cancel_work(&client.writer(), open).await) }).await);
    }
    sessions.close(&there).await;
    noted?.closed().await;
    let all: Vec<Cancelled> = all.into_iter().flatten().collect();
    let refused = all.iter().any(|one| one.is_still_running());
    surroundings.console.result(|out| {
        for one in &all {
            out.extend_from_slice(clean(&format!("{one}\n")).as_bytes());
        }
        Ok(())
    })?;
    Ok(if refused { Exit::FAILED } else { Exit::DONE })
}
