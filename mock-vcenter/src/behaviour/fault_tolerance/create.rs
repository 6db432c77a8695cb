//! Turning Fault Tolerance on: `CreateSecondaryVMEx_Task`.
//!
//! All is checked before anything is made; then the secondary appears, the pair is told of, the task ends, and
//! powering the secondary on is a task of its own ([`super::follow_up`]).

use std::time::Duration;

use vim25::enums::{
    VirtualMachineFaultToleranceState as State, VirtualMachineNeedSecondaryReason as Reason,
};
use vim25::methods::{CreateSecondaryVMExTask, CreateSecondaryVMTask};
use vim25::types::{
    FaultToleranceConfigSpec, FaultToleranceSecondaryOpResult, VmSecondaryAddedEvent,
};
use vim25::{MoRef, Value};

use crate::behaviour::events::about;
use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::{Behaviour, FaultTolerance};
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::Transaction;
use crate::task::TaskSpec;

use super::busy;
use super::host_checks::{check_caps, check_memory, cluster_issues, host_issues, warnings};
use super::issues::{combined, named_issue, on_secondary};
use super::pair::add_secondary;
use super::placement::{Storage, choose_host};
use super::power_on::{self, Outcome};
use super::state::{self, Pair};
use super::vm_checks;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<CreateSecondaryVMExTask>(|call, asked| {
        create(call, "VirtualMachine.createSecondaryEx", asked.host, asked.spec.map(|spec| *spec))
    });
    dispatch.add::<CreateSecondaryVMTask>(|call, asked| {
        create(call, "VirtualMachine.createSecondary", asked.host, None)
    });
}

#[derive(Clone)]
struct Request {
    vm: MoRef,
    host: Option<MoRef>,
    spec: Option<FaultToleranceConfigSpec>,
}

fn create(
    call: &Call,
    description: &str,
    host: Option<MoRef>,
    spec: Option<FaultToleranceConfigSpec>,
) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let vm = call.this().clone();
    let found = snapshot.get::<VirtualMachine>(&vm).ok_or_else(|| Fault::object_not_found(&vm))?;
    let loaded: Vec<MoRef> = found.host.iter().chain(&host).cloned().collect();
    if let Some(host) = &host
        && !snapshot.contains(host)
    {
        return Err(Fault::object_not_found(host));
    }
    let seconds = Behaviour::seen(&snapshot).fault_tolerance.create_seconds;
    let parts = |share: u64| Duration::from_millis(seconds * 10 * share);
    let request = Request { vm: vm.clone(), host, spec };
    let early = request.clone();
    let task = TaskSpec::new(description)
        .on(&vm)
        .loads(loaded)
        .step(parts(10), 5, move |tx| check(tx, &early).map(|_| ()))
        .wait(parts(30), 21)
        .wait(parts(30), 48)
        .wait(parts(20), 83)
        .finish(move |tx| make(tx, &request).map(Some));
    busy::start(call, &vm, description, task)
}

struct Verdict {
    host: MoRef,
    storage: Storage,
}

/// Everything that vCenter looks at before it makes a secondary.
fn check(tx: &mut Transaction<'_>, request: &Request) -> Result<Verdict, Fault> {
    let id = &request.vm;
    let vm = tx.get::<VirtualMachine>(id)?.clone();
    let settings = Behaviour::of(tx).fault_tolerance;
    if vm.is_secondary() {
        return Err(on_secondary(&vm));
    }
    vm_checks::check_kind(&vm)?;
    refuse_as_told(id, &vm, &settings)?;
    let own_host = vm.host.clone().ok_or_else(|| Fault::invalid_state("The VM has no host."))?;
    let product = tx.get::<HostSystem>(&own_host)?.server.product;
    let mut errors = cluster_issues(tx.view(), id, &vm)?;
    errors.extend(vm_checks::issues(id, &vm, product));
    errors.extend(host_issues(tx.view(), &own_host, &vm)?);
    let named: Vec<MoRef> = std::iter::once(own_host.clone()).chain(request.host.clone()).collect();
    combined(errors, &warnings(tx.view(), &named, &settings), &settings)?;
    check_caps(tx.view(), &own_host, vm.cpus, None, &settings)?;
    check_memory(tx.view(), &own_host, id, vm.memory)?;
    let storage = Storage::of(tx, &vm, request.spec.as_ref())?;
    let host = choose_host(tx, id, request.host.as_ref(), &storage, &settings)?;
    storage.check_metadata(tx, [&own_host, &host])?;
    storage.check_space(tx, &vm)?;
    Ok(Verdict { host, storage })
}

