//! What is planned for virtual machines that earlier tasks will bring.

use super::*;

/// What earlier tasks announce on a bare lab.
fn bare_lab(caps: FtCaps, services: &[&'static str]) -> Known {
    let vm = |n: usize| VmPreview {
        name: format!("vm{n}"),
        vcpus: 2,
        memory_mb: 4096,
        powered_on: true,
        datastore: "shared1".to_owned(),
        ..VmPreview::default()
    };
    let host = |name: &str, vms: std::ops::RangeInclusive<usize>| HostToCome {
        datacenter: "Lab".to_owned(),
        cluster: Some("C".to_owned()),
        preview: HostPreview {
            name: name.to_owned(),
            datastores: vec!["shared1".to_owned()],
            vms: vms.map(vm).collect(),
            ..HostPreview::default()
        },
    };
    let service =
        |host: &str, nic_type: &'static str| ServiceToCome { host: host.to_owned(), nic_type };
    Known {
        clusters: vec![ClusterToCome {
            datacenter: "Lab".to_owned(),
            name: "C".to_owned(),
            ha: true,
            caps,
            changes: true,
            ..ClusterToCome::default()
        }],
        hosts: vec![host("esx1", 1..=4), host("esx2", 5..=8)],
        services: ["esx1", "esx2"]
            .into_iter()
            .flat_map(|host| services.iter().map(move |nic_type| service(host, nic_type)))
            .collect(),
        ..Known::default()
    }
}

fn foreseen(known: &Known, vms: &[&str]) -> Seen {
    let error = |text: &str| FindError::NotFound {
        kind: Kind::VirtualMachine,
        wanted: text.to_owned(),
        candidates: Vec::new(),
    };
    let missing = vms.iter().map(|text| ((*text).to_owned(), error(text))).collect();
    let mut seen = Seen { wanted_cluster: Some(Ok("C".to_owned())), ..Seen::default() };
    foresee(known, "Lab", missing, &mut seen);
    seen
}

#[test]
fn on_a_bare_lab_the_plan_tells_the_whole_story() {
    let both = [VMOTION, FT_LOGGING];
    let enough = bare_lab(FtCaps { vms: 8, vcpus: 16 }, &both);
    let plan = plan_of("{ vms: [vm*], cluster: C }", &foreseen(&enough, &["vm*"]));
    let lines = shown(&plan);
    assert_eq!(lines.len(), 8, "{lines:?}");
    let wait = "cluster `C` is made, host `esx1` joins `C`, host `esx1` carries vMotion and FT \
                logging, host `esx2` joins `C`, host `esx2` carries vMotion and FT logging";
    assert_eq!(lines[0], format!("vm1 ... {wait}"));
    assert_eq!(lines[7], format!("vm8 ... {wait}"), "the same, whichever half is where");
    assert_eq!(manual_steps(&plan), 40);

    let few = bare_lab(FtCaps::default(), &both);
    let plan = plan_of("{ vms: [vm*], cluster: C }", &foreseen(&few, &["vm*"]));
    assert_eq!(blocked(&plan), ["vm5", "vm6", "vm7", "vm8"], "told before anything is changed");

    let no_logging = bare_lab(FtCaps { vms: 0, vcpus: 0 }, &[VMOTION]);
    let plan = plan_of("vms: [vm1]", &foreseen(&no_logging, &["vm1"]));
    assert_eq!(shown(&plan)[0], "vm1 ! ft-no-logging");
}

#[test]
fn vms_to_come_are_found_by_name_path_and_pattern() {
    let known = bare_lab(FtCaps::default(), &[]);
    let table = [
        ("vm1", 1, 0),
        ("vm[1-3]", 3, 0),
        ("/Lab/vm/Discovered virtual machine/vm8", 1, 0),
        ("/Lab/vm/.../vm*", 8, 0),
        ("vm9", 0, 1),
        ("/Other/vm/vm1", 0, 1),
    ];
    for (text, found, unknown) in table {
        let seen = foreseen(&known, &[text]);
        assert_eq!((seen.vms.len(), seen.unknown.len()), (found, unknown), "{text}");
    }
    let twice = foreseen(&known, &["vm1", "vm*"]);
    assert_eq!(twice.vms.len(), 8, "each VM once");
}

#[test]
fn vms_on_a_host_that_cannot_be_added_are_not_called_unknown() {
    let known = Known { stuck_hosts: vec!["esx1".to_owned()], ..Known::default() };
    let plan = plan_of("vms: [vm1]", &foreseen(&known, &["vm1"]));
    assert_eq!(shown(&plan), ["vm1 ... host `esx1` is added, which is blocked now"]);
}

#[test]
fn of_a_pool_each_cluster_has_what_it_reaches_and_all_where_it_reaches_nothing() {
    let mut seen = lab(Vec::new());
    seen.clusters.push(Cluster { id: "d".to_owned(), ..Cluster::default() });
    seen.hosts.push(Host { cluster: Some("d".to_owned()), ..host("esx3") });
    let far = Datastore { hosts: ["esx3".to_owned()].into(), ..Datastore::default() };
    seen.datastores.insert("far".to_owned(), far);
    let table = [
        ("[local*, far]", "c", vec!["local1", "local2"]),
        ("[local*, far]", "d", vec!["far"]),
        ("[local*]", "d", vec!["local1", "local2"]),
        ("[none*]", "c", vec!["none*"]),
    ];
    for (datastores, cluster, expected) in table {
        let spec = spec(&format!("{{ vms: [x], secondary: {{ datastores: {datastores} }} }}"));
        let ground = Ground::of(&spec, &seen);
        let pool: Vec<&str> =
            ground.pool(cluster).unwrap().names.iter().map(String::as_str).collect();
        assert_eq!(pool, expected, "{datastores} in {cluster}");
    }
    let spec = spec("vms: [x]");
    assert_eq!(Ground::of(&spec, &seen).members("c"), [0, 1]);
    assert!(Ground::of(&spec, &seen).pool("c").is_none());
}

#[test]
fn a_host_that_an_earlier_task_mends_stands_in_nobodys_way() {
    type MakeIll = fn(&mut Host);
    let ill: [(MakeIll, &str); 2] = [
        (|host| host.agent = AgentState::Settling, "the HA agent of host `esx2` gets well"),
        (|host| host.connected = false, "host `esx2` is reconnected"),
    ];
    for (make_ill, wait) in ill {
        let mut seen = lab(vec![vm("vm1", "esx1")]);
        make_ill(&mut seen.hosts[1]);
        assert!(!blocked(&plan_of("vms: [vm1]", &seen)).is_empty());
        let known = Known { mended_hosts: vec!["ESX2".to_owned()], ..Known::default() };
        foresee(&known, "Lab", Vec::new(), &mut seen);
        assert_eq!(shown(&plan_of("vms: [vm1]", &seen)), [format!("vm1 ... {wait}")]);
    }
}

#[test]
fn a_host_that_joined_after_its_own_task_had_looked_counts_as_mended() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.hosts[1].agent = AgentState::Settling;
    let mut known = bare_lab(FtCaps::default(), &[]);
    known.clusters.clear();
    foresee(&known, "Lab", Vec::new(), &mut seen);
    let lines = shown(&plan_of("vms: [vm1]", &seen));
    assert_eq!(lines, ["vm1 ... the HA agent of host `esx2` gets well"]);
}

#[test]
fn a_cluster_that_will_be_reconfigured_is_judged_by_its_new_limits() {
    let mut seen = lab(eight());
    let mut known = bare_lab(FtCaps { vms: 8, vcpus: 16 }, &[]);
    known.hosts.clear();
    known.clusters[0].exists = true;
    foresee(&known, "Lab", Vec::new(), &mut seen);
    let plan = plan_of("vms: [any]", &seen);
    assert!(blocked(&plan).is_empty());
    assert_eq!(shown(&plan)[0], "vm1 ... cluster `C` is reconfigured");
}

#[test]
fn hosts_of_a_cluster_that_gets_ha_have_agents_by_then() {
    let mut seen = lab(vec![vm("vm1", "esx1")]);
    seen.clusters[0].ha = false;
    seen.hosts.iter_mut().for_each(|host| host.agent = AgentState::None);
    let mut known = bare_lab(FtCaps::default(), &[]);
    known.hosts.clear();
    known.clusters[0].exists = true;
    foresee(&known, "Lab", Vec::new(), &mut seen);
    let lines = shown(&plan_of("vms: [vm1]", &seen));
    assert_eq!(lines, ["vm1 ... cluster `C` is reconfigured"]);
}

#[path = "places_tests.rs"]
mod places;
