//! `CustomFieldsManager`: attributes that people define, and their values on entities.

use vim25::methods::{
    AddCustomFieldDef, RemoveCustomFieldDef, RenameCustomFieldDef, SetCustomValue, SetField,
};
use vim25::types::{
    CustomFieldDef, CustomFieldDefAddedEvent, CustomFieldStringValue, CustomFieldValue,
    CustomFieldValueChangedEvent, DuplicateName,
};
use vim25::{MoRef, Poly, Value, mo};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::store::{At, ManagedObject, Property, Reading, Transaction};

use super::entities::{self, entity_mut};
use super::events::about;

/// Key of the first attribute of an inventory.
const FIRST: i32 = 101;

/// The attributes that there are; values are kept by the entities.
#[derive(Clone, Default)]
pub(crate) struct CustomFieldsManager {
    fields: Vec<CustomFieldDef>,
    used: i32,
}

impl CustomFieldsManager {
    pub(crate) fn id() -> MoRef {
        MoRef::new("CustomFieldsManager", "CustomFieldsManager")
    }

    /// The attributes that entities of this kind may have.
    pub(crate) fn available<'a>(kind: &str, at: &At<'a>) -> Vec<&'a CustomFieldDef> {
        let manager = at.get::<Self>(&Self::id());
        let fields = manager.into_iter().flat_map(|manager| &manager.fields);
        fields.filter(|field| is_for(field, kind)).collect()
    }
}

fn is_for(field: &CustomFieldDef, kind: &str) -> bool {
    field.managed_object_type.as_deref().is_none_or(|wanted| mo::is_a(kind, wanted))
}

impl ManagedObject for CustomFieldsManager {
    fn kind(&self) -> &'static str {
        "CustomFieldsManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "field" => {
                Property::of(Value::objects_of("CustomFieldDef", self.fields.iter().cloned()))
            }
            _ => None,
        }
    }
}

/// A vCenter has attributes, a host has not.
pub(super) fn populate(tx: &mut Transaction<'_>, product: &Product) {
    if product.role() == Role::Vcenter {
        tx.insert(CustomFieldsManager::id(), CustomFieldsManager::default());
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<AddCustomFieldDef>(|call, asked| call.commit(|tx| define(tx, &asked)));
    dispatch.add::<RemoveCustomFieldDef>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<CustomFieldsManager>(call.this())?;
            let place = place_of(manager, asked.key)?;
            manager.fields.remove(place);
            forget_values(tx, asked.key)
        })
    });
    dispatch.add::<RenameCustomFieldDef>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<CustomFieldsManager>(call.this())?;
            let place = place_of(manager, asked.key)?;
            let kind = manager.fields[place].managed_object_type.clone();
            check_name(manager, &asked.name, kind.as_deref(), Some(asked.key))?;
            manager.fields[place].name = asked.name;
            Ok(())
        })
    });
    dispatch.add::<SetField>(|call, asked| {
        call.commit(|tx| put_value(tx, &asked.entity, asked.key, &asked.value))
    });
    dispatch.add::<SetCustomValue>(|call, asked| set_by_name(call, &asked));
}

fn place_of(manager: &CustomFieldsManager, key: i32) -> Result<usize, Fault> {
    let place = manager.fields.iter().position(|field| field.key == key);
    place.ok_or_else(|| Fault::invalid_argument("key"))
}

/// A name is taken once for each kind of entity, and by an attribute for all kinds.
fn check_name(
    manager: &CustomFieldsManager,
    name: &str,
    kind: Option<&str>,
    own: Option<i32>,
) -> Result<(), Fault> {
    if name.is_empty() {
        return Err(Fault::invalid_argument("name"));
    }
    let meets = |field: &&CustomFieldDef| {
        let other = field.managed_object_type.as_deref();
        field.name == name
            && Some(field.key) != own
            && (other.is_none() || kind.is_none() || other == kind)
    };
    if manager.fields.iter().any(|field| meets(&field)) {
        let mut detail = DuplicateName::default();
        detail.name = name.into();
        detail.object = CustomFieldsManager::id();
        return Err(Fault::new(detail, format!("The name '{name}' already exists.")));
    }
    Ok(())
}

