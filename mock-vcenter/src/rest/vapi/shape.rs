//! How values are written: what is a structure and what is it called, what is optional, what is a secret.

use serde_json::{Map, Value as Json, json};

use crate::rest::refusal::{Kind, Refusal};

/// What a value is.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shape {
    /// Text, a number, a truth, or nothing; identifiers and times are text.
    Plain,
    Secret,
    List(&'static Shape),
    Structure(&'static Structure),
    /// A map from identifiers, as a list of pairs.
    Map(&'static Structure),
}

/// A structure by its name in the metamodel.
#[derive(Debug)]
pub(super) struct Structure {
    pub(super) name: &'static str,
    pub(super) fields: &'static [Field],
}

/// A field of a structure.
#[derive(Clone, Copy, Debug)]
pub(super) struct Field {
    name: &'static str,
    optional: bool,
    shape: Shape,
}

/// A field that is always there and plain.
pub(super) const fn field(name: &'static str) -> Field {
    Field { name, optional: false, shape: Shape::Plain }
}

/// A plain field that may be unset.
pub(super) const fn optional(name: &'static str) -> Field {
    Field { name, optional: true, shape: Shape::Plain }
}

impl Field {
    /// The same with values of this shape.
    pub(super) const fn of(self, shape: Shape) -> Self {
        Self { shape, ..self }
    }

    /// The same with structures of this kind.
    pub(super) const fn structure(self, structure: &'static Structure) -> Self {
        self.of(Shape::Structure(structure))
    }

    fn write(&self, value: Option<Json>) -> Result<Json, Refusal> {
        let written = value.map(|value| self.shape.write(value)).transpose()?;
        match (written, self.optional) {
            (written, true) => Ok(json!({ "OPTIONAL": written })),
            (Some(written), false) => Ok(written),
            (None, false) => Err(unfit(format!("The field {} is missing.", self.name))),
        }
    }
}

impl Structure {
    /// Writes an object; it must have what the structure has, and nothing else, for else a client could not read it or
    /// would never see a part of it.
    fn write(&self, value: Json) -> Result<Json, Refusal> {
        let Json::Object(mut known) = value else {
            return Err(unfit(format!("{} is no structure.", self.name)));
        };
        let mut written = Map::new();
        for field in self.fields {
            let value = known.remove(field.name).filter(|value| !value.is_null());
            written.insert(field.name.to_owned(), field.write(value)?);
        }
        match known.keys().next() {
            Some(extra) => Err(unfit(format!("{} has no field {extra}.", self.name))),
            None => Ok(json!({ "STRUCTURE": { self.name: written } })),
        }
    }
}

impl Shape {
    /// The value with its wrappers.
    pub(super) fn write(&self, value: Json) -> Result<Json, Refusal> {
        match self {
            Self::Plain => Ok(value),
            Self::Secret => Ok(json!({ "SECRET": value })),
            Self::Structure(structure) => structure.write(value),
            Self::List(shape) => each(value, |item| shape.write(item)),
            Self::Map(structure) => each(value, |mut pair| {
                let value = structure.write(pair["value"].take())?;
                let entry = json!({ "key": pair["key"], "value": value });
                Ok(json!({ "STRUCTURE": { "map-entry": entry } }))
            }),
        }
    }
}

fn each(value: Json, write: impl Fn(Json) -> Result<Json, Refusal>) -> Result<Json, Refusal> {
    match value {
        Json::Array(items) => {
            items.into_iter().map(write).collect::<Result<_, _>>().map(Json::Array)
        }
        _ => Err(unfit("A list is expected.".to_owned())),
    }
}

/// An answer that the protocol cannot carry; the mock is at fault.
fn unfit(message: String) -> Refusal {
    Refusal::new(Kind::InternalServerError, message)
}

/// An error of the API.
pub(super) fn error(refusal: &Refusal) -> Json {
    let name = refusal.name();
    let mut message = refusal.message();
    message["params"] = json!({ "OPTIONAL": null });
    message["localized"] = json!({ "OPTIONAL": null });
    let mut fields = json!({
        "messages": [{ "STRUCTURE": { "com.vmware.vapi.std.localizable_message": message } }],
        "data": { "OPTIONAL": null },
        "error_type": { "OPTIONAL": name.to_uppercase() },
    });
    if name == "unauthenticated" {
        fields["challenge"] = json!({ "OPTIONAL": null });
    }
    json!({ "ERROR": { full_name(refusal): fields } })
}

/// The name of an error.
pub(super) fn full_name(refusal: &Refusal) -> String {
    format!("com.vmware.vapi.std.errors.{}", refusal.name())
}
