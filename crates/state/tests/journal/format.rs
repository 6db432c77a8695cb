//! A journal that the first version wrote, kept as it was: it opens, with a copy beside, and nothing of it is lost.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use orchestrator::Journal as _;
use state::{Chain, Journal, JournalReader, SCHEMA_VERSION};

use crate::bench::{Bench, intent};

const KILLED: &str = "6b0ac1fe-4b30";
const DONE: &str = "6b0ac200-f873";

/// The old file in a folder of its own.
fn old(bench: &Bench) -> PathBuf {
    let data = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/journal-v1.db");
    std::fs::create_dir(bench.path().parent().unwrap()).unwrap();
    std::fs::copy(data, bench.path()).unwrap();
    bench.path().with_extension("v1.db")
}

fn version(path: &std::path::Path) -> i64 {
    let connection = rusqlite::Connection::open(path).unwrap();
    let said: String =
        connection.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
    assert_eq!(said, "ok", "{}", path.display());
    connection.pragma_query_value(None, "user_version", |row| row.get(0)).unwrap()
}

fn is_as_it_was(reader: &JournalReader) {
    let runs = reader.runs(9).unwrap();
    let runs: Vec<_> =
        runs.iter().map(|run| (&*run.start.id, run.verdict.as_deref(), run.intents)).collect();
    assert_eq!(runs, [(DONE, Some("done"), 6), (KILLED, None, 10)]);
    let killed = reader.run(KILLED).unwrap().unwrap();
    assert_eq!(killed.start.words, ["apply", "ft.yaml", "--yes", "--output", "jsonl"]);
    assert_eq!(killed.start.resumes, None);
    assert!(killed.open > 0);
    let intents = reader.intents(KILLED).unwrap();
    let references = intents.iter().flat_map(|intent| &intent.vim_tasks);
    assert!(references.clone().count() > 0 && references.clone().all(|one| one.contains("Task:")));
    assert!(intents.iter().all(|intent| intent.settled.is_none()));
    assert!(reader.events(KILLED, 0, 9).unwrap().len() == 9);
    for id in [KILLED, DONE] {
        let run = reader.run(id).unwrap().unwrap();
        assert_eq!(reader.verify(&run).unwrap(), Chain::StepsUnknown, "{id}");
    }
}

#[tokio::test]
async fn a_journal_of_the_first_version_is_brought_up_with_a_copy_beside() {
    let bench = Bench::new();
    let copy = old(&bench);
    let journal = Journal::open(bench.path()).unwrap();
    assert_eq!((version(&bench.path()), version(&copy)), (SCHEMA_VERSION, 1));
    assert_eq!(copy.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    is_as_it_was(&bench.reader());

    let run = bench.begin_in(&journal, "new").await;
    run.intend(intent(1)).await.unwrap();
    run.finish("done").await.unwrap();
    let new = bench.reader().run("new").unwrap().unwrap();
    assert_eq!(bench.reader().verify(&new).unwrap(), Chain::Intact);
    drop(Journal::open(bench.path()).unwrap());
    assert_eq!(version(&copy), 1, "the copy is made once");
}

#[test]
fn reading_brings_it_up_too() {
    let bench = Bench::new();
    let copy = old(&bench);
    is_as_it_was(&bench.reader());
    assert_eq!((version(&bench.path()), version(&copy)), (SCHEMA_VERSION, 1));
}

#[test]
fn a_damaged_one_is_not_touched() {
    let bench = Bench::new();
    let copy = old(&bench);
    let mut bytes = std::fs::read(bench.path()).unwrap();
    let (from, to) = (bytes.len() / 3, bytes.len() / 2);
    bytes[from..to].fill(0x5a);
    std::fs::write(bench.path(), &bytes).unwrap();
    Journal::open(bench.path()).expect_err("it is refused");
    assert!(!copy.exists());
    assert_eq!(std::fs::read(bench.path()).unwrap().len(), bytes.len());
}
