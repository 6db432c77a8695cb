//! Services, firewall, log, time and options: on an ESXi host itself and through vCenter.

use e2e::{Lab, Outcome};

use crate::playbooks::{HOST_SETTINGS, HOSTS};

/// The playbook for the host that is connected to.
fn on_the_host() -> String {
    let about = |line: &&str| !line.contains("host: \"{{ hosts }}\"");
    let unnamed = HOST_SETTINGS.lines().filter(about).collect::<Vec<_>>().join("\n") + "\n";
    unnamed.replace("[esx1.lab.local, esx2.lab.local]", "[esx1.lab.local]")
}

/// Plans, applies and applies again.
async fn settle(lab: &Lab) {
    let plan = || lab.lockstep(["plan", "hosts.yaml", "--detailed-exitcode"]).run();
    plan().await.ends_with(2).says(["TSM-SSH", "off -> on", "ntp1.lab.local", "192.168.8.0/24"]);
    assert!(lab.changes().is_empty(), "a plan changed something: {:?}", lab.changes());
    lab.lockstep(["apply", "hosts.yaml", "--yes"]).run().await.ends_with(0);
    assert!(!lab.changes().is_empty());
    lab.mock().forget_calls();
    lab.lockstep(["apply", "hosts.yaml", "--yes"]).run().await.ends_with(0);
    plan().await.ends_with(0);
    assert!(lab.changes().is_empty(), "the second apply changed: {:?}", lab.changes());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_esxi_host_is_settled_directly_without_naming_it() {
    let lab = Lab::of("esxi").await;
    lab.write("hosts.yaml", &on_the_host());
    settle(&lab).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hosts_are_settled_through_vcenter() {
    let lab = Lab::of("ft-ready").await;
    lab.write("hosts.yaml", HOST_SETTINGS);
    settle(&lab).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_settings_of_a_vcenter_are_options_too() {
    let lab = Lab::of("ft-ready").await;
    let task = "  - advanced_options: { scope: vcenter, options: { event.maxAge: 60 } }\n";
    lab.write("hosts.yaml", &format!("tasks:\n{task}"));
    lab.lockstep(["apply", "hosts.yaml", "--yes"]).run().await.ends_with(0);
    let again = lab.lockstep(["plan", "hosts.yaml", "--detailed-exitcode"]).run().await;
    again.ends_with(0);
    let lab = Lab::of("esxi").await;
    refused(&lab, task, ["this is an ESXi host"]).await;
}

async fn refused<const N: usize>(lab: &Lab, task: &str, parts: [&str; N]) -> Outcome {
    lab.write("task.yaml", &format!("tasks:\n{task}"));
    let before = lab.changes().len();
    let planned = lab.lockstep(["plan", "task.yaml", "-q"]).run().await;
    planned.ends_with(4).says(parts).says(["cause", "fix"]);
    lab.lockstep(["apply", "task.yaml", "--yes"]).run().await.ends_with(4);
    assert_eq!(lab.changes().len(), before, "something was changed");
    planned
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_cannot_be_settled_is_refused_with_the_reason() {
    let lab = Lab::of("esxi").await;
    let table: [(&str, [&str; 2]); 7] = [
        ("service: { name: shh, running: true }", ["`shh`", "did you mean `ssh`"]),
        ("service: { name: syslog, running: false }", ["`vmsyslogd`", "cannot do without"]),
        ("firewall: { ruleset: syslogg }", ["`syslogg`", "did you mean `syslog`"]),
        ("firewall: { ruleset: sshServer, enabled: false }", ["`sshServer`", "cannot do without"]),
        ("firewall: { ruleset: snmp }", ["`snmp`", "by hand"]),
        ("syslog: { log_host: 'tcp://log.lab:6514' }", ["tcp 1514", "`firewall: false`"]),
        (
            "advanced_options: { options: { UserVars.SuppresShellWarning: 1 } }",
            ["no option", "`UserVars.SuppressShellWarning`"],
        ),
    ];
    for (task, parts) in table {
        refused(&lab, &format!("  - {task}\n"), parts).await;
    }
    let lab = Lab::of("ft-ready").await;
    let task = "  - service: { name: ssh, running: true }\n";
    refused(&lab, task, ["does not say which of its hosts", "`host:`"]).await;
}

/// A ruleset that is open for nobody blocks everything and looks enabled.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ruleset_that_lets_nobody_through_is_seen_and_mended_only_when_declared() {
    let lab = Lab::of("esxi").await;
    let client = lab.client().await;
    let reader = client.reader();
    let inventory = reader.inventory().await.unwrap();
    let host = inventory.find(vsphere::Kind::Host, HOSTS[0]).unwrap();
    let path = "configManager.firewallSystem";
    let seen = reader.retrieve(&host, &[path]).await.unwrap();
    let system = vsphere::objects::HostFirewallSystem::new(seen.moref(path).unwrap().clone());
    system.update_ruleset(&client.writer(), "syslog", Default::default()).await.unwrap();
    client.close().await.unwrap();

    for task in ["firewall: { ruleset: syslog }", "syslog: { log_host: 'udp://log.lab' }"] {
        refused(&lab, &format!("  - {task}\n"), ["lets nobody through", "`allowed_hosts: all`"])
            .await;
    }
    let mend = "tasks:\n  - firewall: { ruleset: syslog, allowed_hosts: all }\n";
    lab.write("mend.yaml", mend);
    let order = |method: &str| lab.calls_of(method).len();
    lab.lockstep(["apply", "mend.yaml", "--yes"])
        .run()
        .await
        .ends_with(0)
        .says(["`syslog` is open"]);
    assert_eq!((order("UpdateRuleset"), order("EnableRuleset")), (2, 1));
    lab.lockstep(["plan", "mend.yaml", "--detailed-exitcode"]).run().await.ends_with(0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_so_needs_no_waiting_and_what_does_not_come_is_said() {
    let lab = Lab::of("esxi").await;
    let here = lab.mock().address();
    lab.write("door.yaml", &format!("tasks:\n  - wait_for: {{ tcp: '{here}' }}\n"));
    lab.lockstep(["plan", "door.yaml", "--detailed-exitcode"]).run().await.ends_with(0);
    lab.write("page.yaml", &format!("tasks:\n  - wait_for: {{ https: 'https://{here}/sdk' }}\n"));
    lab.lockstep(["plan", "page.yaml", "--detailed-exitcode"]).run().await.ends_with(0);
    assert_eq!(lab.calls_of("Login").len(), 0, "an address needs no login");
    let never = "tasks:\n  - wait_for:\n      property: { object: esx1.lab.local, path: \
                 runtime.connectionState, equals: gone }\n      timeout: 40ms\n      interval: 10ms\n";
    lab.write("never.yaml", never);
    let planned = lab.lockstep(["plan", "never.yaml", "--detailed-exitcode"]).run().await;
    planned.ends_with(2).says(["`runtime.connectionState` is `connected`"]);
    let waited = lab.lockstep(["apply", "never.yaml", "--yes"]).run().await;
    assert_ne!(waited.code, Some(0));
    waited.says(["after 40 ms", "`runtime.connectionState` is `connected`"]);
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
}
