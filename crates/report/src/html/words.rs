//! How what happened is said and marked on the page. A mark stands beside its word, so no meaning is in colour alone.

use orchestrator::{Counts, RunSummary, Status, Verdict};
use serde::Serialize;

use crate::recorded::{RecordedRun, StepFate};

/// A word with its mark and the name of its colour in the style sheet.
#[derive(Debug, Clone, Copy, Serialize)]
pub(super) struct Mark {
    pub(super) tone: &'static str,
    pub(super) sign: &'static str,
    pub(super) word: &'static str,
}

/// The verdict in a sentence.
#[derive(Debug, Serialize)]
pub(super) struct Headline {
    mark: Mark,
    sentence: String,
}

pub(super) fn headline(run: &RecordedRun) -> Headline {
    let RunSummary { verdict, counts, .. } = &run.summary;
    let (tone, sign, word, sentence) = match verdict {
        _ if !run.ended => (
            "unknown",
            "?",
            "not ended",
            "No end of this run is known: it goes on, or its process was killed. What follows is what was noted.",
        ),
        Verdict::Done if counts.changed == 0 => {
            ("unchanged", "=", "done", "Nothing was to do: everything was as declared.")
        }
        Verdict::Done => ("changed", "✓", "done", "Everything is as declared, and was seen to be."),
        Verdict::Failed if counts.unknown > 0 => (
            "failed",
            "✕",
            "failed",
            "Something failed, and of something nobody knows whether it was carried out.",
        ),
        Verdict::Failed if counts.failed == 0 && counts.blocked > 0 => {
            ("blocked", "!", "blocked", "Somebody must change something first; the rest is done.")
        }
        Verdict::Failed => ("failed", "✕", "failed", "Something failed."),
        Verdict::Stopped if counts.unknown > 0 => {
            ("unknown", "?", "stopped", "The run was stopped, and some outcomes are unknown.")
        }
        Verdict::Stopped => {
            ("unfinished", "…", "stopped", "The run was stopped before it was done.")
        }
    };
    let sentence = match good_of_all(*counts) {
        (good, all) if good < all && run.ended => {
            format!("{sentence} {good} of {all} objects are as declared.")
        }
        _ => sentence.to_owned(),
    };
    Headline { mark: Mark { tone, sign, word }, sentence }
}

/// How many objects are as declared, of how many.
fn good_of_all(counts: Counts) -> (usize, usize) {
    let good = counts.changed + counts.unchanged;
    let others = [counts.failed, counts.blocked, counts.skipped, counts.unfinished, counts.unknown];
    (good, good + others.iter().sum::<usize>())
}

pub(super) fn status(status: Status) -> Mark {
    let sign = match status {
        Status::Unchanged => "=",
        Status::Changed => "✓",
        Status::Skipped => "–",
        Status::Unfinished => "…",
        Status::Blocked => "!",
        Status::Unknown => "?",
        Status::Failed => "✕",
    };
    Mark { tone: status.as_str(), sign, word: status.as_str() }
}

pub(super) fn fate(fate: StepFate) -> Mark {
    let (tone, sign) = match fate {
        StepFate::Changed => ("changed", "✓"),
        StepFate::Unchanged => ("unchanged", "="),
        StepFate::Retried => ("retried", "↻"),
        StepFate::Failed => ("failed", "✕"),
        StepFate::Unknown | StepFate::Open => ("unknown", "?"),
    };
    Mark { tone, sign, word: fate.as_str() }
}
