//! Faults of Fault Tolerance in the forms that vCenter gives them.

use vim25::enums::VmFaultToleranceConfigIssueReasonForIssue as Reason;
use vim25::types::{
    InvalidOperationOnSecondaryVm, LocalizedMethodFault, VmFaultToleranceConfigIssue,
    VmFaultToleranceOpIssuesList,
};
use vim25::{MoRef, Str, WireEnum};

use crate::behaviour::settings::FaultTolerance;
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::fault::Fault;

/// Something that speaks against Fault Tolerance, of a VM or host called `name`.
pub(super) fn issue(reason: &Reason, entity: &MoRef, name: &str) -> Fault {
    named_issue(reason.as_str(), entity, name)
}

/// The same for a reason that may be none of the schema's.
pub(super) fn named_issue(reason: &str, entity: &MoRef, name: &str) -> Fault {
    let detail = VmFaultToleranceConfigIssue {
        reason: Some(reason.into()),
        entity_name: Some(name.into()),
        entity: Some(entity.clone()),
        ..Default::default()
    };
    Fault::new(
        detail,
        format!("Fault Tolerance is not possible on '{name}': {}.", sentence(reason)),
    )
}

fn sentence(reason: &str) -> Str {
    let mut words = String::new();
    for letter in reason.chars() {
        if letter.is_ascii_uppercase() && !words.ends_with(|last: char| last.is_ascii_uppercase()) {
            words.push(' ');
        }
        words.push(letter);
    }
    words.into()
}

/// Only the primary takes this call.
pub(super) fn on_secondary(vm: &VirtualMachine) -> Fault {
    let detail = InvalidOperationOnSecondaryVm {
        instance_uuid: vm.instance_uuid.clone(),
        ..Default::default()
    };
    Fault::new(detail, "The operation is not valid on the secondary virtual machine of a pair.")
}

/// All errors as one fault: a list, or the issue itself when it is the only one and lists are not wanted.
pub(super) fn combined(
    mut errors: Vec<Fault>,
    warnings: &[Fault],
    settings: &FaultTolerance,
) -> Result<(), Fault> {
    if errors.is_empty() {
        return Ok(());
    }
    if errors.len() == 1 && !settings.issues_in_list {
        return Err(errors.remove(0));
    }
    let message = errors[0].message.clone();
    let localized = |faults: &[Fault]| -> Vec<LocalizedMethodFault> {
        faults.iter().map(Fault::localized).collect()
    };
    let detail = VmFaultToleranceOpIssuesList {
        errors: localized(&errors),
        warnings: localized(warnings),
        ..Default::default()
    };
    Err(Fault::new(detail, message))
}
