//! Answers: written by a server, read by a client.

use super::fault::{SoapFault, read_fault};
use super::{BODY, CLOSE, DecodeError, Limits, OPEN, Problem, Secrets, enter_body};
use crate::xml::decode;
use crate::xml::encode::Encoder;
use crate::xml::tokens::{Token, Tokens};
use crate::{Field as _, Method, Str, Version};

/// What a server answered: the method's result or a fault.
pub type Reply<T> = Result<T, Box<SoapFault>>;

/// Reads the answer to a call of `M`.
///
/// # Errors
/// [`DecodeError`] when the document is no envelope, exceeds `limits` or answers another method.
pub fn decode_response<M: Method>(
    document: &[u8],
    limits: &Limits,
) -> Result<Reply<M::Output>, DecodeError> {
    let method = M::method();
    let mut tokens = Tokens::new(document, limits)?;
    let tag = enter_body(&mut tokens, |tokens, _| tokens.skip())?;
    if tag.name() == "Fault" {
        return read_fault(&mut tokens).map(|fault| Err(Box::new(fault)));
    }
    if tag.name().strip_suffix("Response") != Some(method.name) {
        let wanted = format!("{}Response", method.name);
        let found = Str::from(tag.name());
        return Err(tokens.error(Problem::OtherAnswer { wanted, found }));
    }
    let mut output = M::Output::default();
    loop {
        match tokens.next()? {
            Token::Open(tag) if tag.name() == "returnval" => {
                decode::field(&mut tokens, &mut output, &method.result, &tag)
                    .map_err(|e| e.within("returnval").within(method.name))?;
            }
            Token::Open(_) => tokens.skip()?,
            Token::Text(_) => {}
            Token::Close => return Ok(Ok(output)),
            Token::End => return Err(tokens.error(Problem::Truncated)),
        }
    }
}

/// The envelope of the result `output` of `M`, without what `version` does not know.
pub fn encode_response<M: Method>(output: &M::Output, version: Version) -> Vec<u8> {
    let method = M::method();
    let mut encoder = Encoder::new(version, Secrets::Write);
    encoder.raw(OPEN);
    encoder.raw(BODY);
    encoder.raw("<");
    encoder.raw(method.name);
    encoder.raw("Response xmlns=\"urn:vim25\">");
    if output.count() > 0 {
        encoder.field(output, &method.result);
    }
    encoder.raw("</");
    encoder.raw(method.name);
    encoder.raw("Response>");
    encoder.raw(CLOSE);
    encoder.out
}
