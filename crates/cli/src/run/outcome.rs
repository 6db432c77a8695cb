//! From what happened to an exit code.

use orchestrator::{CODE_JOURNAL, Failure, RunPlan, RunSummary, Status, Verdict};
use state::CODE_LOCK_LOST;

use crate::exit::Exit;

/// Codes of failures that a login or a role would cure.
const DENIED: [&str; 2] = ["login-refused", "missing-privilege"];

/// How a process ends that only planned.
pub(crate) fn plan_exit(plan: &RunPlan, changes: Exit) -> Exit {
    let failures = plan.tasks.iter().filter_map(|task| task.outcome.as_ref().err());
    match () {
        () if plan.totals.failed > 0 && all_denied(failures) => Exit::DENIED,
        () if plan.totals.failed > 0 => Exit::ERROR,
        () if plan.totals.blocked > 0 => Exit::BLOCKED,
        () if plan.has_changes() => changes,
        () => Exit::DONE,
    }
}

/// How a run went, in one word.
pub(crate) fn verdict(summary: &RunSummary) -> &'static str {
    match summary.verdict {
        Verdict::Done => "done",
        Verdict::Failed => "failed",
        Verdict::Stopped => "stopped",
    }
}

/// How a process ends that applied. What nobody knows matters most.
pub(crate) fn summary_exit(summary: &RunSummary) -> Exit {
    let counts = summary.counts;
    let failed = summary.failures.iter().filter(|group| group.status == Status::Failed);
    let has = |code| summary.failures.iter().any(|group| group.failure.code == code);
    match summary.verdict {
        Verdict::Done => Exit::DONE,
        _ if counts.unknown > 0 => Exit::UNKNOWN,
        _ if has(CODE_LOCK_LOST) => Exit::LOCKED,
        _ if has(CODE_JOURNAL) => Exit::JOURNAL,
        Verdict::Stopped => Exit::CANCELLED,
        Verdict::Failed if all_denied(failed.map(|group| &group.failure)) => Exit::DENIED,
        Verdict::Failed if counts.failed > 0 => Exit::FAILED,
        Verdict::Failed if counts.blocked > 0 => Exit::BLOCKED,
        Verdict::Failed => Exit::FAILED,
    }
}

/// Whether there is a failure, and nothing but what a login or a role would cure.
fn all_denied<'a>(failures: impl Iterator<Item = &'a Failure>) -> bool {
    let mut codes = failures.map(|failure| &*failure.code).peekable();
    codes.peek().is_some() && codes.all(|code| DENIED.contains(&code))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use orchestrator::{Counts, FailureGroup, PlanTotals, RunId, TaskError};

    use super::*;

    #[test]
    fn a_plan_ends_by_its_worst_part() {
        let exit = |totals: PlanTotals| {
            let plan = RunPlan { run: RunId::from("r"), tasks: Vec::new(), totals };
            plan_exit(&plan, Exit::CHANGES)
        };
        let none = PlanTotals::default();
        assert_eq!(exit(none), Exit::DONE);
        assert_eq!(exit(PlanTotals { unchanged: 3, ..none }), Exit::DONE);
        assert_eq!(exit(PlanTotals { change: 1, ..none }), Exit::CHANGES);
        assert_eq!(exit(PlanTotals { after_apply: 1, ..none }), Exit::CHANGES);
        assert_eq!(exit(PlanTotals { create: 1, blocked: 1, ..none }), Exit::BLOCKED);
        assert_eq!(exit(PlanTotals { failed: 1, blocked: 1, ..none }), Exit::ERROR);
    }

    #[test]
    fn an_apply_ends_by_its_verdict() {
        let exit = |verdict, counts| {
            let summary = RunSummary::of(RunId::from("r"), Vec::new(), false, Duration::ZERO);
            summary_exit(&RunSummary { verdict, counts, ..summary })
        };
        let none = Counts::default();
        assert_eq!(exit(Verdict::Done, Counts { changed: 8, ..none }), Exit::DONE);
        assert_eq!(exit(Verdict::Failed, Counts { failed: 1, ..none }), Exit::FAILED);
        let unknown = Counts { failed: 1, unknown: 1, ..none };
        assert_eq!(exit(Verdict::Failed, unknown), Exit::UNKNOWN);
        assert_eq!(exit(Verdict::Stopped, unknown), Exit::UNKNOWN);
        assert_eq!(exit(Verdict::Stopped, Counts { unfinished: 1, ..none }), Exit::CANCELLED);
        let failures = |codes: &[&'static str]| {
            let group = |code: &&'static str| FailureGroup {
                status: Status::Failed,
                failure: Failure::from(&TaskError::new(code, "cannot read", "esx1")),
                members: Vec::new(),
            };
            let summary = RunSummary::of(RunId::from("r"), Vec::new(), false, Duration::ZERO);
            let counts = Counts { failed: codes.len(), ..none };
            let failures = codes.iter().map(group).collect();
            summary_exit(&RunSummary { verdict: Verdict::Failed, counts, failures, ..summary })
        };
        assert_eq!(failures(&[CODE_JOURNAL, "missing-privilege"]), Exit::JOURNAL);
        assert_eq!(failures(&["missing-privilege"]), Exit::DENIED);
        assert_eq!(failures(&["missing-privilege", "read-failed"]), Exit::FAILED);
        assert_eq!(exit(Verdict::Failed, Counts { blocked: 1, skipped: 2, ..none }), Exit::BLOCKED);
    }
}
