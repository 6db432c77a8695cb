//! Values as they come in: `{"STRUCTURE": {"name": {...}}}`, `{"OPTIONAL": ...}`, `{"SECRET": ...}`, and what is plain.

use serde_json::{Map, Value as Json};

/// The same without wrappers; what is not set is left out of structures. `None` for what is no value.
///
/// It walks as deep as the value is nested; who parsed the value has bounded that.
pub(super) fn plain(value: Json) -> Option<Json> {
    match value {
        Json::Array(items) => items.into_iter().map(plain).collect::<Option<_>>().map(Json::Array),
        Json::Object(wrapper) => {
            let (kind, inner) = single(wrapper)?;
            match kind.as_str() {
                "OPTIONAL" => plain(inner),
                "SECRET" | "BINARY" => Some(inner).filter(Json::is_string),
                "STRUCTURE" | "ERROR" => structure(inner),
                _ => None,
            }
        }
        plain => Some(plain),
    }
}

fn structure(value: Json) -> Option<Json> {
    let Json::Object(named) = value else { return None };
    let (_, Json::Object(fields)) = single(named)? else { return None };
    let mut known = Map::new();
    for (name, field) in fields {
        let field = plain(field)?;
        if !field.is_null() {
            known.insert(name, field);
        }
    }
    Some(Json::Object(known))
}

fn single(object: Map<String, Json>) -> Option<(String, Json)> {
    let mut entries = object.into_iter();
    entries.next().filter(|_| entries.next().is_none())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn wrappers_are_taken_off_and_what_is_not_set_is_left_out() {
        let value = json!({ "STRUCTURE": { "operation-input": {
            "filter": { "OPTIONAL": { "STRUCTURE": { "com.vmware.vcenter.VM.filter_spec": {
                "names": { "OPTIONAL": ["a", "b"] },
                "hosts": { "OPTIONAL": null },
            } } } },
            "secret": { "SECRET": "x" },
            "count": 3,
        } } });
        let expected = json!({ "filter": { "names": ["a", "b"] }, "secret": "x", "count": 3 });
        assert_eq!(plain(value), Some(expected));
    }

    #[test]
    fn what_is_wrapped_otherwise_is_no_value() {
        for value in [
            json!({}),
            json!({ "a": 1 }),
            json!({ "OPTIONAL": 1, "STRUCTURE": 2 }),
            json!({ "STRUCTURE": { "a": {}, "b": {} } }),
            json!({ "STRUCTURE": { "a": 1 } }),
            json!([{ "SECRET": 1 }]),
        ] {
            assert_eq!(plain(value.clone()), None, "{value}");
        }
    }
}
