//! The file: written, recognised, read back.

use std::io::{self, Write};

use orchestrator::{RunFacts, RunPlan};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::jsonl::{Server, Task, Totals, plan_tasks, program_of, servers_of, totals};

/// The version of the file.
const VERSION: u32 = 1;
/// The key that only such a file has.
const MARK: &str = "lockstep_plan";

/// What a plan was made of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanOrigin {
    /// When: RFC 3339, UTC.
    pub made: String,
    /// The playbook's absolute path.
    pub playbook: String,
    /// The playbook's SHA-256 in hexadecimal.
    pub digest: String,
    /// Values given for variables, as `NAME=VALUE`. Secrets are never given that way; playbooks refer to them.
    pub variables: Vec<String>,
    /// The tags by which tasks were selected.
    pub tags: Vec<String>,
}

/// A plan read from a file.
#[derive(Debug, Clone, PartialEq)]
pub struct SavedPlan {
    pub(super) tasks: Vec<Task<'static>>,
    origin: PlanOrigin,
    facts: RunFacts,
}

/// Why a file is not a plan that can be carried out.
#[derive(Debug, thiserror::Error)]
pub enum SavedPlanError {
    /// It was changed, or cut off.
    #[error("the saved plan is damaged")]
    Damaged(#[source] serde_json::Error),
    /// Another release made it.
    #[error("the saved plan has version {0} of the form, and this release knows {VERSION}")]
    Version(u64),
}

#[derive(Serialize, Deserialize)]
struct Document<'a> {
    lockstep_plan: u32,
    program: String,
    #[serde(flatten)]
    origin: PlanOrigin,
    servers: Vec<Server<'a>>,
    totals: Totals,
    manual_steps: u32,
    tasks: Vec<Task<'a>>,
}

impl SavedPlan {
    /// Writes a plan.
    ///
    /// # Errors
    /// When `out` fails.
    pub fn write(
        out: &mut impl Write,
        plan: &RunPlan,
        origin: PlanOrigin,
        facts: &RunFacts,
    ) -> io::Result<()> {
        let document = Document {
            lockstep_plan: VERSION,
            program: facts.program.clone(),
            origin,
            servers: servers_of(facts),
            totals: totals(plan.totals),
            manual_steps: plan.totals.manual_steps,
            tasks: plan_tasks(plan),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        writeln!(out)
    }

    /// Reads a saved plan; `None` when these bytes are something else, such as a playbook.
    ///
    /// # Errors
    /// When it is a saved plan and cannot be used.
    pub fn read(bytes: &[u8]) -> Result<Option<Self>, SavedPlanError> {
        // Only the beginning is looked at: a file that was cut off is still one of ours.
        let head = bytes.get(..64).unwrap_or(bytes);
        if !String::from_utf8_lossy(head).trim_start().starts_with(&format!("{{\n  \"{MARK}\"")) {
            return Ok(None);
        }
        let value: Value = serde_json::from_slice(bytes).map_err(SavedPlanError::Damaged)?;
        let version = value[MARK].as_u64().unwrap_or_default();
        if version != u64::from(VERSION) {
            return Err(SavedPlanError::Version(version));
        }
        let document: Document<'static> =
            serde_json::from_value(value).map_err(SavedPlanError::Damaged)?;
        let facts = program_of(document.program, &document.servers);
        Ok(Some(Self { tasks: document.tasks, origin: document.origin, facts }))
    }

    /// What it was made of.
    #[must_use]
    pub fn origin(&self) -> &PlanOrigin {
        &self.origin
    }

    /// The program that made it, and the servers it was made for.
    #[must_use]
    pub fn facts(&self) -> &RunFacts {
        &self.facts
    }
}
