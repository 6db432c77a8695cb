//! The JSON schema of playbooks for editors: [`json_schema`], made from the same tables as the checks.
//!
//! It is a little more generous than the checks: it knows nothing of variables, circles and rules.

use serde_json::{Map, Value, json};

use crate::capability::{Capability, Field, Kind};
use crate::check::{CONNECTION_FIELDS, TASK_KEYS};

/// The schema of a playbook with these capabilities (JSON Schema 2020-12).
pub fn json_schema(catalogue: &[Capability]) -> Value {
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Lockstep playbook",
        "type": "object",
        "additionalProperties": false,
        "required": ["tasks"],
        "properties": {
            "connections": {
                "description": "Where to work: vCenters and hosts, by name.",
                "type": "object",
                "additionalProperties": record(CONNECTION_FIELDS),
            },
            "vars": {
                "description": "Values that templates use.",
                "type": "object",
                "propertyNames": { "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" },
            },
            "tasks": {
                "description": "What is to be true in the end.",
                "type": "array",
                "minItems": 1,
                "items": task(catalogue),
            },
        },
        "$defs": {
            "template": { "type": "string", "pattern": "\\{\\{.*\\}\\}" },
            "secret": secret(),
        },
    })
}

fn task(catalogue: &[Capability]) -> Value {
    let mut properties = Map::new();
    for (key, doc) in TASK_KEYS {
        properties.insert(key.to_owned(), described(task_key(key), doc));
    }
    for capability in catalogue {
        let mut schema = record(capability.fields);
        if !capability.fields.iter().any(|field| field.required) {
            schema["type"] = json!(["object", "null"]);
        }
        let schema = described(schema, capability.summary);
        properties.insert(capability.name.to_owned(), schema);
    }
    let one: Vec<Value> =
        catalogue.iter().map(|capability| json!({ "required": [capability.name] })).collect();
    json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
        "oneOf": one,
    })
}

fn task_key(key: &str) -> Value {
    let words = json!({ "anyOf": [
        { "type": "string", "minLength": 1 },
        { "type": "array", "items": { "type": "string", "minLength": 1 } },
    ]});
    match key {
        "id" => json!({ "type": "string", "pattern": "^[A-Za-z0-9_.-]{1,64}$" }),
        "needs" | "tags" => words,
        "when" => json!({ "type": ["string", "boolean"] }),
        "loop" => json!({ "anyOf": [{ "type": "array" }, { "$ref": "#/$defs/template" }] }),
        _ => json!({ "type": "string", "minLength": 1 }),
    }
}

fn record(fields: &[Field]) -> Value {
    let mut properties = Map::new();
    for field in fields {
        let mut schema = described(or_template(kind(&field.kind), &field.kind), field.doc);
        if let Some(default) = field.default {
            schema["default"] = default_value(default, &field.kind);
        }
        properties.insert(field.name.to_owned(), schema);
    }
    let required: Vec<&str> =
        fields.iter().filter(|field| field.required).map(|field| field.name).collect();
    let mut schema = json!({
        "type": "object",
        "additionalProperties": false,
        "properties": properties,
    });
    if !required.is_empty() {
        schema["required"] = json!(required);
    }
    schema
}

fn kind(kind: &Kind) -> Value {
    match kind {
        Kind::Any => json!({}),
        Kind::Text => json!({ "type": ["string", "number", "boolean"], "minLength": 1 }),
        Kind::Integer { min, max } => integer(*min, *max),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Choice(choices) => json!({ "enum": choices }),
        Kind::List(of) => json!({ "type": "array", "items": or_template(self::kind(of), of) }),
        Kind::Map(of) => {
            json!({ "type": "object", "additionalProperties": or_template(self::kind(of), of) })
        }
        Kind::Record(fields) => record(fields),
        Kind::Secret => json!({ "$ref": "#/$defs/secret" }),
        Kind::Duration => json!({ "type": "string", "pattern": "^([0-9]+(ms|s|m|h|d))+$" }),
        Kind::Connection => json!({ "type": "string", "minLength": 1 }),
        Kind::OneOf(kinds) => {
            json!({ "anyOf": kinds.iter().map(self::kind).collect::<Vec<_>>() })
        }
    }
}

fn integer(min: i64, max: i64) -> Value {
    let mut schema = json!({ "type": "integer" });
    if min != i64::MIN {
        schema["minimum"] = json!(min);
    }
    if max != i64::MAX {
        schema["maximum"] = json!(max);
    }
    schema
}

/// Wherever text would not do anyway, a template may stand instead.
fn or_template(schema: Value, kind: &Kind) -> Value {
    match kind {
        Kind::Any | Kind::Text | Kind::Connection => schema,
        _ => json!({ "anyOf": [schema, { "$ref": "#/$defs/template" }] }),
    }
}

fn described(mut schema: Value, doc: &str) -> Value {
    schema["description"] = json!(doc);
    schema
}

fn default_value(text: &str, kind: &Kind) -> Value {
    match kind {
        Kind::Boolean => json!(text == "true"),
        Kind::Integer { .. } => text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n)),
        Kind::List(_) if text == "[]" => json!([]),
        Kind::Map(_) | Kind::Record(_) if text == "{}" => json!({}),
        _ => json!(text),
    }
}

fn secret() -> Value {
    let one = |key: &str, value: Value, doc: &str| {
        json!({
            "type": "object",
            "additionalProperties": false,
            "required": [key],
            "properties": { key: described(value, doc) },
        })
    };
    let text = json!({ "type": "string", "minLength": 1 });
    let name = json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_]*$" });
    let argv = json!({ "type": "array", "minItems": 1, "items": { "type": "string" } });
    json!({
        "description": "Where a secret is read from; never the secret itself.",
        "oneOf": [
            one("env", name, "Environment variable."),
            one("file", text.clone(), "File that only its owner can read (mode 0600)."),
            one("command", argv, "Program and its arguments; what it prints is the secret."),
            one("prompt", text, "Question to the operator."),
        ],
    })
}
