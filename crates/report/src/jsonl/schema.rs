//! The shape of the JSON lines, for writing and for reading back. A change that could break a reader needs a new version.
//!
//! Within a version fields and types of lines may be added, never taken away or given another meaning.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// Borrowed while it is written, owned when it was read.
pub(crate) type Text<'a> = Cow<'a, str>;

/// The version in every line's `v`.
pub const SCHEMA_VERSION: u32 = 1;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Line<'a> {
    pub(crate) v: u32,
    #[serde(rename = "type")]
    pub(crate) kind: Text<'a>,
    pub(crate) ts: String,
    pub(crate) elapsed_ms: u64,
    pub(crate) run: Text<'a>,
    pub(crate) seq: u64,
    #[serde(flatten)]
    pub(crate) body: Body<'a>,
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Body<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) task: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) step: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) attempt: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) percent: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) text: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) proof: Option<Vec<Text<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) not_done: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) server: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) address: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) since: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) until: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) silent_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) queued_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) takes: Vec<Token<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) pause_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) took_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) running: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) running_steps: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) done: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failed: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_work: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) waiting: Option<usize>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left_least_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) left_most_ms: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) mode: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) program: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) servers: Vec<Server<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Plan<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) verdict: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) totals: Option<Totals>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) counts: Option<Counts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manual_steps: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) tasks: Option<Vec<Task<'a>>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failures: Option<Vec<FailureGroup<'a>>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Token<'a> {
    pub(crate) limit: Text<'a>,
    pub(crate) instance: Text<'a>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Server<'a> {
    pub(crate) name: Text<'a>,
    pub(crate) product: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) instance: Option<Text<'a>>,
}

/// A whole plan; not a line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlanDocument<'a> {
    pub(crate) v: u32,
    pub(crate) run: Text<'a>,
    pub(crate) totals: Totals,
    pub(crate) manual_steps: u32,
    pub(crate) tasks: Vec<Task<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Task<'a> {
    pub(crate) id: Text<'a>,
    pub(crate) capability: Text<'a>,
    pub(crate) needs: Vec<Text<'a>>,
    pub(crate) tags: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) why: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) failure: Option<Failure<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) held_up_by: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) plan: Option<Plan<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tables: Vec<Table<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) notes: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) manual_steps: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) took_ms: Option<u64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Plan<'a> {
    pub(crate) items: Vec<Item<'a>>,
    pub(crate) notes: Vec<Text<'a>>,
    pub(crate) tables: Vec<Table<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
pub(crate) enum Item<'a> {
    Unchanged { subject: Text<'a>, detail: Text<'a> },
    Create { subject: Text<'a>, title: Text<'a>, changes: Vec<Change<'a>> },
    Update { subject: Text<'a>, title: Text<'a>, changes: Vec<Change<'a>> },
    AfterApply { subject: Text<'a>, waits_for: Text<'a> },
    Blocked { subject: Text<'a>, failure: Failure<'a> },
}

impl Item<'_> {
    pub(crate) fn subject(&self) -> &str {
        match self {
            Self::Unchanged { subject, .. }
            | Self::Create { subject, .. }
            | Self::Update { subject, .. }
            | Self::AfterApply { subject, .. }
            | Self::Blocked { subject, .. } => subject,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Change<'a> {
    pub(crate) setting: Text<'a>,
    pub(crate) before: Option<Text<'a>>,
    pub(crate) after: Option<Text<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Table<'a> {
    pub(crate) title: Text<'a>,
    pub(crate) columns: Cow<'a, [String]>,
    pub(crate) rows: Cow<'a, [Vec<String>]>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Failure<'a> {
    pub(crate) code: Text<'a>,
    pub(crate) what: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) object: Option<Text<'a>>,
    pub(crate) causes: Vec<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) fix: Option<Text<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) delivery: Option<Text<'a>>,
    pub(crate) transient: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct FailureGroup<'a> {
    pub(crate) status: Text<'a>,
    pub(crate) failure: Failure<'a>,
    pub(crate) members: Vec<Member<'a>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Member<'a> {
    pub(crate) task: Text<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) subject: Option<Text<'a>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Totals {
    pub(crate) create: usize,
    pub(crate) change: usize,
    pub(crate) after_apply: usize,
    pub(crate) unchanged: usize,
    pub(crate) blocked: usize,
    pub(crate) failed: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub(crate) struct Counts {
    pub(crate) changed: usize,
    pub(crate) unchanged: usize,
    pub(crate) failed: usize,
    pub(crate) blocked: usize,
    pub(crate) skipped: usize,
    pub(crate) unfinished: usize,
    pub(crate) unknown: usize,
}
