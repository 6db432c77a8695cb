//! What the tests of behaviour share: a model, a client, and tasks that are run to their end.

use std::sync::Arc;
use std::time::Duration;

use vim25::types::{
    HostConnectSpec, LocalizedMethodFault, MethodFault, VirtualMachineConfigSpec,
    VirtualMachineFileInfo,
};
use vim25::{DataObject, Method, MoRef, Poly, Value, WireEnum, methods};

use crate::behaviour::host_connect::in_inventory;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::server::HostCertificate;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::mock::Mock;
use crate::models::tests::{everything, in_value};
use crate::store::{ManagedObject, Snapshot};
use crate::task::VimTask;
use crate::testing::Rig;

pub(super) type Ended = Result<Option<Value>, LocalizedMethodFault>;

/// A server with a model, and a client of it.
pub(super) struct Scene {
    pub(super) rig: Arc<Rig>,
}

impl Scene {
    pub(super) async fn of(model: &str) -> Self {
        Self { rig: Arc::new(Rig::logged_in(model).await) }
    }

    /// The model `ft-ready` with other settings.
    pub(super) async fn ready(change: impl FnOnce(&mut Behaviour)) -> Self {
        let mut behaviour = Behaviour::default();
        change(&mut behaviour);
        let rig = Rig::of(Mock::builder().model("ft-ready").behaviour(behaviour));
        rig.login("user", "pass").await.unwrap();
        Self { rig: Arc::new(rig) }
    }

    pub(super) fn snapshot(&self) -> Arc<Snapshot> {
        self.rig.core.store.snapshot()
    }

    pub(super) fn get<T: ManagedObject>(&self, id: &MoRef) -> T {
        self.snapshot().get::<T>(id).cloned().unwrap()
    }

    /// Calls a method that starts a task and lets time pass until it ends.
    pub(super) async fn run<M: Method<Output = MoRef>>(&self, asked: M) -> Ended {
        let task = self.rig.call(asked).await.map_err(|fault| LocalizedMethodFault {
            fault: fault.detail.unwrap(),
            ..Default::default()
        })?;
        self.end(&task)
    }

    /// Lets time pass until a task ends.
    pub(super) fn end(&self, task: &MoRef) -> Ended {
        for _ in 0..36_000 {
            let found: VimTask = self.get(task);
            if !found.is_open() {
                return match found.info.error {
                    Some(fault) => Err(*fault),
                    None => Ok(found.info.result),
                };
            }
            self.rig.clock().advance(Duration::from_millis(500));
        }
        panic!("{task} does not end")
    }

    /// Makes a VM beside `vm1`, in a directory of its own on that one's datastore.
    pub(super) async fn create(&self, config: VirtualMachineConfigSpec) -> Ended {
        let model: VirtualMachine = self.get(&self.vm("vm1"));
        let home = model.vmx.split_once(' ').unwrap().0;
        let files =
            VirtualMachineFileInfo { vm_path_name: Some(home.into()), ..Default::default() };
        let config = VirtualMachineConfigSpec { files: Some(Box::new(files)), ..config };
        let (this, pool) = (model.entity.parent.unwrap(), model.pool.unwrap());
        self.run(methods::CreateVMTask { this, config, pool, ..Default::default() }).await
    }

    /// A property as a data object.
    pub(super) async fn object<T: DataObject>(&self, of: &MoRef, property: &str) -> T {
        self.rig.fetch(of, property).await.unwrap().into_object().unwrap()
    }

    pub(super) fn vm(&self, name: &str) -> MoRef {
        let snapshot = self.snapshot();
        let mut vms = snapshot.of_kind("VirtualMachine").iter();
        let found = vms.find(|id| {
            snapshot
                .get::<VirtualMachine>(id)
                .is_some_and(|vm| vm.entity.name == name && !vm.is_secondary())
        });
        found.cloned().unwrap()
    }

    pub(super) fn host(&self, name: &str) -> MoRef {
        in_inventory(&self.snapshot(), name).unwrap()
    }

    pub(super) fn host_name_of(&self, vm: &MoRef) -> String {
        let host = self.get::<VirtualMachine>(vm).host.unwrap();
        self.get::<HostSystem>(&host).entity.name.to_string()
    }

    pub(super) fn cluster(&self) -> MoRef {
        self.rig.first("ClusterComputeResource")
    }

    pub(super) fn state(&self, vm: &MoRef) -> String {
        self.get::<VirtualMachine>(vm).ft.state.as_str().to_owned()
    }

    pub(super) fn secondary_of(&self, vm: &MoRef) -> MoRef {
        self.get::<VirtualMachine>(vm).partner().cloned().unwrap()
    }

    /// Turns Fault Tolerance on, on the host that suits.
    pub(super) async fn turn_on(&self, vm: &MoRef) -> Ended {
        self.run(methods::CreateSecondaryVMExTask { this: vm.clone(), ..Default::default() }).await
    }

    /// The types of all events so far, oldest first.
    pub(super) async fn events(&self) -> Vec<String> {
        let asked =
            methods::QueryEvents { this: crate::event::event_manager_id(), ..Default::default() };
        let events = self.rig.call(asked).await.unwrap();
        events.iter().map(|event| event.type_name().to_owned()).collect()
    }

    /// References that lead nowhere, in any property of any object.
    pub(super) fn dangling(&self) -> Vec<String> {
        let snapshot = self.snapshot();
        let mut found = Vec::new();
        for (id, name, value) in everything(&snapshot) {
            let is_history = matches!(name, "latestEvent" | "info");
            let mut references = Vec::new();
            in_value(&value, &mut references);
            let lost = references.iter().filter(|to| !is_history && !snapshot.contains(to));
            found.extend(lost.map(|to| format!("{id}.{name} -> {to}")));
        }
        found
    }
}

/// How a machine of the lab is reached, its certificate accepted.
pub(super) fn contact(name: &str) -> HostConnectSpec {
    HostConnectSpec {
        host_name: Some(name.into()),
        user_name: Some("root".into()),
        password: Some("VMware1!".into()),
        ssl_thumbprint: Some(HostCertificate::of(name, 0).thumbprint),
        ..Default::default()
    }
}

/// The type of a fault, and of the first one in it: `VmFaultToleranceOpIssuesList/VmFaultToleranceConfigIssue`.
pub(super) fn shown(fault: &Poly<MethodFault>) -> String {
    use vim25::types as t;
    let inner = if let Some(list) = fault.downcast_ref::<t::VmFaultToleranceOpIssuesList>() {
        list.errors.first()
    } else if let Some(host) = fault.downcast_ref::<t::IncompatibleHostForFtSecondary>() {
        host.error.first()
    } else if let Some(wrapped) = fault.downcast_ref::<t::VmConfigIncompatibleForFaultTolerance>() {
        wrapped.fault.as_deref()
    } else {
        None
    };
    let own = match fault.downcast_ref::<t::VmFaultToleranceConfigIssue>() {
        Some(issue) => issue.reason.as_deref().unwrap_or_default().to_owned(),
        None => fault.type_name().to_owned(),
    };
    match inner {
        Some(inner) => format!("{own}/{}", shown(&inner.fault)),
        None => own,
    }
}

/// The type of the fault that a task ended with.
pub(super) fn failure(ended: Ended) -> String {
    match ended {
        Ok(_) => "no fault".to_owned(),
        Err(fault) => shown(&fault.fault),
    }
}
