//! A whole plan as one JSON document: `lockstep plan --output json`.

use std::io::{self, Write};

use orchestrator::RunPlan;

use super::convert::{plan_tasks, totals};
use super::schema::{PlanDocument, SCHEMA_VERSION};

/// Writes the plan as one JSON document, with what is to do in each task.
///
/// # Errors
/// When `out` fails.
pub fn write_plan_json(out: &mut impl Write, plan: &RunPlan) -> io::Result<()> {
    let document = PlanDocument {
        v: SCHEMA_VERSION,
        run: plan.run.as_str().into(),
        totals: totals(plan.totals),
        manual_steps: plan.totals.manual_steps,
        tasks: plan_tasks(plan),
    };
    serde_json::to_writer_pretty(&mut *out, &document)?;
    writeln!(out)
}
