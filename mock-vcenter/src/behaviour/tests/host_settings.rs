//! What is set on a host: firewall, services, options and time, on a host by itself and through vCenter.

use vim25::methods::{
    self, DisableRuleset, EnableRuleset, QueryDateTime, QueryOptions, StartService, StopService,
    UpdateOptions, UpdateRuleset, UpdateServicePolicy,
};
use vim25::types::{
    HostConfigManager, HostDateTimeConfig, HostDateTimeInfo, HostFirewallInfo,
    HostFirewallRulesetIpList, HostFirewallRulesetIpNetwork, HostFirewallRulesetRulesetSpec,
    HostNtpConfig, HostServiceInfo, OptionValue,
};
use vim25::{DataObject, MoRef, Poly, Str, Value};

use crate::behaviour::host_system::{HostSystem, fail, recover};
use crate::mock::Mock;
use crate::testing::{Rig, fault_type};

/// A host with its managers.
struct Host {
    rig: Rig,
    id: MoRef,
    managers: HostConfigManager,
}

impl Host {
    async fn of(model: &str, release: &str) -> Self {
        let rig = Rig::of(Mock::builder().model(model).release(release));
        rig.login("user", "pass").await.unwrap();
        let id = rig.first("HostSystem");
        let managers = rig.fetch(&id, "configManager").await.unwrap();
        let managers = managers.as_object::<HostConfigManager>().unwrap().clone();
        Self { rig, id, managers }
    }

    async fn read<T: DataObject + Clone>(&self, object: &MoRef, path: &str) -> T {
        self.rig.fetch(object, path).await.unwrap().as_object::<T>().unwrap().clone()
    }

    fn firewall(&self) -> MoRef {
        self.managers.firewall_system.clone().unwrap()
    }

    fn services(&self) -> MoRef {
        self.managers.service_system.clone().unwrap()
    }

    fn options(&self) -> MoRef {
        self.managers.advanced_option.clone().unwrap()
    }

    fn time(&self) -> MoRef {
        self.managers.date_time_system.clone().unwrap()
    }

    /// Whether a ruleset is open, the same in both places that tell.
    async fn is_open(&self, key: &str) -> bool {
        let told: HostFirewallInfo = self.read(&self.firewall(), "firewallInfo").await;
        let copy: HostFirewallInfo = self.read(&self.id, "config.firewall").await;
        assert_eq!(told, copy);
        told.ruleset.iter().find(|ruleset| ruleset.key == key).unwrap().enabled
    }

    /// Whether a service runs, the same in both places that tell.
    async fn runs(&self, key: &str) -> bool {
        let told: HostServiceInfo = self.read(&self.services(), "serviceInfo").await;
        let copy: HostServiceInfo = self.read(&self.id, "config.service").await;
        assert_eq!(told, copy);
        told.service.iter().find(|service| service.key == key).unwrap().running
    }

    async fn set(&self, key: &str, enabled: bool) -> String {
        let (this, id) = (self.firewall(), Str::from(key));
        if enabled {
            let asked = EnableRuleset { this, id, ..Default::default() };
            fault_type(self.rig.call(asked).await)
        } else {
            fault_type(self.rig.call(DisableRuleset { this, id, ..Default::default() }).await)
        }
    }

    async fn start(&self, key: &str) -> String {
        let asked = StartService { this: self.services(), id: key.into(), ..Default::default() };
        fault_type(self.rig.call(asked).await)
    }

    async fn stop(&self, key: &str) -> String {
        let asked = StopService { this: self.services(), id: key.into(), ..Default::default() };
        fault_type(self.rig.call(asked).await)
    }

    async fn set_policy(&self, key: &str, policy: &str) -> String {
        let asked = UpdateServicePolicy {
            this: self.services(),
            id: key.into(),
            policy: policy.into(),
            ..Default::default()
        };
        fault_type(self.rig.call(asked).await)
    }

