//! SOAP envelopes around method calls, answers and faults, for client and server.

mod answer;
mod fault;
mod request;
mod response;

pub use crate::xml::{DecodeError, Limits, Problem, Secrets};
pub use answer::{Answer, decode_answer, encode_answer};
pub use fault::{SoapFault, encode_fault};
pub use request::{Header, Request, decode_request, encode_request, encode_request_masked};
pub use response::{Reply, decode_response, encode_response};

use crate::xml::tokens::{Tag, Token, Tokens};

const OPEN: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<soapenv:Envelope \
    xmlns:soapenc=\"http://schemas.xmlsoap.org/soap/encoding/\" \
    xmlns:soapenv=\"http://schemas.xmlsoap.org/soap/envelope/\" \
    xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\" \
    xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\">\n";
const BODY: &str = "<soapenv:Body>\n";
const CLOSE: &str = "\n</soapenv:Body>\n</soapenv:Envelope>";

/// Reads up to the first element in the body, giving elements of the header to `header`.
fn enter_body<'a>(
    tokens: &mut Tokens<'a>,
    mut header: impl FnMut(&mut Tokens<'a>, &Tag<'a>) -> Result<(), DecodeError>,
) -> Result<Tag<'a>, DecodeError> {
    expect(tokens, "Envelope")?;
    loop {
        let tag = expect_any(tokens)?;
        match tag.name() {
            "Header" => loop {
                match tokens.next()? {
                    Token::Open(tag) => header(tokens, &tag)?,
                    Token::Close => break,
                    Token::Text(_) => {}
                    Token::End => return Err(tokens.error(Problem::Truncated)),
                }
            },
            "Body" => return expect_any(tokens),
            _ => tokens.skip()?,
        }
    }
}

fn expect(tokens: &mut Tokens<'_>, name: &str) -> Result<(), DecodeError> {
    if expect_any(tokens)?.name() == name { Ok(()) } else { Err(tokens.error(Problem::NoEnvelope)) }
}

fn expect_any<'a>(tokens: &mut Tokens<'a>) -> Result<Tag<'a>, DecodeError> {
    loop {
        match tokens.next()? {
            Token::Open(tag) => return Ok(tag),
            Token::Text(_) => {}
            Token::Close | Token::End => return Err(tokens.error(Problem::NoEnvelope)),
        }
    }
}
