//! What was read of one object.

use vim25::types::{DynamicProperty, MethodFault, MissingProperty, ObjectContent};
use vim25::{DataObject, MoRef, Poly, Str, Value, path};

/// A property that the server would not show, usually for lack of a privilege.
#[derive(Debug, Clone, PartialEq)]
pub struct Unreadable {
    /// The path that was asked for.
    pub path: Str,
    /// Why it was not shown.
    pub fault: Poly<MethodFault>,
}

/// Some properties of one object. What is unset on the server is absent here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ObjectProperties {
    /// The object.
    pub object: MoRef,
    values: Vec<(Str, Value)>,
    unreadable: Vec<Unreadable>,
}

impl ObjectProperties {
    /// Nothing yet of `object`.
    #[must_use]
    pub fn new(object: MoRef) -> Self {
        Self { object, ..Self::default() }
    }

    /// The value of a path, exactly as it was asked for.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Value> {
        self.values.iter().find(|(name, _)| name == path).map(|(_, value)| value)
    }

    /// The value at a path that may reach into what was asked for: `config.name` where `config` was.
    #[must_use]
    pub fn find(&self, wanted: &str) -> Option<Value> {
        self.values.iter().find_map(|(name, value)| {
            let rest = wanted.strip_prefix(name.as_str())?;
            let inner = rest.strip_prefix('.').or_else(|| rest.starts_with('[').then_some(rest));
            match (rest.is_empty(), inner) {
                (true, _) => Some(value.clone()),
                (false, Some(inner)) => path::get_in(value, inner).ok().flatten(),
                (false, None) => None,
            }
        })
    }

    /// A string, or a constant of an enumeration.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<&str> {
        self.get(path)?.as_str()
    }

    /// A boolean.
    #[must_use]
    pub fn boolean(&self, path: &str) -> Option<bool> {
        self.get(path)?.as_bool()
    }

    /// A whole number.
    #[must_use]
    pub fn integer(&self, path: &str) -> Option<i64> {
        self.get(path)?.as_i64()
    }

    /// A reference.
    #[must_use]
    pub fn moref(&self, path: &str) -> Option<&MoRef> {
        self.get(path)?.as_moref()
    }

    /// A list of references; an unset one is empty.
    #[must_use]
    pub fn morefs(&self, path: &str) -> Vec<MoRef> {
        self.get(path).map(|value| value.morefs().cloned().collect()).unwrap_or_default()
    }

    /// A data object of type `T` or of one that extends it.
    #[must_use]
    pub fn object<T: DataObject>(&self, path: &str) -> Option<&T> {
        self.get(path)?.as_object()
    }

    /// The data objects of a list that are a `T`; an unset list is empty.
    pub fn objects<'a, T: DataObject>(&'a self, path: &str) -> impl Iterator<Item = &'a T> {
        self.get(path).into_iter().flat_map(Value::objects)
    }

    /// What the server would not show.
    #[must_use]
    pub fn unreadable(&self) -> &[Unreadable] {
        &self.unreadable
    }

    /// All values, in the order of arrival.
    pub fn values(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.values.iter().map(|(name, value)| (name.as_str(), value))
    }

    /// Sets or unsets the value of a path.
    pub fn set(&mut self, path: &str, value: Option<Value>) {
        self.unreadable.retain(|entry| entry.path != path);
        let at = self.values.iter().position(|(name, _)| name == path);
        match (at, value) {
            (Some(at), Some(value)) => self.values[at].1 = value,
            (Some(at), None) => drop(self.values.remove(at)),
            (None, Some(value)) => self.values.push((path.into(), value)),
            (None, None) => {}
        }
    }

    pub(super) fn set_unreadable(&mut self, missing: MissingProperty) {
        self.unreadable.retain(|entry| entry.path != missing.path);
        self.unreadable.push(Unreadable { path: missing.path, fault: missing.fault.fault });
    }
}

impl From<ObjectContent> for ObjectProperties {
    fn from(content: ObjectContent) -> Self {
        let unreadable = content
            .missing_set
            .into_iter()
            .map(|missing| Unreadable { path: missing.path, fault: missing.fault.fault })
            .collect();
        let pair = |property: DynamicProperty| (property.name, property.val);
        let values = content.prop_set.into_iter().map(pair).collect();
        Self { object: content.obj, values, unreadable }
    }
}
