//! What is planned for a host, from what is declared and seen.

use orchestrator::Item;
use playbook::check_args;
use vim25::MoRef;

use super::*;
use crate::evc::mode;
use crate::host::CAPABILITY;
use crate::host::observe::foresee_evc;
use crate::host::spec::Trust;

const DECLARED: &str = "hostname: esx1.lab\ncluster: C\npassword: { env: PW }\n";

fn spec(more: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, &format!("{DECLARED}{more}\n")).unwrap())
}

fn here(kind: &str, id: &str, name: &str) -> Place {
    Place::Here { object: MoRef::new(kind, id), name: name.to_owned() }
}

fn seen(preview: Option<Preview>) -> Seen {
    Seen {
        datacenter: here("Datacenter", "datacenter-2", "Lab"),
        cluster: Some(here("ClusterComputeResource", "domain-c7", "C")),
        present: None,
        preview,
        evc: None,
    }
}

fn ready(first_seen: bool, managed_by: Option<&str>) -> Preview {
    Preview::Ready {
        identity: Some(Identity::Thumbprint("AA:BB".to_owned())),
        first_seen,
        host: Box::new(HostPreview { product: "ESXi 8".to_owned(), ..HostPreview::default() }),
        managed_by: managed_by.map(str::to_owned),
        cluster_supported: true,
    }
}

fn present() -> Present {
    Present {
        object: MoRef::new("HostSystem", "host-9"),
        name: "esx1.lab".to_owned(),
        parent: "/Lab/host/C".to_owned(),
        parent_object: MoRef::new("ClusterComputeResource", "domain-c7"),
        datacenter: Some(MoRef::new("Datacenter", "datacenter-2")),
        connected: true,
        in_maintenance: false,
        ha: true,
        agent: AgentState::Well,
        lockdown: Some(Lockdown::Disabled),
        license: None,
    }
}

fn shown(plan: &Plan<Step>) -> String {
    let items = plan.items.iter().map(|item| match item {
        Item::Step(step) => step.title.clone(),
        Item::InSync { detail, .. } => format!("= {detail}"),
        Item::AfterApply { waits_for, .. } => format!("... {waits_for}"),
        Item::Blocked { reason, .. } => {
            assert!(!reason.cause.is_empty() && !reason.fix.is_empty());
            format!("! {}", reason.code)
        }
    });
    items.collect::<Vec<_>>().join(" | ")
}

#[test]
fn an_absent_host_is_added_unless_something_is_against_it() {
    let refused = Preview::Refused(reason("host-login-refused", "w", "c", "f"));
    let coming = Seen {
        cluster: Some(Place::Coming { name: "New".to_owned() }),
        ..seen(Some(ready(false, None)))
    };
    let no_datacenter = Seen { datacenter: Place::Coming { name: "DC".to_owned() }, ..seen(None) };
    let weak =
        Seen { evc: Some(reason("host-evc", "w", "c", "f")), ..seen(Some(ready(false, None))) };
    let table = [
        ("", seen(Some(ready(false, None))), "add host to cluster `C`", 7),
        ("", coming, "add host to cluster `New`", 7),
        ("", seen(Some(refused)), "! host-login-refused", 0),
        ("", seen(Some(ready(false, Some("10.9.9.9")))), "! host-owned-elsewhere", 0),
        ("force: true", seen(Some(ready(false, Some("10.9.9.9")))), "add host to cluster `C`", 7),
        ("", weak, "! host-evc", 0),
        ("", no_datacenter, "... datacenter `DC` exists", 0),
    ];
    for (more, seen, expected, by_hand) in table {
        let plan = plan(&spec(more), "default", &seen);
        assert_eq!(shown(&plan), expected, "{more} {seen:?}");
        assert_eq!(manual_steps(&plan), by_hand, "{expected}");
    }
}

#[test]
fn trust_on_first_use_is_displayed() {
    let declared = spec("trust: on_first_use");
    assert_eq!(declared.trust, Trust::OnFirstUse);
    let first = plan(&declared, "default", &seen(Some(ready(true, None))));
    assert!(first.notes[0].contains("AA:BB"), "{:?}", first.notes);
    let known = plan(&declared, "default", &seen(Some(ready(false, None))));
    assert!(known.notes.is_empty());
}

