//! Adds the methods of this folder to the dispatch table.

use crate::dispatch::Dispatch;

use super::{firewall, options, services, time};

pub(in crate::behaviour) fn register(dispatch: &mut Dispatch) {
    firewall::register(dispatch);
    options::register(dispatch);
    services::register(dispatch);
    time::register(dispatch);
}
