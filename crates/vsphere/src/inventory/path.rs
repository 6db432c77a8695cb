//! The text by which something is looked for.

use super::glob;
use crate::percent::unescape;

/// One level of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Level {
    /// A name or a pattern.
    Name(String),
    /// `...`: any number of levels, none included.
    Any,
}

impl Level {
    pub(super) fn fits(&self, name: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Name(pattern) if glob::is_pattern(pattern) => {
                // A name that happens to hold a bracket may be given as it is.
                pattern == name || glob::matches(pattern, name)
            }
            Self::Name(plain) => plain == name,
        }
    }
}

/// How a text names something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    /// A path from the root.
    Absolute(Vec<Level>),
    /// A path from a datacenter's folder.
    Relative(Vec<Level>),
    /// A single name, anywhere in the datacenter.
    Bare(Level),
}

/// Understands `text`; empty levels and `.` are left out, names are unescaped.
pub(super) fn parse(text: &str) -> Wanted {
    let mut levels: Vec<Level> = text
        .split('/')
        .filter(|level| !level.is_empty() && *level != ".")
        .map(|level| if level == "..." { Level::Any } else { Level::Name(unescape(level)) })
        .collect();
    if text.starts_with('/') {
        Wanted::Absolute(levels)
    } else if levels.len() == 1 && !text.starts_with("./") && levels[0] != Level::Any {
        Wanted::Bare(levels.remove(0))
    } else {
        Wanted::Relative(levels)
    }
}

/// Does the path `names` as a whole fit `levels`?
pub(super) fn fits(levels: &[Level], names: &[&str]) -> bool {
    match (levels.split_first(), names.split_first()) {
        (None, None) => true,
        (None, Some(_)) => false,
        (Some((Level::Any, rest)), _) => (0..=names.len()).any(|at| fits(rest, &names[at..])),
        (Some(_), None) => false,
        (Some((level, rest)), Some((name, more))) => level.fits(name) && fits(rest, more),
    }
}

/// The managed type and id in `Type:id`, if the text is one.
pub(super) fn typed_id(text: &str) -> Option<(&str, &str)> {
    let (kind, id) = text.split_once(':')?;
    (vim25::mo::find(kind).is_some() && !id.is_empty()).then_some((kind, id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_fit_level_by_level() {
        let table = [
            ("/DC/vm/web", "DC/vm/web", true),
            ("/DC/vm/web", "DC/vm/web/x", false),
            ("/DC/*/web", "DC/vm/web", true),
            ("/*/vm/w*", "DC/vm/web", true),
            ("/.../web", "DC/vm/a/b/web", true),
            ("/DC/vm/...", "DC/vm/a/b/web", true),
            ("/DC/.../b/web", "DC/vm/a/b/web", true),
            ("/DC/.../c/web", "DC/vm/a/b/web", false),
            ("//DC/./vm//web/", "DC/vm/web", true),
            ("/DC/vm/web[1]", "DC/vm/web[1]", true),
            ("/DC/vm/web[1]", "DC/vm/web1", true),
        ];
        for (text, path, expected) in table {
            let Wanted::Absolute(levels) = parse(text) else { panic!("{text}") };
            let names: Vec<&str> = path.split('/').collect();
            assert_eq!(fits(&levels, &names), expected, "`{text}` on `{path}`");
        }
    }

    #[test]
    fn escaped_slashes_do_not_part_levels() {
        assert_eq!(parse("a%2fb"), Wanted::Bare(Level::Name("a/b".to_owned())));
        assert!(matches!(parse("./web"), Wanted::Relative(levels) if levels.len() == 1));
        assert!(matches!(parse("Cluster/esx1"), Wanted::Relative(levels) if levels.len() == 2));
    }

    #[test]
    fn ids_are_known_by_their_type() {
        assert_eq!(typed_id("VirtualMachine:vm-12"), Some(("VirtualMachine", "vm-12")));
        assert_eq!(typed_id("C:drive"), None);
        assert_eq!(typed_id("vm-12"), None);
    }
}
