//! Lets vCenter look at a host that is not there yet.

use std::time::Duration;

use orchestrator::{Reason, TaskError};
use vim25::MoRef;
use vim25::types::{
    AlreadyBeingManaged, AlreadyConnected, ClusterEVCManagerCheckResult, HostCommunication,
    HostConnectInfo, HostConnectSpec, InvalidLogin, NoHost, SSLVerifyFault, VirtualMachineSummary,
};
use vsphere::objects::{ClusterComputeResource, Datacenter};
use vsphere::{CallError, Delivery, Inventory, Reader};

use super::connect::Identity;
use super::spec::{Spec, Trust, canonical};
use crate::cluster::words_of;
use crate::forecast::{HostPreview, VmPreview};
use crate::lookup::reason;
use crate::trouble::{Doing, reading};

/// The check logs in to the host and compares CPUs.
const CHECK: Duration = Duration::from_secs(300);

/// What vCenter says about a host.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Preview {
    Refused(Reason),
    /// It does not answer as declared, and this earlier task is still to make it.
    NotYet(String),
    Ready {
        /// The identity to connect with; `None` when vCenter trusts the certificate anyway.
        identity: Option<Identity>,
        /// That identity was only seen now.
        first_seen: bool,
        host: Box<HostPreview>,
        /// The address of the vCenter that manages it now.
        managed_by: Option<String>,
        /// Whether it can be in a cluster.
        cluster_supported: bool,
    },
}

/// Asks vCenter to look at the host, in the name of `datacenter`.
pub(super) async fn preview(
    spec: &Spec,
    connect: HostConnectSpec,
    datacenter: &MoRef,
    reader: &Reader,
) -> Result<Preview, TaskError> {
    let datacenter = Datacenter::new(datacenter.clone());
    let declared = Identity::declared(&spec.trust);
    let error = match datacenter.query_connection_info(reader, connect.clone()).await {
        Ok(info) => return Ok(ready(&info, declared, false)),
        Err(error) => error,
    };
    let shown = error.fault::<SSLVerifyFault>().and_then(shown_identity);
    if spec.trust != Trust::OnFirstUse {
        return refused(spec, error, shown.as_ref());
    }
    // The certificate is judged before anybody logs in, so this is still the first use of the password.
    let Some(identity) = shown else { return refused(spec, error, None) };
    let connect = with_identity(connect, &identity);
    match datacenter.query_connection_info(reader, connect).await {
        Ok(info) => Ok(ready(&info, Some(identity), true)),
        Err(error) => refused(spec, error, Some(&identity)),
    }
}

