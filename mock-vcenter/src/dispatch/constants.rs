//! Refuses constants that an enumeration does not have, before anything is done with them: kept, they would make the
//! object unreadable for every client that knows the enumeration.

use vim25::descriptor::{FieldDesc, Kind};
use vim25::{DataObject, Item, Value, registry};

use crate::fault::Fault;

/// Looks through the parameters of a call.
///
/// # Errors
/// `InvalidRequest` that names the member and its value.
pub(crate) fn check_constants(object: &dyn DataObject) -> Result<(), Fault> {
    let described = object.type_desc();
    for index in 0..described.len() {
        let (field, member) = (object.field(index), described.field(index));
        for item in (0..field.count()).map(|at| field.item(at)) {
            match item {
                Item::Text(constant) if member.kind == Kind::Enum => {
                    check(member, object.type_name(), constant)?;
                }
                Item::Object(inner) => check_constants(inner)?,
                Item::Value(Value::Object(inner)) => check_constants(&**inner)?,
                _ => {}
            }
        }
    }
    Ok(())
}

fn check(member: &FieldDesc, of: &str, constant: &str) -> Result<(), Fault> {
    let all = registry::enums();
    let found = all.binary_search_by(|one| one.name.cmp(member.type_name));
    let Some(described) = found.ok().map(|at| &all[at]) else { return Ok(()) };
    if described.constants.contains(&constant) {
        return Ok(());
    }
    let (name, kind) = (member.name, described.name);
    Err(Fault::invalid_request(format!(
        "Enumeration {kind} has no constant '{constant}', as {name} of {of}"
    )))
}
