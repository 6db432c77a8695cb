//! The cheapest change that makes more possible, in words.

use placement::{Advice, Estate, HostId};

use super::capacity::{MAX_VCPUS, MAX_VMS};
use super::seen::Cluster;
use crate::forecast::FtCaps;

/// What to change, and how many more VMs have a place then. `needed` are the limits that all of them need.
pub(super) fn advice_in_words(
    advice: &Advice,
    cluster: &Cluster,
    needed: FtCaps,
    estate: &Estate,
) -> String {
    let gains = advice.gains;
    let lead = format!("the cheapest change for {gains} more:");
    if let Some((more, datastores)) = &advice.more_space {
        let names: Vec<String> =
            datastores.iter().map(|one| format!("`{}`", estate.datastores[one.0].name)).collect();
        let each = if names.len() == 1 { "on" } else { "on each of" };
        return format!("{lead} {} GB more {each} {}", more / 1024, names.join(", "));
    }
    if advice.more_hosts > 0 {
        let own = (0..estate.hosts.len()).filter(|at| estate.hosts[*at].cluster == advice.cluster);
        let like = own.max_by_key(|at| estate.hosts[*at].memory_left);
        let like = like.map(|at| format!(" like `{}`", estate.host(HostId(at)).name));
        let number = advice.more_hosts;
        let hosts =
            if number == 1 { "one more host".to_owned() } else { format!("{number} more hosts") };
        return format!("{lead} {hosts}{}", like.unwrap_or_default());
    }
    let options = [
        (MAX_VMS, advice.more_vms, cluster.caps.vms, needed.vms),
        (MAX_VCPUS, advice.more_vcpus, cluster.caps.vcpus, needed.vcpus),
    ];
    let raised = options.iter().filter(|(_, more, cap, needed)| *more > 0 && needed > cap);
    let set: Vec<String> =
        raised.map(|(option, _, _, needed)| format!("`{option}` to {needed}")).collect();
    format!("{lead} set {}", set.join(" and "))
}
