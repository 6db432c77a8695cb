//! An English (US) USB keyboard: which keys make a text, and what keys are called.
//!
//! Codes are usages of the HID keyboard page; the API wants them in the upper half of a number whose lower
//! half is 7.

use vim25::types::{UsbScanCodeSpecKeyEvent, UsbScanCodeSpecModifierType};

/// A key with the modifiers that are held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Chord {
    usage: i32,
    shift: bool,
    control: bool,
    alt: bool,
    gui: bool,
}

const UNSHIFTED: &[(char, i32)] = &[
    ('\n', 0x28),
    ('\t', 0x2b),
    (' ', 0x2c),
    ('-', 0x2d),
    ('=', 0x2e),
    ('[', 0x2f),
    (']', 0x30),
    ('\\', 0x31),
    (';', 0x33),
    ('\'', 0x34),
    ('`', 0x35),
    (',', 0x36),
    ('.', 0x37),
    ('/', 0x38),
];

/// Shifted characters on the keys of the others.
const SHIFTED: &[(char, char)] = &[
    ('!', '1'),
    ('@', '2'),
    ('#', '3'),
    ('$', '4'),
    ('%', '5'),
    ('^', '6'),
    ('&', '7'),
    ('*', '8'),
    ('(', '9'),
    (')', '0'),
    ('_', '-'),
    ('+', '='),
    ('{', '['),
    ('}', ']'),
    ('|', '\\'),
    (':', ';'),
    ('"', '\''),
    ('~', '`'),
    ('<', ','),
    ('>', '.'),
    ('?', '/'),
];

const NAMED: &[(&str, i32)] = &[
    ("enter", 0x28),
    ("return", 0x28),
    ("esc", 0x29),
    ("escape", 0x29),
    ("backspace", 0x2a),
    ("tab", 0x2b),
    ("space", 0x2c),
    ("capslock", 0x39),
    ("printscreen", 0x46),
    ("pause", 0x48),
    ("insert", 0x49),
    ("home", 0x4a),
    ("pageup", 0x4b),
    ("delete", 0x4c),
    ("end", 0x4d),
    ("pagedown", 0x4e),
    ("right", 0x4f),
    ("left", 0x50),
    ("down", 0x51),
    ("up", 0x52),
];

/// The key that types a character; `None` when the keyboard has none.
pub(super) fn key_of(letter: char) -> Option<Chord> {
    if let Some((_, base)) = SHIFTED.iter().find(|(shifted, _)| *shifted == letter) {
        return key_of(*base).map(|chord| Chord { shift: true, ..chord });
    }
    let usage = match letter {
        'a'..='z' => 0x04 + offset(letter, 'a'),
        'A'..='Z' => {
            let lower = letter.to_ascii_lowercase();
            return key_of(lower).map(|chord| Chord { shift: true, ..chord });
        }
        '1'..='9' => 0x1e + offset(letter, '1'),
        '0' => 0x27,
        other => UNSHIFTED.iter().find(|(known, _)| *known == other)?.1,
    };
    Some(Chord { usage, ..Chord::default() })
}

fn offset(letter: char, first: char) -> i32 {
    i32::try_from(u32::from(letter) - u32::from(first)).unwrap_or(0)
}

/// A key by name, after modifiers with `+`: `ctrl+alt+delete`.
pub(super) fn chord(text: &str) -> Option<Chord> {
    let text = text.trim().to_lowercase();
    let (modifiers, key) = match text.strip_suffix('+') {
        // The key itself may be a plus.
        Some(rest) if rest.is_empty() || rest.ends_with('+') => (rest, "+"),
        _ => text.rsplit_once('+').unwrap_or(("", &text)),
    };
    let mut letters = key.chars();
    let mut chord = match (letters.next(), letters.next()) {
        (Some(letter), None) => key_of(letter)?,
        _ => Chord { usage: named(key)?, ..Chord::default() },
    };
    for modifier in modifiers.split('+').filter(|modifier| !modifier.is_empty()) {
        match modifier {
            "ctrl" | "control" => chord.control = true,
            "alt" => chord.alt = true,
            "shift" => chord.shift = true,
            "win" | "gui" | "super" => chord.gui = true,
            _ => return None,
        }
    }
    Some(chord)
}

fn named(key: &str) -> Option<i32> {
    let function = key.strip_prefix('f').and_then(|number| number.parse::<i32>().ok());
    if let Some(number) = function.filter(|number| (1..=12).contains(number)) {
        return Some(0x39 + number);
    }
    NAMED.iter().find(|(name, _)| *name == key).map(|(_, usage)| *usage)
}

impl Chord {
    /// As the API wants it.
    pub(super) fn event(self) -> UsbScanCodeSpecKeyEvent {
        let set = |held: bool| held.then_some(true);
        let modifiers = UsbScanCodeSpecModifierType {
            left_control: set(self.control),
            left_shift: set(self.shift),
            left_alt: set(self.alt),
            left_gui: set(self.gui),
            ..Default::default()
        };
        let any = self.control || self.shift || self.alt || self.gui;
        UsbScanCodeSpecKeyEvent {
            usb_hid_code: (self.usage << 16) | 7,
            modifiers: any.then(|| Box::new(modifiers)),
            ..Default::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_have_the_usages_of_the_hid_page() {
        for (text, usage, modifiers) in [
            ("a", 0x04, ""),
            ("Z", 0x1d, ""),
            ("0", 0x27, ""),
            ("?", 0x38, "s"),
            ("+", 0x2e, "s"),
            ("ctrl++", 0x2e, "cs"),
            ("enter", 0x28, ""),
            ("F12", 0x45, ""),
            ("ctrl+alt+Delete", 0x4c, "ca"),
            ("shift+tab", 0x2b, "s"),
        ] {
            let chord = chord(text).unwrap_or_else(|| panic!("{text}"));
            let held = [(chord.control, "c"), (chord.shift, "s"), (chord.alt, "a")];
            let held: String =
                held.iter().filter(|(held, _)| *held).map(|(_, name)| *name).collect();
            assert_eq!((chord.usage, held.as_str()), (usage, modifiers), "{text}");
        }
        assert!(chord("f13").is_none() && chord("hyper+a").is_none() && chord("").is_none());
        assert!(key_of('ä').is_none());
        assert_eq!(key_of('A').unwrap().event().usb_hid_code, 0x0004_0007);
        assert_eq!(key_of('A').unwrap().event().modifiers.unwrap().left_shift, Some(true));
        assert!((' '..='~').all(|letter| key_of(letter).is_some()));
    }
}
