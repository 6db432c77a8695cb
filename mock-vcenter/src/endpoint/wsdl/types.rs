//! `vim-types.xsd`: every data object, fault, enumeration, array, request and answer.

use std::fmt::Write as _;

use vim25::descriptor::{FieldDesc, Kind, MethodDesc, TypeDesc};
use vim25::{Version, registry};

use super::methods;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
    <schema targetNamespace=\"urn:vim25\" elementFormDefault=\"qualified\" \
    xmlns=\"http://www.w3.org/2001/XMLSchema\" xmlns:vim25=\"urn:vim25\" \
    xmlns:xsd=\"http://www.w3.org/2001/XMLSchema\">\n\
    <complexType name=\"ManagedObjectReference\"><simpleContent><extension base=\"xsd:string\">\
    <attribute name=\"type\" type=\"xsd:string\"/></extension></simpleContent></complexType>\n";

/// Arrays of values that are no data objects: the type, its items, and their type.
const PLAIN_ARRAYS: [(&str, &str, &str); 9] = [
    ("ArrayOfString", "string", "xsd:string"),
    ("ArrayOfBoolean", "boolean", "xsd:boolean"),
    ("ArrayOfByte", "byte", "xsd:byte"),
    ("ArrayOfShort", "short", "xsd:short"),
    ("ArrayOfInt", "int", "xsd:int"),
    ("ArrayOfLong", "long", "xsd:long"),
    ("ArrayOfDouble", "double", "xsd:double"),
    ("ArrayOfAnyType", "anyType", "xsd:anyType"),
    ("ArrayOfManagedObjectReference", "ManagedObjectReference", "vim25:ManagedObjectReference"),
];

/// The document for version `api`.
pub(super) fn document(api: Version) -> String {
    let mut text = String::from(HEAD);
    for (array, item, of) in PLAIN_ARRAYS {
        array_type(&mut text, array, item, of);
    }
    for data in registry::types().iter().filter(|data| api.knows(data.since)) {
        data_type(&mut text, data, api);
        named_array(&mut text, data.name);
    }
    for enumeration in registry::enums() {
        let _ = write!(
            text,
            "<simpleType name=\"{}\"><restriction base=\"xsd:string\">",
            enumeration.name
        );
        for constant in enumeration.constants {
            let _ = write!(text, "<enumeration value=\"{constant}\"/>");
        }
        text.push_str("</restriction></simpleType>\n");
        named_array(&mut text, enumeration.name);
    }
    for fault in methods::all_faults(api) {
        let _ = writeln!(text, "<element name=\"{fault}Fault\" type=\"vim25:{fault}\"/>");
    }
    for method in methods::known(api) {
        request(&mut text, method, api);
        answer(&mut text, method);
    }
    text + "</schema>\n"
}

fn data_type(text: &mut String, data: &TypeDesc, api: Version) {
    let _ = write!(text, "<complexType name=\"{}\">", data.name);
    if let Some(base) = data.base {
        let base = base.name;
        let _ = write!(text, "<complexContent><extension base=\"vim25:{base}\"><sequence>");
        members(text, data, api);
        text.push_str("</sequence></extension></complexContent></complexType>\n");
    } else {
        text.push_str("<sequence/></complexType>\n");
    }
}

fn members(text: &mut String, data: &TypeDesc, api: Version) {
    for member in data.own.iter().filter(|member| api.knows(member.since)) {
        element(text, member);
    }
}

fn element(text: &mut String, member: &FieldDesc) {
    let of = match member.kind {
        Kind::Boolean => "xsd:boolean",
        Kind::Byte => "xsd:byte",
        Kind::Short => "xsd:short",
        Kind::Int => "xsd:int",
        Kind::Long => "xsd:long",
        Kind::Float => "xsd:float",
        Kind::Double => "xsd:double",
        Kind::DateTime => "xsd:dateTime",
        Kind::Binary => "xsd:base64Binary",
        Kind::Any => "xsd:anyType",
        Kind::Ref => "vim25:ManagedObjectReference",
        // Names of types, methods and properties are plain strings in the published schema.
        Kind::String | Kind::Name | Kind::Void => "xsd:string",
        Kind::Enum | Kind::Object => "",
    };
    let _ = write!(text, "<element name=\"{}\" type=\"", member.name);
    if of.is_empty() {
        let _ = write!(text, "vim25:{}\"", member.type_name);
    } else {
        let _ = write!(text, "{of}\"");
    }
    if member.is_optional() {
        text.push_str(" minOccurs=\"0\"");
    }
    if member.is_list() {
        text.push_str(" maxOccurs=\"unbounded\"");
    }
    text.push_str("/>");
}

fn named_array(text: &mut String, item: &str) {
    array_type(text, &format!("ArrayOf{item}"), item, &format!("vim25:{item}"));
}

fn array_type(text: &mut String, array: &str, item: &str, of: &str) {
    let _ = writeln!(
        text,
        "<complexType name=\"{array}\"><sequence><element name=\"{item}\" type=\"{of}\" minOccurs=\"0\" \
         maxOccurs=\"unbounded\"/></sequence></complexType>"
    );
}

fn request(text: &mut String, method: &MethodDesc, api: Version) {
    let name = method.name;
    let _ = write!(text, "<complexType name=\"{name}RequestType\"><sequence>");
    members(text, method.request, api);
    let _ = writeln!(
        text,
        "</sequence></complexType><element name=\"{name}\" type=\"vim25:{name}RequestType\"/>"
    );
}

fn answer(text: &mut String, method: &MethodDesc) {
    let _ = write!(text, "<element name=\"{}Response\"><complexType><sequence>", method.name);
    if method.result.kind != Kind::Void {
        element(text, &method.result);
    }
    text.push_str("</sequence></complexType></element>\n");
}
