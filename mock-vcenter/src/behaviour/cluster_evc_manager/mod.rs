//! EVC: the table of modes, the checks and the methods of `ClusterEVCManager`.

mod checks;
mod methods;
mod mode;
mod object;

pub use checks::admit;
pub(in crate::behaviour) use methods::register;
pub use mode::EvcMode;
pub use object::ClusterEvcManager;
pub(in crate::behaviour) use object::populate;
