//! Files on their way to and from a guest: each has an address that works once.

use std::sync::Arc;
use std::time::Duration;

use vim25::{MoRef, Str};

use crate::behaviour::settings::Behaviour;
use crate::core::Core;
use crate::fault::Fault;
use crate::guest::Guest;
use crate::product::Role;
use crate::store::{At, ManagedObject, Origin, Property, Transaction};

/// An address that nobody uses is forgotten after this time.
const LIFE: Duration = Duration::from_secs(600);

/// Which way a file goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    /// To the guest, with so many bytes.
    ToGuest { size: u64 },
    /// From the guest.
    FromGuest,
}

/// A file that may come or go.
#[derive(Clone, Debug)]
pub(crate) struct Pending {
    pub(crate) vm: MoRef,
    pub(crate) path: Str,
    pub(crate) user: Str,
    pub(crate) direction: Direction,
}

impl ManagedObject for Pending {
    fn kind(&self) -> &'static str {
        "(guest file)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

fn id_of(token: &str) -> MoRef {
    MoRef::new("(guest file)", token)
}

/// The address under which a file comes or goes.
pub(super) fn open(tx: &mut Transaction<'_>, core: &Core, pending: Pending) -> Str {
    let token = tx.new_uuid();
    let number = tx.new_number();
    let id = id_of(&token);
    tx.insert(id.clone(), pending);
    tx.after(LIFE, move |tx| {
        tx.remove(&id);
        Ok(())
    });
    let own = core.authority();
    let host = match (Behaviour::of(tx).import.url_host, core.product.role()) {
        (Some(told), _) => told,
        (None, Role::Vcenter) => own,
        // A host by itself leaves its name to the client, but tells the port.
        (None, Role::Esxi) => match own.rsplit_once(':') {
            Some((_, port)) => format!("*:{port}"),
            None => "*:443".to_owned(),
        },
    };
    format!("https://{host}/guestFile?id={number}&token={token}").into()
}

/// The file that a token stands for; the token is used up.
pub(crate) fn redeem(core: &Core, token: &str) -> Option<Pending> {
    let id = id_of(token);
    let taken = core.store.commit(&Origin::default(), |tx| {
        let pending = tx.get::<Pending>(&id)?.clone();
        tx.remove(&id);
        Ok(pending)
    });
    taken.ok()
}

/// The bytes of a file that goes from a guest.
pub(crate) fn file_for(core: &Core, pending: &Pending) -> Option<Arc<Vec<u8>>> {
    Guest::seen(&core.store.snapshot(), &pending.vm)?.read_file(&pending.path).cloned()
}

/// Puts a file that has come into its guest.
///
/// # Errors
/// `ManagedObjectNotFound` when the guest is gone.
pub(crate) fn store_file(core: &Core, pending: &Pending, content: Vec<u8>) -> Result<(), Fault> {
    core.store.commit(&Origin::default(), |tx| {
        let now = tx.timestamp();
        let guest = Guest::edit(tx, &pending.vm)?;
        guest.write_file(&pending.path, content, &pending.user, now);
        Ok(())
    })
}
