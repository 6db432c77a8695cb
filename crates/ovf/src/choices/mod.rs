//! What somebody chooses when deploying a package, held against what the package offers.

mod environment;
mod eula;
mod selection;
mod values;

pub use environment::{Platform, UnwritableValue, environment_document};
pub use selection::{NetworkProblem, UnknownOption};
pub use values::PropertyProblem;
