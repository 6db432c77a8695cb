//! What a terminal shows: [`Screen`] keeps the end of it as plain text.

/// How much of the output is kept.
const KEPT: usize = 16 * 1024;
/// How much is shown in a message.
const SHOWN_LINES: usize = 12;
const SHOWN_COLUMNS: usize = 200;

/// The end of what a program printed, without escape sequences.
#[derive(Debug, Default)]
pub(super) struct Screen {
    bytes: Vec<u8>,
}

impl Screen {
    pub(super) fn add(&mut self, data: &[u8]) {
        self.bytes.extend_from_slice(data);
        if self.bytes.len() > KEPT {
            self.bytes.drain(..self.bytes.len() - KEPT);
        }
    }

    /// Forgets what was shown so far; what follows is the answer to what was typed.
    pub(super) fn clear(&mut self) {
        self.bytes.clear();
    }

    pub(super) fn text(&self) -> String {
        plain(&self.bytes)
    }
}

/// The last lines, for messages.
pub(super) fn tail(text: &str) -> String {
    let lines: Vec<&str> = text.trim_end().lines().filter(|line| !line.trim().is_empty()).collect();
    let from = lines.len().saturating_sub(SHOWN_LINES);
    let cut = |line: &&str| line.trim_end().chars().take(SHOWN_COLUMNS).collect::<String>();
    lines[from..].iter().map(cut).collect::<Vec<_>>().join("\n")
}

/// Text without escape sequences, carriage returns and what was erased with backspaces.
pub(super) fn plain(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\u{1b}' => match letters.next() {
                // CSI sequences end with a letter, OSC sequences with a bell.
                Some('[') => while letters.next_if(|c| !matches!(c, '@'..='~')).is_some() {},
                Some(']') => while letters.next_if(|c| *c != '\u{7}').is_some() {},
                _ => continue,
            },
            '\u{8}' => {
                shown.pop();
                continue;
            }
            '\n' | '\t' => {
                shown.push(letter);
                continue;
            }
            control if control.is_control() => continue,
            other => {
                shown.push(other);
                continue;
            }
        }
        // The character that ends the sequence.
        letters.next();
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_and_erased_characters_are_gone() {
        assert_eq!(
            plain(b"\x1b[1;32mgreen\x1b[0m \x1b]0;title\x07end\r\nab\x08c"),
            "green end\nac"
        );
        assert_eq!(plain(b"cut \x1b["), "cut ");
    }

    #[test]
    fn a_screen_is_bounded() {
        let mut screen = Screen::default();
        for _ in 0..100 {
            screen.add(&[b'x'; 1024]);
        }
        assert_eq!(screen.text().len(), KEPT);
        assert_eq!(tail(&screen.text()).len(), SHOWN_COLUMNS);
        assert_eq!(tail(&"line\n\n".repeat(100)).lines().count(), SHOWN_LINES);
    }
}
