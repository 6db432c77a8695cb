//! The JSON schema of the lines: [`events_schema`], which is `schema/events.schema.json`.
//!
//! It demands what every line of a type has, and allows fields that a later release adds.

use serde_json::{Map, Value, json};

use super::schema::SCHEMA_VERSION;

/// A type of line: what it says, which fields it has, and which it may have besides.
struct Kind(&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const PLACE: &[&str] = &["task", "subject", "step"];

const KINDS: &[Kind] = &[
    Kind("run_started", "The first line.", &["mode", "tasks"], &["program", "servers"]),
    Kind("task_started", "A task is being observed.", &["task"], &[]),
    Kind(
        "observe_retried",
        "Reading failed in a way that passes.",
        &["task", "failure", "attempt", "pause_ms"],
        &[],
    ),
    Kind("task_planned", "A task was observed and planned.", &["task", "plan"], &[]),
    Kind(
        "step_started",
        "A step holds its limits and runs.",
        &["task", "subject", "step", "attempt", "queued_ms"],
        &["takes"],
    ),
    Kind(
        "step_progress",
        "A step says how far it is.",
        &["task", "subject", "step", "text"],
        &["percent"],
    ),
    Kind(
        "step_retried",
        "A step failed for now.",
        &["task", "subject", "step", "failure", "attempt", "pause_ms"],
        &[],
    ),
    Kind(
        "step_finished",
        "A step reached its goal.",
        &["task", "subject", "step", "status", "proof", "took_ms"],
        &[],
    ),
    Kind(
        "step_failed",
        "A step failed for good, or its outcome is unknown for now.",
        &["task", "subject", "step", "failure", "took_ms"],
        &[],
    ),
    Kind(
        "subject_finished",
        "How one object ended.",
        &["task", "subject", "status", "proof"],
        &["failure", "not_done"],
    ),
    Kind(
        "task_progress",
        "An object of a task with six or more ended, and others are left.",
        &["task", "done", "failed", "at_work", "waiting"],
        &["left_least_ms", "left_most_ms"],
    ),
    Kind("task_finished", "A task ended.", &["task", "status", "took_ms"], &["why"]),
    Kind("notice", "Something the operator should know.", &["text"], PLACE),
    Kind(
        "server_silent",
        "A server does not answer as it should, and is waited for.",
        &["server", "address", "since", "until", "why"],
        &[],
    ),
    Kind(
        "server_answers",
        "A server of which that was told answers again.",
        &["server", "address", "silent_ms"],
        &[],
    ),
    Kind("stopping", "The run was asked to stop.", &["running"], &["running_steps"]),
    Kind(
        "run_finished",
        "The last line of an apply.",
        &["verdict", "counts", "manual_steps", "tasks", "failures", "took_ms"],
        &[],
    ),
    Kind("plan_finished", "The last line of a plan.", &["totals", "manual_steps", "tasks"], &[]),
];

/// The JSON schema (draft 2020-12) of one line.
#[must_use]
pub fn events_schema() -> Value {
    let names: Vec<&str> = KINDS.iter().map(|Kind(name, ..)| *name).collect();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line that `lockstep` writes with `--output jsonl`",
        "description": "Version 1. Within a version, fields and types of lines are added only.",
        "type": "object",
        "required": ["v", "type", "ts", "elapsed_ms", "run", "seq"],
        "properties": {
            "v": { "const": SCHEMA_VERSION },
            "type": { "enum": names },
            "ts": { "type": "string", "format": "date-time" },
            "elapsed_ms": whole(),
            "run": { "type": "string", "minLength": 1 },
            "seq": { "type": "integer", "minimum": 1 },
        },
        "oneOf": KINDS.iter().map(kind).collect::<Vec<_>>(),
        "$defs": definitions(),
    })
}

fn kind(Kind(name, says, has, may_have): &Kind) -> Value {
    let mut properties = Map::new();
    properties.insert("type".to_owned(), json!({ "const": name }));
    for field in has.iter().chain(*may_have) {
        properties.insert((*field).to_owned(), field_schema(name, field));
    }
    json!({ "description": says, "properties": properties, "required": has })
}

