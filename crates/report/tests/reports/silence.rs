//! A server that does not answer is told of in every form, and so is its return.

use std::time::{Duration, UNIX_EPOCH};

use expect_test::expect;
use orchestrator::{Event, EventKind, ServerName};
use report::{Consumer, JsonLines, PlainLines};

use crate::sample::timed;

fn events() -> Vec<Event> {
    let server = ServerName { name: "vcenter".to_owned(), address: "vc.lab.local:443".to_owned() };
    let since = UNIX_EPOCH + Duration::from_secs(1_795_356_191);
    let silent = EventKind::ServerSilent {
        server: server.clone(),
        since,
        until: since + Duration::from_secs(300),
        cause: "cannot reach `vc.lab.local:443`: connection refused".to_owned(),
    };
    let answers = EventKind::ServerAnswers { server, silent: Duration::from_secs(95) };
    timed(vec![(4_000, silent), (95_000, answers)])
}

fn told(consumer: &mut dyn Consumer) {
    events().iter().for_each(|event| consumer.take(event).unwrap());
}

#[test]
fn people_read_which_server_since_when_until_when_and_what_to_do() {
    let mut lines = PlainLines::new(Vec::new());
    told(&mut lines);
    expect![[r#"
        2026-11-22T14:03:15Z `vcenter` (vc.lab.local:443) does not answer as it should since 2026-11-22T14:03:11Z: cannot reach `vc.lab.local:443`: connection refused; it is waited for until 2026-11-22T14:08:11Z (fix: see whether it runs and can be reached from here; the run goes on once it answers)
        2026-11-22T14:04:46Z `vcenter` (vc.lab.local:443) answers again, after 1 m 35 s in which it did not
    "#]]
    .assert_eq(&String::from_utf8(lines.into_inner()).unwrap());
}

#[test]
fn programs_get_a_line_for_each() {
    let mut lines = JsonLines::new(Vec::new());
    told(&mut lines);
    let lines = String::from_utf8(lines.into_inner()).unwrap();
    expect![[r#"
        {"v":1,"type":"server_silent","ts":"2026-11-22T14:03:15.000Z","elapsed_ms":4000,"run":"run-1","seq":1,"why":"cannot reach `vc.lab.local:443`: connection refused","server":"vcenter","address":"vc.lab.local:443","since":"2026-11-22T14:03:11Z","until":"2026-11-22T14:08:11Z"}
        {"v":1,"type":"server_answers","ts":"2026-11-22T14:04:46.000Z","elapsed_ms":95000,"run":"run-1","seq":2,"server":"vcenter","address":"vc.lab.local:443","silent_ms":95000}
    "#]]
    .assert_eq(&lines);
    let doc = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/events.md");
    let doc = std::fs::read_to_string(doc).unwrap();
    for word in ["server_silent", "server_answers", "address", "since", "until", "silent_ms"] {
        assert!(doc.contains(&format!("`{word}`")), "`{word}` is not in docs/events.md");
    }
}
