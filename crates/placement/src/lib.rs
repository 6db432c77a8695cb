//! Where secondaries go: the host and the datastores of each, within every limit. Knows no vSphere, no network.
//!
//! [`Estate`] says what there is and what is wanted, [`place`] finds places for as many as it can, [`Outcome`]
//! has each one's [`Placement`] or the [`Obstacle`]s in its way, and [`advise`] says the cheapest change that
//! would make the rest possible. [`even_out`] says which secondaries that are there should move. A machine under Fault Tolerance counts on two hosts, its primary's and its
//! secondary's; so each host's limits are shared between both roles.
//!
//! ```
//! use placement::{Datastore, DatastoreId, Estate, File, Host, HostId, Vm, place};
//!
//! let host = |name: &str| Host {
//!     name: name.into(),
//!     cluster: 0,
//!     vms_left: Some(4),
//!     vcpus_left: Some(8),
//!     memory_left: 65536,
//!     datastores: vec![DatastoreId(0)],
//!     carried: 0,
//! };
//! let vm = |name: &str, host: usize| Vm {
//!     name: name.into(),
//!     host: HostId(host),
//!     vcpus: 2,
//!     memory: 4096,
//!     more_memory: 0,
//!     allowed: None,
//!     pinned: None,
//!     files: vec![File { size: 40960, shared: false, pinned: None, avoid: None, among: None }],
//! };
//! let estate = Estate {
//!     hosts: vec![host("esx1"), host("esx2")],
//!     datastores: vec![Datastore { name: "shared1".into(), free: 1 << 20 }],
//!     vms: vec![vm("vm1", 0), vm("vm2", 1)],
//!     apart: vec![],
//! };
//! let outcome = place(&estate);
//! assert_eq!(outcome.vms[0].as_ref().unwrap().host, HostId(1));
//! ```

mod advice;
mod bound;
mod estate;
mod even;
mod outcome;
mod room;
mod search;
mod solve;

pub use advice::{Advice, advise};
pub use estate::{Datastore, DatastoreId, Estate, File, Host, HostId, Vm, VmId};
pub use even::{Move, even_out};
pub use outcome::{Obstacle, Outcome, Placement};
pub use solve::place;
