//! Following vim tasks, with their progress shown to the operator.

use std::time::Duration;

use orchestrator::StepScope;
use vim25::MoRef;
use vim25::enums::TaskInfoState;
use vim25::types::TaskInfo;
use vsphere::{Reader, VimTaskError};

use super::kind::Kind;

/// Waits for a vim task; its own percentage is shown between `from` and `to`.
pub(crate) async fn await_end(
    reader: &Reader,
    vim_task: &MoRef,
    within: Duration,
    scope: &StepScope,
    (text, from, to): (&str, u8, u8),
) -> Result<TaskInfo, VimTaskError> {
    let mut shown = None;
    reader
        .wait_for_task(vim_task, within, |info| {
            let percent = scaled(info.progress, from, to);
            if shown != Some(percent) {
                shown = Some(percent);
                scope.progress(Some(percent), text);
            }
        })
        .await
}

/// A vim task's percentage on the part of the scale from `from` to `to`.
pub(crate) fn scaled(progress: Option<i32>, from: u8, to: u8) -> u8 {
    let own = u32::try_from(progress.unwrap_or(0).clamp(0, 100)).unwrap_or(0);
    let width = u32::from(to.saturating_sub(from));
    from + u8::try_from(own * width / 100).unwrap_or(0)
}

/// The vim tasks of `recent` that are of one of these kinds, whether or not they have ended.
///
/// # Errors
/// When they cannot be read.
pub(crate) async fn of_kinds(
    reader: &Reader,
    recent: &[MoRef],
    kinds: &[Kind],
) -> Result<Vec<TaskInfo>, vsphere::CallError> {
    if recent.is_empty() {
        return Ok(Vec::new());
    }
    let seen = reader.retrieve_many(recent, &["info"]).await?;
    let infos = seen.iter().filter_map(|one| {
        let info = one.object::<TaskInfo>("info")?;
        let is_one = kinds.iter().any(|kind| kind.is_of(info));
        is_one.then(|| TaskInfo { task: one.object.clone(), ..info.clone() })
    });
    Ok(infos.collect())
}

/// Whether it has not ended.
pub(crate) fn is_under_way(info: &TaskInfo) -> bool {
    matches!(info.state, TaskInfoState::Queued | TaskInfoState::Running)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_shown_on_its_part_of_the_scale() {
        let table = [
            (None, 0, 100, 0),
            (Some(50), 0, 100, 50),
            (Some(50), 10, 30, 20),
            (Some(100), 10, 100, 100),
            (Some(-1), 10, 100, 10),
            (Some(500), 10, 100, 100),
        ];
        for (own, from, to, expected) in table {
            assert_eq!(scaled(own, from, to), expected, "{own:?} of {from}..{to}");
        }
    }
}
