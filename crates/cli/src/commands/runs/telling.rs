//! Events of the journal in words. They come from a file, so nothing is relied on.

use serde_json::Value;

/// The event in one line for people; `None` for what only machines want.
pub(super) fn line(event: &Value) -> Option<String> {
    let word = |name: &str| text(event[name].as_str().unwrap_or_default());
    let place = || format!("{}/{}: {}", word("task"), word("subject"), word("step"));
    let what = match event["type"].as_str()? {
        "run_started" => "started".to_owned(),
        "task_started" => format!("{}: looking", word("task")),
        "observe_retried" => {
            format!("{}: looks again: {}", word("task"), causes(&event["failure"]))
        }
        "step_started" => format!("{} started", place()),
        "step_progress" => match event["percent"].as_u64() {
            Some(percent) => format!("{} {percent} % {}", place(), word("text")),
            None => format!("{} {}", place(), word("text")),
        },
        "step_retried" => format!("{} tried again: {}", place(), causes(&event["failure"])),
        "step_finished" => format!("{} done: {}", place(), proofs(event)),
        "step_failed" => format!("{} failed: {}", place(), causes(&event["failure"])),
        "task_finished" => format!("{}: {} {}", word("task"), word("status"), word("why")),
        "notice" => word("text"),
        "server_silent" => format!(
            "{} ({}) does not answer as it should since {}, waited for until {}: {}",
            word("server"),
            word("address"),
            word("since"),
            word("until"),
            word("why")
        ),
        "server_answers" => format!("{} ({}) answers again", word("server"), word("address")),
        "stopping" => "stopping: nothing new is started".to_owned(),
        "run_finished" => format!("ended: {}", word("verdict")),
        _ => return None,
    };
    Some(format!("{} {}", clock(event), what.trim_end()))
}

/// What failed and why.
pub(super) fn causes(failure: &Value) -> String {
    let mut words = vec![failure["what"].as_str().unwrap_or("something failed").to_owned()];
    if let Some(object) = failure["object"].as_str() {
        words[0] = format!("{} `{object}`", words[0]);
    }
    let causes = failure["causes"].as_array().into_iter().flatten().filter_map(Value::as_str);
    words.extend(causes.map(str::to_owned));
    text(&words.join(": "))
}

/// Names that come from elsewhere must not steer the terminal.
pub(super) fn text(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}

fn proofs(event: &Value) -> String {
    let proofs = event["proof"].as_array().into_iter().flatten().filter_map(Value::as_str);
    text(&proofs.collect::<Vec<_>>().join("; "))
}

/// The time of day, in UTC.
fn clock(event: &Value) -> String {
    let time = event["ts"].as_str().and_then(|ts| ts.get(11..19)).unwrap_or("--:--:--");
    text(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_told_in_a_line_and_cannot_steer_the_terminal() {
        let table = [
            (
                r#"{"type":"step_progress","ts":"2026-11-22T14:03:51.000Z","task":"ft","subject":"vm1","step":"turn on","percent":5,"text":"co\u001b[2Jpy"}"#,
                Some("14:03:51 ft/vm1: turn on 5 % co\u{fffd}[2Jpy"),
            ),
            (
                r#"{"type":"step_failed","ts":"x","task":"ft","subject":"vm1","step":"s","failure":{"what":"cannot","object":"vm1","causes":["a","b"]}}"#,
                Some("--:--:-- ft/vm1: s failed: cannot `vm1`: a: b"),
            ),
            (r#"{"type":"task_planned"}"#, None),
            (r#"["nonsense"]"#, None),
        ];
        for (event, expected) in table {
            let event: Value = serde_json::from_str(event).unwrap();
            assert_eq!(line(&event).as_deref(), expected);
        }
    }
}
