//! Secrets are nowhere: not in results, notes, JSON lines, traces, the journal, reports or saved plans, in whatever
//! writing.

use std::path::Path;

use e2e::{HOST_PASSWORD, Lab, Outcome, PASSWORD, TestPackage, USER};

use crate::hardware_column::{APPLIANCE_PASSWORD, Site};
use crate::playbooks::SOFTWARE_FT;
use crate::writings::{Secrets, writings};

/// The password that a package's property sets.
const PROPERTY_CANARY: &str = "Prop<Canary>&8\"w";
const LICENCE_KEY: &str = "4V492-C4NAR-Y7Q9K-0XD82-1WWQ4";

fn usual() -> Secrets {
    Secrets::of(&[PASSWORD, HOST_PASSWORD])
}

/// Both outputs and the trace.
#[track_caller]
fn nothing_leaks(outcome: &Outcome, trace: &Path) {
    usual().are_not_said(outcome);
    usual().are_not_in("the trace", &std::fs::read(trace).unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_anything_that_a_whole_run_writes() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    let trace = lab.folder().join("trace");
    let file = trace.to_str().unwrap();
    let words = ["plan", "ft.yaml", "-vv", "--trace", file, "--output", "json", "--out", "plan"];
    nothing_leaks(lab.lockstep(words).run().await.ends_with(0), &trace);

    let words = ["apply", "plan", "--yes", "-vv", "--trace", file, "--output", "jsonl"];
    let applied = lab.lockstep(words).words(["--report", "html=a.html", "--report", "junit=a.xml"]);
    nothing_leaks(applied.run().await.ends_with(0), &trace);
    let traced = std::fs::read_to_string(&trace).unwrap();
    for call in ["Login", "AddHost_Task", "CreateSecondaryVMEx_Task"] {
        assert!(traced.contains(call), "the trace shows no `{call}`");
    }
    assert!(traced.contains(USER), "the trace shows no contents of calls");
    let drift = lab.lockstep(["drift", "--run", "last", "-vv", "--trace", file]).run().await;
    nothing_leaks(drift.ends_with(0), &trace);
    nothing_leaks(
        lab.lockstep(["status", "-vv", "--trace", file]).run().await.ends_with(0),
        &trace,
    );
    for name in ["plan", "a.html", "a.xml", "trace", ".local/state/lockstep/journal.db"] {
        assert!(lab.folder().join(name).metadata().unwrap().len() > 1000, "{name} is nearly empty");
    }
    let read = usual().are_in_no_file(lab.folder(), &[]);
    assert!(read >= 7, "only {read} files were looked through");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_of_installations_guests_and_dialogues_is_in_anything_that_is_written() {
    let site = Site::new().await;
    let secrets = Secrets::of(&[HOST_PASSWORD, APPLIANCE_PASSWORD, PASSWORD]);
    let run = |words: Vec<&'static str>| {
        let run = site.lab.lockstep([]).words(words);
        let run = site.given(run).words(["--gate-answers", "answers.yaml"]);
        run.words(["-vv", "--trace", "trace"]).run()
    };
    let planned = run(vec!["plan", "hardware-ft.yaml", "--out", "plan"]).await;
    secrets.are_not_said(planned.ends_with(0));
    let reports =
        ["--report", "html=a.html", "--report", "junit=a.xml", "--report", "jsonl=a.jsonl"];
    let words = ["apply", "hardware-ft.yaml", "--yes"].into_iter().chain(reports).collect();
    let applied = run(words).await;
    secrets.are_not_said(applied.ends_with(0));
    let traced = std::fs::read_to_string(site.lab.folder().join("trace")).unwrap();
    assert!(traced.contains("StartProgramInGuest") && traced.contains("AddStandaloneHost_Task"));
    // What was made for deployment has nothing of it; the installation script holds a hash only.
    let read = secrets.are_in_no_file(site.lab.folder(), &[]);
    assert!(read >= 10, "only {read} files were looked through");
    let hash = Secrets::of(&["rootpw --iscrypted $6$"]);
    hash.are_in_no_file(site.lab.folder(), &["kickstart"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_password_of_a_package_and_no_licence_key_is_in_anything_that_is_written() {
    let lab = Lab::of("ft-ready").await;
    let secrets = Secrets::of(&[PROPERTY_CANARY, LICENCE_KEY, PASSWORD, HOST_PASSWORD]);
    let package = TestPackage::make(lab.folder(), &[1 << 20]);
    let playbook = format!(
        "tasks:\n  - ovf:\n      name: box\n      source: {}\n      datacenter: Datacenter\n      cluster: Cluster\n      \
         datastore: shared1\n      networks: {{ management: VM Network }}\n      \
         properties: {{ hostname: box, password: {{ env: PROPERTY }} }}\n      accept_eula: yes\n  \
         - host: {{ hostname: esx1.lab.local, cluster: Cluster, username: root, password: {{ env: \
         LOCKSTEP_ESX_PASSWORD }}, trust: on_first_use, license: {LICENCE_KEY} }}\n",
        package.ova.display(),
    );
    lab.write("box.yaml", &playbook);
    let run = |words: Vec<&'static str>| {
        let run = lab.lockstep([]).words(words).words(["-vv", "--trace", "trace"]);
        run.variable("PROPERTY", PROPERTY_CANARY).run()
    };
    let planned = run(vec!["plan", "box.yaml", "--out", "plan"]).await;
    secrets.are_not_said(&planned);
    let words = vec![
        "apply",
        "box.yaml",
        "--yes",
        "--partial",
        "--report",
        "html=a.html",
        "--report",
        "junit=a.xml",
    ];
    let applied = run(words).await;
    secrets.are_not_said(&applied);
    assert_eq!(lab.calls_of("ImportVApp").len(), 1, "{}", applied.text());
    // The licence key is declared in the playbook, where it is no reference.
    let read = secrets.are_in_no_file(lab.folder(), &["box.yaml", "parts", "box.ova"]);
    assert!(read >= 5, "only {read} files were looked through");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_what_is_said_about_failures() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", "tasks:\n  - datacenter: { name: Lab }\n");
    let trace = lab.folder().join("trace");
    let file = trace.to_str().unwrap();
    let words = ["plan", "lab.yaml", "-vv", "--trace", file];
    let escaped = &writings(PASSWORD)[4];
    let address = lab.mock().address();

    let refused = lab.lockstep(words).variable("LOCKSTEP_USERNAME", "nobody");
    nothing_leaks(refused.run().await.ends_with(7), &trace);
    let carried = |host: &str| {
        let url = format!("https://operator%40vsphere.local:{escaped}@{host}/sdk");
        let run =
            lab.lockstep(words).variable("LOCKSTEP_URL", "").variable("LOCKSTEP_PASSWORD", "");
        run.variable("GOVC_URL", &url)
    };
    nothing_leaks(carried(&address.to_string()).run().await.ends_with(0), &trace);
    nothing_leaks(carried("127.0.0.1:1").run().await.ends_with(10), &trace);
    nothing_leaks(carried("127.0.0.1:notaport").run().await.ends_with(1), &trace);
    let url = format!("https://operator:{escaped}@{address}/sdk");
    let asked = lab.lockstep(["plan", "lab.yaml", "--url", &url]).run().await;
    usual().are_not_in("stderr", asked.ends_with(1).stderr.as_bytes());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_what_is_said_about_tags_and_drills() {
    let builder = Lab::builder().model("estate:vms=2,hosts=2,clusters=1,pairs=2").tag(
        "Tier",
        "Gold",
        ["vm-00001"],
    );
    let lab = Lab::start(builder).await;
    let trace = lab.folder().join("trace");
    let file = trace.to_str().unwrap();
    let words = ["ft", "select", "--tag", "Tier/Gold", "-vv", "--trace", file];
    nothing_leaks(lab.lockstep(words).run().await.ends_with(0), &trace);
    let traced = std::fs::read_to_string(&trace).unwrap();
    assert!(traced.contains("/api/cis/tagging"), "the trace shows no question to the REST API");
    let words = ["ft", "drill", "--tag", "Tier/Gold", "--yes", "-vv", "--trace", file];
    nothing_leaks(lab.lockstep(words).run().await.ends_with(0), &trace);
    assert!(usual().are_in_no_file(&lab.state_folder(), &[]) > 0);
}
