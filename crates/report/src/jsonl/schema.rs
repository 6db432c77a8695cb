//! The shape of the JSON lines. A change that could break a reader needs a new version.
//!
//! Within a version fields and types of lines may be added, never taken away or given another meaning.

use serde::Serialize;

/// The version in every line's `v`.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Debug, Serialize)]
pub(super) struct Line<'a> {
    pub(super) v: u32,
    #[serde(rename = "type")]
    pub(super) kind: &'static str,
    pub(super) ts: String,
    pub(super) elapsed_ms: u64,
    pub(super) run: &'a str,
    pub(super) seq: u64,
    #[serde(flatten)]
    pub(super) body: Body<'a>,
}

#[derive(Debug, Default, Serialize)]
pub(super) struct Body<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) task: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) step: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) attempt: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) percent: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) text: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) proof: Option<Vec<&'a str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<Failure<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) not_done: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) queued_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) pause_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) took_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) running: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) running_steps: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) done: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failed: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) waiting: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_least_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) left_most_ms: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) mode: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<Plan<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) verdict: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) totals: Option<Totals>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counts: Option<Counts>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) manual_steps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) tasks: Option<Vec<Task<'a>>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failures: Option<Vec<FailureGroup<'a>>>,
}

/// A whole plan; not a line.
#[derive(Debug, Serialize)]
pub(super) struct PlanDocument<'a> {
    pub(super) v: u32,
    pub(super) run: &'a str,
    pub(super) totals: Totals,
    pub(super) manual_steps: u32,
    pub(super) tasks: Vec<Task<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Task<'a> {
    pub(super) id: &'a str,
    pub(super) capability: &'a str,
    pub(super) needs: Vec<&'a str>,
    pub(super) tags: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) status: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) why: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) failure: Option<Failure<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) held_up_by: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) plan: Option<Plan<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) tables: Vec<Table<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) notes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) manual_steps: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) took_ms: Option<u64>,
}

#[derive(Debug, Serialize)]
pub(super) struct Plan<'a> {
    pub(super) items: Vec<Item<'a>>,
    pub(super) notes: Vec<&'a str>,
    pub(super) tables: Vec<Table<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(super) enum Item<'a> {
    Unchanged { subject: &'a str, detail: &'a str },
    Create { subject: &'a str, title: &'a str, changes: Vec<Change<'a>> },
    Update { subject: &'a str, title: &'a str, changes: Vec<Change<'a>> },
    AfterApply { subject: &'a str, waits_for: &'a str },
    Blocked { subject: &'a str, failure: Failure<'a> },
}

#[derive(Debug, Serialize)]
pub(super) struct Change<'a> {
    pub(super) setting: &'a str,
    pub(super) before: Option<&'a str>,
    pub(super) after: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Table<'a> {
    pub(super) title: &'a str,
    pub(super) columns: &'a [String],
    pub(super) rows: &'a [Vec<String>],
}

#[derive(Debug, Serialize)]
pub(super) struct Failure<'a> {
    pub(super) code: &'a str,
    pub(super) what: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) object: Option<&'a str>,
    pub(super) causes: Vec<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) fix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) delivery: Option<&'static str>,
    pub(super) transient: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct FailureGroup<'a> {
    pub(super) status: &'static str,
    pub(super) failure: Failure<'a>,
    pub(super) members: Vec<Member<'a>>,
}

#[derive(Debug, Serialize)]
pub(super) struct Member<'a> {
    pub(super) task: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) subject: Option<&'a str>,
}

#[derive(Debug, Serialize)]
pub(super) struct Totals {
    pub(super) create: usize,
    pub(super) change: usize,
    pub(super) after_apply: usize,
    pub(super) unchanged: usize,
    pub(super) blocked: usize,
    pub(super) failed: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Counts {
    pub(super) changed: usize,
    pub(super) unchanged: usize,
    pub(super) failed: usize,
    pub(super) blocked: usize,
    pub(super) skipped: usize,
    pub(super) unfinished: usize,
    pub(super) unknown: usize,
}
