//! Secrets are nowhere: not in results, notes, JSON lines, traces or the journal, in whatever writing.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use e2e::{HOST_PASSWORD, Lab, Outcome, PASSWORD, USER};

use crate::playbooks::SOFTWARE_FT;

/// How a secret can be written.
fn writings(secret: &str) -> Vec<String> {
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = xml.replace('"', "&quot;").replace('\'', "&apos;");
    let percent = |keep: &dyn Fn(u8) -> bool| -> String {
        let byte = |byte: u8| match keep(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        secret.bytes().map(byte).collect()
    };
    let json = serde_json::to_string(secret).unwrap();
    let mut all = vec![
        secret.to_owned(),
        xml,
        quoted,
        percent(&|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)),
        percent(&|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)),
        json.trim_matches('"').to_owned(),
        format!("{secret:?}").trim_matches('"').to_owned(),
    ];
    // In Base64 a text looks different by where it begins; its inner part is told by its own bytes alone.
    for before in 0..3 {
        let encoded = STANDARD.encode(format!("{}{secret}", "x".repeat(before)));
        let from = if before == 0 { 0 } else { 4 };
        all.push(encoded[from..encoded.len() - 4].to_owned());
    }
    all
}

#[track_caller]
fn has_no_secret(what: &str, text: &str) {
    for secret in [PASSWORD, HOST_PASSWORD] {
        for writing in writings(secret) {
            assert!(!text.contains(&writing), "{what} has `{writing}`:\n{text}");
        }
    }
}

/// Both outputs and the trace.
#[track_caller]
fn nothing_leaks(outcome: &Outcome, trace: &Path) {
    has_no_secret("stdout", &outcome.stdout);
    has_no_secret("stderr", &outcome.stderr);
    has_no_secret("the trace", &std::fs::read_to_string(trace).unwrap());
}

/// The bytes of all files of a folder.
fn files_of(folder: &Path) -> String {
    let files =
        folder.read_dir().unwrap().map(|entry| std::fs::read(entry.unwrap().path()).unwrap());
    files.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_any_output_of_a_whole_run() {
    let lab = Lab::of("seed-lab").await;
    lab.write("ft.yaml", SOFTWARE_FT);
    let trace = lab.folder().join("trace");
    let file = trace.to_str().unwrap();
    let words = ["plan", "ft.yaml", "-vv", "--trace", file, "--output", "json"];
    nothing_leaks(lab.lockstep(words).run().await.ends_with(0), &trace);

    let words = ["apply", "ft.yaml", "--yes", "-vv", "--trace", file, "--output", "jsonl"];
    let applied = lab.lockstep(words).run().await;
    nothing_leaks(applied.ends_with(0), &trace);
    let traced = std::fs::read_to_string(&trace).unwrap();
    for call in ["Login", "AddHost_Task", "CreateSecondaryVMEx_Task"] {
        assert!(traced.contains(call), "the trace shows no `{call}`");
    }
    assert!(traced.contains(USER), "the trace shows no contents of calls");
    let journal = files_of(&lab.state_folder());
    assert!(journal.contains("AddHost") || journal.contains("Fault Tolerance"), "{journal}");
    has_no_secret("the journal", &journal);
    nothing_leaks(
        lab.lockstep(["status", "-vv", "--trace", file]).run().await.ends_with(0),
        &trace,
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_is_in_what_is_said_about_failures() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", "tasks:\n  - datacenter: { name: Lab }\n");
    let trace = lab.folder().join("trace");
    let file = trace.to_str().unwrap();
    let words = ["plan", "lab.yaml", "-vv", "--trace", file];
    let escaped = &writings(PASSWORD)[3];
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
    has_no_secret("stderr", &asked.ends_with(1).stderr);
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
    has_no_secret("the journal", &files_of(&lab.state_folder()));
}
