//! What vSphere does beyond the core: clusters, hosts, fault tolerance, licences.
//!
//! Each kind of behaviour is a module with its managed objects (see [`crate::store::ManagedObject`]) and its
//! method handlers (see [`crate::dispatch`]), joined here.

use crate::dispatch::Dispatch;
use crate::product::Product;
use crate::store::Transaction;

/// Adds the methods of all behaviour to the dispatch table.
pub(crate) fn register(_dispatch: &mut Dispatch) {}

/// Puts the singletons of all behaviour (licence manager and the like) into an empty store.
pub(crate) fn populate(_tx: &mut Transaction<'_>, _product: &Product) {}
