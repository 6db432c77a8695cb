//! The questions whether a VM could have Fault Tolerance. They look at the VM only.

use vim25::enums::VmFaultToleranceConfigIssueReasonForIssue as Reason;
use vim25::methods::{QueryFaultToleranceCompatibility, QueryFaultToleranceCompatibilityEx};
use vim25::types::{LocalizedMethodFault, VmFaultToleranceOpIssuesList};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::settings::Behaviour;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;

use super::issues::{issue, named_issue};
use super::vm_checks;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryFaultToleranceCompatibility>(|call, _| query(call, Kind::Legacy));
    dispatch.add::<QueryFaultToleranceCompatibilityEx>(|call, asked| {
        let legacy = asked.for_legacy_ft == Some(true);
        query(call, if legacy { Kind::Legacy } else { Kind::Checkpointing })
    });
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Legacy,
    Checkpointing,
}

fn query(call: &Call, kind: Kind) -> Result<Vec<LocalizedMethodFault>, Fault> {
    let snapshot = call.snapshot();
    let id = call.this();
    let vm = snapshot.get::<VirtualMachine>(id).ok_or_else(|| Fault::object_not_found(id))?;
    if vm.is_template() {
        return Err(Fault::not_supported("The virtual machine is a template."));
    }
    let host = vm.host.as_ref().and_then(|host| snapshot.get::<HostSystem>(host));
    let product = host.map_or(call.core().product, |host| host.server.product);
    let mut issues = vm_checks::issues(id, vm, product);
    if kind == Kind::Legacy {
        if vm.cpus > 1 {
            issues.push(issue(&Reason::MultipleVCPU, id, &vm.entity.name));
        }
        issues.push(issue(&Reason::RecordReplayNotSupported, id, &vm.entity.name));
    }
    let told = Behaviour::seen(&snapshot).fault_tolerance.warnings;
    if !told.is_empty() {
        let warning = |reason: &String| named_issue(reason, id, &vm.entity.name).localized();
        let detail = VmFaultToleranceOpIssuesList {
            warnings: told.iter().map(warning).collect(),
            ..Default::default()
        };
        issues.push(Fault::new(detail, "Fault Tolerance is possible with warnings."));
    }
    Ok(issues.iter().map(Fault::localized).collect())
}
