//! How text looks: width, colour, and which characters may be used.
//!
//! Meaning never depends on colour. [`Colour::decide`] applies the usual rules to facts that the caller
//! found out; this crate asks nobody.

use crate::text::clean;

/// How text is laid out and painted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Style {
    /// Columns that may be used; at least 24 are.
    pub width: usize,
    /// Whether to paint.
    pub colour: Colour,
    /// Which characters may be used.
    pub glyphs: Glyphs,
}

/// Whether to paint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Colour {
    /// With ANSI colours.
    On,
    /// Plain.
    Off,
}

/// What the operator asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum ColourChoice {
    /// Colour on a terminal, unless `NO_COLOR` is set.
    #[default]
    Auto,
    /// Colour in any case.
    Always,
    /// No colour in any case.
    Never,
}

/// What the caller knows of where the text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Surroundings {
    /// The output is a terminal that understands ANSI sequences.
    pub terminal: bool,
    /// `NO_COLOR` is set to something.
    pub no_color: bool,
}

/// Which characters may be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Glyphs {
    /// Arrows, bars and lines of Unicode.
    #[default]
    Unicode,
    /// ASCII only, apart from names.
    Ascii,
}

/// What a piece of text means, for painting.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Good,
    New,
    Changed,
    Bad,
    Waits,
    Quiet,
    Strong,
}

impl Colour {
    /// Applies the usual rules.
    #[must_use]
    pub fn decide(choice: ColourChoice, surroundings: &Surroundings) -> Self {
        match choice {
            ColourChoice::Always => Self::On,
            ColourChoice::Auto if surroundings.terminal && !surroundings.no_color => Self::On,
            ColourChoice::Auto | ColourChoice::Never => Self::Off,
        }
    }
}

impl Default for Style {
    /// 80 columns, no colour, Unicode.
    fn default() -> Self {
        Self { width: 80, colour: Colour::Off, glyphs: Glyphs::Unicode }
    }
}

impl Style {
    pub(crate) fn paint(&self, tone: Tone, text: &str) -> String {
        let code = match tone {
            Tone::Good | Tone::New => "32",
            Tone::Changed => "33",
            Tone::Bad => "31;1",
            Tone::Waits => "36",
            Tone::Quiet => "2",
            Tone::Strong => "1",
        };
        match self.colour {
            Colour::On => format!("\x1b[{code}m{text}\x1b[0m"),
            Colour::Off => text.to_owned(),
        }
    }

    pub(crate) fn arrow(&self) -> &'static str {
        self.pick("→", "->")
    }

    pub(crate) fn times(&self) -> &'static str {
        self.pick("×", "x")
    }

    pub(crate) fn more(&self) -> &'static str {
        self.pick("…", "...")
    }

    pub(crate) fn pick<T>(&self, unicode: T, ascii: T) -> T {
        match self.glyphs {
            Glyphs::Unicode => unicode,
            Glyphs::Ascii => ascii,
        }
    }

    /// The text fit for where it goes: cleaned, and where only ASCII may be used, symbols written out. Letters of
    /// names stay what they are.
    pub(crate) fn fit(&self, text: &str) -> String {
        let text = clean(text);
        match self.glyphs {
            Glyphs::Unicode => text,
            Glyphs::Ascii => spelled(&text),
        }
    }

    pub(crate) fn columns(&self) -> usize {
        self.width.max(24)
    }
}

/// Symbols that tasks write, in ASCII.
fn spelled(text: &str) -> String {
    const SYMBOLS: [(char, &str); 7] =
        [('→', "->"), ('…', "..."), ('×', "x"), ('·', "|"), ('–', "-"), ('≤', "<="), ('≥', ">=")];
    let spell = |text: &mut String, char: char| match SYMBOLS.iter().find(|(one, _)| *one == char) {
        Some((_, spelled)) => text.push_str(spelled),
        None => text.push(char),
    };
    let mut spelled = String::with_capacity(text.len());
    text.chars().for_each(|char| spell(&mut spelled, char));
    spelled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn in_ascii_symbols_are_spelled_and_names_are_not() {
        let ascii = Style { glyphs: Glyphs::Ascii, ..Style::default() };
        assert_eq!(ascii.fit("Zürich: 4 → 8, 2 × …"), "Zürich: 4 -> 8, 2 x ...");
        assert_eq!(Style::default().fit("4 → 8"), "4 → 8");
    }

    #[test]
    fn no_color_and_pipes_turn_colour_off_unless_asked_for() {
        use ColourChoice::{Always, Auto, Never};
        let table = [
            (Auto, true, false, Colour::On),
            (Auto, true, true, Colour::Off),
            (Auto, false, false, Colour::Off),
            (Always, false, true, Colour::On),
            (Never, true, false, Colour::Off),
        ];
        for (choice, terminal, no_color, expected) in table {
            let surroundings = Surroundings { terminal, no_color };
            assert_eq!(Colour::decide(choice, &surroundings), expected, "{choice:?}");
        }
    }
}
