//! Answers the gates of one plan or run, and remembers answers in the journal: [`Keeper`].

use std::time::{Duration, SystemTime};

use orchestrator::{BoxFuture, CODE_JOURNAL, TaskError};
use state::{GateAnswer, GateKey, Journal, JournalError, RunJournal, digest_of};
use tasks::{GateQuestion, GateReply, Gates};

use super::settings::GateSettings;
use super::typed::Typed;
use crate::journal;

/// How often the journal is looked at for an answer from another shell.
const PAUSE: Duration = Duration::from_millis(400);

/// Answers gates.
pub(crate) struct Keeper {
    settings: GateSettings,
    /// `None` while planning: nothing is asked.
    run: Option<(Journal, RunJournal)>,
    typed: Typed,
}

/// A run waits for an answer as long as this lives.
struct Waiting<'a> {
    run: &'a RunJournal,
    key: GateKey,
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.run.waits_no_more(&self.key);
    }
}

impl Keeper {
    /// For a plan, which only says how gates would be answered.
    pub(crate) fn planning(settings: &GateSettings) -> Self {
        Keeper { settings: settings.clone(), run: None, typed: Typed::default() }
    }

    /// For a run.
    pub(crate) fn asking(settings: &GateSettings, journal: Journal, run: RunJournal) -> Self {
        Keeper { run: Some((journal, run)), ..Self::planning(settings) }
    }

    fn key(&self, question: &GateQuestion) -> GateKey {
        let asked = [std::slice::from_ref(&question.text), question.checklist.as_slice()]
            .concat()
            .join("\n");
        GateKey {
            playbook: self.settings.playbook.clone(),
            task: question.task.clone(),
            digest: digest_of(asked.as_bytes()),
        }
    }

    /// The last answer in the journal. Read beside the runtime, since it waits for the disk.
    async fn last_answer(&self, key: GateKey) -> Result<Option<GateAnswer>, TaskError> {
        let environment = self.settings.environment.clone();
        let read = move || -> Result<Option<GateAnswer>, TaskError> {
            let failed = |error: crate::error::CliError| unreadable(&error.text());
            let Some(reader) = journal::read(&environment).map_err(failed)? else {
                return Ok(None);
            };
            reader.answer(&key).map_err(|error| not_kept(&error))
        };
        let read = tokio::task::spawn_blocking(read).await;
        read.unwrap_or_else(|panic| Err(unreadable(&panic.to_string())))
    }

    /// Ends when somebody answered this run from another shell.
    async fn answered_elsewhere(&self, run: &str, key: &GateKey) -> Result<GateReply, TaskError> {
        loop {
            tokio::time::sleep(PAUSE).await;
            if let Some(answer) = self.last_answer(key.clone()).await?
                && answer.run == run
            {
                return Ok(reply(answer));
            }
        }
    }

    async fn answered_here(&self, question: &GateQuestion) -> GateReply {
        if !self.settings.terminal {
            return std::future::pending().await;
        }
        let (yes, note) = self.typed.ask(&in_words(question)).await;
        GateReply { yes, note, who: format!("{} on the terminal", self.user()) }
    }

    fn user(&self) -> String {
        journal::this_process(&self.settings.environment).user
    }

    async fn remember(
        &self,
        (journal, run): (&Journal, &RunJournal),
        key: GateKey,
        reply: &GateReply,
    ) -> Result<(), TaskError> {
        let GateReply { yes, note, who } = reply.clone();
        let run = run.run().to_owned();
        let answer = GateAnswer { run, key, yes, note, who, at: SystemTime::now() };
        journal.answer(answer).await.map_err(|error| not_kept(&error))
    }
}

impl Gates for Keeper {
    fn remembered<'a>(
        &'a self,
        question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<Option<GateReply>, TaskError>> {
        Box::pin(async move {
            let own = self.run.as_ref().map(|(_, run)| run.run());
            let answer = self.last_answer(self.key(question)).await?;
            let counts = |answer: &GateAnswer| {
                answer.yes && (question.once || own == Some(answer.run.as_str()))
            };
            Ok(answer.filter(counts).map(reply))
        })
    }

    fn way(&self, task: &str) -> Option<String> {
        let GateSettings { prepared, file, terminal, wait, .. } = &self.settings;
        if let Some(answer) = prepared.get(task) {
            let word = if answer.yes { "yes" } else { "no" };
            return Some(format!("{word}, by `{file}`"));
        }
        match (terminal, wait) {
            (true, _) => Some("on the terminal".to_owned()),
            (false, true) => Some(format!("by `lockstep gate answer {task}` from another shell")),
            (false, false) => None,
        }
    }

    fn ask<'a>(
        &'a self,
        question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<GateReply, TaskError>> {
        Box::pin(async move {
            let Some((journal, run)) = &self.run else { return std::future::pending().await };
            let key = self.key(question);
            if let Some(answer) = self.settings.prepared.get(&question.task) {
                let who = format!("`{}`", self.settings.file);
                let reply = GateReply { yes: answer.yes, note: answer.note.clone(), who };
                self.remember((journal, run), key, &reply).await?;
                return Ok(reply);
            }
            let waits = run.waits(key.clone(), question.text.clone()).await;
            waits.map_err(|error| not_kept(&error))?;
            let waiting = Waiting { run, key };
            tokio::select! {
                biased;
                reply = self.answered_elsewhere(run.run(), &waiting.key) => reply,
                reply = self.answered_here(question) => {
                    self.remember((journal, run), waiting.key.clone(), &reply).await?;
                    Ok(reply)
                }
            }
        })
    }
}

fn reply(answer: GateAnswer) -> GateReply {
    GateReply { yes: answer.yes, note: answer.note, who: answer.who }
}

/// The question as it stands on a terminal.
fn in_words(question: &GateQuestion) -> String {
    let mut words = format!("\nGate `{}`: {}\n", question.task, question.text);
    for part in &question.checklist {
        words.push_str(&format!("  [ ] {part}\n"));
    }
    words + "Done? `yes`, or `no` and why:"
}

fn not_kept(error: &JournalError) -> TaskError {
    let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    TaskError::new(CODE_JOURNAL, error.to_string(), "").caused_by(cause).hint(error.hint())
}

fn unreadable(why: &str) -> TaskError {
    TaskError::new(CODE_JOURNAL, "cannot look up answers in the journal", "")
        .caused_by(why.to_owned())
        .hint("`lockstep runs` shows whether the journal can be read")
}
