//! The description of the service for clients that are made from it: WSDL and XML Schema, as vCenter and ESXi
//! publish them below `/sdk`, without a session.
//!
//! Three documents refer to each other: `vimService.wsdl` (where the service is), `vim.wsdl` (its methods) and
//! `vim-types.xsd` (its types). All are written from the tables of `vim25`, as far as the product's newest version
//! of the API goes.

mod methods;
mod service;
mod types;

#[cfg(test)]
mod tests;

use hyper::{Response, StatusCode};

use super::reply;
use crate::product::Product;
use crate::transport::HttpRequest;

/// The document at `path`, if it is one of them.
pub(super) fn document(product: Product, request: &HttpRequest) -> Option<Response<Vec<u8>>> {
    let asks_for_it = request.query.eq_ignore_ascii_case("wsdl");
    let text = match request.path.as_str() {
        "/sdk/vimService.wsdl" => service::document(request),
        "/sdk" | "/sdk/" | "/sdk/vimService" if asks_for_it => service::document(request),
        "/sdk/vim.wsdl" => methods::document(product.api()),
        "/sdk/vim-types.xsd" => types::document(product.api()),
        _ => return None,
    };
    Some(reply::xml(StatusCode::OK, text.into_bytes()))
}
