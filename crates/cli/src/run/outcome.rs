//! From what happened to an exit code.

use orchestrator::{RunPlan, RunSummary, Verdict};

use crate::exit::Exit;

/// How a process ends that only planned.
pub(crate) fn plan_exit(plan: &RunPlan, changes: Exit) -> Exit {
    match () {
        () if plan.totals.failed > 0 => Exit::ERROR,
        () if plan.totals.blocked > 0 => Exit::BLOCKED,
        () if plan.has_changes() => changes,
        () => Exit::DONE,
    }
}

/// How a process ends that applied. What nobody knows matters most.
pub(crate) fn summary_exit(summary: &RunSummary) -> Exit {
    let counts = summary.counts;
    match summary.verdict {
        Verdict::Done => Exit::DONE,
        _ if counts.unknown > 0 => Exit::UNKNOWN,
        Verdict::Stopped => Exit::CANCELLED,
        Verdict::Failed if counts.failed > 0 => Exit::FAILED,
        Verdict::Failed if counts.blocked > 0 => Exit::BLOCKED,
        Verdict::Failed => Exit::FAILED,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use orchestrator::{Counts, PlanTotals, RunId};

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
        assert_eq!(exit(Verdict::Failed, Counts { blocked: 1, skipped: 2, ..none }), Exit::BLOCKED);
    }
}
