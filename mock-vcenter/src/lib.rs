//! A vCenter and ESXi server for tests and demonstrations, over HTTPS and true to the protocol.
//!
//! A request comes through [`transport`] to the endpoint `/sdk`, is decoded by `vim25`, checked for session and
//! privilege, and answered by a handler from the [`dispatch`] table. Handlers read snapshots of the [`store`]
//! and change it in transactions; waiting clients are woken by the commits. Everything that takes time runs on
//! the server's own [`clock`], and what goes wrong is data ([`disturb`]).
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use mock_vcenter::Mock;
//! use mock_vcenter::clock::Pace;
//!
//! let mock = Mock::builder().model("empty").clock(Pace::Scaled(60.0)).start().await?;
//! let (url, trust) = (mock.url(), mock.ca_pem());
//! // ... a client logs in to `url` as `user` with password `pass` ...
//! assert!(mock.calls().iter().all(|call| !call.changed()));
//! mock.stop().await;
//! # Ok(())
//! # }
//! ```
//!
//! # Adding a managed object
//!
//! 1. A `Clone` struct with the object's own facts, typed as `vim25` has them. Nothing that can be worked out
//!    from elsewhere belongs in it.
//! 2. [`store::ManagedObject`] for it: `property` answers by name, with [`store::At`] to look at others;
//!    `links` names references that others read backwards (`host.vm` is `at.referrers("runs on")`). Entities
//!    embed [`inventory::Entity`] and pass on what they do not know.
//! 3. `tx.create("host", object)` or `tx.insert(id, object)`: in a model ([`models`]) or in a handler.
//!
//! # Adding a method
//!
//! `dispatch.add::<methods::X>(handler)` in the `register` function of its module, with
//! `fn handler(call: &Call, asked: methods::X) -> Result<Output, Fault>`. Read from `call.snapshot()`, change
//! in `call.commit(|tx| ...)`; methods that return a task describe it as [`task::TaskSpec`] and return
//! `call.start(spec)`. `tx.post_event(event)` adds an event, `tx.after(delay, |tx| ...)` a later change.

#![expect(
    clippy::field_reassign_with_default,
    reason = "inherited members of vim25 types are reached through Deref and cannot stand in an initializer"
)]

pub mod appliance;
mod bare;
pub mod behaviour;
mod builder;
mod call_log;
pub mod clock;
pub mod command;
mod core;
pub mod dispatch;
pub mod disturb;
mod endpoint;
pub mod event;
mod fault;
pub mod guest;
mod in_process;
pub mod inventory;
mod mock;
pub mod models;
mod performance;
mod product;
mod property;
pub mod rest;
pub mod service;
pub mod session;
pub mod storage;
pub mod store;
pub mod task;
#[cfg(test)]
mod testing;
pub mod transport;
mod view;

pub use bare::{BootSource, Installation, Script, ScriptError};
pub use builder::{MockBuilder, StartError};
pub use call_log::CallRecord;
pub use fault::Fault;
pub use in_process::{Answered, Asked, InProcess};
pub use mock::Mock;
pub use product::{Product, Role};
