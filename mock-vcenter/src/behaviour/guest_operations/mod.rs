//! Guest operations: programs and files in the guest of a VM, through VMware Tools and a login of the guest.
//!
//! What a guest is and what its programs do is in [`crate::guest`]; here are the managed objects in front of it,
//! who may do what, and the addresses (`/guestFile`) under which files come and go.

mod access;
mod files;
mod keyboard;
mod managers;
mod processes;
mod transfer;

#[cfg(test)]
mod tests;

pub(crate) use transfer::{Direction, Pending, file_for, redeem, store_file};

use crate::dispatch::Dispatch;
use crate::product::Product;
use crate::store::Transaction;

/// Adds the methods to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    managers::register(dispatch);
    processes::register(dispatch);
    files::register(dispatch);
    keyboard::register(dispatch);
}

/// Puts the managers into an empty store.
pub(crate) fn populate(tx: &mut Transaction<'_>, product: Product) {
    managers::populate(tx, product);
}
