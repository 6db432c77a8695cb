//! Reads what vCenter says against Fault Tolerance on VMs.

use orchestrator::TaskError;
use tokio::task::JoinSet;
use vim25::MoRef;
use vim25::types::{
    LocalizedMethodFault, VmFaultToleranceConfigIssue, VmFaultToleranceOpIssuesList,
};
use vsphere::objects::VirtualMachine;
use vsphere::{Delivery, Reader, explain_fault, find_fault};

use super::checks::against;
use super::seen::{Ft, Issue, Seen, Vm};
use super::spec::{Ask, Spec};
use crate::trouble::{Doing, reading};

/// VMs that vCenter is asked about at the same time.
const AT_ONCE: usize = 8;
/// About more it is not asked in one look unless that is declared: it takes a call for each.
const MOST: usize = 200;

/// Asks vCenter about each VM that nothing of our own rules speaks against. It looks at the VM only, not at hosts
/// or licences.
pub(super) async fn read_issues(
    spec: &Spec,
    seen: &mut Seen,
    reader: &Reader,
) -> Result<(), TaskError> {
    let open = |vm: &Vm| {
        let new = vm.ft == Ft::Off && !vm.template && vm.turning_on.is_none();
        new && against(spec, seen, vm).is_empty()
    };
    let asked = seen.vms.iter().enumerate().filter(|(_, vm)| open(vm));
    let asked = asked.filter_map(|(at, vm)| Some((at, vm.object.clone()?, vm.subject.clone())));
    let asked: Vec<_> = asked.collect();
    let too_many = asked.len() > MOST;
    if spec.ask == Ask::Never || (spec.ask == Ask::Auto && too_many) {
        seen.not_asked = asked.len();
        return Ok(());
    }
    let mut asked = asked.into_iter();
    let mut found: Vec<(usize, Vec<Issue>)> = Vec::new();
    let mut asking = JoinSet::new();
    loop {
        while asking.len() < AT_ONCE {
            let Some((at, object, subject)) = asked.next() else { break };
            let reader = reader.clone();
            asking.spawn(async move { (at, issues(object, &subject, &reader).await) });
        }
        match asking.join_next().await {
            None => break,
            Some(Ok((at, issues))) => found.push((at, issues?)),
            Some(Err(panic)) => {
                let doing = Doing::new("bug", "cannot ask vCenter about", "the virtual machines");
                return Err(doing.error().caused_by(panic));
            }
        }
    }
    for (at, issues) in found {
        seen.vms[at].issues = issues;
    }
    Ok(())
}

/// What vCenter says against one VM.
pub(super) async fn issues(
    object: MoRef,
    subject: &str,
    reader: &Reader,
) -> Result<Vec<Issue>, TaskError> {
    match VirtualMachine::new(object).query_fault_tolerance_compatibility(reader).await {
        Ok(faults) => Ok(faults.iter().flat_map(issues_of).collect()),
        // Turning it on asks the same once more; a server that has no such question says nothing against the VM.
        Err(error) if error.is_unserved() => Ok(Vec::new()),
        Err(error) => match (error.delivery(), error.explanation()) {
            (Delivery::Answered, Some(words)) => Ok(vec![Issue {
                reason: words.fault,
                cause: if words.known { words.cause } else { error.problem().to_string() },
                fix: words.fix,
                is_warning: false,
            }]),
            _ => Err(reading(subject).failed(error)),
        },
    }
}

/// The reasons of vCenter that only warn.
const WARNINGS: &[&str] = &["insufficientBandwidth"];

fn issues_of(fault: &LocalizedMethodFault) -> Vec<Issue> {
    if let Some(list) = fault.fault.downcast_ref::<VmFaultToleranceOpIssuesList>() {
        let warnings = list.warnings.iter().map(|one| Issue { is_warning: true, ..issue(one) });
        return list.errors.iter().map(issue).chain(warnings).collect();
    }
    vec![issue(fault)]
}

fn issue(fault: &LocalizedMethodFault) -> Issue {
    let words = explain_fault(&fault.fault);
    let config = find_fault::<VmFaultToleranceConfigIssue>(&fault.fault);
    let reason = config.and_then(|issue| issue.reason.as_ref()).map(ToString::to_string);
    let reason = reason.unwrap_or_else(|| words.fault.clone());
    let is_warning = WARNINGS.contains(&reason.as_str());
    Issue { reason, cause: words.cause, fix: words.fix, is_warning }
}