#[test]
fn a_present_host_is_brought_in_line() {
    let away = Present {
        parent: "/Lab/host/Other".to_owned(),
        parent_object: MoRef::new("ClusterComputeResource", "domain-c8"),
        ..present()
    };
    let agent = |agent| Present { agent, ..present() };
    let table = [
        ("", present(), "= connected in `/Lab/host/C`, HA agent well"),
        ("", away, "! host-elsewhere"),
        ("", Present { connected: false, ..present() }, "reconnect host"),
        ("", agent(AgentState::Settling), "wait for the HA agent"),
        ("", agent(AgentState::None), "wait for the HA agent"),
        ("", agent(AgentState::Failed), "set up the HA agent anew"),
        (
            "",
            Present { ha: false, agent: AgentState::None, ..present() },
            "= connected in `/Lab/host/C`, HA off",
        ),
        (
            "",
            Present { in_maintenance: true, agent: AgentState::None, ..present() },
            "= connected in `/Lab/host/C`, no HA agent",
        ),
        ("lockdown: normal", present(), "change the lockdown mode"),
        ("lockdown: disabled", present(), "= connected in `/Lab/host/C`, HA agent well"),
        ("license: AAAAA-BBBBB", present(), "assign the licence"),
    ];
    for (more, host, expected) in table {
        let seen = Seen { present: Some(host), ..seen(None) };
        assert_eq!(shown(&plan(&spec(more), "default", &seen)), expected, "{more}");
    }
}

#[test]
fn what_ends_with_a_connected_host_and_a_good_agent_is_told_to_later_tasks() {
    let away = MoRef::new("ClusterComputeResource", "domain-c8");
    let table = [
        ("", present(), false),
        ("", Present { connected: false, ..present() }, true),
        ("", Present { agent: AgentState::Settling, ..present() }, true),
        ("", Present { agent: AgentState::Failed, ..present() }, true),
        ("", Present { connected: false, parent_object: away, ..present() }, false),
        ("lockdown: normal", present(), false),
    ];
    for (more, host, expected) in table {
        let seen = Seen { present: Some(host), ..seen(None) };
        let plan = plan(&spec(more), "default", &seen);
        assert_eq!(mends(&plan), expected, "{more} {}", shown(&plan));
    }
}

#[test]
fn a_host_known_by_another_name_is_told_apart() {
    let other = Present {
        name: "10.0.0.1".to_owned(),
        parent_object: MoRef::new("ComputeResource", "domain-s9"),
        ..present()
    };
    let seen = Seen { present: Some(other), ..seen(None) };
    let plan = plan(&spec(""), "default", &seen);
    let Item::Blocked { reason, .. } = &plan.items[0] else { panic!("{plan:?}") };
    assert!(reason.cause.contains("as `10.0.0.1`"), "{reason:?}");
}

#[test]
fn no_plan_shows_a_secret_or_a_whole_licence_key() {
    let declared = spec("license: AAAAA-BBBBB-CCCCC");
    let plan = plan(&declared, "default", &seen(Some(ready(false, None))));
    let text = format!("{plan:?}");
    assert!(text.contains("…-CCCCC") && !text.contains("AAAAA"), "{text}");
}

#[test]
fn cpus_are_compared_with_the_mode_that_the_cluster_will_have() {
    let modes = [mode("old", "intel", &["intel"], 1), mode("new", "intel", &["intel"], 2)];
    let host = |best: Option<&str>| HostPreview {
        max_evc_mode: best.map(str::to_owned),
        ..HostPreview::default()
    };
    let declared = spec("");
    assert_eq!(foresee_evc(&declared, &host(Some("new")), "old", &modes), None);
    let refused = foresee_evc(&declared, &host(Some("old")), "new", &modes).unwrap();
    assert!(refused.cause.contains("`new`") && refused.cause.contains("`old`"));
    assert!(foresee_evc(&declared, &host(None), "old", &modes).is_some());
}

#[test]
fn thumbprints_are_compared_in_the_form_of_vcenter() {
    let plain = "aabbccddeeff00112233445566778899aabbccdd";
    let declared = spec(&format!("thumbprint: {plain}"));
    let form = "AA:BB:CC:DD:EE:FF:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD";
    assert_eq!(declared.trust, Trust::Thumbprint(form.to_owned()));
    let sha256 = "ab".repeat(32);
    for more in [
        format!("thumbprint: \"{sha256}\""),
        format!("thumbprint: {plain}\ntrust: on_first_use"),
        format!("thumbprint: {plain}\ncertificate: x"),
        "thumbprint: AA".to_owned(),
    ] {
        assert!(check_args(&CAPABILITY, &format!("{DECLARED}{more}\n")).is_err(), "{more}");
    }
}
