//! The end of the process at a chosen write, so that tests can see what each crash leaves behind.

use std::str::FromStr;

/// At which write the process ends. Writes that somebody waits for are counted, from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CrashAt {
    left: u64,
    side: Side,
}

/// When at a write.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// It is not durable.
    Before,
    /// It is, and nobody was told.
    After,
}

/// The text does not say where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("write it as N:before or N:after, with N from 1")]
pub struct NotACrash;

impl FromStr for CrashAt {
    type Err = NotACrash;

    fn from_str(text: &str) -> Result<Self, NotACrash> {
        let (number, side) = text.split_once(':').ok_or(NotACrash)?;
        let side = match side {
            "before" => Side::Before,
            "after" => Side::After,
            _ => return Err(NotACrash),
        };
        match number.parse() {
            Ok(left) if left > 0 => Ok(Self { left, side }),
            _ => Err(NotACrash),
        }
    }
}

impl CrashAt {
    /// Counts a write; says whether it is the one.
    pub(crate) fn now(&mut self) -> Option<Side> {
        self.left = self.left.saturating_sub(1);
        // It stays at 0 and does not count again: there is nobody left to count.
        (self.left == 0).then_some(self.side)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_write_is_found_by_counting() {
        let mut crash: CrashAt = "3:after".parse().unwrap();
        assert_eq!([crash.now(), crash.now(), crash.now()], [None, None, Some(Side::After)]);
        for text in ["", "3", "3:", "0:before", "-1:after", "3:later", "x:before"] {
            assert_eq!(text.parse::<CrashAt>(), Err(NotACrash), "{text}");
        }
    }
}
