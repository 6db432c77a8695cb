//! What every command gets: the console and the environment.

use crate::console::Console;
use crate::environment::Environment;

/// The world around the process.
#[derive(Clone)]
pub(crate) struct Surroundings {
    /// Where text goes.
    pub(crate) console: Console,
    /// Variables.
    pub(crate) environment: Environment,
}
