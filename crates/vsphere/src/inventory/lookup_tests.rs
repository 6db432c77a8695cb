//! Lookups in a small tree: a datacenter with a cluster and a standalone host, another one beside it, VMs
//! with doubtful names, and a pair under Fault Tolerance.

use super::*;

fn tree() -> Inventory {
    let rows = [
        ("Folder:root", "Datacenters", ""),
        ("Datacenter:dc-1", "DC", "Folder:root"),
        ("Datacenter:dc-2", "Other", "Folder:root"),
        ("Folder:h-1", "host", "Datacenter:dc-1"),
        ("Folder:v-1", "vm", "Datacenter:dc-1"),
        ("Folder:d-1", "datastore", "Datacenter:dc-1"),
        ("Folder:v-2", "vm", "Datacenter:dc-2"),
        ("ClusterComputeResource:c-1", "Cluster", "Folder:h-1"),
        ("ComputeResource:c-2", "esx9", "Folder:h-1"),
        ("HostSystem:host-1", "esx1", "ClusterComputeResource:c-1"),
        ("HostSystem:host-2", "esx2", "ClusterComputeResource:c-1"),
        ("HostSystem:host-9", "esx9", "ComputeResource:c-2"),
        ("Datastore:ds-1", "shared", "Folder:d-1"),
        ("VirtualMachine:vm-1", "web-01", "Folder:v-1"),
        ("VirtualMachine:vm-2", "web-01", "Folder:v-1"),
        ("VirtualMachine:vm-3", "a%2fb", "Folder:v-1"),
        ("Folder:v-3", "sub", "Folder:v-1"),
        ("VirtualMachine:vm-4", "twin", "Folder:v-3"),
        ("VirtualMachine:vm-5", "twin", "Folder:v-1"),
        ("VirtualMachine:vm-6", "twin", "Folder:v-2"),
    ];
    let moref = |text: &str| {
        let (kind, value) = text.split_once(':').unwrap();
        MoRef::new(kind, value)
    };
    let mut entries: Vec<Entry> = rows
        .iter()
        .map(|(object, name, parent)| {
            let parent = (!parent.is_empty()).then(|| moref(parent));
            Entry::new(moref(object), name, parent)
        })
        .collect();
    for entry in &mut entries {
        match entry.object.value.as_str() {
            "vm-1" => entry.instance_uuid = Some("u1".to_owned()),
            "vm-2" => entry.secondary_of = Some("u1".to_owned()),
            _ => {}
        }
    }
    Inventory::new(moref("Folder:root"), entries)
}

fn found(tree: &Inventory, kind: Kind, text: &str) -> Vec<String> {
    tree.find_all(kind, text).unwrap().iter().map(|object| object.value.to_string()).collect()
}

#[test]
fn paths_names_patterns_and_ids_are_found() {
    let tree = tree();
    let table: [(Kind, &str, &[&str]); 17] = [
        (Kind::Host, "/DC/host/Cluster/esx1", &["host-1"]),
        (Kind::Host, "Cluster/esx1", &["host-1"]),
        (Kind::Host, "esx1", &["host-1"]),
        (Kind::Host, "/DC/host/Cluster/*", &["host-1", "host-2"]),
        (Kind::Host, "esx[12]", &["host-1", "host-2"]),
        (Kind::Host, "/DC/host/esx9", &["host-9"]),
        (Kind::Host, "/DC/host/esx9/esx9", &["host-9"]),
        (Kind::Host, "host-2", &["host-2"]),
        (Kind::Host, "HostSystem:host-2", &["host-2"]),
        (Kind::Cluster, "Cluster", &["c-1"]),
        (Kind::Cluster, "/DC/host/*", &["c-1"]),
        (Kind::ComputeResource, "/DC/host/*", &["c-1", "c-2"]),
        (Kind::VirtualMachine, "a%2fb", &["vm-3"]),
        (Kind::VirtualMachine, "/DC/vm/a%2fb", &["vm-3"]),
        (Kind::VirtualMachine, "/DC/vm/.../twin", &["vm-4", "vm-5"]),
        (Kind::Datastore, "shared", &["ds-1"]),
        (Kind::Datacenter, "DC", &["dc-1"]),
    ];
    for (kind, text, expected) in table {
        assert_eq!(found(&tree, kind, text), expected, "{kind} `{text}`");
    }
}

#[test]
fn the_secondary_of_an_ft_pair_is_never_found() {
    let tree = tree();
    assert_eq!(found(&tree, Kind::VirtualMachine, "web-01"), ["vm-1"]);
    assert_eq!(found(&tree, Kind::VirtualMachine, "/DC/vm/web*"), ["vm-1"]);
    let error = tree.find(Kind::VirtualMachine, "vm-2").unwrap_err();
    assert_eq!(
        error.to_string(),
        "`vm-2` is the FT secondary of `/DC/vm/web-01`, name the primary instead"
    );
}

#[test]
fn doubt_lists_every_path_and_a_default_datacenter_ends_some_of_it() {
    let mut tree = tree();
    let error = tree.find(Kind::VirtualMachine, "twin").unwrap_err();
    assert_eq!(error.candidates(), ["/DC/vm/sub/twin", "/DC/vm/twin", "/Other/vm/twin"]);
    tree.set_default_datacenter("Other").unwrap();
    assert_eq!(found(&tree, Kind::VirtualMachine, "twin"), ["vm-6"]);
    assert_eq!(found(&tree, Kind::VirtualMachine, "./twin"), ["vm-6"]);
    assert_eq!(found(&tree, Kind::VirtualMachine, "/DC/vm/twin"), ["vm-5"]);
}

#[test]
fn what_is_not_there_lists_what_looks_like_it() {
    let tree = tree();
    let error = tree.find(Kind::VirtualMachine, "wbe-01").unwrap_err();
    assert_eq!(error.candidates().first().map(String::as_str), Some("/DC/vm/web-01"));
    assert!(error.to_string().starts_with("no VM `wbe-01`: did you mean `/DC/vm/web-01`"));
    let error = tree.find(Kind::Host, "/DC/host/Cluster/esx7").unwrap_err();
    assert!(error.candidates().contains(&"/DC/host/Cluster/esx1".to_owned()), "{error}");
    assert_eq!(tree.find_optional(Kind::Host, "nothing"), Ok(None));
    assert!(matches!(
        tree.find(Kind::Host, "VirtualMachine:vm-1"),
        Err(FindError::OtherKind { .. })
    ));
}

#[test]
fn a_parent_that_is_its_own_ancestor_ends_the_path() {
    let folder = MoRef::new("Folder", "f-1");
    let entries = vec![Entry::new(folder.clone(), "loop", Some(folder.clone()))];
    let tree = Inventory::new(MoRef::new("Folder", "root"), entries);
    assert!(tree.path(&folder).is_some());
}
