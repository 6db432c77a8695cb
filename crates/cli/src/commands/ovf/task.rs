//! A task that deploys a package, to paste into a playbook.

use std::fmt::Write as _;

use ovf::Descriptor;

use super::facts::{Facts, PropertyFacts};

/// Words that YAML takes for something else than text.
const NOT_TEXT: [&str; 8] = ["true", "false", "yes", "no", "on", "off", "null", "y"];

/// The task. What only the operator knows stands in capitals.
pub(super) fn text(descriptor: &Descriptor, facts: &Facts) -> String {
    let name = descriptor.default_name().unwrap_or("appliance");
    let mut text = format!(
        "- ovf:\n    name: {}\n    source: {}\n    datastore: DATASTORE\n    disk_format: thin\n",
        quoted(name),
        quoted(&facts.source)
    );
    if !facts.networks.is_empty() {
        text += "    networks:\n";
    }
    for network in &facts.networks {
        let _ = writeln!(text, "      {}: NETWORK", quoted(&network.name));
    }
    let settable: Vec<_> = facts.properties.iter().filter(|one| one.configurable).collect();
    if settable.iter().any(|one| one.required) {
        text += "    properties:\n";
    } else if !settable.is_empty() {
        text += "    # properties:\n";
    }
    for property in settable {
        let _ = writeln!(text, "{}", property_line(property));
    }
    if let Some(option) = facts.deployment_options.iter().find(|option| option.default) {
        let all: Vec<&str> = facts.deployment_options.iter().map(|one| one.id.as_str()).collect();
        let (id, all) = (quoted(&option.id), comment(&all.join(", ")));
        let _ = writeln!(text, "    deployment_option: {id} # one of {all}");
    }
    if let Some(sha256) = &facts.eula_sha256 {
        text += "    # With this you accept the licence agreement shown above.\n";
        let _ = writeln!(text, "    accept_eula: sha256:{sha256}");
    }
    text + "    power_on: true\n"
}

/// What must be given is set, what may be given is a comment.
fn property_line(property: &PropertyFacts) -> String {
    let key = quoted(&property.key);
    let value = match (&property.default, property.secret) {
        (_, true) => format!("{{ env: {} }}", variable(&property.key)),
        (Some(default), false) => quoted(default),
        (None, false) => "\"\"".to_owned(),
    };
    let mark = if property.required { "" } else { "# " };
    format!("      {mark}{key}: {value} # {}", comment(&property.takes))
}

/// The name of an environment variable made of a key.
fn variable(key: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_uppercase() } else { '_' };
    format!("OVF_{}", key.chars().map(plain).collect::<String>())
}

/// Text for a comment: one line of it.
fn comment(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as YAML takes it, and as templates leave it.
fn quoted(text: &str) -> String {
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, ' ' | '.' | '_' | '-' | '/');
    let starts_well = text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
    let ends_well = !text.ends_with(' ');
    let is_text = !NOT_TEXT.iter().any(|word| text.eq_ignore_ascii_case(word));
    if text.chars().all(is_word) && starts_well && ends_well && is_text {
        return text.to_owned();
    }
    let mut literal = String::new();
    let mut rest = text;
    while let Some(at) =
        rest.find("{{").into_iter().chain(rest.find("{%")).chain(rest.find("{#")).min()
    {
        let _ = write!(literal, "{}{{{{ '{}' }}}}", &rest[..at], &rest[at..at + 2]);
        rest = &rest[at + 2..];
    }
    literal.push_str(rest);
    serde_json::Value::from(literal).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_quoted_where_yaml_or_templates_would_change_them() {
        let cases = [
            ("VM Network", "VM Network"),
            ("/tmp/a-b_c.ova", "/tmp/a-b_c.ova"),
            ("yes", "\"yes\""),
            ("10", "\"10\""),
            ("a: b # c", "\"a: b # c\""),
            ("a\"\n", "\"a\\\"\\n\""),
            ("a{{b}}{%", "\"a{{ '{{' }}b}}{{ '{%' }}\""),
            ("", "\"\""),
        ];
        for (text, told) in cases {
            assert_eq!(quoted(text), told);
        }
    }
}
