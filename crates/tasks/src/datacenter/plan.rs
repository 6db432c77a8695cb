//! Decides about a datacenter.

use orchestrator::{Change, Plan, PlannedStep, limits};

use super::observe::Seen;
use super::spec::Spec;

/// What can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    /// Make it, and the folders above it.
    Create,
}

pub(super) fn plan(spec: &Spec, connection: &str, seen: &Seen) -> Plan<Step> {
    if let Some(path) = &seen.path {
        return Plan::in_sync(&spec.name, format!("exists as `{path}`"));
    }
    let mut changes = Vec::new();
    if let Some(folder) = &spec.folder {
        changes.push(Change::set("folder", format!("/{}", folder.join("/"))));
    }
    let title = format!("create datacenter `{}`", spec.name);
    let step = PlannedStep::create(&spec.name, title, Step::Create)
        .changes(changes)
        .takes(limits::VCENTER, connection);
    let plan = Plan::of(vec![step.into()]);
    match seen.missing_folders.as_slice() {
        [] => plan,
        missing => plan.note(format!("folders are made too: `{}`", missing.join("/"))),
    }
}

#[cfg(test)]
mod tests {
    use orchestrator::Item;
    use playbook::check_args;
    use vim25::MoRef;
    use vsphere::Inventory;
    use vsphere::inventory::Entry;

    use super::*;
    use crate::datacenter::CAPABILITY;
    use crate::datacenter::observe::look;

    fn root() -> MoRef {
        MoRef::new("Folder", "group-d1")
    }

    /// `/Lab` and `/Europe/Berlin`.
    fn inventory() -> Inventory {
        let europe = MoRef::new("Folder", "group-d2");
        Inventory::new(
            root(),
            vec![
                Entry::new(root(), "Datacenters", None),
                Entry::new(europe.clone(), "Europe", Some(root())),
                Entry::new(MoRef::new("Datacenter", "datacenter-3"), "Lab", Some(root())),
                Entry::new(MoRef::new("Datacenter", "datacenter-4"), "Berlin", Some(europe)),
            ],
        )
    }

    #[test]
    fn a_datacenter_is_made_only_where_it_is_missing() {
        let table = [
            ("name: Lab", "= exists as `/Lab`", 0),
            ("name: Berlin", "= exists as `/Europe/Berlin`", 0),
            ("{ name: Berlin, folder: Europe }", "= exists as `/Europe/Berlin`", 0),
            ("{ name: Lab, folder: /Europe }", "+ create datacenter `Lab`", 0),
            ("{ name: Lab, folder: /Asia/Tokyo }", "+ create datacenter `Lab`", 2),
            ("name: New", "+ create datacenter `New`", 0),
        ];
        for (yaml, expected, folders) in table {
            let spec = Spec::from(&check_args(&CAPABILITY, yaml).unwrap());
            let seen = look(&spec, &inventory(), &root());
            let plan = plan(&spec, "default", &seen);
            let shown = match &plan.items[..] {
                [Item::InSync { detail, .. }] => format!("= {detail}"),
                [Item::Step(step)] => format!("+ {}", step.title),
                other => panic!("{other:?}"),
            };
            assert_eq!(shown, expected, "{yaml}");
            assert_eq!(seen.missing_folders.len(), folders, "{yaml}");
        }
    }
}
