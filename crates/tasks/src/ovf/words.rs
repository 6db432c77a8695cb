//! A deployment in words: what a plan shows of package, place and choices.

use std::collections::HashMap;

use orchestrator::Change;
use ovf::{Capacity, Descriptor};

use super::place::Placement;
use super::source::{Manifested, PackageSeen};
use super::spec::{Accepted, DiskFormat, Given, Spec};

/// What a plan shows of a new VM.
pub(super) fn changes(spec: &Spec, package: &PackageSeen, place: &Placement) -> Vec<Change> {
    let mut changes = vec![
        Change::set("package", product(&package.descriptor, &spec.source)),
        Change::set("content", content(package)),
    ];
    if let (Some(eula), Some(how)) = (package.descriptor.eula_sha256(), accepted(spec)) {
        changes.push(Change::set("licence agreement", format!("sha256:{eula}, accepted {how}")));
    }
    changes.push(Change::set("runs on", place.runs_on.clone()));
    changes.push(Change::set("datastore", place.datastore_name.clone()));
    changes.push(Change::set("disks", disks(&package.descriptor, spec.disk_format)));
    if let Ok(Some(option)) = package.descriptor.option(spec.deployment_option.as_deref()) {
        changes.push(Change::set("deployment option", option.id.clone()));
    }
    for (of_package, target) in &spec.networks {
        changes.push(Change::set(format!("network `{of_package}`"), target.clone()));
    }
    changes.extend(properties(spec, &package.descriptor));
    changes
}

/// How the playbook accepts the licence agreement.
pub(super) fn accepted(spec: &Spec) -> Option<&'static str> {
    Some(match spec.accept_eula.as_ref()? {
        Accepted::Any => "by `accept_eula: yes`",
        Accepted::Digest(_) => "by its digest in `accept_eula`",
    })
}

/// Name, version and vendor.
pub(super) fn product(descriptor: &Descriptor, source: &str) -> String {
    let Some(product) = descriptor.product() else { return format!("`{source}`") };
    let parts = [
        product.name.clone(),
        product.full_version.clone().or_else(|| product.version.clone()),
        product.vendor.as_ref().map(|vendor| format!("by {vendor}")),
    ];
    let words: Vec<String> = parts.into_iter().flatten().collect();
    format!("{} (`{source}`)", words.join(" "))
}

fn content(package: &PackageSeen) -> String {
    let digests = match &package.manifest {
        Manifested::By(kinds) => format!("{kinds} verified while it is sent"),
        Manifested::MayFollow => "verified by digests at its end, if it has some".to_owned(),
        Manifested::No => "without digests".to_owned(),
    };
    format!(
        "{} in {} files, {digests}, {}",
        size(package.bytes),
        package.descriptor.files.len(),
        package.signature
    )
}

fn disks(descriptor: &Descriptor, format: DiskFormat) -> String {
    let sizes: Vec<String> = descriptor
        .disks
        .iter()
        .map(|disk| match &disk.capacity {
            Capacity::Bytes(bytes) => size(*bytes),
            Capacity::Property { key, .. } => format!("as `{key}` says"),
        })
        .collect();
    match sizes.as_slice() {
        [] => "none".to_owned(),
        sizes => format!("{}: {}", format.name(), sizes.join(", ")),
    }
}

/// Secrets are shown as references, and so is what the package calls a secret.
fn properties(spec: &Spec, descriptor: &Descriptor) -> Vec<Change> {
    let secret: HashMap<&str, bool> =
        descriptor.properties().map(|one| (one.key.as_str(), one.password)).collect();
    let shown = |key: &str, given: &Given| match given {
        Given::Secret(reference) => format!("secret from {reference}"),
        Given::Text(_) if secret.get(key) == Some(&true) => "as declared, not shown".to_owned(),
        Given::Text(text) => text.clone(),
    };
    let change = |(key, given): &(String, Given)| {
        Change::set(format!("property `{key}`"), shown(key, given))
    };
    spec.properties.iter().map(change).collect()
}

/// Bytes for people.
pub(super) fn size(bytes: u64) -> String {
    const UNITS: [(&str, u64); 3] = [("GiB", 30), ("MiB", 20), ("KiB", 10)];
    for (unit, shift) in UNITS {
        if bytes >> shift > 0 {
            let tenths = (u128::from(bytes) * 10) >> shift;
            return format!("{}.{} {unit}", tenths / 10, tenths % 10);
        }
    }
    format!("{bytes} bytes")
}
