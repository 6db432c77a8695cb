//! The page of capabilities, and which privilege each of their API methods needs.

use std::fmt::Write as _;

use playbook::{CONNECTION_FIELDS, Capability, Field};
use vim25::registry::find_method;

use super::fields::field_rows;
use super::pages::GENERATED;

/// The methods a capability may call, with the privilege the schema names for each.
pub(crate) fn capability_methods(
    capability: &Capability,
) -> Vec<(&'static str, Option<&'static str>)> {
    let privilege = |name: &str| find_method(name).and_then(|method| method.privilege);
    capability.methods.iter().map(|name| (*name, privilege(name))).collect()
}

/// The page.
pub(super) fn page() -> String {
    let mut page = format!("{GENERATED}\n# Capabilities\n\nWhat a task of a playbook can be.\n\n");
    for capability in tasks::CATALOGUE {
        let _ = writeln!(page, "- [`{0}`](#{0}): {1}", capability.name, capability.summary);
    }
    for capability in tasks::CATALOGUE {
        section(&mut page, capability);
    }
    page += "\n## Connections\n\nWhere tasks work; each has a name under `connections:`.\n\n";
    table(&mut page, CONNECTION_FIELDS);
    page
}

fn section(page: &mut String, capability: &Capability) {
    let _ = writeln!(page, "\n## {}\n\n{}\n", capability.name, capability.summary);
    table(page, capability.fields);
    let _ = writeln!(page, "\nExample:\n\n```yaml\n{}\n```\n", capability.example.trim_end());
    page.push_str("Privileges:\n\n| privilege | on |\n|---|---|\n");
    for privilege in capability.privileges {
        let _ = writeln!(page, "| `{}` | {} |", privilege.id, cell(privilege.on));
    }
    page.push_str("\nAPI methods:\n\n| method | privilege |\n|---|---|\n");
    for (method, privilege) in capability_methods(capability) {
        let privilege = privilege.map(|privilege| format!("`{privilege}`")).unwrap_or_default();
        let _ = writeln!(page, "| `{method}` | {privilege} |");
    }
    let _ = writeln!(page, "\nBy hand: {}", capability.manual_steps);
}

fn table(page: &mut String, fields: &[Field]) {
    page.push_str("| field | takes | meaning |\n|---|---|---|\n");
    for row in field_rows(fields) {
        let margin = "&nbsp;&nbsp;".repeat(row.depth);
        let _ = writeln!(
            page,
            "| {margin}`{}` | {} | {} |",
            row.name,
            cell(&row.takes()),
            cell(row.doc)
        );
    }
}

fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
