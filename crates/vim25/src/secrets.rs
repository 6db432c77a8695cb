//! Finds the secrets in an object, so that they can be kept out of what people see.

use crate::{DataObject, Field, Item, Value};

/// The texts in members that hold secrets, also in objects below; a password in a connection specification, for one.
pub fn secrets(object: &dyn DataObject) -> Vec<&str> {
    let mut found = Vec::new();
    collect(object, &mut found);
    found
}

fn collect<'a>(object: &'a dyn DataObject, found: &mut Vec<&'a str>) {
    let desc = object.type_desc();
    for index in 0..desc.len() {
        let field = object.field(index);
        for item in items(field) {
            match item {
                Item::Text(text) if desc.field(index).is_secret() => found.push(text),
                Item::Object(inner) => collect(inner, found),
                Item::Value(Value::Object(inner)) => collect(&**inner, found),
                _ => {}
            }
        }
    }
}

fn items(field: &dyn Field) -> impl Iterator<Item = Item<'_>> {
    (0..field.count()).map(|index| field.item(index))
}

#[cfg(test)]
mod tests {
    use crate::methods::AddHostTask;
    use crate::types::HostConnectSpec;

    use super::*;

    #[test]
    fn secrets_are_found_however_deep_and_nothing_else_is() {
        let spec = HostConnectSpec {
            host_name: Some("esx1".into()),
            user_name: Some("root".into()),
            password: Some("inner".into()),
            vim_account_password: Some("other".into()),
            ..Default::default()
        };
        let call = AddHostTask { spec, license: None, ..Default::default() };
        assert_eq!(secrets(&call), ["inner", "other"]);
    }
}
