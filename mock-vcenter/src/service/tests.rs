//! The managers that every server has, as a client finds them.

use vim25::methods::{
    BrowseDiagnosticLog, DoesCustomizationSpecExist, FindExtension, GetAlarm, GetAlarmState,
    GetCustomizationSpec, QueryDescriptions, QueryIORMConfigOption, QueryOptions,
    RegisterExtension, RetrieveEntityScheduledTask, RetrieveServiceContent, RetrieveUserGroups,
    UnregisterExtension, UpdateExtension,
};
use vim25::types::{
    AlarmDescription, Extension, OptionValue, ScheduledTaskDescription, ServiceContent,
};
use vim25::{MoRef, Poly, Value};

use crate::mock::Mock;
use crate::session::Account;
use crate::testing::{Rig, fault_type};

use super::service_instance_id;

async fn content(rig: &Rig) -> ServiceContent {
    let asked = RetrieveServiceContent { this: service_instance_id(), ..Default::default() };
    rig.call(asked).await.unwrap()
}

fn id(of: Option<MoRef>) -> String {
    of.map(|id| id.value.to_string()).unwrap_or_default()
}

#[tokio::test]
async fn a_vcenter_has_every_manager_and_a_host_those_of_its_own() {
    let vcenter = content(&Rig::logged_in("ft-ready").await).await;
    assert_eq!(id(vcenter.alarm_manager), "AlarmManager");
    assert_eq!(id(vcenter.extension_manager), "ExtensionManager");
    assert_eq!(id(vcenter.user_directory), "UserDirectory");
    assert_eq!(id(vcenter.customization_spec_manager), "CustomizationSpecManager");
    assert_eq!(id(vcenter.scheduled_task_manager), "ScheduledTaskManager");
    assert_eq!(id(vcenter.storage_resource_manager), "StorageResourceManager");
    assert_eq!(id(vcenter.diagnostic_manager), "DiagMgr");
    let host = content(&Rig::logged_in("esxi").await).await;
    assert_eq!(id(host.user_directory), "ha-user-directory");
    assert_eq!(id(host.storage_resource_manager), "ha-storage-resource-manager");
    assert_eq!(id(host.diagnostic_manager), "ha-diagnosticmgr");
    let of_vcenters = [
        host.alarm_manager,
        host.extension_manager,
        host.customization_spec_manager,
        host.scheduled_task_manager,
    ];
    assert_eq!(of_vcenters, [None, None, None, None]);
}

#[tokio::test]
async fn there_are_no_alarms_but_words_for_them() {
    let rig = Rig::logged_in("ft-ready").await;
    let (this, vm) = (rig.first("AlarmManager"), rig.first("VirtualMachine"));
    let on = |entity| GetAlarm { this: this.clone(), entity, ..Default::default() };
    assert_eq!(rig.call(on(None)).await.unwrap(), []);
    assert_eq!(rig.call(on(Some(vm.clone()))).await.unwrap(), []);
    let nobody = MoRef::new("VirtualMachine", "vm-0");
    assert_eq!(fault_type(rig.call(on(Some(nobody))).await), "ManagedObjectNotFound");
    let state = GetAlarmState { this: this.clone(), entity: vm.clone(), ..Default::default() };
    assert_eq!(rig.call(state).await.unwrap(), []);
    assert_eq!(rig.fetch(&vm, "triggeredAlarmState").await.unwrap().items().len(), 0);
    assert_eq!(rig.fetch(&this, "defaultExpression").await.unwrap().items().len(), 0);
    let description = rig.fetch(&this, "description").await.unwrap();
    let description: &AlarmDescription = description.as_object().unwrap();
    let keys = description.state_operator.iter().map(|it| it.key.as_str());
    assert_eq!(keys.collect::<Vec<_>>(), ["isEqual", "isUnequal"]);
    assert_eq!(description.entity_status.len(), 4);
    let accessible = description.datastore_connection_state.iter().map(|it| it.key.as_str());
    assert_eq!(accessible.collect::<Vec<_>>(), ["True", "False"]);
}

