//! Hosts that go, and VMs that others move, rename or delete.

use orchestrator::Status;
use simulation::{Deed, Fault, VmDeed};

use crate::story::Story;

const VM: &str = "vm-00002";

fn host(at: u64, deed: Deed) -> Fault {
    Fault::Host { at, seconds: 300, host: "esx002.estate.local".to_owned(), deed }
}

fn vm(at: u64, deed: VmDeed) -> Fault {
    Fault::Vm { at, vm: VM.to_owned(), deed }
}

#[test]
fn row_10_a_host_that_dies_costs_nobody_the_truth() {
    for at in [1, 12, 20, 40, 80] {
        Story::of([host(at, Deed::Fail)]);
    }
}

#[test]
fn row_10_a_host_in_maintenance_or_disconnected_costs_nobody_the_truth() {
    for deed in [Deed::Maintenance, Deed::Disconnect] {
        for at in [1, 12, 40] {
            Story::of([host(at, deed)]);
        }
    }
}

#[test]
fn row_11_a_vm_that_moved_meanwhile_is_protected_where_it_is() {
    for at in [0, 5, 12, 40] {
        Story::of([vm(at, VmDeed::Migrate)]).converges();
    }
}

#[test]
fn row_11_a_vm_that_was_renamed_or_deleted_is_named_as_such() {
    for deed in [VmDeed::Rename, VmDeed::Delete] {
        for at in [0, 3, 12, 40] {
            let story = Story::of([vm(at, deed)]);
            let last = story.0.last.as_ref().unwrap();
            let others = last.tasks[0].subjects.iter().filter(|one| one.subject != VM);
            assert!(others.clone().all(|one| one.status == Status::Unchanged), "{deed:?} {at}");
            assert_eq!(others.count(), 2);
        }
    }
}
