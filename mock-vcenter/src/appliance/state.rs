//! Which VM is the appliance, and what it keeps beside the state of its guest: [`Appliance`].

use vim25::MoRef;

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;
use crate::guest::Guest;
use crate::store::{At, ManagedObject, Property, Snapshot, Transaction};

/// What an appliance keeps beside the state of its guest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Appliance {
    /// Where the CD-ROM is mounted.
    pub mounted: Option<String>,
    /// Whether a failed CPU module waits for somebody to bring it up.
    pub bringup_deferred: bool,
    /// How many lines typed on the console were looked at.
    pub console_lines: usize,
    /// What the console's menu was told so far, once its address is asked for.
    pub console_answers: Option<Vec<String>>,
    /// How often the SSH host key was made anew.
    pub host_keys: u64,
}

impl Appliance {
    fn id(vm: &MoRef) -> MoRef {
        MoRef::new("(mock)", format!("appliance-{}", vm.value))
    }

    /// The state of the appliance that `vm` plays.
    #[must_use]
    pub fn seen(snapshot: &Snapshot, vm: &MoRef) -> Self {
        snapshot.get::<Self>(&Self::id(vm)).cloned().unwrap_or_default()
    }

    /// Changes it.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when the VM is gone.
    pub fn edit<'t>(tx: &'t mut Transaction<'_>, vm: &MoRef) -> Result<&'t mut Self, Fault> {
        tx.get::<VirtualMachine>(vm)?;
        let id = Self::id(vm);
        if tx.get::<Self>(&id).is_err() {
            tx.insert(id.clone(), Self::default());
        }
        tx.edit::<Self>(&id)
    }
}

impl ManagedObject for Appliance {
    fn kind(&self) -> &'static str {
        "(mock)"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

/// Whether this VM plays an appliance: its name says so.
#[must_use]
pub fn is_appliance(snapshot: &Snapshot, vm: &MoRef) -> bool {
    let names = Behaviour::seen(snapshot).appliance.names;
    let named = |vm: &VirtualMachine| names.iter().any(|name| vm.entity.name.starts_with(&**name));
    snapshot.get::<VirtualMachine>(vm).is_some_and(named)
}

/// The appliance that runs and can be reached; with several the first by id.
#[must_use]
pub fn present(snapshot: &Snapshot) -> Option<MoRef> {
    let settings = Behaviour::seen(snapshot).appliance;
    let reachable = |id: &&MoRef| {
        let Some(vm) = snapshot.get::<VirtualMachine>(id) else { return false };
        let host = vm.host.as_ref().and_then(|host| snapshot.get::<HostSystem>(host));
        // A guest that nobody has talked to yet runs as long as its VM does.
        let guest = Guest::seen(snapshot, id);
        vm.is_on()
            && is_appliance(snapshot, id)
            && host.is_some_and(HostSystem::is_active)
            && guest.is_none_or(Guest::is_up)
            && (!settings.needs_address || guest.is_some_and(|it| it.network.address.is_some()))
    };
    snapshot.of_kind("VirtualMachine").iter().find(reachable).cloned()
}
