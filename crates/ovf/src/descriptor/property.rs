//! A property that can be set when deploying: [`Property`], its type and its qualifiers.

/// Something that the guest can be told when it is deployed.
#[derive(Clone, Debug, PartialEq)]
pub struct Property {
    /// `[class.]id[.instance]`, as it is set by.
    pub key: String,
    /// What people call it.
    pub label: Option<String>,
    /// What it means.
    pub description: Option<String>,
    /// The heading it stands under.
    pub category: Option<String>,
    /// What its value is.
    pub kind: PropertyKind,
    /// Its value when none is given.
    pub default: Option<String>,
    /// Values that deployment options give it, before `default`.
    pub option_defaults: Vec<(String, String)>,
    /// It may be set; otherwise it has its default.
    pub user_configurable: bool,
    /// It is a secret.
    pub password: bool,
    /// What its value must fulfil.
    pub qualifiers: Vec<Qualifier>,
}

/// What a property's value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PropertyKind {
    /// Text.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds.
    Integer {
        /// The least one.
        least: i128,
        /// The greatest one.
        greatest: i128,
    },
    /// A number.
    Real,
    /// A type that OVF does not define; taken as text.
    Other(String),
}

/// A condition on a property's value.
#[derive(Clone, Debug, PartialEq)]
pub enum Qualifier {
    /// At least so many characters.
    MinLength(u64),
    /// At most so many characters.
    MaxLength(u64),
    /// At least this number.
    MinValue(f64),
    /// At most this number.
    MaxValue(f64),
    /// One of these.
    OneOf(Vec<String>),
    /// An address of the Internet protocol.
    Address,
}

impl Property {
    /// Its value when none is given and `option` is chosen.
    pub fn default_for(&self, option: Option<&str>) -> Option<&str> {
        let mut own = self.option_defaults.iter();
        let own = own.find(|(id, _)| Some(id.as_str()) == option).map(|(_, value)| value);
        own.or(self.default.as_ref()).map(String::as_str)
    }
}

impl PropertyKind {
    /// The kind called `name` in a descriptor.
    pub(crate) fn of(name: &str) -> Self {
        let integer = |least: i128, greatest: i128| PropertyKind::Integer { least, greatest };
        match name {
            "string" => PropertyKind::Text,
            "boolean" => PropertyKind::Boolean,
            "uint8" => integer(0, u8::MAX.into()),
            "sint8" => integer(i8::MIN.into(), i8::MAX.into()),
            "uint16" => integer(0, u16::MAX.into()),
            "sint16" => integer(i16::MIN.into(), i16::MAX.into()),
            "uint32" => integer(0, u32::MAX.into()),
            "sint32" | "int" => integer(i32::MIN.into(), i32::MAX.into()),
            "uint64" => integer(0, u64::MAX.into()),
            "sint64" => integer(i64::MIN.into(), i64::MAX.into()),
            "real32" | "real64" | "real" => PropertyKind::Real,
            other => PropertyKind::Other(other.to_owned()),
        }
    }

    /// What to call it.
    pub fn name(&self) -> String {
        match self {
            PropertyKind::Text => "string".to_owned(),
            PropertyKind::Boolean => "boolean".to_owned(),
            PropertyKind::Integer { least, greatest } => format!("integer {least}..{greatest}"),
            PropertyKind::Real => "number".to_owned(),
            PropertyKind::Other(name) => name.clone(),
        }
    }
}

/// The qualifiers that a text such as `MinLen(1), ValueMap{"a","b"}` lists. What is not understood is left out: the
/// server judges it.
pub(crate) fn qualifiers(text: &str) -> Vec<Qualifier> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(open) = rest.find(['(', '{']) {
        let name = rest[..open].trim_matches(|c: char| c == ',' || c.is_whitespace());
        let close = if rest[open..].starts_with('(') { ')' } else { '}' };
        let inside = &rest[open + 1..];
        let Some(end) = closing(inside, close) else { break };
        found.extend(qualifier(name, &inside[..end]));
        rest = &inside[end + close.len_utf8()..];
    }
    let bare = rest.split(',').map(str::trim);
    found.extend(bare.filter(|name| *name == "Ip").map(|_| Qualifier::Address));
    found
}

fn qualifier(name: &str, inside: &str) -> Option<Qualifier> {
    let inside = inside.trim();
    match name {
        "MinLen" => inside.parse().ok().map(Qualifier::MinLength),
        "MaxLen" => inside.parse().ok().map(Qualifier::MaxLength),
        "MinValue" => inside.parse().ok().map(Qualifier::MinValue),
        "MaxValue" => inside.parse().ok().map(Qualifier::MaxValue),
        "ValueMap" => Some(Qualifier::OneOf(quoted(inside))).filter(|one| !is_empty(one)),
        "Ip" => Some(Qualifier::Address),
        _ => None,
    }
}

fn is_empty(qualifier: &Qualifier) -> bool {
    matches!(qualifier, Qualifier::OneOf(values) if values.is_empty())
}

/// Where `close` stands outside of quotes.
fn closing(text: &str, close: char) -> Option<usize> {
    let (mut in_quotes, mut escaped) = (false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_quotes => escaped = true,
            '"' => in_quotes = !in_quotes,
            _ if character == close && !in_quotes => return Some(at),
            _ => {}
        }
    }
    None
}

/// The values of a list such as `"a", "b"`.
fn quoted(list: &str) -> Vec<String> {
    let mut values = Vec::new();
    let mut value: Option<String> = None;
    let mut characters = list.chars();
    while let Some(character) = characters.next() {
        match (character, &mut value) {
            ('"', None) => value = Some(String::new()),
            ('"', Some(_)) => values.extend(value.take()),
            ('\\', Some(value)) => value.extend(characters.next()),
            (character, Some(value)) => value.push(character),
            _ => {}
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn qualifiers_are_read_with_quotes_and_in_any_spacing() {
        assert_eq!(
            qualifiers(r#"MinLen(1),MaxLen( 64 ) ValueMap{"a","b, (c)","d\"}"}"#),
            [
                Qualifier::MinLength(1),
                Qualifier::MaxLength(64),
                Qualifier::OneOf(vec!["a".into(), "b, (c)".into(), "d\"}".into()]),
            ]
        );
        assert_eq!(
            qualifiers("MinValue(-1) MaxValue(2.5)"),
            [Qualifier::MinValue(-1.0), Qualifier::MaxValue(2.5)]
        );
        assert_eq!(qualifiers("Ip"), [Qualifier::Address]);
        assert_eq!(qualifiers(r#"Ip("net")"#), [Qualifier::Address]);
        for odd in ["", "MinLen(", "MinLen(x)", "Future(1)", "ValueMap{}", "ValueMap{\"a"] {
            assert_eq!(qualifiers(odd), [], "{odd}");
        }
    }

    #[test]
    fn an_options_value_goes_before_the_default() {
        let property = Property {
            key: "size".into(),
            label: None,
            description: None,
            category: None,
            kind: PropertyKind::of("uint8"),
            default: Some("1".into()),
            option_defaults: vec![("large".into(), "8".into())],
            user_configurable: true,
            password: false,
            qualifiers: Vec::new(),
        };
        assert_eq!(property.default_for(Some("large")), Some("8"));
        assert_eq!(property.default_for(Some("small")), Some("1"));
        assert_eq!(property.default_for(None), Some("1"));
    }
}
