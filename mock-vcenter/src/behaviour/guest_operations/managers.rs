//! `GuestOperationsManager` and the managers it leads to.

use vim25::MoRef;
use vim25::methods::ValidateCredentialsInGuest;

use crate::dispatch::Dispatch;
use crate::product::Product;
use crate::store::{At, ManagedObject, Property, Transaction};

use super::access::enter;

/// Leads to the other managers.
#[derive(Clone)]
struct GuestOperationsManager(Product);

/// A manager that has methods only.
#[derive(Clone)]
struct Part(&'static str);

fn part_id(product: Product, kind: &'static str) -> MoRef {
    let id = match kind {
        "GuestAuthManager" => {
            product.id("guestOperationsAuthManager", "ha-guest-operations-auth-manager")
        }
        "GuestFileManager" => {
            product.id("guestOperationsFileManager", "ha-guest-operations-file-manager")
        }
        _ => product.id("guestOperationsProcessManager", "ha-guest-operations-process-manager"),
    };
    MoRef::new(kind, id)
}

impl ManagedObject for GuestOperationsManager {
    fn kind(&self) -> &'static str {
        "GuestOperationsManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "authManager" => Property::of(part_id(self.0, "GuestAuthManager")),
            "fileManager" => Property::of(part_id(self.0, "GuestFileManager")),
            "processManager" => Property::of(part_id(self.0, "GuestProcessManager")),
            _ => None,
        }
    }
}

impl ManagedObject for Part {
    fn kind(&self) -> &'static str {
        self.0
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

pub(super) fn populate(tx: &mut Transaction<'_>, product: Product) {
    let id = product.id("guestOperationsManager", "ha-guest-operations-manager");
    tx.insert(MoRef::new("GuestOperationsManager", id), GuestOperationsManager(product));
    for kind in ["GuestAuthManager", "GuestFileManager", "GuestProcessManager"] {
        tx.insert(part_id(product, kind), Part(kind));
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<ValidateCredentialsInGuest>(|call, asked| {
        call.commit(|tx| enter(tx, &asked.vm, &asked.auth).map(drop))
    });
}
