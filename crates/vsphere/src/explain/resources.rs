//! Faults about too little of something: CPU, memory, licences, places for FT VMs.

use vim25::DataObject;
use vim25::types as t;

use super::{Words, named};

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    ft_places(fault).or_else(|| shortage(fault)).or_else(|| licences(fault))
}

fn ft_places(fault: &dyn DataObject) -> Option<Words> {
    const VMS: &str = "raise `das.maxftvmsperhost` of the cluster (0: no limit), or add a host; \
                       secondaries count too";
    if let Some(fault) = fault.as_type::<t::VmFaultToleranceTooManyVMsOnHost>() {
        let host = named(fault.host_name.as_deref(), "the host");
        let cause =
            format!("{host} already has {} VMs under Fault Tolerance", fault.max_num_ft_vms);
        return Some(Words::new(cause, VMS));
    }
    if let Some(fault) = fault.as_type::<t::VmSmpFaultToleranceTooManyVMsOnHost>() {
        let host = named(fault.host_name.as_deref(), "the host");
        let count = fault.max_num_smp_ft_vms;
        return Some(Words::new(
            format!("{host} already has {count} VMs under Fault Tolerance"),
            VMS,
        ));
    }
    let fault = fault.as_type::<t::VmFaultToleranceTooManyFtVcpusOnHost>()?;
    let host = named(fault.host_name.as_deref(), "the host");
    let cause =
        format!("{host} already has {} vCPUs of VMs under Fault Tolerance", fault.max_num_ft_vcpus);
    Some(Words::new(
        cause,
        "raise `das.maxftvcpusperhost` of the cluster (0: no limit), or add a host; secondaries \
         count too",
    ))
}

fn shortage(fault: &dyn DataObject) -> Option<Words> {
    const RESERVE: &str = "free or add capacity; Fault Tolerance reserves the VM's whole memory";
    if let Some(fault) = fault.as_type::<t::InsufficientMemoryResourcesFault>() {
        let (left, wanted) = (fault.unreserved, fault.requested);
        let cause = format!("not enough memory: {wanted} bytes wanted, {left} not reserved");
        return Some(Words::new(cause, RESERVE));
    }
    if let Some(fault) = fault.as_type::<t::InsufficientCpuResourcesFault>() {
        let (left, wanted) = (fault.unreserved, fault.requested);
        let cause = format!("not enough CPU: {wanted} MHz wanted, {left} not reserved");
        return Some(Words::new(cause, "free or add capacity"));
    }
    if fault.as_type::<t::InsufficientFailoverResourcesFault>().is_some() {
        return Some(Words::new(
            "HA would no longer have enough reserve for a failure",
            "add a host, or relax the cluster's admission control",
        ));
    }
    if fault.as_type::<t::InsufficientResourcesFault>().is_some() {
        let words = Words::new("not enough resources", RESERVE);
        return Some(words.for_base("InsufficientResourcesFault"));
    }
    if let Some(fault) = fault.as_type::<t::NoDiskSpace>() {
        let cause = format!("datastore `{}` is full", fault.datastore);
        return Some(Words::new(cause, "free space or choose another datastore"));
    }
    None
}

fn licences(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::HostInventoryFull>() {
        let cause = format!("this vCenter is licensed for {} hosts, all in use", fault.capacity);
        return Some(Words::new(cause, "add a vCenter licence for more hosts"));
    }
    if fault.as_type::<t::NotEnoughLicenses>().is_some() {
        let cause = "the licence has no capacity left";
        let words = Words::new(cause, "add or assign a licence with capacity for this host");
        return Some(words.for_base("NotEnoughLicenses"));
    }
    let fault = fault.as_type::<t::LicenseEntityNotFound>()?;
    let cause = format!("the licence service does not know `{}`", fault.entity_id);
    Some(Words::new(cause, "check that the host is still in the inventory"))
}
