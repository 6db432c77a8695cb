//! Faults: what a server answers instead of a result.

use super::{BODY, CLOSE, DecodeError, OPEN, Problem, Secrets};
use crate::registry::find_type;
use crate::types::MethodFault;
use crate::xml::decode;
use crate::xml::encode::Encoder;
use crate::xml::tokens::{Tag, Token, Tokens};
use crate::{DataObject, Poly, Str, Version};

/// A fault that a server answered with.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SoapFault {
    /// Whose fault it was, in SOAP's words; `ServerFaultCode` on vSphere.
    pub code: Str,
    /// The server's text, in its language.
    pub message: Str,
    /// The fault itself. One of a type that the schema lacks keeps its name and its members.
    pub detail: Option<Poly<MethodFault>>,
}

/// Reads the content of a `Fault` element just opened.
pub(crate) fn read_fault(tokens: &mut Tokens<'_>) -> Result<SoapFault, DecodeError> {
    let mut fault = SoapFault::default();
    loop {
        match tokens.next()? {
            Token::Open(tag) => match tag.name() {
                "faultcode" => fault.code = Str::from(tokens.text()?.trim()),
                "faultstring" => fault.message = Str::from(tokens.text()?.as_ref()),
                "detail" => fault.detail = read_detail(tokens).map_err(|e| e.within("detail"))?,
                _ => tokens.skip()?,
            },
            Token::Text(_) => {}
            Token::Close => return Ok(fault),
            Token::End => return Err(tokens.error(Problem::Truncated)),
        }
    }
}

fn read_detail(tokens: &mut Tokens<'_>) -> Result<Option<Poly<MethodFault>>, DecodeError> {
    let mut detail = None;
    loop {
        match tokens.next()? {
            Token::Open(tag) => detail = Some(read_typed(tokens, &tag)?),
            Token::Text(_) => {}
            Token::Close => return Ok(detail),
            Token::End => return Err(tokens.error(Problem::Truncated)),
        }
    }
}

fn read_typed(tokens: &mut Tokens<'_>, tag: &Tag<'_>) -> Result<Poly<MethodFault>, DecodeError> {
    let name = tag
        .xsi_type()
        .unwrap_or_else(|| tag.name().strip_suffix("Fault").unwrap_or(tag.name()).into());
    let known = find_type(&name).and_then(|desc| Poly::try_from_box((desc.new)()).ok());
    let mut fault: Poly<MethodFault> = known.unwrap_or_else(|| {
        let mut base: Poly<MethodFault> = Poly::default();
        base.as_object_mut().extra_mut().set_type_name(&name);
        base
    });
    decode::object(tokens, fault.as_object_mut())?;
    Ok(fault)
}

/// The envelope of `fault` with the server's `message`. Goes with HTTP status 500.
pub fn encode_fault(
    code: &str,
    message: &str,
    fault: &dyn DataObject,
    version: Version,
) -> Vec<u8> {
    let mut encoder = Encoder::new(version, Secrets::Write);
    encoder.raw(OPEN);
    encoder.raw(BODY);
    encoder.raw("<soapenv:Fault>");
    encoder.text_element("faultcode", code);
    encoder.text_element("faultstring", message);
    encoder.raw("<detail><");
    let name = fault.type_name();
    encoder.raw(name);
    encoder.raw("Fault xmlns=\"urn:vim25\" xsi:type=\"");
    encoder.raw(name);
    encoder.raw("\">");
    encoder.members(fault, fault.type_desc());
    encoder.raw("</");
    encoder.raw(name);
    encoder.raw("Fault></detail></soapenv:Fault>");
    encoder.raw(CLOSE);
    encoder.out
}
