//! Pins, evenness, size, advice.

use placement::{Advice, DatastoreId, Estate, HostId, Obstacle, VmId, advise, place};

use crate::checked::check;
use crate::estates::{even_estate, large_estate, small_estate};

#[test]
fn the_same_estate_gives_the_same_answer() {
    for seed in 1000..1010 {
        let estate = small_estate(seed);
        assert_eq!(place(&estate), place(&estate));
    }
}

#[test]
fn what_a_failed_host_carried_lands_evenly_on_the_others() {
    let estate = even_estate(8, 14, 100);
    let outcome = place(&estate);
    assert_eq!(outcome.placed(), 8 * 14);
    assert_eq!(check(&estate, &outcome), Vec::<String>::new());
    for failed in 0..8 {
        let mut lands = [0; 8];
        for (vm, place) in estate.vms.iter().zip(&outcome.vms) {
            if vm.host == HostId(failed) {
                lands[place.as_ref().unwrap().host.0] += 1;
            }
        }
        assert_eq!(lands[failed], 0);
        let others = lands.iter().enumerate().filter(|(host, _)| *host != failed);
        assert!(others.clone().all(|(_, count)| *count == 2), "{failed}: {lands:?}");
    }
}

#[test]
fn pins_win_over_evenness_and_over_others() {
    let mut estate = even_estate(3, 4, 4);
    estate.vms[0].pinned = Some(HostId(2));
    estate.vms[11].files[1].pinned = Some(DatastoreId(0));
    let outcome = place(&estate);
    assert_eq!(outcome.vms[0].as_ref().unwrap().host, HostId(2));
    // Each of three hosts may carry four machines: six pairs.
    assert_eq!(outcome.placed(), 6);
    let obstacles = outcome.vms[outcome.unplaced().next().unwrap().0].as_ref().unwrap_err();
    let full = |one: &Obstacle| matches!(one, Obstacle::PrimaryVms | Obstacle::Vms(_));
    assert!(obstacles.iter().all(full), "{obstacles:?}");
}

#[test]
fn ten_thousand_machines_are_placed_with_work_that_follows_their_number() {
    let estate = large_estate(10_000);
    let outcome = place(&estate);
    assert_eq!(check(&estate, &outcome), Vec::<String>::new());
    assert_eq!(outcome.placed(), 10_000);
}

fn only(advice: Vec<Advice>) -> Advice {
    assert_eq!(advice.len(), 1, "{advice:?}");
    advice.into_iter().next().unwrap()
}

fn advice_for(estate: &Estate) -> Advice {
    only(advise(estate, &place(estate)))
}

#[test]
fn the_cheapest_change_is_found_and_is_enough() {
    // Two hosts with four machines each and four slots each: eight are needed.
    let tight = even_estate(2, 4, 4);
    let advice = advice_for(&tight);
    assert_eq!((advice.more_vms, advice.more_vcpus, advice.gains), (4, 0, 4));

    let mut narrow = even_estate(2, 4, 100);
    narrow.hosts.iter_mut().for_each(|host| host.vcpus_left = Some(8));
    let advice = advice_for(&narrow);
    assert_eq!((advice.more_vms, advice.more_vcpus, advice.gains), (0, 8, 4));

    let mut full = even_estate(2, 4, 100);
    full.datastores.iter_mut().for_each(|one| one.free = 10 * 1024);
    let advice = advice_for(&full);
    let (more, datastores) = advice.more_space.unwrap();
    assert!(more > 0 && more.is_multiple_of(1024));
    datastores.iter().for_each(|one| full.datastores[one.0].free += more);
    assert_eq!(place(&full).placed(), 8);

    let mut lean = even_estate(2, 4, 100);
    lean.hosts.iter_mut().for_each(|host| host.memory_left = 3 * 4096);
    let advice = advice_for(&lean);
    assert_eq!((advice.more_hosts, advice.gains), (1, 2));
}

#[test]
fn what_nothing_helps_gets_no_advice() {
    let mut estate = even_estate(2, 2, 100);
    estate.vms[1].allowed = Some(Vec::new());
    let outcome = place(&estate);
    assert_eq!(outcome.unplaced().collect::<Vec<_>>(), [VmId(1)]);
    assert_eq!(outcome.vms[1], Err(vec![Obstacle::NoHost]));
    assert!(advise(&estate, &outcome).is_empty());
}
