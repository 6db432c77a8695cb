//! Answers: written by a server, read by a client.

use super::fault::{SoapFault, read_fault};
use super::{BODY, CLOSE, DecodeError, Limits, OPEN, Problem, Secrets, enter_body};
use crate::descriptor::MethodDesc;
use crate::xml::decode;
use crate::xml::encode::Encoder;
use crate::xml::tokens::{Token, Tokens};
use crate::{Field, Method, Str, Version};

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
    let mut output = M::Output::default();
    let reply = decode_into(M::method(), &mut output, document, limits)?;
    Ok(reply.map(|()| output))
}

/// The envelope of the result `output` of `M`, without what `version` does not know.
pub fn encode_response<M: Method>(output: &M::Output, version: Version) -> Vec<u8> {
    encode_from(M::method(), output, version)
}

/// Reads the answer to `method` into `output`.
pub(crate) fn decode_into(
    method: &'static MethodDesc,
    output: &mut dyn Field,
    document: &[u8],
    limits: &Limits,
) -> Result<Reply<()>, DecodeError> {
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
    loop {
        match tokens.next()? {
            Token::Open(tag) if tag.name() == "returnval" => {
                decode::field(&mut tokens, output, &method.result, &tag)
                    .map_err(|e| e.within("returnval").within(method.name))?;
            }
            Token::Open(_) => tokens.skip()?,
            Token::Text(_) => {}
            Token::Close => return Ok(Ok(())),
            Token::End => return Err(tokens.error(Problem::Truncated)),
        }
    }
}

/// The envelope of `output`, the result of `method`.
pub(crate) fn encode_from(
    method: &'static MethodDesc,
    output: &dyn Field,
    version: Version,
) -> Vec<u8> {
    let mut encoder = Encoder::new(version, Secrets::Write);
    encoder.raw(OPEN);
    encoder.raw(BODY);
    encoder.raw("<");
    encoder.raw(method.name);
    encoder.raw("Response xmlns=\"urn:vim25\">");
    encoder.field(output, &method.result);
    encoder.raw("</");
    encoder.raw(method.name);
    encoder.raw("Response>");
    encoder.raw(CLOSE);
    encoder.out
}