fn define(tx: &mut Transaction<'_>, asked: &AddCustomFieldDef) -> Result<CustomFieldDef, Fault> {
    let kind = asked.mo_type.clone().filter(|kind| !kind.is_empty());
    if kind.as_deref().is_some_and(|kind| mo::ancestry(kind).next().is_none()) {
        return Err(Fault::invalid_argument("moType"));
    }
    let manager = tx.edit::<CustomFieldsManager>(&CustomFieldsManager::id())?;
    check_name(manager, &asked.name, kind.as_deref(), None)?;
    let field = CustomFieldDef {
        key: FIRST + manager.used,
        name: asked.name.clone(),
        type_: "string".into(),
        managed_object_type: kind,
        field_def_privileges: asked.field_def_policy.clone(),
        field_instance_privileges: asked.field_policy.clone(),
        ..Default::default()
    };
    manager.used += 1;
    manager.fields.push(field.clone());
    let mut event = CustomFieldDefAddedEvent::default();
    event.field_key = field.key;
    event.name = field.name.clone();
    event.full_formatted_message = Some(format!("Created attribute {}", field.name).into());
    tx.post_event(event);
    Ok(field)
}

fn forget_values(tx: &mut Transaction<'_>, key: i32) -> Result<(), Fault> {
    let snapshot = tx.view();
    let reading = Reading::of(snapshot);
    let has_value = |id: &&MoRef| {
        let values = reading.property(id, "customValue").map(Property::into_value);
        values.is_some_and(|values| {
            values.objects::<CustomFieldStringValue>().any(|value| value.key == key)
        })
    };
    let holders: Vec<MoRef> = entities::all(snapshot).filter(has_value).cloned().collect();
    for entity in holders {
        entity_mut(tx, &entity)?.custom_value.retain(|value| value.key != key);
    }
    Ok(())
}

fn put_value(tx: &mut Transaction<'_>, entity: &MoRef, key: i32, value: &str) -> Result<(), Fault> {
    let manager = tx.get::<CustomFieldsManager>(&CustomFieldsManager::id())?;
    let field = manager.fields.iter().find(|field| field.key == key);
    let field = field.filter(|field| is_for(field, &entity.kind));
    let attribute = field.ok_or_else(|| Fault::invalid_argument("key"))?.name.clone();
    let values = &mut entity_mut(tx, entity)?.custom_value;
    values.retain(|value| value.key != key);
    values.push(Poly::new(CustomFieldStringValue {
        base_: CustomFieldValue { key, ..Default::default() },
        value: value.into(),
    }));
    let mut event = CustomFieldValueChangedEvent {
        field_key: key,
        name: attribute.clone(),
        value: value.into(),
        ..Default::default()
    };
    event.entity.entity = entity.clone();
    event.entity.name = tx.name_of(entity).unwrap_or_default();
    about(tx, entity, event, &format!("Set attribute {attribute} of"));
    Ok(())
}

/// Sets a value by the attribute's name, on the entity itself.
fn set_by_name(call: &Call, asked: &SetCustomValue) -> Result<(), Fault> {
    let entity = call.this();
    call.commit(|tx| {
        let manager = tx.get::<CustomFieldsManager>(&CustomFieldsManager::id());
        let manager = manager.map_err(|_| Fault::not_supported("There are no attributes here."))?;
        let fields = manager.fields.iter();
        let mut named = fields.filter(|field| field.name == asked.key);
        let found = named.find(|field| is_for(field, &entity.kind));
        let key = found.ok_or_else(|| Fault::invalid_argument("key"))?.key;
        put_value(tx, entity, key, &asked.value)
    })
}