fn refuse_as_told(id: &MoRef, vm: &VirtualMachine, settings: &FaultTolerance) -> Result<(), Fault> {
    let Some(wanted) = settings.refuse.get(vm.entity.name.as_str()) else { return Ok(()) };
    if vim25::registry::find_type(wanted).is_some() {
        Err(Fault::by_name(wanted, None))
    } else {
        combined(vec![named_issue(wanted, id, &vm.entity.name)], &[], settings)
    }
}

fn make(tx: &mut Transaction<'_>, request: &Request) -> Result<Value, Fault> {
    // The world may have changed while the task was under way.
    let Verdict { host, storage } = check(tx, request)?;
    let settings = Behaviour::of(tx).fault_tolerance;
    let name = tx.get::<VirtualMachine>(&request.vm)?.entity.name.clone();
    let host = match settings.wrong_host.get(name.as_str()) {
        Some(wrong) => host_named(tx, wrong).unwrap_or(host),
        None => host,
    };
    about(tx, &request.vm, VmSecondaryAddedEvent::default(), "Added a secondary to");
    let secondary = add_secondary(tx, &request.vm, &host, &storage)?;
    let pair = Pair { primary: request.vm.clone(), secondary };
    let is_on = tx.get::<VirtualMachine>(&pair.primary)?.is_on();
    state::set(tx, &pair.secondary, &State::Enabled, None)?;
    let mut result = FaultToleranceSecondaryOpResult {
        vm: pair.secondary.clone(),
        power_on_attempted: is_on,
        ..Default::default()
    };
    if is_on {
        state::set(tx, &pair.primary, &State::NeedSecondary, Some(Reason::Initializing))?;
        let outcome: Outcome = power_on::start(tx, &pair)?;
        result.power_on_result = Some(Box::new(outcome.into_wire(&pair)));
    } else {
        state::set(tx, &pair.primary, &State::Enabled, None)?;
    }
    Ok(Value::object(result))
}

fn host_named(tx: &mut Transaction<'_>, name: &str) -> Option<MoRef> {
    let view = tx.view();
    let mut hosts = view.of_kind("HostSystem").iter();
    hosts
        .find(|id| view.get::<HostSystem>(id).is_some_and(|host| host.entity.name == name))
        .cloned()
}

/// Makes a VM half of a pair that has been running for long, on whatever host suits. False when something
/// speaks against it.
///
/// # Errors
/// `ManagedObjectNotFound` when it is gone.
pub fn establish(tx: &mut Transaction<'_>, vm: &MoRef) -> Result<bool, Fault> {
    let request = Request { vm: vm.clone(), host: None, spec: None };
    let is_on = tx.get::<VirtualMachine>(vm)?.is_on();
    let Ok(verdict) = check(tx, &request) else { return Ok(false) };
    let secondary = add_secondary(tx, vm, &verdict.host, &verdict.storage)?;
    let pair = Pair { primary: vm.clone(), secondary };
    if is_on {
        state::set_power(tx, &pair.secondary, true)?;
        state::set_both(tx, &pair, &State::Running)?;
        tx.edit::<VirtualMachine>(&pair.primary)?.das_protected = true;
        tx.edit::<VirtualMachine>(&pair.secondary)?.das_protected = true;
    } else {
        state::set_both(tx, &pair, &State::Enabled)?;
    }
    Ok(true)
}