#[tokio::test]
async fn nothing_is_scheduled_and_no_customization_is_stored() {
    let rig = Rig::logged_in("ft-ready").await;
    let tasks = rig.first("ScheduledTaskManager");
    assert_eq!(rig.fetch(&tasks, "scheduledTask").await.unwrap().items().len(), 0);
    let description = rig.fetch(&tasks, "description").await.unwrap();
    let description: &ScheduledTaskDescription = description.as_object().unwrap();
    assert_eq!(description.scheduler_info[2].key, "HourlyTaskScheduler");
    assert_eq!((description.day_of_week.len(), description.week_of_month.len()), (7, 5));
    let of =
        |entity| RetrieveEntityScheduledTask { this: tasks.clone(), entity, ..Default::default() };
    assert_eq!(rig.call(of(None)).await.unwrap(), []);
    assert_eq!(rig.call(of(Some(rig.root()))).await.unwrap(), []);
    let nobody = MoRef::new("VirtualMachine", "vm-0");
    assert_eq!(fault_type(rig.call(of(Some(nobody))).await), "ManagedObjectNotFound");

    let this = rig.first("CustomizationSpecManager");
    assert_eq!(rig.fetch(&this, "info").await.unwrap().items().len(), 0);
    let exists = DoesCustomizationSpecExist {
        this: this.clone(),
        name: "linux".into(),
        ..Default::default()
    };
    assert!(!rig.call(exists).await.unwrap());
    let get = GetCustomizationSpec { this, name: "linux".into(), ..Default::default() };
    assert_eq!(fault_type(rig.call(get).await), "NotFound");

    let storage = QueryIORMConfigOption {
        this: rig.first("StorageResourceManager"),
        host: rig.first("HostSystem"),
        ..Default::default()
    };
    assert_eq!(fault_type(rig.call(storage).await), "NotSupported");
}

fn extension(key: &str, version: &str) -> Extension {
    Extension { key: key.into(), version: version.into(), ..Default::default() }
}

#[tokio::test]
async fn extensions_are_registered_found_updated_and_removed() {
    let rig = Rig::logged_in("ft-ready").await;
    let this = rig.first("ExtensionManager");
    let find = async |key: &str| {
        let asked =
            FindExtension { this: this.clone(), extension_key: key.into(), ..Default::default() };
        rig.call(asked).await.unwrap().map(|found| found.version.to_string())
    };
    let register = |key: &str| RegisterExtension {
        this: this.clone(),
        extension: extension(key, "1.0"),
        ..Default::default()
    };
    let update = |key: &str| UpdateExtension {
        this: this.clone(),
        extension: extension(key, "1.1"),
        ..Default::default()
    };
    let remove = |key: &str| UnregisterExtension {
        this: this.clone(),
        extension_key: key.into(),
        ..Default::default()
    };
    let shipped = rig.fetch(&this, "extensionList").await.unwrap();
    let keys: Vec<_> = shipped.objects::<Extension>().map(|it| it.key.to_string()).collect();
    for key in ["com.vmware.vim.sms", "com.vmware.vim.stats.report", "com.vmware.vcIntegrity"] {
        assert!(keys.iter().any(|other| other == key), "{keys:?}");
    }
    assert_eq!(find("org.example.backup").await, None);
    assert_eq!(fault_type(rig.call(update("org.example.backup")).await), "NotFound");
    rig.call(register("org.example.backup")).await.unwrap();
    assert_eq!(fault_type(rig.call(register("org.example.backup")).await), "InvalidArgument");
    assert_eq!(fault_type(rig.call(register("")).await), "InvalidArgument");
    assert_eq!(find("org.example.backup").await.as_deref(), Some("1.0"));
    rig.call(update("org.example.backup")).await.unwrap();
    assert_eq!(find("org.example.backup").await.as_deref(), Some("1.1"));
    rig.call(remove("org.example.backup")).await.unwrap();
    assert_eq!(find("org.example.backup").await, None);
    assert_eq!(fault_type(rig.call(remove("org.example.backup")).await), "NotFound");
}

fn everybody(rig: &Rig, text: &str) -> RetrieveUserGroups {
    RetrieveUserGroups {
        this: rig.first("UserDirectory"),
        search_str: text.into(),
        find_users: true,
        find_groups: true,
        ..Default::default()
    }
}

#[tokio::test]
async fn the_directory_is_made_of_the_accounts() {
    let rig = Rig::of(Mock::builder().model("ft-ready").account(Account::limited(
        "LAB\\operator",
        "pass",
        ["Global.LogEvent"],
    )));
    rig.login("user", "pass").await.unwrap();
    let names = async |asked: RetrieveUserGroups| {
        let found = rig.call(asked).await.unwrap();
        assert!(found.iter().all(|it| !it.group));
        found.iter().map(|it| it.principal.to_string()).collect::<Vec<_>>()
    };
    let (own, other) = ("administrator@vsphere.local", "LAB\\operator");
    assert_eq!(names(everybody(&rig, "")).await, ["user", own, other]);
    assert_eq!(names(everybody(&rig, "OPER")).await, [other]);
    let exactly = |text: &str| RetrieveUserGroups { exact_match: true, ..everybody(&rig, text) };
    assert_eq!(names(exactly("oper")).await, [""; 0]);
    assert_eq!(names(exactly("operator")).await, [other]);
    let within =
        |domain: &str| RetrieveUserGroups { domain: Some(domain.into()), ..everybody(&rig, "") };
    assert_eq!(names(within("lab")).await, [other]);
    assert_eq!(names(within("VSPHERE.LOCAL")).await, ["user", own]);
    assert_eq!(fault_type(rig.call(within("elsewhere")).await), "NotFound");
    let groups = RetrieveUserGroups { find_users: false, ..everybody(&rig, "") };
    assert_eq!(names(groups).await, [""; 0]);
    let members =
        RetrieveUserGroups { belongs_to_group: Some("admins".into()), ..everybody(&rig, "") };
    assert_eq!(fault_type(rig.call(members).await), "NotFound");
    let domains = rig.fetch(&rig.first("UserDirectory"), "domainList").await.unwrap();
    assert_eq!(domains.items(), [Value::from("vsphere.local")]);
    let host = Rig::logged_in("esxi").await;
    let found = host.call(everybody(&host, "root")).await.unwrap();
    assert_eq!(found[0].principal, "root");
}

