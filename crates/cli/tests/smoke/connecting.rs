//! Logging in, and why that fails.

use expect_test::expect;
use mock_vcenter::disturb::{Kind, Rule};

use crate::bench::{Bench, CANARY};

#[tokio::test]
async fn a_wrong_password_is_tried_once() {
    let bench = Bench::new().await;
    let ca = bench.path("ca.pem").display().to_string();
    let variables = [("GOVC_URL", bench.url("falsch")), ("GOVC_TLS_CA_CERTS", ca)];
    let ended = bench.run_with(&["status"], &variables).await;
    let address = bench.mock.address().to_string();
    expect![[r#"
        error: `ADDRESS` refused user `user`: wrong user name or password

        hint: one attempt was made, so the account is not locked out; on vCenter the
              user name needs its domain, such as `administrator@vsphere.local`
    "#]]
    .assert_eq(&ended.err.replace(&address, "ADDRESS"));
    assert_eq!((ended.code, bench.calls("Login")), (Some(7), 1));
}

#[tokio::test]
async fn an_untrusted_certificate_shows_its_fingerprint_and_three_ways() {
    let bench = Bench::new().await;
    // Any authority but the server's.
    let other = Bench::new().await;
    let ca = other.path("ca.pem").display().to_string();
    let variables = [("GOVC_URL", bench.url(CANARY)), ("LOCKSTEP_CA_FILE", ca)];
    let ended = bench.run_with(&["status"], &variables).await;
    assert_eq!((ended.code, bench.calls("Login")), (Some(7), 0), "{ended:?}");
    let pin = fingerprint(&ended.err).expect("the fingerprint is shown");
    for way in ["ca_file: FILE", "--ca-file", "--sha256", "--trust-on-first-use"] {
        assert!(ended.err.contains(way), "{way}: {}", ended.err);
    }
    let variables = [("GOVC_URL", bench.url(CANARY))];
    let ended = bench.run_with(&["status", "--sha256", &pin], &variables).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
}

#[tokio::test]
async fn trust_on_first_use_shows_what_it_trusts_and_remembers_it() {
    let bench = Bench::new().await;
    // This holds where the system itself trusts nobody, too.
    let nobody = ["SSL_CERT_FILE", "SSL_CERT_DIR"].map(|name| (name, "/nowhere".to_owned()));
    let [file, folder] = nobody;
    let variables = [("GOVC_URL", bench.url(CANARY)), file, folder];
    let first = bench.run_with(&["status", "--trust-on-first-use"], &variables).await;
    assert_eq!(first.code, Some(0), "{first:?}");
    assert!(
        first.err.contains("warning: trusting") && fingerprint(&first.err).is_some(),
        "{first:?}"
    );
    let later = bench.run_with(&["status"], &variables).await;
    assert_eq!((later.code, &*later.err), (Some(0), ""));
}

#[tokio::test]
async fn insecure_is_loud_even_when_quiet() {
    let bench = Bench::new().await;
    let variables = [("GOVC_URL", bench.url(CANARY)), ("GOVC_INSECURE", "1".to_owned())];
    let ended = bench.run_with(&["status", "--quiet"], &variables).await;
    assert_eq!(ended.code, Some(0));
    assert!(
        ended.err.starts_with("warning: ") && ended.err.contains("NOT verified"),
        "{}",
        ended.err
    );
}

#[tokio::test]
async fn nobody_there_is_said_with_the_address() {
    let bench = Bench::new().await;
    let variables = [
        ("LOCKSTEP_URL", "https://127.0.0.1:1/sdk".to_owned()),
        ("LOCKSTEP_USERNAME", "user".to_owned()),
        ("LOCKSTEP_PASSWORD", CANARY.to_owned()),
        ("LOCKSTEP_INSECURE", "yes".to_owned()),
    ];
    let ended = bench.run_with(&["status"], &variables).await;
    assert_eq!(ended.code, Some(10), "{ended:?}");
    assert!(
        ended.err.contains("error: cannot connect to `127.0.0.1:1`\nCaused by: "),
        "{}",
        ended.err
    );
    assert!(ended.err.contains("hint: check the address"), "{}", ended.err);
}

#[tokio::test]
async fn a_server_that_says_it_is_busy_counts_as_not_reached() {
    for method in ["RetrieveServiceContent", "Login"] {
        let bench = Bench::new().await;
        bench.mock.disturb(Rule::new(Kind::Unavailable).on(method));
        let ca = bench.path("ca.pem").display().to_string();
        let variables = [("GOVC_URL", bench.url(CANARY)), ("GOVC_TLS_CA_CERTS", ca)];
        let ended = bench.run_with(&["status"], &variables).await;
        assert_eq!(ended.code, Some(10), "{method}: {ended:?}");
        assert!(ended.err.contains("hint: the server is starting"), "{method}: {}", ended.err);
    }
}

#[tokio::test]
async fn an_authority_that_cannot_be_read_is_an_error_and_no_refusal() {
    let bench = Bench::new().await;
    let variables = [("GOVC_URL", bench.url(CANARY))];
    let ended = bench.run_with(&["status", "--ca-file", "nowhere.pem"], &variables).await;
    assert_eq!((ended.code, bench.calls("Login")), (Some(1), 0), "{ended:?}");
    assert!(ended.err.contains("cannot read CA file `nowhere.pem`"), "{}", ended.err);
}

/// 32 bytes in hexadecimal with colons.
fn fingerprint(text: &str) -> Option<String> {
    let words = text.split(|c: char| !c.is_ascii_hexdigit() && c != ':');
    words.map(|word| word.trim_matches(':')).find(|word| word.len() == 95).map(str::to_owned)
}