    async fn allow(&self, key: &str, allowed_hosts: HostFirewallRulesetIpList) -> String {
        let spec = HostFirewallRulesetRulesetSpec { allowed_hosts, ..Default::default() };
        let asked =
            UpdateRuleset { this: self.firewall(), id: key.into(), spec, ..Default::default() };
        fault_type(self.rig.call(asked).await)
    }

    async fn set_option<const N: usize>(&self, values: [(&str, Value); N]) -> String {
        let option = |(key, value): (&str, Value)| {
            let mut option = OptionValue::default();
            option.key = key.into();
            option.value = Some(value);
            Poly::new(option)
        };
        let asked = UpdateOptions {
            this: self.options(),
            changed_value: values.map(option).into(),
            ..Default::default()
        };
        fault_type(self.rig.call(asked).await)
    }

    async fn option(&self, name: &str) -> Vec<Option<Value>> {
        let asked =
            QueryOptions { this: self.options(), name: Some(name.into()), ..Default::default() };
        let found = self.rig.call(asked).await.unwrap();
        found.into_iter().map(|option| option.value.clone()).collect()
    }
}

const NONE: &str = "no fault";

#[tokio::test]
async fn managers_have_fixed_names_on_a_host_and_its_number_on_vcenter() {
    for (model, suffix, options) in
        [("esxi", "", "ha-adv-options"), ("ft-ready", "-", "EsxHostAdvSettings-")]
    {
        let host = Host::of(model, "8.0.3").await;
        let suffix = match suffix {
            "" => String::new(),
            _ => host.id.value.replace("host", ""),
        };
        assert_eq!(host.firewall().value, format!("firewallSystem{suffix}"));
        assert_eq!(host.services().value, format!("serviceSystem{suffix}"));
        assert_eq!(host.time().value, format!("dateTimeSystem{suffix}"));
        assert_eq!(host.options().value, format!("{}{}", options, suffix.trim_start_matches('-')));
    }
}

#[tokio::test]
async fn rulesets_open_and_close_in_both_places_that_show_them() {
    for model in ["esxi", "ft-ready"] {
        let host = Host::of(model, "8.0.3").await;
        assert!(!host.is_open("syslog").await);
        for _ in 0..2 {
            assert_eq!(host.set("syslog", true).await, NONE);
            assert!(host.is_open("syslog").await);
        }
        assert_eq!(host.set("syslog", false).await, NONE);
        assert!(!host.is_open("syslog").await);
        assert_eq!(host.set("nothing", true).await, "NotFound");
        assert_eq!(host.set("sshServer", false).await, "HostConfigFault");
        assert_eq!(host.set("ntpClient", true).await, "HostConfigFault");
    }
}

#[tokio::test]
async fn addresses_that_may_pass_are_kept_and_checked() {
    let host = Host::of("esxi", "8.0.3").await;
    let network = |network: &str, prefix_length| HostFirewallRulesetIpNetwork {
        network: network.into(),
        prefix_length,
        ..Default::default()
    };
    let list = |addresses: &[&str], networks: Vec<HostFirewallRulesetIpNetwork>| {
        HostFirewallRulesetIpList {
            ip_address: addresses.iter().map(|address| Str::from(*address)).collect(),
            ip_network: networks,
            all_ip: false,
            ..Default::default()
        }
    };
    let wanted = list(&["192.168.8.9", "fe80::1"], vec![network("10.0.0.0", 8)]);
    assert_eq!(host.allow("syslog", wanted.clone()).await, NONE);
    let told: HostFirewallInfo = host.read(&host.firewall(), "firewallInfo").await;
    let syslog = told.ruleset.into_iter().find(|ruleset| ruleset.key == "syslog").unwrap();
    assert_eq!(syslog.allowed_hosts.as_deref(), Some(&wanted));
    for (key, list, fault) in [
        ("syslog", list(&["somewhere"], Vec::new()), "InvalidArgument"),
        ("syslog", list(&[], vec![network("10.0.0.0", 33)]), "InvalidArgument"),
        ("nfsClient", list(&[], Vec::new()), "HostConfigFault"),
        ("nothing", list(&[], Vec::new()), "NotFound"),
    ] {
        assert_eq!(host.allow(key, list).await, fault, "{key}");
    }
}

