//! `OptionManager`: settings by key.
//!
//! A host's advanced options are not kept here; whoever registers for them calls [`query_settings`] and
//! [`update_settings`] for the server's own.

use vim25::methods::{QueryOptions, UpdateOptions};
use vim25::types::{InvalidName, OptionValue};
use vim25::{Poly, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::store::{At, ManagedObject, Property, Transaction};

/// Settings of the server.
#[derive(Clone)]
pub struct OptionManager {
    settings: Vec<Poly<OptionValue>>,
}

impl OptionManager {
    /// Settings with these values.
    #[must_use]
    pub fn new(settings: Vec<Poly<OptionValue>>) -> Self {
        Self { settings }
    }
}

impl ManagedObject for OptionManager {
    fn kind(&self) -> &'static str {
        "OptionManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "setting" => {
                let settings = self.settings.iter().cloned();
                let values = settings.map(|option| Value::Object(option.into_box()));
                Property::of(Value::array_of("OptionValue", values))
            }
            "supportedOption" => Property::of(Value::array_of("OptionDef", [])),
            _ => None,
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryOptions>(query_settings);
    dispatch.add::<UpdateOptions>(update_settings);
}

/// The answer to `QueryOptions` on the server's own settings.
///
/// # Errors
/// `InvalidName` when there is none of this name.
pub(crate) fn query_settings(
    call: &Call,
    asked: QueryOptions,
) -> Result<Vec<Poly<OptionValue>>, Fault> {
    let snapshot = call.snapshot();
    let options = snapshot
        .get::<OptionManager>(call.this())
        .ok_or_else(|| Fault::object_not_found(call.this()))?;
    select_options(&options.settings, asked.name.as_deref())
}

/// The answer to `UpdateOptions` on the server's own settings.
///
/// # Errors
/// `NoPermission`, or `InvalidArgument` for a value of another type.
pub(crate) fn update_settings(call: &Call, asked: UpdateOptions) -> Result<(), Fault> {
    if !call.may("Global.Settings") {
        return Err(Fault::no_permission(call.this(), "Global.Settings"));
    }
    call.commit(|tx: &mut Transaction<'_>| {
        let options = tx.edit::<OptionManager>(call.this())?;
        for change in asked.changed_value {
            match options.settings.iter_mut().find(|option| option.key == change.key) {
                Some(option) => *option = checked_update(option, change)?,
                None => options.settings.push(change),
            }
        }
        Ok(())
    })
}

/// The options called `name`, or below `name` when it ends with a dot; all without a name.
///
/// # Errors
/// `InvalidName` when there is none.
pub fn select_options(
    options: &[Poly<OptionValue>],
    name: Option<&str>,
) -> Result<Vec<Poly<OptionValue>>, Fault> {
    let name = name.unwrap_or_default();
    let wanted = |key: &str| {
        name.is_empty() || key == name || (name.ends_with('.') && key.starts_with(name))
    };
    let found: Vec<_> = options.iter().filter(|option| wanted(&option.key)).cloned().collect();
    if found.is_empty() && !name.is_empty() {
        return Err(invalid_name(name));
    }
    Ok(found)
}

/// No option has this name.
#[must_use]
pub fn invalid_name(name: &str) -> Fault {
    let mut detail = InvalidName::default();
    detail.name = name.into();
    Fault::new(detail, format!("The name '{name}' is invalid."))
}

/// The new value of an option.
///
/// # Errors
/// `InvalidArgument` when its type is another than the old one's.
pub fn checked_update(
    before: &OptionValue,
    change: Poly<OptionValue>,
) -> Result<Poly<OptionValue>, Fault> {
    let kind = |option: &OptionValue| option.value.as_ref().map(std::mem::discriminant);
    if kind(before) == kind(&change) {
        Ok(change)
    } else {
        Err(Fault::invalid_argument(&change.key))
    }
}
