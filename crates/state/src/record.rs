//! What the journal holds, as plain data.

use std::time::SystemTime;

/// Who carries a run out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The name of the machine.
    pub host: String,
    /// The process on it.
    pub pid: u32,
    /// What tells this process from a later one with the same number, such as when it began.
    pub since: String,
    /// The user of the machine.
    pub user: String,
}

/// What is known when a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunStart {
    /// Its id.
    pub id: String,
    /// The command, such as `apply`.
    pub command: String,
    /// The words of the command line after the program's name.
    pub words: Vec<String>,
    /// The folder that relative paths in the words are meant from.
    pub folder: String,
    /// The playbook's absolute path.
    pub playbook: String,
    /// The playbook's SHA-256 in hexadecimal.
    pub digest: String,
    /// The servers as host and port.
    pub servers: Vec<String>,
    /// Who carries it out.
    pub holder: Holder,
    /// When it began.
    pub started: SystemTime,
    /// The run that it goes on with.
    pub resumes: Option<String>,
}

/// A run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRecord {
    /// What was known at its start.
    pub start: RunStart,
    /// When it ended; `None` while it goes on, and for ever when it was killed.
    pub ended: Option<SystemTime>,
    /// How it ended, in one word.
    pub verdict: Option<String>,
    /// Steps that were begun.
    pub intents: u64,
    /// Steps that were begun and of which no end is known.
    pub open: u64,
}

/// An event in the wire form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventRecord {
    /// Its number within the run.
    pub seq: u64,
    /// One JSON object.
    pub line: String,
}

/// A try at a step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentRecord {
    /// Its number within the run.
    pub ordinal: u64,
    /// The task.
    pub task: String,
    /// The object.
    pub subject: String,
    /// The title of the step.
    pub step: String,
    /// 1 for the first try.
    pub attempt: u32,
    /// When it was written down, right before it was begun.
    pub at: SystemTime,
    /// What servers call the work that it set off: host and port, then type and id.
    pub vim_tasks: Vec<String>,
    /// How it ended; `None` when nobody noted it.
    pub end: Option<IntentEnd>,
    /// What a later run, or a later try, found out about it.
    pub settled: Option<Settlement>,
}

/// What was found out later about a try of which no end was known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The run that found out.
    pub by: String,
    /// What.
    pub how: String,
}

/// A session at a server, as far as it may be written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRecord {
    /// The server as host and port.
    pub server: String,
    /// The SHA-256 of its key: on some servers the key is all that is needed to use it.
    pub digest: String,
    /// Whose process opened it.
    pub holder: Holder,
    /// When.
    pub at: SystemTime,
}

/// How a try at a step ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IntentEnd {
    /// `changed`, `unchanged`, `failed` or `unknown`.
    pub outcome: String,
    /// The proof, or what could not be done.
    pub detail: String,
    /// When.
    pub at: SystemTime,
}

/// Which question an answer belongs to, whichever run asks it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct GateKey {
    /// The playbook's absolute path.
    pub playbook: String,
    /// The task.
    pub task: String,
    /// A digest of what is asked: another text is another question.
    pub digest: String,
}

/// A question that a run waits with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateWait {
    /// The run.
    pub run: String,
    /// The question.
    pub key: GateKey,
    /// What is to be done by hand.
    pub text: String,
    /// Since when.
    pub since: SystemTime,
}

/// The answer to a gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateAnswer {
    /// The run that it was given to.
    pub run: String,
    /// The question.
    pub key: GateKey,
    /// Whether it was done.
    pub yes: bool,
    /// What else was said; may be empty.
    pub note: String,
    /// Who said so.
    pub who: String,
    /// When.
    pub at: SystemTime,
}
