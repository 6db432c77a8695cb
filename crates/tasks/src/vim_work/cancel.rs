//! Cancels vim tasks that a run began, on the wish of a person: [`cancel_work`].

use std::fmt;

use orchestrator::OpenWork;
use vim25::types::TaskInfo;
use vsphere::objects::VimTask;
use vsphere::{CallError, Writer};

use super::progress::is_under_way;
use super::settle::{find, object_of};

/// What became of the wish to cancel one vim task.
#[derive(Debug)]
pub struct Cancelled {
    what: String,
    fate: Fate,
}

#[derive(Debug)]
enum Fate {
    Asked,
    Ended,
    NeverBegan,
    CannotBe,
    Failed(CallError),
}

impl Cancelled {
    /// Whether it may go on all the same.
    #[must_use]
    pub fn is_still_running(&self) -> bool {
        matches!(self.fate, Fate::CannotBe | Fate::Failed(_))
    }
}

impl fmt::Display for Cancelled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, fate } = self;
        match fate {
            Fate::Asked => write!(f, "cancelled  {what}"),
            Fate::Ended => write!(f, "has ended  {what}"),
            Fate::NeverBegan => write!(f, "never began  {what}"),
            Fate::CannotBe => write!(f, "goes on  {what}: the server cannot cancel it"),
            Fate::Failed(error) => write!(f, "goes on  {what}: {error}"),
        }
    }
}

/// Asks the server to cancel what is under way of these, where it can, and says of each what came of it. Work on
/// other servers is left out.
pub async fn cancel_work(writer: &Writer, open: &[OpenWork]) -> Vec<Cancelled> {
    let mut all = Vec::new();
    for work in open {
        let Some(object) = object_of(work, writer) else { continue };
        let OpenWork { at, call, .. } = work;
        let what = format!("{} for {}/{}", call.work, at.task, at.subject);
        match find(work, &object, writer).await {
            Err(error) => all.push(Cancelled { what, fate: Fate::Failed(error) }),
            Ok(found) if found.is_empty() && work.reference.is_none() => {
                all.push(Cancelled { what, fate: Fate::NeverBegan });
            }
            Ok(found) if found.is_empty() => all.push(Cancelled { what, fate: Fate::Ended }),
            Ok(found) => {
                for info in found {
                    let what = format!("{what} (`{}`)", info.task);
                    all.push(Cancelled { what, fate: cancel(writer, &info).await });
                }
            }
        }
    }
    all
}

async fn cancel(writer: &Writer, info: &TaskInfo) -> Fate {
    if !is_under_way(info) {
        return Fate::Ended;
    }
    if !info.cancelable {
        return Fate::CannotBe;
    }
    match VimTask::new(info.task.clone()).cancel(writer).await {
        Ok(()) => Fate::Asked,
        Err(error) => Fate::Failed(error),
    }
}
