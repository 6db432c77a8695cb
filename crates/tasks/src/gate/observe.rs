//! Looks whether it was done, and who could be asked.

use orchestrator::TaskError;

use super::ask::{GateQuestion, GateReply};
use super::probe::{Probed, look};
use super::spec::Spec;
use crate::world::VsphereReader;

/// What is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Seen {
    pub(super) question: GateQuestion,
    /// The yes that counts.
    pub(super) reply: Option<GateReply>,
    pub(super) probed: Probed,
    /// How a person would answer.
    pub(super) way: Option<String>,
}

pub(super) async fn observe(
    spec: &Spec,
    task: &str,
    reader: &VsphereReader,
) -> Result<Seen, TaskError> {
    let question = spec.question(task);
    let reply = reader.gates().remembered(&question).await?;
    let probed = match &spec.probe {
        // Who has said yes is not doubted, and nothing is asked of a server that may be off again.
        Some(probe) if reply.is_none() => look(probe, reader).await?,
        _ => Probed::Nothing,
    };
    let way = reader.gates().way(task);
    Ok(Seen { question, reply, probed, way })
}
