//! `lockstep unlock`: shows the locks on servers, and takes one away.

use std::time::SystemTime;

use clap::Args;
use state::{LockRecord, Unlock};

use crate::error::{CliError, Outcome};
use crate::exit::Exit;
use crate::journal::{self, holder_of, holds, refused, this_process};
use crate::surroundings::Surroundings;
use crate::text::clean;

/// Show the locks on servers, or take one away
///
/// A run locks its servers, so that no two runs change one at the same time. A lock is free by itself when its
/// process has ended, and a minute after its process stands still. To take one away from a run that lives needs a
/// reason, which is kept; that run then begins nothing more.
#[derive(Args, Debug)]
pub(crate) struct UnlockArgs {
    /// The server as `lockstep runs` shows it; without, all locks are shown
    server: Option<String>,
    /// Take it away although its holder may be at work
    #[arg(long, requires = "reason")]
    force: bool,
    /// Why it is taken away by force
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
}

/// Shows or unlocks.
pub(crate) async fn run(args: &UnlockArgs, surroundings: &Surroundings) -> Outcome {
    let reader = journal::read(&surroundings.environment)?;
    let locks = reader.as_ref().map(|reader| reader.locks()).transpose().map_err(refused)?;
    let locks = locks.unwrap_or_default();
    let Some(server) = &args.server else { return show(&locks, surroundings) };
    let Some(lock) = locks.iter().find(|lock| lock.scope == *server) else {
        let hint = "`lockstep unlock` shows all locks";
        return Err(CliError::new(format!("`{server}` is not locked")).hint(hint));
    };
    if holds(lock) && !args.force {
        let what =
            format!("the holder of the lock on `{server}` may be at work: {}", holder_of(lock));
        let hint = format!(
            "`lockstep cancel {}` asks it to stop; `--force --reason TEXT` takes the lock away all the same",
            lock.run
        );
        return Err(CliError::new(what).hint(hint).exit(Exit::LOCKED));
    }
    let reason = args.reason.as_deref().unwrap_or("its holder has ended");
    let own = this_process(&surroundings.environment);
    let unlock = Unlock {
        scope: lock.scope.clone(),
        run: lock.run.clone(),
        who: format!("{} on {}", own.user, own.host),
        reason: reason.to_owned(),
        at: SystemTime::now(),
    };
    let journal = journal::open(&surroundings.environment)?;
    journal.unlock(unlock).await.map_err(refused)?;
    surroundings
        .console
        .note(&format!("`{server}` is unlocked; it was held by {}", holder_of(lock)));
    Ok(Exit::DONE)
}

fn show(locks: &[LockRecord], surroundings: &Surroundings) -> Outcome {
    surroundings.console.result(|out| {
        if locks.is_empty() {
            out.extend_from_slice(b"No locks.\n");
        }
        for lock in locks {
            let state = if holds(lock) { "locked" } else { "free, its holder has ended" };
            let line = format!("{}  {state}\n  {}\n", lock.scope, holder_of(lock));
            out.extend_from_slice(clean(&line).as_bytes());
        }
        Ok(())
    })?;
    Ok(Exit::DONE)
}
