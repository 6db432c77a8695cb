//! One request and its answer, repeated while that is safe.

use std::time::Duration;

use serde::Deserialize;

use super::error::{RestError, RestProblem};
use crate::call::Wire;
use crate::effect::Effect;
use crate::transport::{HttpRequest, HttpResponse, Verb};

/// A request to one server.
pub(super) struct Request<'a> {
    /// What is wanted, for messages.
    pub(super) wanted: &'a str,
    pub(super) verb: Verb,
    pub(super) path: &'a str,
    /// Headers of its own; they may hold secrets.
    pub(super) headers: Vec<(&'static str, String)>,
    pub(super) body: Vec<u8>,
    pub(super) effect: Effect,
}

/// Both forms of an error: bare, or below `value`.
#[derive(Deserialize)]
struct Complaint {
    error_type: Option<String>,
    messages: Option<Vec<Message>>,
    #[serde(rename = "type")]
    kind: Option<String>,
    value: Option<Inner>,
}

#[derive(Deserialize)]
struct Inner {
    messages: Option<Vec<Message>>,
}

#[derive(Deserialize)]
struct Message {
    default_message: Option<String>,
}

/// Sends it until it is answered with success, or may not be sent again.
pub(super) async fn exchange(wire: &Wire, request: &Request<'_>) -> Result<Vec<u8>, RestError> {
    let mut attempt = 1;
    loop {
        let error = match once(wire, request).await {
            Ok(body) => return Ok(body),
            Err(error) => error,
        };
        let again =
            !error.is_permanent() && wire.retry.allows(request.effect, error.delivery(), attempt);
        if !again {
            return Err(error);
        }
        let pause = wire.retry.pause(attempt, &*wire.chance);
        tracing::warn!(
            path = request.path, attempt, reason = %error.problem(),
            "asking again in {} ms", pause.as_millis()
        );
        wire.clock.sleep(pause).await;
        attempt += 1;
    }
}

async fn once(wire: &Wire, request: &Request<'_>) -> Result<Vec<u8>, RestError> {
    let fail = |problem: RestProblem| RestError::new(request.wanted, problem);
    let mut headers = vec![
        ("accept", "application/json".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("user-agent", concat!("lockstep/", env!("CARGO_PKG_VERSION")).to_owned()),
    ];
    headers.extend(request.headers.iter().cloned());
    let sent = HttpRequest {
        verb: request.verb,
        url: format!("https://{}{}", wire.url.authority(), request.path),
        headers,
        body: request.body.clone(),
        extra_patience: Duration::ZERO,
    };
    let answer = wire.transport.exchange(&sent).await.map_err(|error| fail(error.into()))?;
    tracing::debug!(path = request.path, status = answer.status, "rest");
    match answer.status {
        200..=299 => Ok(answer.body),
        _ => Err(fail(complaint(&answer).without(&wire.hidden))),
    }
}

fn complaint(answer: &HttpResponse) -> RestProblem {
    let status = answer.status;
    let Ok(said) = serde_json::from_slice::<Complaint>(&answer.body) else {
        return RestProblem::Http { status, text: answer.beginning() };
    };
    let last_word = |kind: String| kind.rsplit('.').next().unwrap_or_default().to_uppercase();
    let Some(kind) = said.error_type.or(said.kind.map(last_word)) else {
        return RestProblem::Http { status, text: answer.beginning() };
    };
    let messages = said.messages.or(said.value.and_then(|inner| inner.messages));
    let first = messages.into_iter().flatten().find_map(|message| message.default_message);
    RestProblem::Refused { status, kind: plain(&kind), message: plain(&first.unwrap_or_default()) }
}

/// What a server says, on one line of bounded length.
fn plain(text: &str) -> String {
    let plain = text.chars().map(|c| if c.is_control() { ' ' } else { c });
    plain.take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(status: u16, body: &str) -> String {
        let body = body.as_bytes().to_vec();
        complaint(&HttpResponse { status, headers: Vec::new(), body }).to_string()
    }

    #[test]
    fn errors_of_both_forms_and_pages_for_people_are_told_on_one_line() {
        let message = r#"[{"id":"x","default_message":"No\nright.","args":[]}]"#;
        let api = format!(r#"{{"error_type":"UNAUTHORIZED","messages":{message}}}"#);
        assert_eq!(told(403, &api), "UNAUTHORIZED: No right.");
        let kind = "com.vmware.vapi.std.errors.unauthorized";
        let rest = format!(r#"{{"type":"{kind}","value":{{"messages":{message}}}}}"#);
        assert_eq!(told(403, &rest), "UNAUTHORIZED: No right.");
        assert_eq!(
            told(502, "<html>\nbad gateway</html>"),
            "HTTP status 502 and no answer of the API: <html> bad gateway</html>"
        );
        assert!(told(500, "{}").starts_with("HTTP status 500"));
    }
}
