//! The two lists: [`Column`], made of [`SeedStep`]s.

use std::fmt;
use std::str::FromStr;

use super::{hardware, software};

/// One of the document's two ways to fault tolerance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// A server that is fault tolerant by itself: 64 steps.
    Hardware,
    /// vSphere Fault Tolerance on two servers, with eight VMs: 101 steps.
    Software,
}

/// What takes a step over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Means {
    /// Calls of the vSphere API.
    Api,
    /// The scripted installation.
    Kickstart,
    /// Work inside a guest.
    Guest,
    /// Hands, asked for and checked by a gate.
    Gate,
    /// Nothing: it only led to the next step.
    Unneeded,
}

/// A step of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeedStep {
    /// The phase it is in, from 1.
    pub phase: u32,
    /// Its number in the phase, from 1.
    pub number: u32,
    /// What a person does.
    pub text: String,
    /// What usually takes it over.
    pub means: Means,
    /// The capability that stands for it without any tag, and the place among its tasks (of Fault Tolerance:
    /// among its VMs) in the order of the run.
    pub usual: Option<(&'static str, usize)>,
}

impl Column {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Hardware, Self::Software];

    /// Its steps in order.
    #[must_use]
    pub fn steps(self) -> Vec<SeedStep> {
        match self {
            Self::Hardware => hardware::steps(),
            Self::Software => software::steps(),
        }
    }

    /// The names of its phases.
    #[must_use]
    pub fn phases(self) -> Vec<String> {
        match self {
            Self::Hardware => hardware::PHASES.map(str::to_owned).to_vec(),
            Self::Software => software::phases(),
        }
    }

    /// Its word on the command line and in tags.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hardware => "hardware",
            Self::Software => "software",
        }
    }
}

impl fmt::Display for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Column {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = Self::ALL.into_iter().find(|column| column.as_str() == text);
        known.ok_or_else(|| format!("`{text}` is neither `hardware` nor `software`"))
    }
}

impl Means {
    /// All, in the order in which they are counted up.
    pub const ALL: [Self; 5] =
        [Self::Api, Self::Kickstart, Self::Guest, Self::Gate, Self::Unneeded];

    /// What a task of this capability works with.
    #[must_use]
    pub fn of(capability: &str) -> Self {
        match capability {
            "kickstart" => Self::Kickstart,
            "guest" | "ssh" | "console" | "wait_for" => Self::Guest,
            "gate" => Self::Gate,
            _ => Self::Api,
        }
    }

    /// In a few words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Api => "API",
            Self::Kickstart => "kickstart",
            Self::Guest => "guest",
            Self::Gate => "hands, behind a gate",
            Self::Unneeded => "not needed",
        }
    }
}

/// A step as the lists write it down: number, text, means, capability that stands for it.
pub(super) type Line = (&'static str, Means, Option<&'static str>);

/// The steps of one phase.
pub(super) fn phase<'a>(
    phase: u32,
    nth: usize,
    lines: &'a [Line],
) -> impl Iterator<Item = SeedStep> + 'a {
    (1..).zip(lines).map(move |(number, (text, means, usual))| SeedStep {
        phase,
        number,
        text: (*text).to_owned(),
        means: *means,
        usual: usual.map(|capability| (capability, nth)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn count(column: Column, means: Means) -> usize {
        column.steps().iter().filter(|step| step.means == means).count()
    }

    #[test]
    fn the_lists_have_the_documents_64_and_101_steps() {
        let sizes = |column: Column| -> Vec<usize> {
            let steps = column.steps();
            let in_phase = |phase: usize| {
                steps.iter().filter(|step| usize::try_from(step.phase) == Ok(phase)).count()
            };
            (1..=column.phases().len()).map(in_phase).collect()
        };
        assert_eq!(sizes(Column::Hardware), [6, 18, 32, 8]);
        assert_eq!(sizes(Column::Software), [32, 9, 20, 40]);
        for column in Column::ALL {
            let steps = column.steps();
            assert_eq!(steps.len(), if column == Column::Hardware { 64 } else { 101 });
            for pair in steps.windows(2) {
                let next = (pair[1].phase, pair[1].number);
                let expected = [(pair[0].phase, pair[0].number + 1), (pair[0].phase + 1, 1)];
                assert!(expected.contains(&next), "{next:?}");
            }
            assert!(steps.iter().all(|step| step.text.len() > 5 && !step.text.ends_with('.')));
        }
    }

    #[test]
    fn most_of_both_lists_needs_no_hands() {
        let counts = |column| Means::ALL.map(|means| count(column, means));
        // API, kickstart, guest, gate, not needed.
        assert_eq!(counts(Column::Hardware), [22, 11, 16, 9, 6]);
        assert_eq!(counts(Column::Software), [67, 24, 0, 2, 8]);
    }
}
