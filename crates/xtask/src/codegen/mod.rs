//! Generates `crates/vim25/src/generated` from `schema/vim25.json`.

mod names;
mod schema;
mod write;

use std::fs;
use std::path::Path;

use schema::{Member, Method, Model, Schema};

/// Generates all files; with `check` it compares instead and fails when one is stale.
///
/// # Errors
/// A sentence that says which file could not be read or written, or is stale.
pub(crate) fn run(root: &Path, check: bool) -> Result<(), String> {
    let source = root.join("schema/vim25.json");
    let text = fs::read_to_string(&source)
        .map_err(|e| format!("cannot read `{}`: {e}", source.display()))?;
    let mut schema: Schema = serde_json::from_str(&text)
        .map_err(|e| format!("cannot read `{}`: {e}", source.display()))?;
    add_fetch(&mut schema);
    let folder = root.join("crates/vim25/src/generated");
    for (name, text) in write::files(&Model::new(schema)) {
        emit(&folder.join(name), &text, check)?;
    }
    Ok(())
}

/// `Fetch` reads one property of any object. pyVmomi calls it, the schema's source leaves it out.
fn add_fetch(schema: &mut Schema) {
    let text = |name: &str, type_name: &str| Member {
        name: name.to_owned(),
        type_name: type_name.to_owned(),
        ..Member::default()
    };
    let fetch = Method {
        name: "Fetch".to_owned(),
        since: String::new(),
        params: vec![text("prop", "string")],
        result: Some(Member { optional: true, ..text("", "anyType") }),
        privilege: None,
        task: false,
        faults: vec!["InvalidProperty".to_owned()],
    };
    if let Some(root) = schema.managed.iter_mut().find(|m| m.name == "ManagedObject") {
        root.methods.push(fetch);
    }
}

fn emit(path: &Path, text: &str, check: bool) -> Result<(), String> {
    let old = fs::read_to_string(path).unwrap_or_default();
    if old == text {
        return Ok(());
    }
    if check {
        return Err(format!("`{}` is stale: run `cargo xtask codegen`", path.display()));
    }
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)
            .map_err(|e| format!("cannot create `{}`: {e}", folder.display()))?;
    }
    fs::write(path, text).map_err(|e| format!("cannot write `{}`: {e}", path.display()))
}
