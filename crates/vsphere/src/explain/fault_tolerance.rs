//! Faults about Fault Tolerance, but for the issues with a reason, which are in `ft_reason`.

use vim25::DataObject;
use vim25::types as t;

use super::{Words, named};

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    placement(fault).or_else(|| state(fault)).or_else(|| configuration(fault))
}

fn placement(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::NoHostSuitableForFtSecondary>() {
        return Some(Words::new(
            format!("no other host can take the secondary of `{}`", fault.vm_name),
            "check on the other hosts: FT logging and vMotion adapters, FT capacity, datastores, \
             the HA agent, maintenance mode",
        ));
    }
    if let Some(fault) = fault.as_type::<t::IncompatibleHostForFtSecondary>() {
        let cause = format!("host `{}` cannot take the secondary", fault.host);
        return Some(Words::new(cause, "name another host, or none"));
    }
    if let Some(fault) = fault.as_type::<t::FtIssuesOnHost>() {
        return Some(Words::cause_only(format!("host `{}` is not ready", fault.host_name)));
    }
    if let Some(fault) = fault.as_type::<t::FaultToleranceAntiAffinityViolated>() {
        let cause = format!("primary and secondary would both be on `{}`", fault.host_name);
        return Some(Words::new(cause, "name another host for the secondary"));
    }
    if let Some(fault) = fault.as_type::<t::HostIncompatibleForFaultTolerance>() {
        let host = named(fault.host_name.as_deref(), "the host");
        let reason = named(fault.reason.as_deref(), "no reason given");
        return Some(Words::new(
            format!("{host} cannot do Fault Tolerance: {reason}"),
            "use hosts whose CPU and ESXi version support it, with virtualisation on in the BIOS",
        ));
    }
    if let Some(fault) = fault.as_type::<t::FaultToleranceNotLicensed>() {
        let host = named(fault.host_name.as_deref(), "the host");
        let cause = format!("the licence of {host} does not include Fault Tolerance");
        return Some(Words::new(cause, "assign a licence that includes it"));
    }
    let fault = fault.as_type::<t::FtVmHostRuleViolation>()?;
    let (vm, host, group) = (&fault.vm_name, &fault.host_name, &fault.host_group);
    Some(Words::new(
        format!("`{vm}` may not run on `{host}` because of host group `{group}`"),
        "name a host of that group, or change the rule",
    ))
}

fn state(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::PowerOnFtSecondaryTimedout>() {
        return Some(Words::new(
            format!(
                "the secondary of `{}` did not start within {} s",
                fault.vm_name, fault.timeout
            ),
            "turn Fault Tolerance on for fewer VMs at once, and give FT logging 10 Gbit/s",
        ));
    }
    if let Some(fault) = fault.as_type::<t::PowerOnFtSecondaryFailed>() {
        let cause = format!("the secondary of `{}` could not be started", fault.vm_name);
        return Some(Words::cause_only(cause));
    }
    if fault.as_type::<t::InvalidOperationOnSecondaryVm>().is_some() {
        let cause = "this VM is a secondary, and the operation is for the primary";
        return Some(Words::new(
            cause,
            "look the pair up again: after a failover the roles change",
        ));
    }
    if fault.as_type::<t::SecondaryVmAlreadyRegistered>().is_some() {
        let cause = "the VM already has a secondary";
        return Some(Words::new(cause, "nothing needs to be done if it is the wanted one"));
    }
    if fault.as_type::<t::SecondaryVmAlreadyEnabled>().is_some() {
        return Some(Words::cause_only("the secondary is already enabled"));
    }
    if fault.as_type::<t::SecondaryVmAlreadyDisabled>().is_some() {
        return Some(Words::cause_only("the secondary is already disabled"));
    }
    if fault.as_type::<t::SecondaryVmNotRegistered>().is_some() {
        let cause = "the secondary is not registered";
        return Some(Words::new(cause, "turn Fault Tolerance off and on again"));
    }
    let fault = fault.as_type::<t::FaultToleranceVmNotDasProtected>()?;
    let cause = format!("HA does not protect `{}`", fault.vm_name);
    Some(Words::new(cause, "wait until HA runs on both hosts, and do not disable it for this VM"))
}

fn configuration(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::VmFaultToleranceInvalidFileBacking>() {
        let kind = named(fault.backing_type.as_deref(), "a device");
        let file = named(fault.backing_filename.as_deref(), "something");
        return Some(Words::new(
            format!("{kind} is backed by {file}, which a secondary could not reach"),
            "disconnect the device, or back it by a file on shared storage",
        ));
    }
    if let Some(fault) = fault.as_type::<t::NumVirtualCpusIncompatible>() {
        let cause =
            format!("the VM has {} vCPUs, which does not fit ({})", fault.num_cpu, fault.reason);
        return Some(Words::new(cause, "give the VM fewer vCPUs"));
    }
    if fault.as_type::<t::InaccessibleFTMetadataDatastore>().is_some() {
        return Some(Words::new(
            "not both hosts can reach the datastore of the tie-breaker file",
            "choose a datastore that is mounted on both hosts",
        ));
    }
    if fault.as_type::<t::ReplicationIncompatibleWithFT>().is_some() {
        let cause = "the VM is replicated by vSphere Replication";
        return Some(Words::new(cause, "stop its replication first"));
    }
    if let Some(fault) = fault.as_type::<t::InvalidDasRestartPriorityForFtVm>() {
        let cause = format!("HA restart is disabled for `{}`", fault.vm_name);
        return Some(Words::new(cause, "enable HA restart for this VM"));
    }
    if fault.as_type::<t::VmConfigIncompatibleForFaultTolerance>().is_some() {
        return Some(Words::cause_only("the VM's configuration does not fit Fault Tolerance"));
    }
    if fault.as_type::<t::VmFaultToleranceOpIssuesList>().is_some() {
        return Some(Words::cause_only("only warnings were reported"));
    }
    None
}
