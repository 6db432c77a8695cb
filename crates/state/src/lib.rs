//! Where runs are remembered: the journal, one SQLite file for all runs of a user. No vSphere, no network.
//!
//! [`Journal`] writes, on a thread of its own, so that nobody waits for the disk but who asked to;
//! [`RunJournal`] is what the engine is given for one run. [`JournalReader`] reads, also while another process
//! writes. An event carries a hash over itself and the one before, so that a change in between is seen.
//!
//! No secret is ever in it: events come in the wire form of `report`, which has none, and intents hold titles.

mod chain;
mod crash;
mod error;
mod journal;
mod locks;
mod note;
mod open;
mod queue;
mod reader;
mod record;
mod remote;
mod rows;
mod run_journal;
mod schema;
mod times;
mod writer;

pub use chain::digest_of;
pub use crash::{CrashAt, NotACrash};
pub use error::JournalError;
pub use journal::Journal;
pub use locks::{BeginError, CODE_LOCK_LOST, Lease, LockRecord, Unlock};
pub use reader::{Chain, JournalReader};
pub use record::{
    EventRecord, GateAnswer, GateKey, GateWait, Holder, IntentEnd, IntentRecord, RunRecord,
    RunStart, SessionRecord, Settlement,
};
pub use run_journal::RunJournal;
pub use schema::SCHEMA_VERSION;
