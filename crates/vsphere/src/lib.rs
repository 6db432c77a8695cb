//! Talks to vCenter and ESXi over SOAP: sessions, calls, properties, vim tasks and the inventory.
//!
//! A [`Client`] opens one session and hands out [`Reader`]s, which cannot send anything that changes the
//! server, and [`Writer`]s, which can. From the bottom up: [`transport`] carries bytes within bounds and
//! [`tls`] says whose certificate is believed; a call is encoded, sent, judged by how far it got
//! ([`Delivery`]) and repeated only where that is safe; the session logs in again once when the server
//! lost it; [`property`] reads once or follows changes, all over one long poll; [`inventory`] finds
//! objects by path; [`objects`] has the calls by managed object; [`transfer`] moves files. What a fault means is said by
//! [`explain_fault`]. This crate decides nothing about what should be: that is the capabilities' affair.
//!
//! ```no_run
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! use vsphere::{Address, Client, Endpoint, Kind};
//!
//! let address: Address = "https://vcenter.example/sdk".parse()?;
//! let client = Client::connect(Endpoint::new(address.url, "operator", "secret".into())).await?;
//! for notice in client.take_notices() {
//!     eprintln!("{notice}");
//! }
//! let reader = client.reader();
//! let host = reader.inventory().await?.find(Kind::Host, "/DC/host/Cluster/esx1")?;
//! let seen = reader.retrieve(&host, &["name", "runtime.connectionState"]).await?;
//! println!("{:?}", seen.text("runtime.connectionState"));
//! client.close().await?;
//! # Ok(())
//! # }
//! ```

mod call;
mod client;
mod clock;
mod delivery;
mod effect;
mod endpoint;
mod explain;
pub mod inventory;
mod notice;
pub mod objects;
pub mod percent;
pub mod property;
mod reader;
mod rest;
mod retry;
mod session;
pub mod tls;
pub mod transfer;
pub mod transport;
mod vim_task;
mod writer;

pub use call::{CallError, CallProblem, find_fault, for_each_fault};
pub use client::{Client, Surroundings};
pub use clock::{BoxFuture, Chance, Clock, SystemChance, SystemClock};
pub use delivery::Delivery;
pub use effect::{Effect, ReadOnly};
pub use endpoint::{Address, AddressError, Endpoint, SdkUrl, SessionTimes};
pub use explain::{Explanation, explain_fault};
pub use inventory::{FindError, Inventory, Kind};
pub use notice::Notice;
pub use property::{ObjectProperties, Silence, WaitError};
pub use reader::Reader;
pub use rest::{RestError, RestProblem, TagName, TagNameError};
pub use retry::RetryPolicy;
pub use session::{ConnectError, VersionsError, look};
pub use vim_task::{Percent, TASK_INFO, VimTaskError, VimWorkError, task_info};
pub use writer::Writer;