/// What the CPUs of the host lack for the cluster's EVC mode, if anything.
pub(super) async fn check_evc(
    spec: &Spec,
    connect: HostConnectSpec,
    cluster: &MoRef,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Option<Reason>, TaskError> {
    let doing = Doing::new("evc-check", "cannot check the CPUs of host", &spec.hostname);
    let cluster = ClusterComputeResource::new(cluster.clone());
    let failed = |error| doing.failed(error);
    let Some(manager) = cluster.retrieve_evc_manager(reader).await.map_err(failed)? else {
        return Ok(None);
    };
    let state = manager.retrieve_state(reader).await.map_err(failed)?;
    if state.and_then(|state| state.current_evc_mode_key).is_none() {
        return Ok(None);
    }
    let vim_task = manager.issue_check_add_host(reader, connect).await.map_err(failed)?;
    let what = format!("cannot add host `{}`", spec.hostname);
    let fix = "add hosts whose CPUs reach the mode, or lower the cluster's EVC mode";
    let info = match reader.wait_for_task(&vim_task, CHECK, |_| {}).await {
        Ok(info) => info,
        Err(error) => {
            let Some(words) = error.explanation() else { return Err(doing.failed(error)) };
            let fix = words.fix.clone().unwrap_or_else(|| fix.to_owned());
            return Ok(Some(reason("host-evc", what, words.to_string(), fix)));
        }
    };
    let results =
        info.result.iter().flat_map(vim25::Value::objects::<ClusterEVCManagerCheckResult>);
    let first = words_of(results, inventory).into_iter().next();
    Ok(first
        .map(|(cause, own)| reason("host-evc", what, cause, own.unwrap_or_else(|| fix.to_owned()))))
}

/// The connection specification with an identity that was seen on first use.
pub(super) fn with_identity(connect: HostConnectSpec, identity: &Identity) -> HostConnectSpec {
    match identity {
        Identity::Thumbprint(thumbprint) => {
            HostConnectSpec { ssl_thumbprint: Some(thumbprint.as_str().into()), ..connect }
        }
        Identity::Certificate(pem) => {
            HostConnectSpec { ssl_certificate: Some(pem.as_str().into()), ..connect }
        }
    }
}

/// From vCenter 8.0 U2 on the thumbprint may be missing and the certificate stands in for it.
fn shown_identity(fault: &SSLVerifyFault) -> Option<Identity> {
    let thumbprint = fault.thumbprint.as_deref().filter(|text| !text.is_empty());
    thumbprint
        .map(|text| Identity::Thumbprint(canonical(text)))
        .or_else(|| fault.certificate.as_ref().map(|pem| Identity::Certificate(pem.to_string())))
}

fn refused(spec: &Spec, error: CallError, shown: Option<&Identity>) -> Result<Preview, TaskError> {
    let (Delivery::Answered, Some(words)) = (error.delivery(), error.explanation()) else {
        return Err(reading(&spec.hostname).failed(error));
    };
    let what = format!("cannot add host `{}`", spec.hostname);
    let cause = error.problem().to_string();
    let fix = words.fix.unwrap_or_else(|| "look at the host and at vCenter's events".to_owned());
    let because = |code| reason(code, what.clone(), cause.clone(), fix.clone());
    if error.fault::<SSLVerifyFault>().is_some() {
        return Ok(Preview::Refused(untrusted(spec, what.clone(), shown)));
    }
    Ok(Preview::Refused(if error.fault::<InvalidLogin>().is_some() {
        let cause = format!("the host refused the user `{}` with this password", spec.username);
        let fix = "correct the user or the password; it was tried once, so nobody is locked out";
        reason("host-login-refused", what, cause, fix)
    } else if error.fault::<AlreadyBeingManaged>().is_some() {
        let fix = "remove it there first, or write `force: true` to take it over";
        reason("host-owned-elsewhere", what, cause, fix)
    } else if error.fault::<AlreadyConnected>().is_some() {
        because("host-known-by-other-name")
    } else if error.fault::<NoHost>().is_some() || error.fault::<HostCommunication>().is_some() {
        because("host-unreachable")
    } else {
        because("host-refused")
    }))
}

fn untrusted(spec: &Spec, what: String, shown: Option<&Identity>) -> Reason {
    let shown = shown
        .map_or_else(|| "a certificate that vCenter does not show".to_owned(), Identity::shown);
    match Identity::declared(&spec.trust) {
        Some(declared) => reason(
            "host-thumbprint-mismatch",
            what,
            format!("the host shows {shown}, the playbook declares {}", declared.shown()),
            "compare with the host's console (F2, View Support Information); correct the playbook if the \
             host is genuine, and find out who answers if it is not",
        ),
        None => reason(
            "host-certificate-unknown",
            what,
            format!("vCenter does not trust the host's certificate; it shows {shown}"),
            "compare it with the host's console (F2, View Support Information) and declare it as \
             `thumbprint`, or write `trust: on_first_use`",
        ),
    }
}

fn ready(info: &HostConnectInfo, identity: Option<Identity>, first_seen: bool) -> Preview {
    let managed = info.host.management_server_ip.as_ref().filter(|ip| !ip.is_empty());
    Preview::Ready {
        identity,
        first_seen,
        managed_by: managed.map(ToString::to_string),
        cluster_supported: info.cluster_supported != Some(false),
        host: Box::new(host_preview(info)),
    }
}

fn host_preview(info: &HostConnectInfo) -> HostPreview {
    let config = &info.host.config;
    let capability = info.capability.as_deref();
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    HostPreview {
        name: config.name.to_string(),
        product: config
            .product
            .as_ref()
            .map(|about| about.full_name.to_string())
            .unwrap_or_default(),
        cpu_model: info
            .host
            .hardware
            .as_ref()
            .map(|one| one.cpu_model.to_string())
            .unwrap_or_default(),
        max_evc_mode: info.host.max_evc_mode_key.as_ref().map(ToString::to_string),
        vmotion: config.vmotion_enabled,
        ft_logging: config.fault_tolerance_enabled,
        max_ft_vcpus: capability.and_then(|one| number(one.max_vcpus_per_ft_vm)),
        max_ft_memory_mb: capability.and_then(|one| number(one.max_mem_mb_per_ft_vm)),
        ft_issues: capability
            .map(|one| one.smp_ft_compatibility_issues.iter().map(ToString::to_string).collect())
            .unwrap_or_default(),
        datastores: info.datastore.iter().map(|one| one.summary.name.to_string()).collect(),
        vms: info.vm.iter().map(vm_preview).collect(),
    }
}

fn vm_preview(vm: &VirtualMachineSummary) -> VmPreview {
    let number = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let path = vm.config.vm_path_name.as_str();
    VmPreview {
        name: vsphere::percent::unescape(&vm.config.name),
        vcpus: number(vm.config.num_cpu).unwrap_or(1),
        memory_mb: number(vm.config.memory_size_mb).unwrap_or(0),
        powered_on: vm.runtime.power_state == vim25::enums::VirtualMachinePowerState::PoweredOn,
        template: vm.config.template,
        agent: vm.config.managed_by.is_some(),
        datastore: crate::lookup::datastore_of(path).to_owned(),
    }
}
