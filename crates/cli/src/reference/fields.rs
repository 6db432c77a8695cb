//! Fields of capabilities as flat rows, nested blocks below their field.

use playbook::{Field, Kind};

/// One field.
#[derive(Debug)]
pub(crate) struct FieldRow {
    /// 0 for a field of the capability itself.
    pub(crate) depth: usize,
    /// The key in the playbook.
    pub(crate) name: &'static str,
    /// What it says about itself.
    pub(crate) doc: &'static str,
    kind: String,
    presence: String,
}

impl FieldRow {
    /// What it takes and whether it must be given, in words.
    pub(crate) fn takes(&self) -> String {
        format!("{}; {}", self.kind, self.presence)
    }
}

/// All fields, those of a block right after the field that holds it.
pub(crate) fn field_rows(fields: &[Field]) -> Vec<FieldRow> {
    let mut rows = Vec::new();
    add(&mut rows, fields, 0);
    rows
}

fn add(rows: &mut Vec<FieldRow>, fields: &[Field], depth: usize) {
    for field in fields {
        let presence = match (field.required, field.default) {
            (true, _) => "required".to_owned(),
            (false, Some(default)) => format!("default {default}"),
            (false, None) => "optional".to_owned(),
        };
        let kind = field.kind.describe();
        rows.push(FieldRow { depth, name: field.name, doc: field.doc, kind, presence });
        inner(&field.kind).into_iter().for_each(|fields| add(rows, fields, depth + 1));
    }
}

/// The blocks that a value may be or hold.
fn inner(kind: &Kind) -> Vec<&'static [Field]> {
    match kind {
        Kind::Record(fields) => vec![fields],
        Kind::List(of) | Kind::Map(of) => inner(of),
        Kind::OneOf(kinds) => kinds.iter().flat_map(inner).collect(),
        _ => Vec::new(),
    }
}
