//! One file per command: its arguments, which are its help page, and what it does.

pub(crate) mod apply;
pub(crate) mod cancel;
pub(crate) mod completions;
pub(crate) mod drift;
pub(crate) mod explain;
pub(crate) mod ft;
pub(crate) mod gate;
pub(crate) mod ledger;
pub(crate) mod mock;
pub(crate) mod ovf;
pub(crate) mod plan;
pub(crate) mod reference;
pub(crate) mod resume;
pub(crate) mod runs;
pub(crate) mod schema;
pub(crate) mod status;
pub(crate) mod unlock;
pub(crate) mod validate;
