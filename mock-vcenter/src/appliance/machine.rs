//! What a program on the appliance can reach: [`Machine`].

use std::sync::Arc;

use vim25::MoRef;

use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::call_log::CallRecord;
use crate::core::Core;
use crate::dispatch::Nature;
use crate::fault::Fault;
use crate::guest::Guest;
use crate::product::Role;
use crate::store::{Origin, Snapshot, Transaction};

use super::settings::ApplianceSettings;
use super::state::Appliance;

/// One appliance, seen from inside by one user.
#[derive(Clone)]
pub(crate) struct Machine {
    pub(crate) core: Arc<Core>,
    pub(crate) vm: MoRef,
    pub(crate) user: String,
}

impl Machine {
    pub(crate) fn snapshot(&self) -> Arc<Snapshot> {
        self.core.store.snapshot()
    }

    pub(crate) fn settings(&self) -> ApplianceSettings {
        Behaviour::seen(&self.snapshot()).appliance
    }

    pub(crate) fn seen(&self) -> Appliance {
        Appliance::seen(&self.snapshot(), &self.vm)
    }

    /// Looks at the guest; nothing when it is gone.
    pub(crate) fn guest<T: Default>(&self, look: impl FnOnce(&Guest) -> T) -> T {
        Guest::seen(&self.snapshot(), &self.vm).map(look).unwrap_or_default()
    }

    pub(crate) fn change(&self, change: impl FnOnce(&mut Appliance)) {
        self.commit(|tx, vm| Appliance::edit(tx, vm).map(change));
    }

    pub(crate) fn change_guest(&self, change: impl FnOnce(&mut Guest)) {
        self.commit(|tx, vm| Guest::edit(tx, vm).map(change));
    }

    pub(crate) fn commit(
        &self,
        change: impl FnOnce(&mut Transaction<'_>, &MoRef) -> Result<(), Fault>,
    ) {
        let origin = Origin { user: self.user.as_str().into(), ..Origin::default() };
        let done = self.core.store.commit(&origin, |tx| change(tx, &self.vm));
        if let Err(fault) = done {
            tracing::warn!(%fault, "a program on the appliance changed nothing");
        }
    }

    /// Whether this is the password of that user.
    pub(crate) fn admits(&self, user: &str, password: &str) -> bool {
        self.guest(|guest| {
            guest.accounts.get(user).is_some_and(|account| account.accepts(password))
        })
    }

    /// Whether a medium is in the CD-ROM drive.
    pub(crate) fn has_medium(&self) -> bool {
        let snapshot = self.snapshot();
        let Some(vm) = snapshot.get::<VirtualMachine>(&self.vm) else { return false };
        vm.devices.iter().any(|device| {
            let backing = device.backing.as_ref().map(|backing| backing.type_name());
            let connected = device.connectable.as_ref().is_none_or(|how| how.connected);
            device.type_name() == "VirtualCdrom"
                && backing == Some("VirtualCdromIsoBackingInfo")
                && connected
        })
    }

    /// Whether the host lets this user in.
    pub(crate) fn host_admits(&self, user: &str, password: &str) -> bool {
        let known = self
            .core
            .accounts
            .iter()
            .any(|account| *account.name == *user && self.core.accepts(account, password));
        // A vCenter's accounts are not those of its hosts, whose root has this password in every model.
        known
            || (self.core.product.role() == Role::Vcenter
                && (user, password) == ("root", "VMware1!"))
    }

    /// Notes a command in the call log, where the tests look for what changed something.
    pub(crate) fn note(&self, command: &str, nature: Nature, status: u32) {
        let millis = self.core.clock().elapsed().as_millis();
        self.core.calls.add(CallRecord {
            number: 0,
            at_millis: u64::try_from(millis).unwrap_or(u64::MAX),
            method: format!("ssh: {command}"),
            managed: "(appliance)".to_owned(),
            object: self.vm.value.to_string(),
            user: self.user.clone(),
            session: String::new(),
            version: String::new(),
            nature,
            fault: (status != 0).then(|| format!("exit {status}")),
            disturbed: None,
        });
    }
}
