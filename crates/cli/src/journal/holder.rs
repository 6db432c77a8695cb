//! Which process carries a run out, and whether it still lives.

use std::fs;
use std::os::unix::fs::MetadataExt;

use state::Holder;

use crate::environment::Environment;

/// What is known about the process of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Life {
    /// It lives.
    Lives,
    /// It has ended without saying so.
    Died,
    /// It was started on another machine, so that nobody here can tell.
    Elsewhere,
}

/// This process.
pub(crate) fn this_process(environment: &Environment) -> Holder {
    let pid = std::process::id();
    let user = environment.first(&["USER", "LOGNAME"]).map(|user| user.value);
    let number = || fs::metadata("/proc/self").map(|own| format!("uid {}", own.uid()));
    Holder {
        host: host_name(),
        pid,
        since: since(pid).unwrap_or_default(),
        user: user.or_else(|| number().ok()).unwrap_or_default(),
    }
}

/// Whether the process of a run still lives.
pub(crate) fn life(holder: &Holder) -> Life {
    match since(holder.pid) {
        _ if holder.host != host_name() => Life::Elsewhere,
        Some(since) if since == holder.since => Life::Lives,
        _ => Life::Died,
    }
}

fn host_name() -> String {
    let name = fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    name.trim().to_owned()
}

/// The boot of the machine and when in it the process began: numbers of processes are used again.
fn since(pid: u32) -> Option<String> {
    let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The second field is the program's name in brackets, which may hold anything; `starttime` is the 22nd.
    let start = stat.rsplit_once(')')?.1.split_whitespace().nth(19)?;
    Some(format!("{} {start}", boot.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_is_told_from_a_later_one_with_its_number() {
        let own = this_process(&Environment::of([("USER", "anna")]));
        assert_eq!((life(&own), own.user.as_str()), (Life::Lives, "anna"));
        let earlier = Holder { since: "another boot 1".to_owned(), ..own.clone() };
        assert_eq!(life(&earlier), Life::Died);
        let gone = Holder { pid: u32::MAX, ..own.clone() };
        assert_eq!(life(&gone), Life::Died);
        let far = Holder { host: format!("not-{}", own.host), ..own };
        assert_eq!(life(&far), Life::Elsewhere);
    }
}