#[tokio::test]
async fn logs_are_listed_and_read_by_lines() {
    let rig = Rig::logged_in("ft-ready").await;
    let (this, host) = (rig.first("DiagnosticManager"), rig.first("HostSystem"));
    let list = |host| QueryDescriptions { this: this.clone(), host, ..Default::default() };
    let of_server = rig.call(list(None)).await.unwrap();
    assert_eq!((&*of_server[0].key, &*of_server[0].creator), ("vpxd:vpxd.log", "vpxd"));
    let of_host = rig.call(list(Some(host.clone()))).await.unwrap();
    assert_eq!((&*of_host[0].key, &*of_host[0].file_name), ("hostd", "/var/log/hostd.log"));

    let read = |key: &str, start, lines| BrowseDiagnosticLog {
        this: this.clone(),
        host: Some(host.clone()),
        key: key.into(),
        start,
        lines,
        ..Default::default()
    };
    let all = rig.call(read("hostd", None, None)).await.unwrap();
    assert_eq!((all.line_start, all.line_end, all.line_text.len()), (1, 3, 3));
    assert!(all.line_text[0].contains("Starting VMware ESXi 8.0.3"), "{:?}", all.line_text);
    let one = rig.call(read("hostd", Some(2), Some(1))).await.unwrap();
    assert_eq!((one.line_start, one.line_end), (2, 2));
    assert_eq!(one.line_text, all.line_text[1..2]);
    let behind = rig.call(read("hostd", Some(999_999_999), None)).await.unwrap();
    assert_eq!((behind.line_end, behind.line_text.len()), (3, 0));
    assert_eq!(fault_type(rig.call(read("vmkernel9", None, None)).await), "InvalidArgument");

    let alone = Rig::logged_in("esxi").await;
    let list = QueryDescriptions { this: alone.first("DiagnosticManager"), ..Default::default() };
    assert_eq!(alone.call(list).await.unwrap()[0].key, "hostd");
}

async fn options(rig: &Rig, name: &str) -> Result<Vec<Poly<OptionValue>>, String> {
    let this = content(rig).await.setting.unwrap();
    let asked = QueryOptions { this, name: Some(name.into()), ..Default::default() };
    match rig.call(asked).await {
        Ok(found) => Ok(found),
        refused => Err(fault_type(refused)),
    }
}

#[tokio::test]
async fn a_vcenter_comes_with_the_settings_that_tools_ask_for() {
    let rig = Rig::logged_in("ft-ready").await;
    let mail = options(&rig, "mail.").await.unwrap();
    let keys: Vec<_> = mail.iter().map(|option| option.key.as_str()).collect();
    let wanted =
        ["mail.sender", "mail.smtp.password", "mail.smtp.port", "mail.smtp.server"].as_slice();
    assert_eq!(keys, [wanted, &["mail.smtp.username"]].concat());
    let values: [(&str, Value); 9] = [
        ("mail.smtp.port", 25.into()),
        ("instance.id", 1.into()),
        ("log.level", "info".into()),
        ("config.log.level", "info".into()),
        ("client.timeout.normal", 30.into()),
        ("snmp.receiver.1.enabled", true.into()),
        ("snmp.receiver.4.port", 162.into()),
        ("vpxd.certmgmt.certs.softThreshold", 240.into()),
        ("vpxd.event.syslog.enabled", true.into()),
    ];
    for (key, value) in values {
        let found = options(&rig, key).await.unwrap();
        assert_eq!((found.len(), &found[0].value), (1, &Some(value)), "{key}");
    }
    assert_eq!(options(&rig, "snmp.receiver.").await.unwrap().len(), 16);
    assert_eq!(options(&rig, "snmp.receiver.5.port").await, Err("InvalidName".to_owned()));
}
