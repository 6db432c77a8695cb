//! The capabilities: what a task of a playbook can be.
//!
//! One folder per capability: `fields` (the table that validation, `explain` and the reference come from),
//! `spec` (the checked declaration), `observe` (reads), `plan` (pure), `apply` (acts) and `task`, which joins
//! them for the engine (`declared.rs` says what it has to give). [`CATALOGUE`] lists
//! them, [`build`] makes a runnable task, [`task_graph`] all of a playbook. [`VsphereWorld`] is the world they
//! run in. A plan on a bare lab still tells the whole story: what earlier tasks will make is kept in a
//! forecast.
//!
//! ```
//! use playbook::{Options, Source, check};
//!
//! let text = "tasks:\n  - datacenter: { name: Lab }\n";
//! let playbook = check(&Source::new("lab.yaml", text), tasks::CATALOGUE, &Options::default()).unwrap();
//! let graph = tasks::task_graph(&playbook).unwrap();
//! assert_eq!(graph.nodes()[0].head.capability, "datacenter");
//! ```

mod advanced_options;
mod catalogue;
mod cluster;
mod console;
mod datacenter;
mod declared;
mod endpoints;
mod evc;
mod fault_tolerance;
mod firewall;
mod forecast;
mod gate;
mod guest;
mod host;
mod iso;
mod kickstart;
mod ledger;
mod lookup;
mod outcome;
mod ovf;
mod per_host;
#[cfg(test)]
mod plan_words;
mod secret_text;
mod service;
mod ssh;
mod syslog;
mod time;
mod trouble;
mod vim_work;
mod vmkernel;
mod wait_for;
mod world;

pub use catalogue::{CATALOGUE, build, task_graph};
pub use endpoints::{Endpoints, NotOpened, Opener};
pub use fault_tolerance::{
    Chosen, DrillRecord, DrillRecords, FtVm, LeftOut, Operation, OperationOrder, PairsByHost,
    Passed, Rebalance, RebalanceMove, Select, Selection, choose_vms, operation_graph, pair_matrix,
    pairs_by_host, rebalance,
};
pub use gate::{GateQuestion, GateReply, Gates, NoGates};
pub use ledger::{Account, Column, Entry, Fate, Ledger, Means, SeedStep};
pub use vim_work::{Cancelled, cancel_work};
pub use world::{VsphereReader, VsphereWorld};
