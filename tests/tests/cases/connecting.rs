//! What is said when a server cannot be reached, is not trusted, or refuses the login.

use std::net::TcpListener;

use e2e::{Lab, Outcome, PASSWORD, USER};

const PLAYBOOK: &str = "tasks:\n  - datacenter: { name: Lab }\n";
const WRONG: &str = "wrong<&>password";

/// A run that failed before it could do anything.
fn nothing_happened(lab: &Lab, outcome: &Outcome) {
    assert!(lab.changes().is_empty());
    assert_eq!(lab.mock().sessions(), 0);
    assert_eq!(outcome.stdout, "", "an error is no result");
    for secret in [PASSWORD, WRONG] {
        assert!(!outcome.text().contains(secret), "{}", outcome.text());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_wrong_password_is_tried_once_and_named() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", PLAYBOOK);
    for words in [["plan", "lab.yaml", "-q"], ["apply", "lab.yaml", "--yes"]] {
        lab.mock().forget_calls();
        let run = lab.lockstep(words).variable("LOCKSTEP_PASSWORD", WRONG);
        let outcome = run.run().await;
        outcome.ends_with(7).says([
            &format!("refused user `{USER}`: wrong user name or password"),
            &lab.mock().address().to_string(),
            "hint: one attempt was made",
        ]);
        let logins = lab.calls_of("Login");
        assert_eq!(logins.len(), 1, "{logins:?}");
        assert_eq!(logins[0].fault.as_deref(), Some("InvalidLogin"));
        nothing_happened(&lab, &outcome);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_nobody_listens_at_is_named_with_the_cause() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", PLAYBOOK);
    let closed = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).unwrap();
    let run = lab.lockstep(["plan", "lab.yaml"]);
    let outcome = run.variable("LOCKSTEP_URL", &format!("https://{closed}/sdk")).run().await;
    let address = format!("cannot connect to `{closed}`");
    outcome.ends_with(10).says([&address, "Caused by:", "refused", "hint:"]);
    nothing_happened(&lab, &outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_that_nobody_vouches_for_gets_no_password() {
    let lab = Lab::of("empty").await;
    lab.write("lab.yaml", PLAYBOOK);
    let run = lab.lockstep(["plan", "lab.yaml"]).variable("LOCKSTEP_CA_FILE", "");
    let outcome = run.run().await;
    let address = format!("cannot connect to `{}`", lab.mock().address());
    outcome.ends_with(7).says([
        &address,
        "Caused by:",
        "SHA-256",
        "ca_file",
        "--trust-on-first-use",
    ]);
    assert!(lab.mock().calls().is_empty(), "{:?}", lab.mock().calls());
    nothing_happened(&lab, &outcome);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_seen_before_must_stay_the_same() {
    let (first, second) = (Lab::of("empty").await, Lab::of("empty").await);
    first.write("lab.yaml", PLAYBOOK);
    let known = first.folder().join("known");
    let run = async |lab: &Lab, words: [&str; 4]| {
        let run = first.lockstep(words).variable("LOCKSTEP_URL", &lab.mock().url());
        run.variable("LOCKSTEP_CA_FILE", "").run().await
    };
    let path = known.to_str().unwrap();
    let trusting = first
        .lockstep(["plan", "lab.yaml", "--trust-on-first-use", "--known-hosts", path])
        .variable("LOCKSTEP_CA_FILE", "");
    trusting.run().await.ends_with(0).says(["SHA-256"]);
    run(&first, ["plan", "lab.yaml", "--known-hosts", path]).await.ends_with(0);
    let (here, there) = (first.mock().address(), second.mock().address());
    let moved =
        std::fs::read_to_string(&known).unwrap().replace(&here.to_string(), &there.to_string());
    std::fs::write(&known, moved).unwrap();
    let outcome = run(&second, ["plan", "lab.yaml", "--known-hosts", path]).await;
    outcome.ends_with(7).says(["Caused by:", "hint:", &there.to_string()]);
    assert!(second.mock().calls().is_empty());
}