#[tokio::test]
async fn what_passes_by_default_can_be_changed() {
    let host = Host::of("esxi", "8.0.3").await;
    let mut asked = methods::UpdateDefaultPolicy { this: host.firewall(), ..Default::default() };
    asked.default_policy.outgoing_blocked = Some(false);
    host.rig.call(asked).await.unwrap();
    let told: HostFirewallInfo = host.read(&host.id, "config.firewall").await;
    let policy = (told.default_policy.incoming_blocked, told.default_policy.outgoing_blocked);
    assert_eq!(policy, (Some(true), Some(false)));
}

#[tokio::test]
async fn a_service_opens_what_users_cannot() {
    let host = Host::of("esxi", "8.0.3").await;
    assert_eq!(host.start("ntpd").await, NONE);
    assert!(host.is_open("ntpClient").await);
    assert_eq!(host.start("ntpd").await, NONE, "a second start is no fault");
    assert_eq!(host.stop("ntpd").await, NONE);
    assert!(!host.is_open("ntpClient").await);
}

#[tokio::test]
async fn before_8_an_automatic_service_follows_its_rulesets() {
    let host = Host::of("esxi", "6.7").await;
    assert_eq!(host.set("ntpClient", true).await, NONE);
    assert!(!host.runs("ntpd").await, "its policy is off");
    assert_eq!(host.set("ntpClient", false).await, NONE);
    assert_eq!(host.set_policy("ntpd", "automatic").await, NONE);
    assert_eq!(host.set("ntpClient", true).await, NONE);
    assert!(host.runs("ntpd").await);
    assert_eq!(host.set_policy("sfcbd-watchdog", "automatic").await, NONE);
    assert_eq!(host.set("CIMHttpServer", false).await, NONE);
    assert!(host.runs("sfcbd-watchdog").await, "one of its rulesets is open");
    assert_eq!(host.set("CIMHttpsServer", false).await, NONE);
    assert!(!host.runs("sfcbd-watchdog").await);
}

#[tokio::test]
async fn services_are_refused_what_they_cannot() {
    let host = Host::of("esxi", "8.0.3").await;
    assert_eq!(host.stop("vmsyslogd").await, "HostConfigFault");
    assert_eq!(host.start("telnetd").await, "NotFound");
    assert_eq!(host.start("vpxa").await, "NotFound", "no vCenter manages the host");
    assert_eq!(host.set_policy("ntpd", "sometimes").await, "InvalidArgument");
    let managed = Host::of("ft-ready", "8.0.3").await;
    assert!(managed.runs("vpxa").await);
}

#[tokio::test]
async fn ssh_is_an_issue_until_it_is_said_to_be_meant() {
    let host = Host::of("ft-ready", "8.0.3").await;
    let shown = async || {
        let issues = host.rig.fetch(&host.id, "configIssue").await.unwrap();
        let names: Vec<_> = issues
            .items()
            .iter()
            .map(|issue| issue.as_data_object().unwrap().type_desc().name)
            .collect();
        let status = host.rig.fetch(&host.id, "overallStatus").await.unwrap();
        (names.join(" "), status.as_str().unwrap().to_owned())
    };
    assert_eq!(shown().await, (String::new(), "green".into()));
    host.start("TSM").await;
    host.start("TSM-SSH").await;
    let both = "LocalTSMEnabledEvent RemoteTSMEnabledEvent";
    assert_eq!(shown().await, (both.into(), "yellow".into()));
    let suppressed = ("UserVars.SuppressShellWarning", Value::Long(1));
    assert_eq!(host.set_option([suppressed]).await, NONE);
    assert_eq!(shown().await, (String::new(), "green".into()));
}

