//! What cannot be done is refused before anything is changed, with what, on which object, why, and what to do.

use e2e::{Lab, Outcome};

/// Plans and applies tasks that are blocked; both must say so and change nothing.
async fn blocked<const N: usize>(lab: &Lab, tasks: &str, parts: [&str; N]) -> Outcome {
    lab.write("tasks.yaml", &format!("tasks:\n{tasks}"));
    let before = lab.changes().len();
    for words in [["plan", "tasks.yaml", "-q"], ["apply", "tasks.yaml", "--yes"]] {
        let outcome = lab.lockstep(words).run().await;
        outcome.ends_with(4).says(parts).says(["cause", "fix"]);
    }
    let outcome = lab.lockstep(["plan", "tasks.yaml", "--output", "json"]).run().await;
    outcome.ends_with(4);
    assert_eq!(lab.changes().len(), before, "something was changed");
    assert_eq!(lab.mock().sessions(), 0);
    outcome
}

const CLUSTER: &str =
    "  - id: cluster\n    cluster: { name: FT-Cluster, datacenter: Datacenter, evc: MODE }\n";

fn host(name: &str, more: &str) -> String {
    format!(
        "  - id: {}\n    host:\n      hostname: {name}\n      datacenter: Datacenter\n      \
         password: {{ env: LOCKSTEP_ESX_PASSWORD }}\n{more}",
        name.replace('.', "-")
    )
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_does_not_exist_is_answered_with_what_does() {
    let lab = Lab::of("ft-ready").await;
    let tasks = "  - fault_tolerance: { vms: [vm1, wm2] }\n";
    blocked(&lab, tasks, ["`wm2`", "vm2"]).await;
    let tasks = host("esx1.lab.local", "      cluster: Clutser\n");
    blocked(&lab, &tasks, ["`Clutser`", "`/Datacenter/host/Cluster`"]).await;
    let tasks = "  - vmkernel: { host: esx9.lab.local, services: [vmotion] }\n";
    blocked(&lab, tasks, ["`esx9.lab.local`", "esx1.lab.local"]).await;
    let tasks = "  - cluster: { name: C, datacenter: Datacentre }\n";
    blocked(&lab, tasks, ["`Datacentre`", "Datacenter"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_name_that_two_objects_have_is_answered_with_both_paths() {
    let lab = Lab::of("empty").await;
    for folder in ["/Europe", "/Asia"] {
        let task = format!("tasks:\n  - datacenter: {{ name: Twin, folder: {folder} }}\n");
        lab.write("twin.yaml", &task);
        lab.lockstep(["apply", "twin.yaml", "--yes"]).run().await.ends_with(0);
    }
    let tasks = "  - cluster: { name: C, datacenter: Twin }\n";
    blocked(&lab, tasks, ["`Twin`", "/Europe/Twin", "/Asia/Twin", "full path"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_evc_mode_that_hosts_cannot_reach_or_that_is_unknown_is_refused() {
    let lab = Lab::of("seed-lab").await;
    let tasks = CLUSTER.replace("MODE", "intel-broadwell")
        + &host(
            "esx1.lab.local",
            "      trust: on_first_use\n      cluster: FT-Cluster\n    needs: cluster\n",
        );
    blocked(&lab, &tasks, ["`esx1.lab.local`", "intel-broadwell", "intel-ivybridge"]).await;
    let tasks = CLUSTER.replace("MODE", "intel-ivybrigde");
    blocked(&lab, &tasks, ["`intel-ivybrigde`", "`intel-ivybridge`"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_is_not_the_declared_one_is_refused_with_the_one_it_is() {
    let lab = Lab::of("seed-lab").await;
    let declared = ["00"; 20].join(":");
    let more = format!("      thumbprint: \"{declared}\"\n");
    let outcome =
        blocked(&lab, &host("esx1.lab.local", &more), ["`esx1.lab.local`", &declared]).await;
    let pairs = |word: &str| word.split(':').filter(|pair| pair.len() == 2).count() == 20;
    let words = outcome.stdout.split(|c: char| !(c.is_ascii_hexdigit() || c == ':'));
    assert!(words.into_iter().any(|word| pairs(word) && word != declared), "{}", outcome.stdout);
    // Not declared at all is no consent.
    blocked(&lab, &host("esx1.lab.local", ""), ["`esx1.lab.local`", "thumbprint"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_is_in_another_cluster_is_left_there() {
    let lab = Lab::of("ft-ready").await;
    lab.write("other.yaml", "tasks:\n  - cluster: { name: Other, datacenter: Datacenter }\n");
    lab.lockstep(["apply", "other.yaml", "--yes"]).run().await.ends_with(0);
    let tasks = host("esx1.lab.local", "      cluster: Other\n");
    blocked(&lab, &tasks, ["`esx1.lab.local`", "`/Datacenter/host/Cluster`", "move it"]).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_vm_that_cannot_be_protected_is_refused_with_the_reason() {
    let lab = Lab::of("flawed").await;
    let table = [
        ("has-snapshot", "snapshot"),
        ("too-many-cpus", "16"),
        ("a-template", "template"),
        ("physical-rdm", "disk"),
        ("linked-clone", "linked clone"),
    ];
    for (vm, reason) in table {
        let tasks = format!("  - fault_tolerance: {{ vms: [{vm}] }}\n");
        let refused = format!("cannot turn on Fault Tolerance for `{vm}`");
        blocked(&lab, &tasks, [&refused, reason]).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_cannot_join_is_refused_with_the_reason() {
    let lab = Lab::of("flawed").await;
    let table = [
        ("managed.lab.local", ["`managed.lab.local`", "192.168.8.99", "force: true"]),
        ("amd.lab.local", ["`amd.lab.local`", "CPU is of `amd`", "one CPU vendor"]),
        ("westmere.lab.local", ["`westmere.lab.local`", "intel-ivybridge", "EVC"]),
        ("nobody.lab.local", ["`nobody.lab.local`", "reach", "name"]),
    ];
    for (name, parts) in table {
        let more = "      cluster: Cluster\n      trust: on_first_use\n";
        blocked(&lab, &host(name, more), parts).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_of_a_host_is_refused_before_anything_is_changed() {
    let lab = Lab::of("seed-lab").await;
    let tasks = CLUSTER.replace("MODE", "intel-ivybridge")
        + &host(
            "esx1.lab.local",
            "      cluster: FT-Cluster\n      trust: on_first_use\n    needs: cluster\n",
        );
    lab.write("tasks.yaml", &format!("tasks:\n{tasks}"));
    for words in [["plan", "tasks.yaml", "-q"], ["apply", "tasks.yaml", "--yes"]] {
        let run = lab.lockstep(words).variable("LOCKSTEP_ESX_PASSWORD", "not-this");
        let outcome = run.run().await;
        outcome.says(["`esx1.lab.local`", "cause", "fix", "password"]);
        assert_ne!(outcome.code, Some(0));
        assert!(!outcome.text().contains("not-this"));
    }
    assert!(lab.changes().is_empty(), "{:?}", lab.changes());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_password_that_an_earlier_task_sets_is_not_missed_before_it_has() {
    let lab = Lab::of("esxi").await;
    let task = "tasks:
  - id: first
    guest:
      vm: vm1
      password: { env: LATER }
      initial_password: { env: PLAIN }
      run: [{ program: /bin/passwd, arguments: root, sets_password: true }]
  - id: second
    needs: [first]
    guest:
      vm: vm1
      AFTER
      password: { env: LATER }
      run: [{ program: /bin/sh, arguments: -c true, creates: /done }]
";
    let plan = async |after: &str| {
        lab.write("guest.yaml", &task.replace("AFTER", after));
        let run = lab.lockstep(["plan", "guest.yaml"]).variable("PLAIN", "ftServer");
        run.variable("LATER", "Changed.1").run().await
    };
    plan("after: first").await.ends_with(0).says(["task `first` makes the guest of `vm1` ready"]);
    plan("username: root").await.ends_with(4).says(["guest-login-refused"]);
    assert!(lab.changes().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_an_earlier_task_installs_is_not_missed_before_it_has() {
    let lab = Lab::of("seed-lab").await;
    let task = "tasks:
  - id: installed
    datacenter: { name: Datacenter }
  - needs: [installed]
    host:
      hostname: nowhere.lab.local
      datacenter: Datacenter
      AFTER
      password: { env: LOCKSTEP_ESX_PASSWORD }
      trust: on_first_use
";
    lab.write("host.yaml", &task.replace("AFTER", "after: installed"));
    let plan = lab.lockstep(["plan", "host.yaml"]).run().await;
    plan.ends_with(0).says(["task `installed` makes it answer"]);
    let apply = lab.lockstep(["apply", "host.yaml", "--yes"]).run().await;
    assert!(apply.code != Some(0), "{}", apply.text());
    apply.says(["host-unreachable"]);
    lab.write("host.yaml", &task.replace("AFTER", "username: root"));
    lab.lockstep(["plan", "host.yaml"]).run().await.ends_with(4).says(["host-unreachable"]);
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_only_a_vcenter_has_is_refused_on_a_host() {
    let lab = Lab::of("esxi").await;
    for task in [
        "  - datacenter: { name: New }\n",
        "  - cluster: { name: New }\n",
        "  - fault_tolerance: { vms: [vm1] }\n",
        &host("esx1.lab.local", ""),
    ] {
        blocked(&lab, task, ["this is an ESXi host", "not-a-vcenter", "of a vCenter"]).await;
    }
}
