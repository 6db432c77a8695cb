//! From names on the wire to names in Rust.

const KEYWORDS: &[&str] = &[
    "abstract", "as", "async", "await", "box", "break", "const", "continue", "crate", "do", "dyn",
    "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl", "in", "let",
    "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub", "ref", "return",
    "self", "static", "struct", "super", "trait", "true", "try", "type", "typeof", "unsafe",
    "unsized", "use", "virtual", "where", "while", "yield",
];

/// A field: `memoryMB` becomes `memory_mb`, `type` becomes `type_`.
pub(crate) fn field(wire: &str) -> String {
    if wire == "_this" {
        return "this".to_owned();
    }
    let chars: Vec<char> = wire.chars().collect();
    let mut name = String::new();
    for (i, c) in chars.iter().enumerate() {
        let before = i.checked_sub(1).map(|p| chars[p]);
        let starts = c.is_ascii_uppercase()
            && before.is_some_and(|b| {
                b.is_ascii_lowercase()
                    || b.is_ascii_digit()
                    || (b.is_ascii_uppercase()
                        && chars.get(i + 1).is_some_and(char::is_ascii_lowercase))
            });
        if starts {
            name.push('_');
        }
        name.push(if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '_' });
    }
    if KEYWORDS.contains(&name.as_str()) {
        name.push('_');
    }
    name
}

/// A constant of an enumeration: `poweredOn` becomes `PoweredOn`.
pub(crate) fn constant(wire: &str) -> String {
    let mut name = String::new();
    let mut upper = true;
    for c in wire.chars() {
        if c.is_ascii_alphanumeric() {
            name.push(if upper { c.to_ascii_uppercase() } else { c });
            upper = false;
        } else {
            upper = true;
        }
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) || name.is_empty() {
        name.insert(0, 'V');
    }
    if name == "Self" || name == "Unlisted" {
        name.push('_');
    }
    name
}

/// The request of a method: `AddHost_Task` becomes `AddHostTask`.
pub(crate) fn request(wire: &str) -> String {
    let mut name = wire.replace('_', "");
    if let Some(first) = name.get_mut(0..1) {
        first.make_ascii_uppercase();
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_snake_case_and_never_keywords() {
        for (wire, rust) in [
            ("memoryMB", "memory_mb"),
            ("numCPU", "num_cpu"),
            ("hBDatastoreCandidatePolicy", "h_b_datastore_candidate_policy"),
            ("type", "type_"),
            ("ipV6Config", "ip_v6_config"),
            ("_this", "this"),
            ("sslThumbprint", "ssl_thumbprint"),
        ] {
            assert_eq!(field(wire), rust);
        }
        assert_eq!(constant("intel-foo bar"), "IntelFooBar");
        assert_eq!(constant("2d"), "V2d");
        assert_eq!(request("setCustomValue"), "SetCustomValue");
        assert_eq!(request("CreateSecondaryVMEx_Task"), "CreateSecondaryVMExTask");
    }
}
