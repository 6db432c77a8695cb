//! Reading the wanted properties of one object for one client: [`Reader`].

use vim25::types::{DynamicProperty, MissingProperty, ObjectContent};
use vim25::{MoRef, Str, Value, Version, mo};

use crate::behaviour::settings::Behaviour;
use crate::fault::Fault;
use crate::session::Privileges;
use crate::store::{Property, Reading};

use super::path;

/// What a client may see.
#[derive(Clone)]
pub(super) struct Reader {
    pub(super) version: Version,
    pub(super) session: Str,
    pub(super) privileges: Privileges,
}

/// One property as a client sees it.
#[derive(Clone, PartialEq)]
pub(super) enum Seen {
    Set(Value),
    Unset,
    Refused(Fault),
}

/// Which properties of an object are wanted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    All,
    Paths(Vec<Str>),
}

/// A property that paths begin with, as a client sees it.
struct Head<'r> {
    name: Str,
    property: Result<Option<Property<'r>>, Fault>,
}

/// The paths of an object that the settings hide.
fn hidden<'r>(reading: &Reading<'r>, id: &MoRef) -> &'r [String] {
    let settings = reading.snapshot.get::<Behaviour>(&Behaviour::id());
    let Some(hidden) = settings.map(|one| &one.hidden).filter(|hidden| !hidden.is_empty()) else {
        return &[];
    };
    let name = reading.property(id, "name").map(Property::into_value);
    let name = name.as_ref().and_then(Value::as_str).unwrap_or_default();
    hidden.get(name).or_else(|| hidden.get(id.value.as_str())).map_or(&[], Vec::as_slice)
}

fn is_within(path: &str, whole: &str) -> bool {
    path.strip_prefix(whole).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
}

impl Reader {
    /// Calls `each` with every wanted path and what is there. Paths that share a property cost one reading.
    pub(super) fn read(
        &self,
        reading: &Reading<'_>,
        id: &MoRef,
        wanted: &Wanted,
        mut each: impl FnMut(&str, Seen),
    ) {
        let hidden = hidden(reading, id);
        let mut each = |path: &str, seen: Seen| {
            let is_hidden = hidden.iter().any(|hidden| is_within(path, hidden));
            let refused = || Seen::Refused(Fault::no_permission(id, "System.Read"));
            each(path, if is_hidden { refused() } else { seen });
        };
        match wanted {
            Wanted::All => {
                for name in self.all_names(&id.kind) {
                    each(name, self.one(reading, id, name, &mut None));
                }
            }
            Wanted::Paths(paths) => {
                let mut last = None;
                for path in paths {
                    each(path, self.one(reading, id, path, &mut last));
                }
            }
        }
    }

    fn one<'r>(
        &self,
        reading: &Reading<'r>,
        id: &'r MoRef,
        path: &str,
        last: &mut Option<Head<'r>>,
    ) -> Seen {
        let (name, rest) = path::split(path);
        let head = match last {
            Some(head) if head.name == name => head,
            _ => last.insert(self.head(reading, id, name)),
        };
        match &head.property {
            Err(fault) => Seen::Refused(fault.clone()),
            Ok(property) => match property.as_ref().and_then(|one| path::below(one, rest)) {
                Some(value) => Seen::Set(value),
                None => Seen::Unset,
            },
        }
    }

    fn head<'r>(&self, reading: &Reading<'r>, id: &'r MoRef, name: &str) -> Head<'r> {
        let refused = self.refusal(id, name).map_or(Ok(()), Err);
        let property = refused.map(|()| reading.property(id, name));
        Head { name: name.into(), property }
    }

    fn refusal(&self, id: &MoRef, name: &str) -> Option<Fault> {
        let privilege = mo::find(&id.kind)?.property(name)?.privilege?;
        (!self.privileges.contains(privilege)).then(|| Fault::no_permission(id, privilege))
    }

    fn all_names(&self, kind: &str) -> impl Iterator<Item = &'static str> {
        let properties =
            mo::find(kind).into_iter().flat_map(|described| described.all_properties());
        properties.filter(|p| self.version.knows(p.field.since)).map(|p| p.field.name)
    }

    /// The wanted properties as `RetrieveProperties` answers them.
    pub(super) fn content(
        &self,
        reading: &Reading<'_>,
        id: &MoRef,
        wanted: &Wanted,
    ) -> ObjectContent {
        let mut content = ObjectContent { obj: id.clone(), ..Default::default() };
        self.read(reading, id, wanted, |path, seen| match seen {
            Seen::Set(val) => content.prop_set.push(DynamicProperty {
                name: path.into(),
                val,
                ..Default::default()
            }),
            Seen::Unset => {}
            Seen::Refused(fault) => content.missing_set.push(missing(path, &fault)),
        });
        content
    }
}

pub(super) fn missing(path: &str, fault: &Fault) -> MissingProperty {
    MissingProperty { path: path.into(), fault: fault.localized(), ..Default::default() }
}
