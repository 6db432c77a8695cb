//! The codec against recordings of real servers, newer servers, hostile documents and itself.

mod captures;
mod cassette;
mod hostile;
mod overlay;
mod paths;
mod tolerance;
mod versions;

use vim25::soap::{self, DecodeError, Limits, Reply};
use vim25::{Method, methods};

/// An answer around `content`.
fn envelope(content: &str) -> String {
    format!(
        "<?xml version=\"1.0\"?><s:Envelope xmlns:s=\"http://schemas.xmlsoap.org/soap/envelope/\" \
         xmlns:i=\"http://www.w3.org/2001/XMLSchema-instance\" \
         xmlns:d=\"http://www.w3.org/2001/XMLSchema\"><s:Body>{content}</s:Body></s:Envelope>"
    )
}

/// Reads `content` as the answer to `M`.
fn answer<M: Method>(content: &str) -> Result<Reply<M::Output>, DecodeError> {
    soap::decode_response::<M>(envelope(content).as_bytes(), &Limits::default())
}

/// Reads one property of any type.
fn fetch(value: &str) -> vim25::Value {
    let answer = answer::<methods::Fetch>(&format!("<FetchResponse>{value}</FetchResponse>"));
    answer.expect("decodes").expect("no fault").expect("a value")
}
