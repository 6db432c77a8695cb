//! Reads recordings: YAML with requests and responses as text.

use saphyr_parser::{Event, Parser};

/// One request with its answer.
pub(crate) struct Exchange {
    pub(crate) request: String,
    pub(crate) response: String,
}

/// The exchanges of a recording, in order.
pub(crate) fn exchanges(yaml: &str) -> Vec<Exchange> {
    let mut found: Vec<Exchange> = Vec::new();
    let (mut last, mut request) = (String::new(), String::new());
    for event in Parser::new_from_str(yaml) {
        let (event, _) = event.expect("recordings are YAML");
        let Event::Scalar(text, ..) = event else { continue };
        match last.as_str() {
            "body" if text != "string" => request = text.to_string(),
            "string" => found.push(Exchange {
                request: std::mem::take(&mut request),
                response: text.to_string(),
            }),
            _ => {}
        }
        last = text.to_string();
    }
    found
}
