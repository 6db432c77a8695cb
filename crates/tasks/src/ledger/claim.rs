//! Tags by which a task says for which steps of a list it stands.

use super::column::Column;

/// A stretch of steps, both ends included, as (phase, number).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Claim {
    from: (u32, u32),
    to: (u32, u32),
}

impl Claim {
    /// The stretch of this list that a tag names: `hardware:2.8`, `hardware:2.2-2.7`.
    pub(super) fn in_tag(column: Column, tag: &str) -> Option<Self> {
        let stretch = tag.strip_prefix(column.as_str())?.strip_prefix(':')?;
        let (from, to) = stretch.split_once('-').unwrap_or((stretch, stretch));
        Some(Self { from: place(from)?, to: place(to)? })
    }

    pub(super) fn holds(self, phase: u32, number: u32) -> bool {
        (self.from..=self.to).contains(&(phase, number))
    }
}

fn place(text: &str) -> Option<(u32, u32)> {
    let (phase, number) = text.split_once('.')?;
    Some((phase.parse().ok()?, number.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_names_one_step_or_a_stretch_of_them() {
        let claims = |tag, phase, number| {
            Claim::in_tag(Column::Hardware, tag).is_some_and(|claim| claim.holds(phase, number))
        };
        assert!(claims("hardware:2.8", 2, 8) && !claims("hardware:2.8", 2, 9));
        assert!(claims("hardware:1.3-1.6", 1, 3) && claims("hardware:1.3-1.6", 1, 6));
        assert!(!claims("hardware:1.3-1.6", 1, 7) && !claims("hardware:1.3-1.6", 2, 4));
        for tag in ["software:2.8", "hardware", "hardware:", "hardware:2", "hardware:a.b", "2.8"] {
            assert_eq!(Claim::in_tag(Column::Hardware, tag), None, "{tag}");
        }
    }
}
