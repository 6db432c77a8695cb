//! Names of types on the wire: `xsd` names, arrays, prefixes.

use crate::Str;
use crate::descriptor::Kind;

/// The part of a name behind its prefix.
pub(crate) fn local(name: &str) -> &str {
    match name.bytes().rposition(|b| b == b':') {
        Some(at) => &name[at + 1..],
        None => name,
    }
}

/// The kind of a value whose type is not a data object, from its local type name.
pub(crate) fn simple_kind(name: &str) -> Option<Kind> {
    Some(match name {
        "string" => Kind::String,
        "boolean" => Kind::Boolean,
        "int" => Kind::Int,
        "long" => Kind::Long,
        "dateTime" => Kind::DateTime,
        "short" => Kind::Short,
        "byte" => Kind::Byte,
        "double" => Kind::Double,
        "float" => Kind::Float,
        "base64Binary" => Kind::Binary,
        "anyURI" | "TypeName" | "MethodName" | "PropertyPath" => Kind::Name,
        "ManagedObjectReference" => Kind::Ref,
        "anyType" => Kind::Any,
        _ => return None,
    })
}

/// The name that `xsi:type` gives a simple kind.
pub(crate) fn simple_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Boolean => "xsd:boolean",
        Kind::Byte => "xsd:byte",
        Kind::Short => "xsd:short",
        Kind::Int => "xsd:int",
        Kind::Long => "xsd:long",
        Kind::Float => "xsd:float",
        Kind::Double => "xsd:double",
        Kind::DateTime => "xsd:dateTime",
        Kind::Binary => "xsd:base64Binary",
        Kind::Ref => "ManagedObjectReference",
        Kind::Any => "xsd:anyType",
        Kind::String | Kind::Name | Kind::Enum | Kind::Object | Kind::Void => "xsd:string",
    }
}

/// The element name of an array's items, from the array's type name: `ArrayOfInt` holds `int`.
pub(crate) fn item_of_array(array: &str) -> Option<Str> {
    let item = array.strip_prefix("ArrayOf")?;
    let mut lower = Str::from(item);
    if let Some(first) = item.chars().next() {
        lower = Str::from(first.to_ascii_lowercase().to_string());
        lower.push_str(&item[first.len_utf8()..]);
    }
    Some(if simple_kind(&lower).is_some() { lower } else { Str::from(item) })
}

/// The array's type name from the element name of its items.
pub(crate) fn array_of_item(item: &str) -> String {
    let mut name = String::from("ArrayOf");
    let mut chars = item.chars();
    name.extend(chars.next().map(|c| c.to_ascii_uppercase()));
    name.push_str(chars.as_str());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_arrays_and_their_items_agree() {
        for (array, item) in [
            ("ArrayOfInt", "int"),
            ("ArrayOfString", "string"),
            ("ArrayOfVirtualDevice", "VirtualDevice"),
            ("ArrayOfManagedObjectReference", "ManagedObjectReference"),
            ("ArrayOfAnyType", "anyType"),
            ("ArrayOfPropertyPath", "PropertyPath"),
        ] {
            let name = item_of_array(array).unwrap();
            assert!(name == item || name == "PropertyPath", "{array}: {name}");
            assert_eq!(array_of_item(item), array);
        }
        assert_eq!(item_of_array("VirtualDevice"), None);
        assert_eq!(local("xsd:string"), "string");
    }
}