fn field_schema(kind: &str, field: &str) -> Value {
    match field {
        "failure" | "counts" | "totals" => refers(field),
        "plan" => refers("plan"),
        "failures" => list(refers("failure_group")),
        "takes" => list(refers("limit")),
        "servers" => list(refers("server")),
        "proof" | "not_done" => list(text()),
        "tasks" => list(refers(match kind {
            "run_started" => "task",
            "plan_finished" => "planned_task",
            _ => "finished_task",
        })),
        "mode" => json!({ "enum": ["plan", "apply"] }),
        "verdict" => json!({ "enum": ["done", "failed", "stopped"] }),
        "status" if kind == "step_finished" => json!({ "enum": ["changed", "unchanged"] }),
        "status" => refers("status"),
        "attempt" => json!({ "type": "integer", "minimum": 1 }),
        "percent" => json!({ "type": "integer", "minimum": 0, "maximum": 100 }),
        "since" | "until" => json!({ "type": "string", "format": "date-time" }),
        "queued_ms" | "pause_ms" | "took_ms" | "silent_ms" | "left_least_ms" | "left_most_ms"
        | "running" | "running_steps" | "done" | "failed" | "at_work" | "waiting"
        | "manual_steps" => whole(),
        _ => text(),
    }
}

fn definitions() -> Value {
    let numbers = |names: &[&str]| {
        let fields: Map<String, Value> =
            names.iter().map(|name| ((*name).to_owned(), whole())).collect();
        json!({ "type": "object", "properties": fields, "required": names })
    };
    json!({
        "status": { "enum": ["changed", "unchanged", "failed", "blocked", "skipped", "unfinished", "unknown"] },
        "failure": failure(),
        "failure_group": object(
            json!({ "status": refers("status"), "failure": refers("failure"), "members": list(refers("member")) }),
            &["status", "failure", "members"],
        ),
        "member": object(json!({ "task": text(), "subject": text() }), &["task"]),
        "limit": object(json!({ "limit": text(), "instance": text() }), &["limit", "instance"]),
        "server": object(
            json!({ "name": text(), "product": text(), "instance": text() }),
            &["name", "product"],
        ),
        "counts": numbers(&["changed", "unchanged", "failed", "blocked", "skipped", "unfinished", "unknown"]),
        "totals": numbers(&["create", "change", "after_apply", "unchanged", "blocked", "failed"]),
        "table": object(
            json!({ "title": text(), "columns": list(text()), "rows": list(list(text())) }),
            &["title", "columns", "rows"],
        ),
        "plan": object(
            json!({ "items": list(refers("item")), "notes": list(text()), "tables": list(refers("table")) }),
            &["items", "notes", "tables"],
        ),
        "item": item(),
        "change": object(
            json!({ "setting": text(), "before": text_or_null(), "after": text_or_null() }),
            &["setting", "before", "after"],
        ),
        "task": task(json!({}), &[]),
        "planned_task": task(
            json!({ "failure": refers("failure"), "held_up_by": list(text()), "manual_steps": whole() }),
            &["manual_steps"],
        ),
        "finished_task": task(
            json!({
                "status": refers("status"), "why": text(), "failure": refers("failure"),
                "notes": list(text()), "tables": list(refers("table")),
                "manual_steps": whole(), "took_ms": whole(),
            }),
            &["status", "manual_steps", "took_ms"],
        ),
    })
}

fn failure() -> Value {
    object(
        json!({
            "code": text(), "what": text(), "object": text(), "causes": list(text()), "fix": text(),
            "delivery": { "enum": ["not_sent", "unknown", "answered"] },
            "transient": { "type": "boolean" },
        }),
        &["code", "what", "causes", "transient"],
    )
}

fn item() -> Value {
    let of = |actions: &[&str], fields: Value, has: &[&str]| {
        let mut one = object(fields, &[&["action", "subject"], has].concat());
        one["properties"]["action"] = json!({ "enum": actions });
        one["properties"]["subject"] = text();
        one
    };
    let steps = json!({ "title": text(), "changes": list(refers("change")) });
    json!({ "oneOf": [
        of(&["create", "update"], steps, &["title", "changes"]),
        of(&["unchanged"], json!({ "detail": text() }), &["detail"]),
        of(&["after_apply"], json!({ "waits_for": text() }), &["waits_for"]),
        of(&["blocked"], json!({ "failure": refers("failure") }), &["failure"]),
    ] })
}

/// A task with what all lines say of it, and these fields.
fn task(more: Value, has: &[&str]) -> Value {
    let mut task = object(more, &[&["id", "capability", "needs", "tags"], has].concat());
    for (name, schema) in
        [("id", text()), ("capability", text()), ("needs", list(text())), ("tags", list(text()))]
    {
        task["properties"][name] = schema;
    }
    task
}

fn object(properties: Value, required: &[&str]) -> Value {
    json!({ "type": "object", "properties": properties, "required": required })
}

fn list(items: Value) -> Value {
    json!({ "type": "array", "items": items })
}

fn refers(to: &str) -> Value {
    json!({ "$ref": format!("#/$defs/{to}") })
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn text_or_null() -> Value {
    json!({ "type": ["string", "null"] })
}

fn whole() -> Value {
    json!({ "type": "integer", "minimum": 0 })
}
