//! Waits for what an earlier run, or an earlier try, began and did not see the end of.
//!
//! By its reference where that is known. Otherwise the call may or may not have reached the server, so the vim task
//! is looked for on its object, by kind and by the time on the server's own clock. Nothing is concluded from how it
//! ended: the step looks at the world afterwards.

use std::time::{Duration, SystemTime};

use orchestrator::{OpenWork, StepScope, TaskError};
use vim25::types::{NoPermission, NotSupported, TaskInfo};
use vim25::{DateTime, MoRef};
use vsphere::{CallError, Reader, VimTaskError, Writer};

use super::background::name_of;
use super::kind::Kind;
use super::progress::{await_end, is_under_way, of_kinds};
use crate::trouble::Doing;

/// How far a server's clock may have been set back since a call was noted.
const MARGIN: Duration = Duration::from_secs(600);
/// How long after it was noted a call may still turn up as a vim task.
const TURNS_UP: Duration = Duration::from_secs(15);
/// The first pause before a server is asked again whether it has turned up; doubles.
const PAUSE: Duration = Duration::from_millis(50);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// Longer than any vim task that is begun here.
const WITHIN: Duration = Duration::from_secs(4 * 3600);

/// What was left of earlier work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Left {
    /// Vim tasks, which have ended by now.
    Something,
    /// What was asked for never reached the server.
    Nothing,
}

/// Waits for what is open for the subject of a step.
///
/// # Errors
/// When it cannot be found out or does not end; then the step must not be done.
pub(crate) async fn settle_here(writer: &Writer, scope: &StepScope) -> Result<(), TaskError> {
    settle(writer, scope, scope.open_here()).await.map(drop)
}

/// Waits for each of these that is about this server.
pub(super) async fn settle(
    writer: &Writer,
    scope: &StepScope,
    open: Vec<OpenWork>,
) -> Result<Left, TaskError> {
    let mut left = Left::Nothing;
    for work in open.into_iter().filter(begins_a_vim_task) {
        let Some(object) = object_of(&work, writer) else { continue };
        let doing =
            Doing::new("earlier-work", "cannot wait for what was begun on", &work.at.subject);
        let found = find(&work, &object, writer).await.map_err(|error| doing.failed(error))?;
        let how = match found.as_slice() {
            [] => format!("the server never got {}", work.call.work),
            [.., last] => {
                left = Left::Something;
                wait(writer, scope, &work, &found).await.map_err(|error| doing.failed(error))?;
                format!("{} has ended: {}", work.call.work, name_of(writer, &last.task))
            }
        };
        scope.settled(&work, how).await;
    }
    Ok(left)
}

/// What came of other calls is looked into by the capability that made them.
fn begins_a_vim_task(work: &OpenWork) -> bool {
    work.call.work.ends_with("_Task")
}

/// The object that a call was about, if it is one of this server.
pub(crate) fn object_of(work: &OpenWork, writer: &Writer) -> Option<MoRef> {
    object_named(&work.call.object, writer)
}

/// The object of this name, if it is one of this server.
pub(crate) fn object_named(name: &str, writer: &Writer) -> Option<MoRef> {
    moref(name.strip_prefix(&writer.url().authority())?)
}

fn moref(text: &str) -> Option<MoRef> {
    let (kind, value) = text.trim_start().split_once(':')?;
    Some(MoRef::new(kind, value))
}

/// The vim tasks that the call began, ended ones among them.
pub(super) async fn find(
    work: &OpenWork,
    object: &MoRef,
    writer: &Writer,
) -> Result<Vec<TaskInfo>, CallError> {
    if let Some(reference) = &work.reference {
        let task = reference.strip_prefix(&writer.url().authority()).and_then(moref);
        let known = writer.retrieve_many(&task.into_iter().collect::<Vec<_>>(), &["info"]).await?;
        let known: Vec<TaskInfo> =
            known.iter().filter_map(|seen| seen.object::<TaskInfo>("info")).cloned().collect();
        // One that is forgotten has ended.
        return Ok(known);
    }
    let noted = DateTime::from_text(work.call.at.as_str()).to_system_time();
    let mut pause = PAUSE;
    loop {
        // The time comes first: what turns up in between is seen.
        let now = writer.current_time().await?.to_system_time();
        let found = search(work, object, noted, writer).await?;
        let (Some(noted), Some(now)) = (noted, now) else { return Ok(found) };
        if !found.is_empty() || now.duration_since(noted).is_ok_and(|past| past > TURNS_UP) {
            return Ok(found);
        }
        // A clock that was set back would make this wait for long.
        if noted.duration_since(now).is_ok_and(|ahead| ahead > MARGIN) {
            return Ok(found);
        }
        writer.clock().sleep(pause).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}

/// Vim tasks of the call's kind on its object since shortly before it was noted.
async fn search(
    work: &OpenWork,
    object: &MoRef,
    noted: Option<SystemTime>,
    reader: &Reader,
) -> Result<Vec<TaskInfo>, CallError> {
    let kind = Kind::of_method(&work.call.work);
    let since = noted.and_then(|noted| noted.checked_sub(MARGIN)).unwrap_or(SystemTime::UNIX_EPOCH);
    let all = match reader.vim_tasks_since(object, since).await {
        Ok(all) => all,
        // Not every account may look into the history, and a bare host has none.
        Err(error) if may_not(&error) => recent(object, kind, reader).await?,
        Err(error) => return Err(error),
    };
    let noted_at = noted.unwrap_or(SystemTime::UNIX_EPOCH);
    let is_it = |info: &TaskInfo| {
        let ours = match kind {
            Some(kind) => kind.is_of(info),
            None => info.name.as_deref() == Some(work.call.work.as_str()),
        };
        // One from before that has ended is an earlier one; one that runs is waited for in any case.
        let after = info.queue_time.to_system_time().is_none_or(|at| at >= noted_at);
        ours && (after || is_under_way(info))
    };
    Ok(all.into_iter().filter(is_it).collect())
}

fn may_not(error: &CallError) -> bool {
    error.fault::<NoPermission>().is_some() || error.fault::<NotSupported>().is_some()
}

async fn recent(
    object: &MoRef,
    kind: Option<Kind>,
    reader: &Reader,
) -> Result<Vec<TaskInfo>, CallError> {
    let seen = reader.retrieve(object, &["recentTask"]).await?;
    let kinds: Vec<Kind> = kind.into_iter().collect();
    let infos = of_kinds(reader, &seen.morefs("recentTask"), &kinds).await?;
    Ok(infos.into_iter().filter(is_under_way).collect())
}

/// Waits until all have ended, however they do.
async fn wait(
    writer: &Writer,
    scope: &StepScope,
    work: &OpenWork,
    found: &[TaskInfo],
) -> Result<(), VimTaskError> {
    for info in found.iter().filter(|info| is_under_way(info)) {
        let OpenWork { run, call, .. } = work;
        scope.notice(format!(
            "run {run} began {} and did not see its end; waiting for `{}`",
            call.work, info.task
        ));
        let text = ("waiting for what was begun earlier", 0, 20);
        match await_end(writer, &info.task, WITHIN, scope, text).await {
            // What it did is seen on its object.
            Ok(_) | Err(VimTaskError::Failed(_) | VimTaskError::Vanished { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(())
}
