//! Files: disks of VMs under a lease, files on datastores, and whatever a server names a URL for.
//!
//! [`Lease`] is the import of a VM: kept alive, and aborted unless it is completed. [`DatastorePath`] is a
//! file on a datastore. A body is streamed from a blocking reader, so the size of a file does not matter for
//! memory; it is sent once and never repeated. A URL that the server names is followed only to the server
//! itself or to a host of its inventory, and never with the session's cookie.

mod around;
mod datastore;
mod destination;
mod error;
mod lease;
mod lease_error;
mod named;
mod remote;

pub(crate) use around::Around;
pub use datastore::DatastorePath;
pub use destination::DestinationError;
pub use error::FileError;
pub use lease::{Import, LEASE_PATHS, Lease, ReadyLease};
pub use lease_error::LeaseError;
pub use remote::{RemoteEntry, RemoteError, RemoteFile, find_remote, open_remote};

pub use crate::transport::{ChunkSink, IN_FLIGHT, Meter, Pumped, UploadBody};
