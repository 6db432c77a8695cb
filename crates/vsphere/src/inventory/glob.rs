//! Patterns for names: `*`, `?`, `[a-z]`, `[^a-z]`, and `\` before a character that is meant as it is.

/// Does `name` as a whole match `pattern`? Runs in the product of both lengths at worst.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let (mut p, mut n) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while n < name.len() {
        if pattern.get(p) == Some(&'*') {
            star = Some((p, n));
            p += 1;
        } else if let Some(width) = one(&pattern[p..], name[n]) {
            p += width;
            n += 1;
        } else if let Some((at, taken)) = star {
            // The last star takes one character more.
            star = Some((at, taken + 1));
            p = at + 1;
            n = taken + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Does the text hold anything that is not meant as it is?
pub(crate) fn is_pattern(text: &str) -> bool {
    text.contains(['*', '?', '[', '\\'])
}

/// Length of the pattern's first element if it matches `c`.
fn one(pattern: &[char], c: char) -> Option<usize> {
    match pattern {
        ['?', ..] => Some(1),
        ['\\', literal, ..] => (*literal == c).then_some(2),
        ['[', rest @ ..] => match set(rest, c) {
            Some((width, true)) => Some(width + 1),
            Some((_, false)) => None,
            // A bracket that is never closed is a bracket.
            None => (c == '[').then_some(1),
        },
        [literal, ..] => (*literal == c).then_some(1),
        [] => None,
    }
}

/// Width of the set behind its `[`, and whether it holds `c`.
fn set(rest: &[char], c: char) -> Option<(usize, bool)> {
    let negated = matches!(rest.first(), Some('^' | '!'));
    let mut at = usize::from(negated);
    let mut holds = false;
    let first = at;
    loop {
        let low = *rest.get(at)?;
        if low == ']' && at > first {
            return Some((at + 1, holds != negated));
        }
        let high = match (rest.get(at + 1), rest.get(at + 2)) {
            (Some('-'), Some(high)) if *high != ']' => {
                at += 2;
                *high
            }
            _ => low,
        };
        holds |= (low..=high).contains(&c);
        at += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_match_whole_names() {
        let table = [
            ("*", "", true),
            ("web*", "web-01", true),
            ("web*", "my-web", false),
            ("*-01", "web-01", true),
            ("*a*b*", "xxaxxbxx", true),
            ("*a*b*", "xxbxxaxx", false),
            ("w?b", "web", true),
            ("w?b", "wb", false),
            ("esx[1-3]", "esx2", true),
            ("esx[1-3]", "esx4", false),
            ("esx[^1-3]", "esx4", true),
            ("[]]x", "]x", true),
            ("[x", "[x", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "axb", false),
            ("日*", "日本", true),
            ("", "", true),
            ("", "a", false),
            ("a*a*a*a*a*a*a*a*a*b", &"a".repeat(200), false),
        ];
        for (pattern, name, expected) in table {
            assert_eq!(matches(pattern, name), expected, "`{pattern}` on `{name}`");
        }
    }
}
