//! What a playbook declares about a cluster.

use playbook::{Args, Data};

use super::profile::profile;
use super::setting::{Options, Setting, Settings, Value};
use crate::forecast::FtCaps;

/// HA's option for FT VMs per host.
pub(crate) const FT_VMS: &str = "das.maxftvmsperhost";
/// HA's option for vCPUs of FT VMs per host.
pub(crate) const FT_VCPUS: &str = "das.maxftvcpusperhost";

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(super) name: String,
    pub(super) datacenter: Option<String>,
    /// What a new cluster gets.
    pub(super) complete: Settings,
    /// What is enforced on one that exists.
    pub(super) declared: Settings,
    pub(super) options: Options,
    pub(super) evc: Option<Evc>,
}

/// What is declared about EVC.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Evc {
    Mode(String),
    Disabled,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let own = own_settings(args);
        let mut complete = profile(args.text("profile"));
        complete.extend(own.clone());
        fit_policy(&mut complete, &own);
        let declared = if args.given("profile") { complete.clone() } else { own };
        Self {
            name: args.text("name").to_owned(),
            datacenter: args.opt_text("datacenter").map(str::to_owned),
            complete,
            declared,
            options: options(args),
            evc: args.opt_text("evc").map(|mode| match mode {
                "disabled" => Evc::Disabled,
                mode => Evc::Mode(mode.to_owned()),
            }),
        }
    }
}

impl Spec {
    /// Names of datastores and hosts that settings refer to.
    pub(super) fn names(&self, setting: Setting) -> &[String] {
        match self.complete.get(&setting) {
            Some(Value::Names(names)) => names,
            _ => &[],
        }
    }

    /// Whether HA will be on.
    pub(super) fn ha(&self) -> bool {
        self.complete.get(&Setting::HaEnabled) == Some(&Value::Flag(true))
    }

    /// The FT limits once `there` has been completed by what is declared.
    pub(super) fn caps(&self, there: &Options) -> FtCaps {
        let mut all = there.clone();
        all.extend(self.options.clone());
        caps_of(&all)
    }
}

/// The FT limits that these options mean.
pub(super) fn caps_of(options: &Options) -> FtCaps {
    let usual = FtCaps::default();
    let number = |key: &str, usual: u32| {
        options.get(key).and_then(|text| text.trim().parse().ok()).unwrap_or(usual)
    };
    FtCaps { vms: number(FT_VMS, usual.vms), vcpus: number(FT_VCPUS, usual.vcpus) }
}

fn own_settings(args: &Args) -> Settings {
    let (ha, drs) = (args.record("ha"), args.record("drs"));
    let (admission, heartbeat) =
        (ha.record("admission_control"), ha.record("heartbeat_datastores"));
    let fields = [
        (Setting::HaEnabled, ha, "enabled"),
        (Setting::HostMonitoring, ha, "host_monitoring"),
        (Setting::VmMonitoring, ha, "vm_monitoring"),
        (Setting::RestartPriority, ha, "restart_priority"),
        (Setting::IsolationResponse, ha, "isolation_response"),
        (Setting::ComponentProtection, ha, "component_protection"),
        (Setting::AdmissionEnabled, admission, "enabled"),
        (Setting::AdmissionPolicy, admission, "policy"),
        (Setting::AdmissionFailures, admission, "failures_to_tolerate"),
        (Setting::AdmissionCpu, admission, "cpu_percent"),
        (Setting::AdmissionMemory, admission, "memory_percent"),
        (Setting::AdmissionHosts, admission, "hosts"),
        (Setting::AdmissionDegradation, admission, "tolerated_degradation_percent"),
        (Setting::HeartbeatPolicy, heartbeat, "policy"),
        (Setting::HeartbeatDatastores, heartbeat, "datastores"),
        (Setting::Swapfile, args, "swapfile"),
        (Setting::DrsEnabled, drs, "enabled"),
        (Setting::DrsAutomation, drs, "automation"),
    ];
    fields
        .iter()
        .filter_map(|(setting, block, field)| Some((*setting, value(block, field)?)))
        .collect()
}

fn value(block: &Args, field: &str) -> Option<Value> {
    Some(match &block.value(field)?.data {
        Data::Boolean(on) => Value::Flag(*on),
        Data::Text(word) => Value::word(word),
        Data::Integer(_) => Value::Number(block.opt_int(field)?),
        Data::List(_) => Value::names(block.texts(field).into_iter().map(str::to_owned).collect()),
        _ => return None,
    })
}

/// Drops what the profile says about admission control and another policy has no use for.
fn fit_policy(settings: &mut Settings, own: &Settings) {
    let shares =
        own.contains_key(&Setting::AdmissionCpu) || own.contains_key(&Setting::AdmissionMemory);
    let hosts = settings.get(&Setting::AdmissionPolicy) == Some(&Value::word("failover_hosts"));
    if (shares || hosts) && !own.contains_key(&Setting::AdmissionFailures) {
        settings.remove(&Setting::AdmissionFailures);
    }
}

fn options(args: &Args) -> Options {
    let written = args.record("ha").map("advanced_options").iter();
    let mut options: Options = written
        .filter_map(|(key, value)| Some((key.clone(), value.as_text()?.to_owned())))
        .collect();
    for (option, field) in [(FT_VMS, "max_vms_per_host"), (FT_VCPUS, "max_vcpus_per_host")] {
        if let Some(limit) = args.record("ft").opt_integer(field) {
            options.insert(option.to_owned(), limit.to_string());
        }
    }
    options
}
