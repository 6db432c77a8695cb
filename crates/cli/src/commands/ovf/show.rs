//! A package for people.

use std::io::{self, Write};

use orchestrator::Table;
use report::{Style, write_table};

use super::facts::{Contents, DiskFacts, Facts, PropertyFacts, SystemFacts};
use crate::text::{clean, wrapped};

/// Writes everything.
pub(super) fn write_text(out: &mut Vec<u8>, facts: &Facts, style: &Style) -> io::Result<()> {
    write_head(out, facts, style)?;
    for table in tables(facts) {
        if !table.rows.is_empty() {
            writeln!(out)?;
            write_table(out, &table, style)?;
        }
    }
    for eula in &facts.eulas {
        writeln!(out, "\nLicence agreement\n")?;
        for line in eula.lines() {
            out.extend_from_slice(wrapped(&clean(line), 2, style.width.min(100)).as_bytes());
        }
    }
    if let Some(sha256) = &facts.eula_sha256 {
        writeln!(out, "\n  accept_eula: sha256:{sha256}")?;
    }
    writeln!(out, "\nA task for your playbook; replace what stands in capitals\n")?;
    for line in facts.task.lines() {
        writeln!(out, "  {}", clean(line))?;
    }
    Ok(())
}

fn write_head(out: &mut Vec<u8>, facts: &Facts, style: &Style) -> io::Result<()> {
    let mut lines = vec![("package", facts.source.clone())];
    if let Some(product) = &facts.product {
        let parts = [product.name.clone(), product.version.clone()];
        let name = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
        lines.push(("product", name));
        lines.extend(product.vendor.clone().map(|vendor| ("vendor", vendor)));
    }
    lines.extend(facts.virtual_machines.iter().map(|one| ("machine", machine(one))));
    lines.push(("manifest", manifest(facts)));
    lines.push(("signature", signature(facts)));
    let contents = match facts.contents {
        Contents::NotRead => "not read; `--verify` does",
        Contents::Complete => "complete; nothing says how they should be",
        Contents::AsInManifest => "as the manifest says",
    };
    lines.push(("contents", contents.to_owned()));
    lines.extend(facts.annotation.clone().map(|text| ("notes", text)));
    for (label, text) in lines {
        let text = wrapped(&clean(&text), 11, style.width.min(100));
        write!(out, "{label:<11}{}", text.trim_start())?;
    }
    Ok(())
}

fn machine(system: &SystemFacts) -> String {
    let processors = system.processors.map(|count| format!("{count} processors"));
    let memory = system.memory_bytes.map(|size| format!("{} of memory", bytes(size)));
    let hardware = Some(system.hardware.join(" ")).filter(|text| !text.is_empty());
    let parts = [system.operating_system.clone(), processors, memory, hardware];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("{}: {}", system.id, parts.join(", "))
}

fn manifest(facts: &Facts) -> String {
    match &facts.manifest {
        Some(algorithms) => format!("with {}; the descriptor matches it", algorithms.join(", ")),
        None => "none".to_owned(),
    }
}

fn signature(facts: &Facts) -> String {
    match &facts.signature {
        None => "none".to_owned(),
        Some(signature) => {
            let state = if signature.matches { "matches" } else { "not checked" };
            let (subject, issuer) = (&signature.subject, &signature.issuer);
            let sha256 = &signature.certificate_sha256;
            format!(
                "{state}; by `{subject}`, certified by `{issuer}`, certificate SHA-256 {sha256}"
            )
        }
    }
}

fn tables(facts: &Facts) -> [Table; 4] {
    let options = facts.deployment_options.iter().map(|option| {
        let default = if option.default { "default" } else { "" };
        [option.id.clone(), option.label.clone(), default.to_owned(), option.description.clone()]
    });
    let networks = facts
        .networks
        .iter()
        .map(|network| [network.name.clone(), network.description.clone().unwrap_or_default()]);
    [
        table("Deployment options", ["id", "label", "", "description"], options),
        table(
            "Disks",
            ["disk", "capacity", "file", "size"],
            facts.disks.iter().map(|one| disk(one, facts)),
        ),
        table("Networks", ["network", "description"], networks),
        table(
            "Properties",
            ["key", "takes", "default", "label"],
            facts.properties.iter().map(property),
        ),
    ]
}

fn table<const N: usize>(
    title: &str,
    columns: [&str; N],
    rows: impl Iterator<Item = [String; N]>,
) -> Table {
    Table {
        title: title.to_owned(),
        columns: columns.map(str::to_owned).to_vec(),
        rows: rows.map(|row| row.to_vec()).collect(),
    }
}

fn disk(disk: &DiskFacts, facts: &Facts) -> [String; 4] {
    let capacity = match (&disk.capacity_bytes, &disk.capacity_property) {
        (Some(size), _) => bytes(*size),
        (None, Some(key)) => format!("as `{key}` says"),
        (None, None) => "?".to_owned(),
    };
    let file = facts.files.iter().find(|file| Some(&file.name) == disk.file.as_ref());
    let size = file.map(|file| {
        let size = file.bytes.map_or_else(|| "?".to_owned(), bytes);
        format!("{size}{}", if file.compressed { " compressed" } else { "" })
    });
    let name = disk.file.clone().unwrap_or_else(|| "(empty)".to_owned());
    [disk.id.clone(), capacity, name, size.unwrap_or_default()]
}

fn property(property: &PropertyFacts) -> [String; 4] {
    let default = match (&property.default, property.required, property.configurable) {
        (_, _, false) => "(fixed)".to_owned(),
        (_, true, _) => "(needed)".to_owned(),
        _ if property.secret => "(secret)".to_owned(),
        (default, ..) => default.clone().unwrap_or_default(),
    };
    let label = property.label.clone().or_else(|| property.description.clone());
    [property.key.clone(), property.takes.clone(), default, label.unwrap_or_default()]
}

/// A size in the largest unit that leaves at least one.
pub(super) fn bytes(size: u64) -> String {
    const UNITS: [&str; 6] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = 0;
    let mut rest = size as f64;
    while rest >= 1024.0 && unit + 1 < UNITS.len() {
        rest /= 1024.0;
        unit += 1;
    }
    match unit {
        0 => format!("{size} B"),
        _ => format!("{rest:.1} {}", UNITS[unit]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_shown_in_units_that_suit_them() {
        let shown = [0, 1023, 1024, 1536, 5 << 30].map(bytes);
        assert_eq!(shown, ["0 B", "1023 B", "1.0 KiB", "1.5 KiB", "5.0 GiB"]);
    }
}
