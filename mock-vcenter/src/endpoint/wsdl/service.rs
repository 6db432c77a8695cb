//! `vimService.wsdl`: where the service is.

use hyper::header::HOST;

use crate::transport::HttpRequest;

/// The document for a client that reached the server as `request` says. Real servers write `localhost`, which every
/// client has to replace; the name that the client used itself serves as well and needs no replacing.
pub(super) fn document(request: &HttpRequest) -> String {
    let named = request.headers.get(HOST).and_then(|host| host.to_str().ok());
    let authority = named.filter(|host| is_plain(host)).unwrap_or("localhost");
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <definitions targetNamespace=\"urn:vim25Service\" xmlns=\"http://schemas.xmlsoap.org/wsdl/\" \
         xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" xmlns:vim25=\"urn:vim25\">\n\
         <import location=\"vim.wsdl\" namespace=\"urn:vim25\"/>\n\
         <service name=\"VimService\"><port binding=\"vim25:VimBinding\" name=\"VimPort\">\
         <soap:address location=\"https://{authority}/sdk/vimService\"/></port></service>\n\
         </definitions>\n"
    )
}

/// A host and perhaps a port, with nothing that would need escaping.
fn is_plain(authority: &str) -> bool {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._:[]".contains(&byte);
    !authority.is_empty() && authority.bytes().all(fits)
}
