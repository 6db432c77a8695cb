//! All capabilities, and tasks made from them.

use std::sync::Arc;

use orchestrator::{ErasedTask, GraphError, TaskGraph, TaskNode};
use playbook::{Capability, Playbook, TaskInstance};

use crate::declared::{Declared, DeclaredTask};
use crate::world::VsphereWorld;
use crate::{
    advanced_options, cluster, console, datacenter, fault_tolerance, firewall, gate, guest, host,
    iso, kickstart, service, ssh, syslog, time, vmkernel, wait_for,
};

/// Every capability, in the order in which a lab is built up.
pub static CATALOGUE: &[Capability] = &[
    kickstart::CAPABILITY,
    datacenter::CAPABILITY,
    cluster::CAPABILITY,
    host::CAPABILITY,
    vmkernel::CAPABILITY,
    service::CAPABILITY,
    firewall::CAPABILITY,
    syslog::CAPABILITY,
    advanced_options::CAPABILITY,
    time::CAPABILITY,
    wait_for::CAPABILITY,
    fault_tolerance::CAPABILITY,
    console::CAPABILITY,
    guest::CAPABILITY,
    ssh::CAPABILITY,
    gate::CAPABILITY,
    crate::ovf::CAPABILITY,
    iso::CAPABILITY,
];

/// The task that a checked instance declares; `None` when its capability is not of [`CATALOGUE`].
#[must_use]
pub fn build(instance: &TaskInstance) -> Option<Arc<dyn ErasedTask<VsphereWorld>>> {
    Some(match instance.capability {
        "kickstart" => task::<kickstart::Spec>(instance),
        "datacenter" => task::<datacenter::Spec>(instance),
        "cluster" => task::<cluster::Spec>(instance),
        "host" => task::<host::Spec>(instance),
        "vmkernel" => task::<vmkernel::Spec>(instance),
        "service" => task::<service::Spec>(instance),
        "firewall" => task::<firewall::Spec>(instance),
        "syslog" => task::<syslog::Spec>(instance),
        "advanced_options" => task::<advanced_options::Spec>(instance),
        "time" => task::<time::Spec>(instance),
        "wait_for" => task::<wait_for::Spec>(instance),
        "fault_tolerance" => task::<fault_tolerance::Spec>(instance),
        "console" => task::<console::Spec>(instance),
        "guest" => task::<guest::Spec>(instance),
        "ssh" => task::<ssh::Spec>(instance),
        "gate" => task::<gate::Spec>(instance),
        "ovf" => task::<crate::ovf::Spec>(instance),
        "iso" => task::<iso::Spec>(instance),
        _ => return None,
    })
}

fn task<D: Declared>(instance: &TaskInstance) -> Arc<dyn ErasedTask<VsphereWorld>> {
    Arc::new(DeclaredTask::<D>::from(instance))
}

/// The tasks of a checked playbook and what needs what.
///
/// # Errors
/// When they do not form a graph, which a checked playbook rules out.
pub fn task_graph(playbook: &Playbook) -> Result<TaskGraph<VsphereWorld>, GraphError> {
    let nodes = playbook.tasks.iter().filter_map(|instance| {
        let node = TaskNode::new(instance.id.as_str(), instance.capability, build(instance)?);
        let needs = instance.needs.iter().map(String::as_str);
        Some(node.needs(needs).tags(instance.tags.iter().cloned()))
    });
    TaskGraph::new(nodes.collect())
}

#[cfg(test)]
mod tests {
    use playbook::{Options, Source, catalogue_mistakes, check};

    use super::*;

    #[test]
    fn the_catalogue_has_no_mistakes() {
        assert_eq!(catalogue_mistakes(CATALOGUE), Vec::<String>::new());
        for capability in CATALOGUE {
            let name = capability.name;
            assert!(!capability.example.is_empty(), "{name} has no example");
            let has_privileges = !capability.privileges.is_empty() || !capability.connects;
            assert!(has_privileges, "{name} names no privileges");
            assert!(!capability.manual_steps.is_empty(), "{name} says nothing of manual steps");
            for method in capability.methods {
                assert!(vim25::registry::find_method(method).is_some(), "{name}: `{method}`");
            }
        }
    }

    #[test]
    fn every_capability_can_be_built_from_its_example() {
        for capability in CATALOGUE {
            let source = Source::new(capability.name, &format!("tasks:\n{}", capability.example));
            let playbook = check(&source, CATALOGUE, &Options::default()).unwrap();
            let graph = task_graph(&playbook).unwrap();
            assert_eq!(graph.nodes().len(), playbook.tasks.len(), "{}", capability.name);
            assert_eq!(graph.nodes()[0].head.capability, capability.name);
        }
    }
}
