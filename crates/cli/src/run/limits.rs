//! `--limit NAME=N`: how much goes on at the same time.

use std::num::NonZeroU32;

use orchestrator::{Limits, limits};

/// The name of a limit and its number.
pub(crate) type GivenLimit = (&'static str, NonZeroU32);

const KNOWN: [&str; 5] =
    [limits::VCENTER, limits::CLUSTER, limits::HOST, limits::HOST_PAIR, limits::DATASTORE];

/// Reads `NAME=N`.
///
/// # Errors
/// When no limit has the name, or the number is none from 1.
pub(crate) fn limit(text: &str) -> Result<GivenLimit, String> {
    let (name, number) = text.split_once('=').ok_or("write it as NAME=N, such as `host=4`")?;
    let known = KNOWN.into_iter().find(|known| *known == name);
    let known =
        known.ok_or_else(|| format!("no limit is called `{name}`: {}", KNOWN.join(", ")))?;
    let number = number.parse().map_err(|_| format!("`{number}` is not a number from 1"))?;
    Ok((known, number))
}

/// The usual limits, with the given ones in place of theirs.
pub(crate) fn limits_of(given: &[GivenLimit]) -> Limits {
    given.iter().fold(Limits::default(), |limits, (name, number)| limits.kind(name, *number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_are_read_or_say_what_is_wrong() {
        assert_eq!(limit("host=4"), Ok(("host", NonZeroU32::new(4).unwrap())));
        for (text, part) in
            [("host", "NAME=N"), ("hots=4", "vcenter, cluster"), ("host=0", "from 1")]
        {
            let problem = limit(text).unwrap_err();
            assert!(problem.contains(part), "{problem}");
        }
    }
}
