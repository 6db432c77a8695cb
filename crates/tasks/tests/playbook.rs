//! The playbook that comes with the program checks against the catalogue and forms the expected graph.

use playbook::{Options, Source, check};

#[test]
fn the_software_ft_playbook_checks_and_orders_its_tasks() {
    let text = include_str!("../../../playbooks/software-ft.yaml");
    let source = Source::new("software-ft.yaml", text);
    let playbook = match check(&source, tasks::CATALOGUE, &Options::default()) {
        Ok(playbook) => playbook,
        Err(found) => panic!("{found}"),
    };
    assert!(playbook.warnings.is_empty(), "{}", playbook.warnings);
    let graph = tasks::task_graph(&playbook).unwrap();
    let order: Vec<&str> = graph.nodes().iter().map(|node| node.head.capability.as_str()).collect();
    assert_eq!(
        order,
        ["datacenter", "cluster", "host", "host", "vmkernel", "vmkernel", "fault_tolerance"]
    );
    let last = &graph.nodes()[6];
    assert_eq!(last.head.needs.len(), 2, "it waits for the network of both hosts");
}
