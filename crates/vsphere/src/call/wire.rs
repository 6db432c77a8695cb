//! Carries encoded calls to one server and repeats what is safe to repeat.
//!
//! `Wire` knows the transport, the cookie and the retry policy, but not how sessions begin.

use std::sync::Arc;
use std::time::Duration;

use tracing::Instrument;
use vim25::methods::CurrentTime;
use vim25::soap::{self, decode_response};

use super::{CallError, CallProblem, Hidden, RawCall};
use crate::clock::{Chance, Clock};
use crate::endpoint::SdkUrl;
use crate::retry::RetryPolicy;
use crate::transport::{HttpRequest, HttpResponse, SessionCookie, Transport, Verb};

/// One server, as calls see it.
pub(crate) struct Wire {
    pub(crate) transport: Arc<dyn Transport>,
    pub(crate) url: SdkUrl,
    pub(crate) cookie: SessionCookie,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) chance: Arc<dyn Chance>,
    pub(crate) retry: RetryPolicy,
    pub(crate) limits: soap::Limits,
    /// What was sent in confidence.
    pub(crate) hidden: Hidden,
}

impl Wire {
    /// Sends `call`, again if that is safe, and gives back the body of a successful answer.
    pub(crate) async fn send(&self, call: &RawCall) -> Result<Vec<u8>, CallError> {
        let mut attempt = 1;
        loop {
            let error = match self.send_once(call, attempt).await {
                Ok(body) => return Ok(body),
                Err(error) => error,
            };
            let again = attempt < call.attempts
                && !error.is_permanent()
                && self.retry.allows(call.effect, error.delivery(), attempt);
            if !again {
                return Err(error);
            }
            let pause = self.retry.pause(attempt, &*self.chance);
            let reason = std::error::Error::source(&error).map(ToString::to_string);
            tracing::warn!(
                method = call.method.name, attempt, delivery = %error.delivery(), reason,
                "sending a call again in {} ms", pause.as_millis()
            );
            self.clock.sleep(pause).await;
            attempt += 1;
        }
    }

    /// Reads a document beside the SOAP end point.
    pub(crate) async fn get(&self, name: &str) -> Result<HttpResponse, CallProblem> {
        let request = HttpRequest {
            verb: Verb::Get,
            url: self.url.beside(name),
            headers: Vec::new(),
            body: Vec::new(),
            extra_patience: Duration::ZERO,
        };
        let mut attempt = 1;
        loop {
            match self.transport.exchange(&request).await {
                Ok(response) => return Ok(response),
                Err(error) if error.is_permanent() || attempt >= self.retry.attempts => {
                    return Err(error.into());
                }
                Err(_) => self.clock.sleep(self.retry.pause(attempt, &*self.chance)).await,
            }
            attempt += 1;
        }
    }

    async fn send_once(&self, call: &RawCall, attempt: u32) -> Result<Vec<u8>, CallError> {
        let span = tracing::debug_span!(
            "soap_call",
            method = call.method.name,
            object = %call.object,
            operation_id = call.operation_id,
            attempt,
            bytes_out = call.envelope.len(),
            bytes_in = tracing::field::Empty,
            status = tracing::field::Empty,
            ms = tracing::field::Empty,
        );
        async {
            let began = self.clock.now();
            let outcome = self.transport.exchange(&self.request(call)).await;
            let spent = self.clock.now().saturating_duration_since(began);
            let here = tracing::Span::current();
            here.record("ms", u64::try_from(spent.as_millis()).unwrap_or(u64::MAX));
            if let Ok(response) = &outcome {
                here.record("bytes_in", response.body.len());
                here.record("status", response.status);
                self.cookie.absorb(response);
            }
            let judged = outcome.map_err(CallProblem::from).and_then(|answer| self.judge(answer));
            let fail = |problem| {
                CallError::new(call.method.name, call.object.clone(), &call.operation_id, problem)
            };
            let judged = judged.map_err(fail);
            match &judged {
                Ok(_) => tracing::debug!("answered"),
                Err(error) => tracing::debug!(delivery = %error.delivery(), "failed"),
            }
            judged
        }
        .instrument(span)
        .await
    }

    fn request(&self, call: &RawCall) -> HttpRequest {
        let mut headers = vec![
            ("content-type", "text/xml; charset=utf-8".to_owned()),
            ("soapaction", format!("\"urn:vim25/{}\"", call.version.id())),
            ("user-agent", concat!("lockstep/", env!("CARGO_PKG_VERSION")).to_owned()),
        ];
        headers.extend(self.cookie.header().map(|cookie| ("cookie", cookie)));
        HttpRequest {
            verb: Verb::Post,
            url: self.url.sdk(),
            headers,
            body: call.envelope.clone(),
            extra_patience: call.extra_patience,
        }
    }

    /// Sorts an answer: the body of a result, or the problem it reports.
    fn judge(&self, answer: HttpResponse) -> Result<Vec<u8>, CallProblem> {
        if answer.status == 200 {
            return Ok(answer.body);
        }
        // The envelope of a fault is the same for every method.
        match decode_response::<CurrentTime>(&answer.body, &self.limits) {
            Ok(Err(mut fault)) => {
                fault.message = self.hidden.taken_out_of(&fault.message).into();
                Err(CallProblem::Fault(fault))
            }
            Ok(Ok(_)) | Err(_) => {
                let text = self.hidden.taken_out_of(&answer.beginning());
                Err(CallProblem::Http { status: answer.status, text })
            }
        }
    }
}
