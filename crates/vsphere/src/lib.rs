//! vsphere
mod clock; mod delivery; mod effect; mod endpoint; mod notice; pub mod percent; mod retry; pub mod tls; pub mod transport;
pub use clock::*; pub use delivery::*; pub use endpoint::*; pub use notice::*; pub use retry::*;
