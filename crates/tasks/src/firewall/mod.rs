//! `firewall`: a ruleset of a host's firewall is open or closed, for everybody or for some.
//!
//! A ruleset that is open for nobody blocks all of its traffic and looks enabled. That is never left unsaid,
//! and changed only where the playbook declares who is allowed.

mod allow;
mod apply;
mod fields;
mod observe;
mod plan;
mod settled;
mod spec;
mod task;

pub(crate) use apply::set;
pub(crate) use fields::CAPABILITY;
pub(crate) use observe::{Ruleset, Rulesets, read_rulesets};
pub(crate) use plan::{SetRuleset, ruleset_step};
pub(crate) use spec::{Spec, Target};
