//! Patterns for prompts and output: [`Pattern`]. `*` stands for anything within a line, `?` for one character,
//! `|` between alternatives, `\` before a character that is meant as it is. Case does not count, and a run of
//! spaces equals any other.

/// One pattern, with its alternatives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern(Vec<Vec<Part>>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Any,
    One,
    Exactly(char),
}

impl Pattern {
    pub(crate) fn new(text: &str) -> Self {
        let mut all = vec![Vec::new()];
        let mut letters = text.chars();
        while let Some(letter) = letters.next() {
            let part = match letter {
                '|' => {
                    all.push(Vec::new());
                    continue;
                }
                '*' => Part::Any,
                '?' => Part::One,
                '\\' => Part::Exactly(letters.next().unwrap_or('\\')),
                other => Part::Exactly(other),
            };
            if let Some(current) = all.last_mut() {
                current.push(folded(part));
            }
        }
        for parts in &mut all {
            squeeze(parts);
        }
        all.retain(|parts| !parts.is_empty());
        Self(all)
    }

    /// Whether a line of the text holds it.
    pub(crate) fn is_in(&self, text: &str) -> bool {
        text.lines().any(|line| self.fits(line, End::Anywhere))
    }

    /// Whether the text ends with it, as it does while a program waits at a prompt.
    pub(crate) fn ends(&self, text: &str) -> bool {
        let line = text.rsplit('\n').next().unwrap_or(text);
        self.fits(line, End::AtEnd)
    }

    fn fits(&self, line: &str, end: End) -> bool {
        let mut parts: Vec<Part> =
            line.trim().chars().map(|letter| folded(Part::Exactly(letter))).collect();
        squeeze(&mut parts);
        self.0
            .iter()
            .any(|pattern| (0..=parts.len()).any(|from| matches(pattern, &parts[from..], end)))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    Anywhere,
    AtEnd,
}

fn folded(part: Part) -> Part {
    match part {
        Part::Exactly(letter) if letter.is_whitespace() => Part::Exactly(' '),
        Part::Exactly(letter) => Part::Exactly(letter.to_lowercase().next().unwrap_or(letter)),
        other => other,
    }
}

fn squeeze(parts: &mut Vec<Part>) {
    parts.dedup_by(|next, first| next == first && matches!(first, Part::Any | Part::Exactly(' ')));
    while parts.last() == Some(&Part::Exactly(' ')) {
        parts.pop();
    }
}

/// Does `text` begin with the pattern? Runs in the product of both lengths at worst.
fn matches(pattern: &[Part], text: &[Part], end: End) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut star = None;
    loop {
        if p == pattern.len() && (end == End::Anywhere || t == text.len()) {
            return true;
        }
        match (pattern.get(p), text.get(t)) {
            (Some(Part::Any), _) => {
                star = Some((p, t));
                p += 1;
                continue;
            }
            (Some(Part::One), Some(_)) => (p, t) = (p + 1, t + 1),
            (Some(wanted), Some(found)) if wanted == found => (p, t) = (p + 1, t + 1),
            _ => match star {
                Some((at, taken)) if taken < text.len() => {
                    star = Some((at, taken + 1));
                    (p, t) = (at + 1, taken + 1);
                }
                _ => return false,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prompt_is_found_at_the_end_only() {
        for (pattern, text, at_end) in [
            ("password:", "Welcome\nPassword: ", true),
            ("password:", "Password: sent\n", false),
            ("password:", "The password: is old", false),
            ("retype*password:", "Retype  new password:", true),
            ("(y/n)?:", "Reboot now? (Y/N) :", true),
            ("host*:|address*:", "IP Address of it: ", true),
            ("what\\?", "what?", true),
            ("what\\?", "whatx", false),
            ("a*b*c", "xxaxxbxxbxxc", true),
            ("a*b*c", "xxaxxbxxbxx", false),
            ("", "anything", false),
        ] {
            assert_eq!(Pattern::new(pattern).ends(text), at_end, "{pattern} in {text}");
        }
        assert!(Pattern::new("op state*duplex").is_in("a\nOp State:    DUPLEX\nb"));
        assert!(!Pattern::new("a*b").is_in("a\nb"));
    }
}
