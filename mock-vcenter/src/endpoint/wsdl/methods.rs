//! `vim.wsdl`: every method with its messages and faults.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use vim25::descriptor::MethodDesc;
use vim25::{Version, registry};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <definitions targetNamespace=\"urn:vim25\" xmlns=\"http://schemas.xmlsoap.org/wsdl/\" \
    xmlns:soap=\"http://schemas.xmlsoap.org/wsdl/soap/\" xmlns:vim25=\"urn:vim25\" \
    xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\n\
    <types><xsd:schema targetNamespace=\"urn:vim25\" elementFormDefault=\"qualified\">\
    <xsd:include schemaLocation=\"vim-types.xsd\"/></xsd:schema></types>\n";

/// Any method may fail with it.
pub(super) const ALWAYS: &str = "RuntimeFault";

/// Methods that a server of version `api` has.
pub(super) fn known(api: Version) -> impl Iterator<Item = &'static MethodDesc> {
    registry::methods().iter().copied().filter(move |method| api.knows(method.since))
}

/// Every fault that a method may fail with, by name, each once.
pub(super) fn all_faults(api: Version) -> BTreeSet<&'static str> {
    known(api).flat_map(|method| faults(method, api)).collect()
}

fn faults(method: &MethodDesc, api: Version) -> impl Iterator<Item = &'static str> {
    let is_known =
        move |name: &&str| registry::find_type(name).is_some_and(|fault| api.knows(fault.since));
    let declared = method.faults.iter().copied().filter(|name| *name != ALWAYS);
    declared.filter(is_known).chain([ALWAYS])
}

/// The document for version `api`.
pub(super) fn document(api: Version) -> String {
    let mut text = String::from(HEAD);
    for fault in all_faults(api) {
        let _ = writeln!(
            text,
            "<message name=\"{fault}FaultMsg\"><part name=\"fault\" element=\"vim25:{fault}Fault\"/></message>"
        );
    }
    for MethodDesc { name, .. } in known(api) {
        let _ = writeln!(
            text,
            "<message name=\"{name}RequestMsg\"><part name=\"parameters\" element=\"vim25:{name}\"/></message>\
             <message name=\"{name}ResponseMsg\"><part name=\"parameters\" element=\"vim25:{name}Response\"/></message>"
        );
    }
    port_type(&mut text, api);
    binding(&mut text, api);
    text + "</definitions>\n"
}

fn port_type(text: &mut String, api: Version) {
    text.push_str("<portType name=\"VimPortType\">\n");
    for method in known(api) {
        let name = method.name;
        let _ = write!(
            text,
            "<operation name=\"{name}\"><input message=\"vim25:{name}RequestMsg\"/>\
             <output message=\"vim25:{name}ResponseMsg\"/>"
        );
        for fault in faults(method, api) {
            let _ = write!(text, "<fault name=\"{fault}\" message=\"vim25:{fault}FaultMsg\"/>");
        }
        text.push_str("</operation>\n");
    }
    text.push_str("</portType>\n");
}

fn binding(text: &mut String, api: Version) {
    text.push_str(
        "<binding name=\"VimBinding\" type=\"vim25:VimPortType\">\
         <soap:binding style=\"document\" transport=\"http://schemas.xmlsoap.org/soap/http\"/>\n",
    );
    for method in known(api) {
        let _ = write!(
            text,
            "<operation name=\"{}\"><soap:operation soapAction=\"urn:vim25/{api}\" style=\"document\"/>\
             <input><soap:body use=\"literal\"/></input><output><soap:body use=\"literal\"/></output>",
            method.name
        );
        for fault in faults(method, api) {
            let _ = write!(
                text,
                "<fault name=\"{fault}\"><soap:fault name=\"{fault}\" use=\"literal\"/></fault>"
            );
        }
        text.push_str("</operation>\n");
    }
    text.push_str("</binding>\n");
}
