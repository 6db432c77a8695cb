//! Who gets into a guest: the VM runs, its VMware Tools answer, and the login is one of the guest's.

use vim25::types::{
    GuestAuthentication, GuestOperationsUnavailable, GuestPermissionDenied, InvalidGuestLogin,
    NamePasswordAuthentication,
};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::virtual_machine::{VirtualMachine, invalid_power_state};
use crate::fault::Fault;
use crate::guest::{self, Guest};
use crate::store::Transaction;

/// The user that a login stands for.
///
/// # Errors
/// `ManagedObjectNotFound`, `InvalidPowerState`, `GuestOperationsUnavailable`, `InvalidGuestLogin`.
pub(super) fn enter(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    auth: &Poly<GuestAuthentication>,
) -> Result<Str, Fault> {
    let machine = tx.get::<VirtualMachine>(vm)?;
    if !machine.is_on() {
        return Err(invalid_power_state(&machine.power, None));
    }
    guest::ensure(tx, vm)?;
    let guest = tx.get::<Guest>(&Guest::id_of(vm))?;
    if !guest.is_up() {
        let detail = GuestOperationsUnavailable::default();
        let message = "The guest operations agent could not be contacted.";
        return Err(Fault::new(detail, message));
    }
    let login = auth.downcast_ref::<NamePasswordAuthentication>();
    match login.filter(|login| guest.accepts(&login.username, &login.password)) {
        Some(login) => Ok(login.username.clone()),
        None => Err(Fault::new(
            InvalidGuestLogin::default(),
            "Failed to authenticate with the guest operating system using the supplied credentials.",
        )),
    }
}

/// Refuses users other than `root` outside of where everybody may write.
///
/// # Errors
/// `GuestPermissionDenied`.
pub(super) fn check_write(user: &str, path: &str) -> Result<(), Fault> {
    let may = user == "root" || path.starts_with("/tmp/") || path.starts_with("/var/tmp/");
    if may {
        return Ok(());
    }
    let message = "A general system permission error was encountered in the guest.";
    Err(Fault::new(GuestPermissionDenied::default(), message))
}
