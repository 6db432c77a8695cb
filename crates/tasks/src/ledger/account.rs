//! What became of each step of a list in a run: [`Account`].

use orchestrator::{RunSummary, Status, Table, TaskResult};

use super::claim::Claim;
use super::column::{Column, Means, SeedStep};

/// A finished run held against a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    column: Column,
    /// One of each step of the list.
    pub entries: Vec<Entry>,
}

/// One step and what became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The step.
    pub step: SeedStep,
    /// What became of it.
    pub fate: Fate,
}

/// What became of a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// A task of this run did it.
    Done {
        /// How.
        means: Means,
        /// The task.
        task: String,
    },
    /// A task of this run found it done.
    Found {
        /// How it would have been done.
        means: Means,
        /// The task.
        task: String,
    },
    /// The task that stands for it did not end well.
    Open {
        /// The task.
        task: String,
        /// How it ended.
        status: Status,
    },
    /// No task of this run stands for it.
    Absent,
    /// It only led to another step.
    Unneeded,
}

impl Account {
    /// The account of a run.
    #[must_use]
    pub fn of(column: Column, summary: &RunSummary) -> Self {
        let entries = column.steps().into_iter().map(|step| {
            let fate = match step.means {
                Means::Unneeded => Fate::Unneeded,
                _ => fate(column, &step, &summary.tasks),
            };
            Entry { step, fate }
        });
        Self { column, entries: entries.collect() }
    }

    /// One table per phase.
    #[must_use]
    pub fn tables(&self) -> Vec<Table> {
        let phases = self.column.phases();
        (1..).zip(phases).map(|(phase, name)| self.table(phase, &name)).collect()
    }

    /// The numbers in one sentence, which add up to the length of the list.
    #[must_use]
    pub fn totals(&self) -> String {
        let count = |fits: &dyn Fn(&Fate) -> bool| -> usize {
            self.entries.iter().filter(|entry| fits(&entry.fate)).count()
        };
        let by = |wanted: Means| {
            count(&|fate| match fate {
                Fate::Done { means, .. } | Fate::Found { means, .. } => *means == wanted,
                _ => false,
            })
        };
        let found = count(&|fate| matches!(fate, Fate::Found { .. }));
        let parts = [
            (by(Means::Api), "by the API"),
            (by(Means::Kickstart), "by the scripted installation"),
            (by(Means::Guest), "in guests"),
            (by(Means::Gate), "by hand behind gates"),
            (count(&|fate| *fate == Fate::Unneeded), "not needed"),
            (count(&|fate| matches!(fate, Fate::Open { .. })), "not done"),
            (count(&|fate| *fate == Fate::Absent), "not part of this run"),
        ];
        let parts: Vec<_> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, how)| format!("{number} {how}"))
            .collect();
        let found = match found {
            0 => String::new(),
            number => format!(" {number} of them were done before this run."),
        };
        format!("{} steps by hand: {}.{found}", self.entries.len(), parts.join(", "))
    }

    fn table(&self, phase: u32, name: &str) -> Table {
        let of_phase = self.entries.iter().filter(|entry| entry.step.phase == phase);
        let row = |entry: &Entry| {
            let number = format!("{phase}.{}", entry.step.number);
            vec![number, entry.step.text.clone(), entry.fate.to_string()]
        };
        Table {
            title: format!("{phase}. {name}"),
            columns: ["step", "by hand", "done by"].map(str::to_owned).to_vec(),
            rows: of_phase.map(row).collect(),
        }
    }
}

impl std::fmt::Display for Fate {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Done { means, task } => write!(f, "{}: {task}", means.as_str()),
            Self::Found { means, task } => {
                write!(f, "{}: {task} (found done)", means.as_str())
            }
            Self::Open { task, status } => write!(f, "nobody: {task} {}", status.as_str()),
            Self::Absent => f.write_str("nobody in this run"),
            Self::Unneeded => f.write_str("not needed"),
        }
    }
}

fn fate(column: Column, step: &SeedStep, tasks: &[TaskResult]) -> Fate {
    let claims = |task: &&TaskResult| {
        let mut claims = task.head.tags.iter().filter_map(|tag| Claim::in_tag(column, tag));
        claims.any(|claim| claim.holds(step.phase, step.number))
    };
    let mut claimed = tasks.iter().filter(claims).map(|task| (task, task.status)).peekable();
    if claimed.peek().is_some() {
        return worst(claimed);
    }
    match usual(step, tasks) {
        Some(one) => worst([one].into_iter()),
        None => Fate::Absent,
    }
}

/// Where several tasks stand for a step, the one that got least far says what became of it.
fn worst<'a>(tasks: impl Iterator<Item = (&'a TaskResult, Status)>) -> Fate {
    let Some((task, status)) = tasks.max_by_key(|(_, status)| *status) else { return Fate::Absent };
    let (means, task) = (Means::of(&task.head.capability), format!("`{}`", task.head.id));
    match status {
        Status::Changed => Fate::Done { means, task },
        Status::Unchanged => Fate::Found { means, task },
        status => Fate::Open { task, status },
    }
}

/// The task that stands for a step without a tag, and how its part of it ended.
fn usual<'a>(step: &SeedStep, tasks: &'a [TaskResult]) -> Option<(&'a TaskResult, Status)> {
    let (capability, nth) = step.usual?;
    let mut of_it = tasks.iter().filter(|task| task.head.capability == capability);
    if capability != "fault_tolerance" {
        return of_it.nth(nth).map(|task| (task, task.status));
    }
    let vms = of_it.flat_map(|task| task.subjects.iter().map(move |vm| (task, vm.status)));
    let mut vms = vms;
    vms.nth(nth)
}
