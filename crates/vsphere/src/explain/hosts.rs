//! Faults about connecting and configuring hosts.

use vim25::DataObject;
use vim25::types as t;

use super::{Words, named};

pub(super) fn words(fault: &dyn DataObject) -> Option<Words> {
    certificate(fault).or_else(|| adding(fault)).or_else(|| reaching(fault))
}

fn certificate(fault: &dyn DataObject) -> Option<Words> {
    const FIX: &str = "compare the thumbprint with the one on the host's console and declare it";
    if let Some(fault) = fault.as_type::<t::SSLVerifyFault>() {
        let signed = if fault.self_signed { "is self-signed" } else { "is not trusted by vCenter" };
        let shown = match &fault.thumbprint {
            Some(thumbprint) => format!(" (thumbprint {thumbprint})"),
            None => String::new(),
        };
        return Some(Words::new(format!("the host's certificate {signed}{shown}"), FIX));
    }
    if let Some(fault) = fault.as_type::<t::MultipleCertificatesVerifyFault>() {
        let shown: Vec<String> = fault
            .thumbprint_data
            .iter()
            .map(|data| format!("port {}: {}", data.port, data.thumbprint))
            .collect();
        let cause =
            format!("several certificates of the host are not trusted ({})", shown.join(", "));
        return Some(Words::new(cause, FIX));
    }
    fault
        .as_type::<t::SSLDisabledFault>()
        .map(|_| Words::new("the host accepts no TLS connections", "switch TLS on at the host"))
}

fn adding(fault: &dyn DataObject) -> Option<Words> {
    if let Some(fault) = fault.as_type::<t::AlreadyBeingManaged>() {
        let cause = format!("another vCenter at `{}` manages the host", fault.ip_address);
        return Some(Words::new(cause, "remove it there, or force the take-over on purpose"));
    }
    if let Some(fault) = fault.as_type::<t::AlreadyConnected>() {
        let cause = format!("the host is already in this vCenter as `{}`", fault.name);
        return Some(Words::new(cause, "use that name, or remove the old entry"));
    }
    if let Some(fault) = fault.as_type::<t::NoHost>() {
        let name = named(fault.name.as_deref(), "the host");
        return Some(Words::new(
            format!("vCenter cannot reach {name}"),
            "check the name in DNS, the network, and TCP ports 443 and 902",
        ));
    }
    if let Some(fault) = fault.as_type::<t::AgentInstallFailed>() {
        let reason = named(fault.reason.as_deref(), "no reason given");
        return Some(Words::new(
            format!("vCenter's agent could not be installed on the host: {reason}"),
            "free space on the host's boot device, restart its management agents, try again",
        ));
    }
    if fault.as_type::<t::NoPermissionOnHost>().is_some() {
        let cause = "the account given for the host may not administer it";
        return Some(Words::new(cause, "use `root` or another administrator of the host"));
    }
    if fault.as_type::<t::TooManyHosts>().is_some() {
        let cause = "the cluster has as many hosts as it can have";
        return Some(Words::new(cause, "use another cluster"));
    }
    if let Some(name) = fault.type_name().strip_prefix("CannotAddHostWithFTVm") {
        let cause =
            format!("the host runs VMs under Fault Tolerance and cannot be added so ({name})");
        return Some(Words::new(cause, "turn Fault Tolerance off on these VMs first"));
    }
    not_supported(fault)
}

fn not_supported(fault: &dyn DataObject) -> Option<Words> {
    const FIX: &str = "bring the host to a version that this vCenter supports";
    if let Some(fault) = fault.as_type::<t::NotSupportedHostInHACluster>() {
        let (host, build) = (&fault.host_name, &fault.build);
        let cause = format!("`{host}` (build {build}) does not support HA of this vCenter");
        return Some(Words::new(cause, FIX));
    }
    let fault = fault.as_type::<t::NotSupportedHost>()?;
    let product = named(fault.product_name.as_deref(), "this product");
    let version = fault.product_version.as_deref().unwrap_or("unknown version");
    let cause = format!("vCenter does not support the host ({product}, {version})");
    Some(Words::new(cause, FIX).for_base("NotSupportedHost"))
}

fn reaching(fault: &dyn DataObject) -> Option<Words> {
    if fault.as_type::<t::HostNotConnected>().is_some() {
        let cause = "the host is not connected to vCenter";
        return Some(Words::new(cause, "reconnect the host and try again"));
    }
    if fault.as_type::<t::HostCommunication>().is_some() {
        let cause = "vCenter cannot talk to the host";
        return Some(Words::new(cause, "check the host's network and its management agents"));
    }
    if let Some(fault) = fault.as_type::<t::PlatformConfigFault>() {
        return Some(Words::cause_only(format!(
            "the host could not be configured: {}",
            fault.text
        )));
    }
    fault
        .as_type::<t::HostConfigFault>()
        .map(|_| Words::cause_only("the host could not be configured").for_base("HostConfigFault"))
}
