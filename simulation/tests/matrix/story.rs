//! A schedule of one fault that was played, and how to look at what came of it: [`Story`].

use orchestrator::{RunSummary, Status, Verdict};
use simulation::{Fault, Outcome, Scenario, Schedule, simulate};

/// Three VMs on three hosts.
pub(crate) const SMALL: Scenario = Scenario::Protect { vms: 3, hosts: 3 };

/// What came of a schedule in which no rule was broken.
pub(crate) struct Story(pub(crate) Outcome);

impl Story {
    /// Plays three VMs on three hosts with these faults.
    #[track_caller]
    pub(crate) fn of<const N: usize>(faults: [Fault; N]) -> Self {
        Self::play(faults.into_iter().fold(Schedule::calm(1, SMALL), Schedule::with))
    }

    #[track_caller]
    pub(crate) fn play(schedule: Schedule) -> Self {
        let outcome = simulate(&schedule);
        let log = outcome.log.join("\n");
        assert!(outcome.violations.is_empty(), "{:?}\n{log}", outcome.violations);
        Self(outcome)
    }

    /// How the run ended in which things went wrong.
    #[track_caller]
    pub(crate) fn disturbed(&self) -> &RunSummary {
        let last = self.0.disturbed.last().and_then(Option::as_ref);
        last.unwrap_or_else(|| panic!("no run came to its end\n{}", self.0.log.join("\n")))
    }

    /// The disturbed run reached its goal all the same, by itself.
    #[track_caller]
    pub(crate) fn takes_no_harm(&self) -> &Self {
        let summary = self.disturbed();
        let log = self.0.log.join("\n");
        assert_eq!(summary.verdict, Verdict::Done, "{:?}\n{log}", summary.failures);
        self.converges()
    }

    /// All VMs were protected in the end.
    #[track_caller]
    pub(crate) fn converges(&self) -> &Self {
        assert!(self.0.converged, "{}", self.0.log.join("\n"));
        self
    }

    /// How `subject` ended in the disturbed run, with the words about it.
    #[track_caller]
    pub(crate) fn told_of(&self, subject: &str) -> (Status, String) {
        let tasks = &self.disturbed().tasks;
        let mut all = tasks.iter().flat_map(|task| &task.subjects);
        let one = all.find(|one| one.subject == subject).unwrap();
        let failure = one.failure.as_ref();
        let words = failure.map(|failure| {
            let fix = failure.fix.as_deref().unwrap_or_default();
            format!("{} {failure}: {} ({fix})", failure.code, failure.causes.join(": "))
        });
        (one.status, words.unwrap_or_default())
    }

    /// How many lines of the log hold all of these.
    pub(crate) fn lines<const N: usize>(&self, parts: [&str; N]) -> usize {
        let has = |line: &&String| parts.iter().all(|part| line.contains(part));
        self.0.log.iter().filter(has).count()
    }
}
