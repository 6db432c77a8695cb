//! Method calls: written by a client, read by a server.

use super::{BODY, CLOSE, DecodeError, Limits, OPEN, Problem, Secrets, enter_body};
use crate::descriptor::MethodDesc;
use crate::registry::find_method;
use crate::xml::decode;
use crate::xml::encode::Encoder;
use crate::xml::tokens::Tokens;
use crate::{DataObject, Method, Str, Version};

/// The parts of a SOAP header that vSphere uses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Header {
    /// Correlates the call with the server's logs.
    pub operation_id: Option<Str>,
    /// The session, where a sibling endpoint is called.
    pub session_cookie: Option<Str>,
}

/// A call as a server reads it.
#[derive(Debug)]
pub struct Request {
    /// The method.
    pub method: &'static MethodDesc,
    /// Its parameters: the type of [`crate::methods`] that goes with the method.
    pub body: Box<dyn DataObject>,
    /// The header.
    pub header: Header,
}

/// The envelope of `call`, without what `version` does not know.
pub fn encode_request<M: Method>(
    call: &M,
    version: Version,
    operation_id: Option<&str>,
) -> Vec<u8> {
    encode(call, M::method(), version, operation_id, Secrets::Write)
}

/// The same with secrets masked, for logs.
pub fn encode_request_masked(
    call: &dyn DataObject,
    method: &'static MethodDesc,
    version: Version,
) -> Vec<u8> {
    encode(call, method, version, None, Secrets::Mask)
}

fn encode(
    call: &dyn DataObject,
    method: &'static MethodDesc,
    version: Version,
    operation_id: Option<&str>,
    secrets: Secrets,
) -> Vec<u8> {
    let mut encoder = Encoder::new(version, secrets);
    encoder.raw(OPEN);
    if let Some(id) = operation_id {
        encoder.raw("<soapenv:Header>");
        encoder.text_element("operationID", id);
        encoder.raw("</soapenv:Header>\n");
    }
    encoder.raw(BODY);
    encoder.raw("<");
    encoder.raw(method.name);
    encoder.raw(" xmlns=\"urn:vim25\">");
    encoder.members(call, call.type_desc());
    encoder.raw("</");
    encoder.raw(method.name);
    encoder.raw(">");
    encoder.raw(CLOSE);
    encoder.out
}

/// Reads a call.
///
/// # Errors
/// [`DecodeError`] when the document is no envelope, exceeds `limits`, calls a method that the schema
/// lacks ([`Problem::UnknownMethod`]) or leaves out a parameter ([`Problem::MissingParameter`]).
pub fn decode_request(document: &[u8], limits: &Limits) -> Result<Request, DecodeError> {
    let mut tokens = Tokens::new(document, limits)?;
    let mut header = Header::default();
    let tag = enter_body(&mut tokens, |tokens, tag| {
        let name = Str::from(tag.name());
        match name.as_str() {
            "operationID" => header.operation_id = Some(Str::from(tokens.text()?.as_ref())),
            "vcSessionCookie" => header.session_cookie = Some(Str::from(tokens.text()?.as_ref())),
            _ => tokens.skip()?,
        }
        Ok(())
    })?;
    let Some(method) = find_method(tag.name()) else {
        return Err(tokens.error(Problem::UnknownMethod(Str::from(tag.name()))));
    };
    let mut body = (method.request.new)();
    decode::object(&mut tokens, &mut *body).map_err(|e| e.within(method.name))?;
    let missing = (0..method.request.len()).find(|i| body.extra().is_missing(*i));
    if let Some(index) = missing {
        let name = method.request.field(index).name;
        return Err(tokens.error(Problem::MissingParameter(name)).within(method.name));
    }
    Ok(Request { method, body, header })
}
