//! A package cut off at every byte, and with every byte changed: never accepted, never a panic.

use ovf::Algorithm;

use crate::making::{Outcome, archive, members, opened, streamed, vouched};

/// What came out whole is what was put in.
fn is_original(outcome: &Outcome) -> bool {
    let good = members();
    let same = |(name, content): &(String, Vec<u8>)| {
        good.iter().any(|(one, original)| one == name && original == content)
    };
    outcome.whole.iter().all(same)
}

#[test]
fn an_archive_cut_off_anywhere_is_never_accepted() {
    let whole = archive(&vouched(Algorithm::Sha1));
    assert_eq!((opened(&whole).refused, streamed(&whole).refused), (None, None));
    for length in 0..whole.len() {
        for outcome in [opened(&whole[..length]), streamed(&whole[..length])] {
            assert!(outcome.refused.is_some(), "accepted with {length} of {} bytes", whole.len());
            assert!(is_original(&outcome), "something else came out with {length} bytes");
        }
    }
}

#[test]
fn an_archive_changed_anywhere_is_refused_or_still_the_same() {
    let whole = archive(&vouched(Algorithm::Sha512));
    let mut accepted = 0;
    for place in 0..whole.len() {
        let mut changed = whole.clone();
        changed[place] ^= 1 << (place % 8);
        for outcome in [opened(&changed), streamed(&changed)] {
            accepted += usize::from(outcome.refused.is_none());
            assert!(is_original(&outcome), "byte {place} changed, and something else came out");
            let complete = outcome.refused.is_some() || outcome.whole.len() == 2;
            assert!(complete, "byte {place} changed, and a file is gone");
        }
    }
    // What fills up blocks may be anything; everything else is guarded by something.
    let guarded: usize = vouched(Algorithm::Sha512).iter().map(|(_, content)| content.len()).sum();
    assert!(accepted <= 2 * (whole.len() - guarded), "{accepted} changes went unnoticed");
}
