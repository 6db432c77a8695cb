//! What options and surroundings say about answering gates: [`GateSettings`].

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use orchestrator::TaskHead;

use super::prepared::{Prepared, read_answers};
use crate::environment::Environment;
use crate::error::CliError;
use crate::surroundings::Surroundings;

/// The options about gates.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct GateArgs {
    /// Take the answers to gates from FILE: `gates:` and below it `GATE: yes`
    #[arg(long, value_name = "FILE", help_heading = "Gates")]
    pub(crate) gate_answers: Option<PathBuf>,
    /// Without a terminal, wait until gates are answered by `lockstep gate answer`
    #[arg(long, help_heading = "Gates")]
    pub(crate) wait_for_gates: bool,
}

/// How the gates of a playbook can be answered.
#[derive(Clone)]
pub(crate) struct GateSettings {
    pub(super) playbook: String,
    pub(super) environment: Environment,
    pub(super) prepared: BTreeMap<String, Prepared>,
    /// The file of the prepared answers.
    pub(super) file: String,
    pub(super) terminal: bool,
    pub(super) wait: bool,
    /// There is a gate without a prepared answer.
    pub(super) open: bool,
}

impl GateSettings {
    /// The settings for the gates among `tasks`.
    pub(crate) fn new<'a>(
        args: &GateArgs,
        playbook: String,
        tasks: impl Iterator<Item = &'a TaskHead>,
        surroundings: &Surroundings,
    ) -> Result<Self, CliError> {
        let console = &surroundings.console;
        let read = |file: &PathBuf| read_answers(file, &console.err);
        let prepared = args.gate_answers.as_ref().map(read).transpose()?.unwrap_or_default();
        let gates: Vec<&str> =
            tasks.filter(|task| task.capability == "gate").map(|task| task.id.as_str()).collect();
        if let Some(unknown) = prepared.keys().find(|gate| !gates.contains(&gate.as_str())) {
            let known = crate::selection::quoted(gates.iter().copied());
            return Err(CliError::new(format!(
                "an answer is prepared for `{unknown}`, which is no gate"
            ))
            .hint(format!("gates of this playbook: {known}")));
        }
        Ok(Self {
            playbook,
            environment: surroundings.environment.clone(),
            open: gates.iter().any(|gate| !prepared.contains_key(*gate)),
            prepared,
            file: args
                .gate_answers
                .as_ref()
                .map(|file| file.display().to_string())
                .unwrap_or_default(),
            terminal: console.terminals.can_ask(),
            wait: args.wait_for_gates,
        })
    }

    /// Whether questions will be put on the terminal, which bars would overwrite.
    pub(crate) fn asks_on_terminal(&self) -> bool {
        self.terminal && self.open
    }
}