#[tokio::test]
async fn shells_close_by_themselves_when_a_time_is_set() {
    let host = Host::of("esxi", "8.0.3").await;
    host.set_option([("UserVars.ESXiShellTimeOut", Value::Long(60))]).await;
    host.start("TSM-SSH").await;
    host.rig.advance(59);
    assert!(host.runs("TSM-SSH").await);
    host.rig.advance(2);
    assert!(!host.runs("TSM-SSH").await);
}

#[tokio::test]
async fn options_are_set_one_by_one_with_values_of_their_own_type() {
    for model in ["esxi", "ft-ready"] {
        let host = Host::of(model, "8.0.3").await;
        let log_host = ("Syslog.global.logHost", Value::from("udp://10.1.1.1:514"));
        let rotate = |value| ("Syslog.global.defaultRotate", value);
        let fault = host.set_option([log_host.clone(), rotate(Value::Long(9))]).await;
        assert_eq!(fault, "InvalidArgument");
        assert_eq!(host.option("Syslog.global.logHost").await, [Some(log_host.1)]);
        assert_eq!(host.option("Syslog.global.defaultRotate").await, [Some(Value::Int(8))]);
        let unknown = ("Syslog.global.unknown", Value::Long(9));
        assert_eq!(host.set_option([unknown]).await, "InvalidName");
        assert!(host.option("FT.").await.len() > 20);
        let asked = QueryOptions {
            this: host.options(),
            name: Some("Syslog.global".into()),
            ..Default::default()
        };
        assert_eq!(fault_type(host.rig.call(asked).await), "InvalidName");
        let told = host.rig.fetch(&host.options(), "setting").await;
        assert_eq!(told, host.rig.fetch(&host.id, "config.option").await);
    }
}

#[tokio::test]
async fn time_is_the_servers_own_moved_by_what_was_set() {
    let host = Host::of("esxi", "8.0.3").await;
    let query =
        async || host.rig.call(QueryDateTime { this: host.time(), ..Default::default() }).await;
    let before = query().await.unwrap().to_system_time().unwrap();
    let ahead = before + std::time::Duration::from_secs(3600);
    let asked = methods::UpdateDateTime {
        this: host.time(),
        date_time: vim25::DateTime::from_system_time(ahead),
        ..Default::default()
    };
    host.rig.call(asked).await.unwrap();
    host.rig.advance(10);
    let after = query().await.unwrap().to_system_time().unwrap();
    assert_eq!(after.duration_since(before).unwrap().as_secs(), 3610);
    let ntp = HostNtpConfig { server: vec!["ntp.lab.local".into()], ..Default::default() };
    let config = HostDateTimeConfig { ntp_config: Some(Box::new(ntp)), ..Default::default() };
    let asked = methods::UpdateDateTimeConfig { this: host.time(), config, ..Default::default() };
    host.rig.call(asked).await.unwrap();
    host.start("ntpd").await;
    let told: HostDateTimeInfo = host.read(&host.id, "config.dateTimeInfo").await;
    assert_eq!(told.service_sync, Some(true));
}

#[tokio::test]
async fn what_was_started_without_a_policy_is_gone_after_a_restart() {
    let host = Host::of("ft-ready", "8.0.3").await;
    host.start("TSM").await;
    host.start("TSM-SSH").await;
    host.set_policy("TSM-SSH", "on").await;
    host.rig.commit(|tx| fail(tx, &host.id));
    host.rig.commit(|tx| recover(tx, &host.id));
    assert!(host.runs("TSM-SSH").await && !host.runs("TSM").await);
    let snapshot = host.rig.core.store.snapshot();
    let services = &snapshot.get::<HostSystem>(&host.id).unwrap().server.services;
    assert!(services.runs("vmsyslogd") && services.runs("vpxa"));
}
