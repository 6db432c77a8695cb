//! Files that cannot be used are refused with a reason, and after a failed write nothing more is taken.

use std::error::Error;
use std::path::Path;

use orchestrator::{CODE_JOURNAL, Journal as _};
use state::{Journal, JournalError, JournalReader, SCHEMA_VERSION};

use crate::bench::{Bench, intent};

fn refused(path: &Path) -> JournalError {
    let error = Journal::open(path).expect_err("it is refused");
    assert!(error.to_string().contains('`') && !error.hint().is_empty(), "{error}");
    error
}

#[tokio::test]
async fn a_damaged_journal_is_refused_before_anything_relies_on_it() {
    let bench = Bench::new();
    let run = bench.begin("r1").await;
    for seq in 0..2000 {
        run.event(seq, format!(r#"{{"text":"{}"}}"#, "x".repeat(100)));
    }
    run.finish("done").await.unwrap();
    drop(run);
    let whole = settled(&bench);
    let mut torn = whole.clone();
    let (from, to) = (torn.len() / 3, torn.len() / 2);
    torn[from..to].fill(0x5a);
    std::fs::write(bench.path(), torn).unwrap();
    let error = refused(&bench.path());
    assert!(matches!(error, JournalError::Damaged { .. }), "{error:?}");
    assert!(error.hint().contains("move the file away"));

    std::fs::write(bench.path(), &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(refused(&bench.path()), JournalError::Damaged { .. }));
}

/// The journal's bytes when nobody has it open any more.
fn settled(bench: &Bench) -> Vec<u8> {
    let connection = rusqlite::Connection::open(bench.path()).unwrap();
    connection.pragma_query(None, "wal_checkpoint", |_| Ok(())).unwrap();
    connection.pragma_update(None, "journal_mode", "delete").ok();
    drop(connection);
    std::fs::read(bench.path()).unwrap()
}

#[test]
fn what_is_no_journal_is_left_alone() {
    let bench = Bench::new();
    let folder = bench.path().parent().unwrap().to_owned();
    std::fs::create_dir(&folder).unwrap();
    let text = "a letter to my aunt, long enough to have the size of a header of a database file, which it is not at all";
    std::fs::write(bench.path(), text).unwrap();
    assert!(matches!(refused(&bench.path()), JournalError::Foreign { .. }));
    assert!(matches!(JournalReader::open(&bench.path()), Err(JournalError::Foreign { .. })));
    assert_eq!(std::fs::read_to_string(bench.path()).unwrap(), text);

    let other = folder.join("other.db");
    let connection = rusqlite::Connection::open(&other).unwrap();
    connection.execute_batch("CREATE TABLE recipes (name TEXT)").unwrap();
    assert!(matches!(refused(&other), JournalError::Foreign { .. }));

    let newer = folder.join("newer.db");
    drop(Journal::open(&newer).unwrap());
    let connection = rusqlite::Connection::open(&newer).unwrap();
    connection.pragma_update(None, "user_version", SCHEMA_VERSION + 1).unwrap();
    assert!(matches!(refused(&newer), JournalError::Newer { found: 3, known: 2, .. }));
    assert!(matches!(JournalReader::open(&newer), Err(JournalError::Newer { .. })));
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    // Nobody can make a folder here, not even root.
    let error = refused(Path::new("/proc/self/lockstep/journal.db"));
    assert!(matches!(error, JournalError::Folder { .. }), "{error:?}");
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path()).unwrap();
    assert!(matches!(refused(&bench.path()), JournalError::Open { .. }));
}

#[tokio::test]
async fn after_a_failed_write_nothing_more_is_taken_and_all_before_is_readable() {
    let bench = Bench::new();
    let journal = bench.journal();
    let run = bench.begin_in(&journal, "r1").await;
    run.intend(intent(1)).await.unwrap();
    // Another writer takes the table away: the same to us as a disk that takes nothing more.
    let by_hand = rusqlite::Connection::open(bench.path()).unwrap();
    by_hand.execute_batch("ALTER TABLE events RENAME TO elsewhere").unwrap();
    run.event(1, "{}".to_owned());
    let error = run.intend(intent(2)).await.expect_err("an event was lost before it");
    assert_eq!(error.code, CODE_JOURNAL);
    assert!(error.to_string().contains("journal.db"), "{error}");
    assert!(error.source().unwrap().to_string().contains("events"), "{error:?}");
    by_hand.execute_batch("ALTER TABLE elsewhere RENAME TO events").unwrap();
    run.intend(intent(3)).await.expect_err("a hole in the journal stays one");
    let ordinals: Vec<u64> =
        bench.reader().intents("r1").unwrap().iter().map(|intent| intent.ordinal).collect();
    assert_eq!(ordinals, [1]);
}
