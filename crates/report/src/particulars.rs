//! What reports say of a run beyond its events: [`Particulars`]. Whoever makes a report knows it and passes it in.

use orchestrator::Table;

/// What the events of a run do not know.
#[derive(Debug, Clone, Default)]
pub struct Particulars {
    /// The playbook's file name.
    pub playbook: String,
    /// The servers as host and port.
    pub servers: Vec<String>,
    /// Who ran it, and where.
    pub by: String,
    /// The command with which one goes on; `None` when nothing is left to do.
    pub go_on: Option<String>,
    /// Which hosts stood in for which, before the run and at its end.
    pub pairs: BeforeAfter,
    /// What became of the steps by hand.
    pub by_hand: Option<ByHand>,
    /// Names and values for whoever audits the run.
    pub audit: Vec<(String, String)>,
}

/// A table of the state before the run and at its end.
#[derive(Debug, Clone, Default)]
pub struct BeforeAfter {
    /// Before; `None` when there was nothing to show.
    pub before: Option<Table>,
    /// At the end; `None` when there is nothing to show.
    pub after: Option<Table>,
}

/// What became of the steps by hand that a list has.
#[derive(Debug, Clone)]
pub struct ByHand {
    /// The numbers in words.
    pub totals: String,
    /// One table per phase.
    pub tables: Vec<Table>,
}
