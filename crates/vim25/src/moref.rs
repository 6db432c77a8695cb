//! References to managed objects.

use std::fmt;

use crate::Str;

/// A reference to a managed object: its type and its id on one server.
#[derive(Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MoRef {
    /// The managed type as the server named it, for example `HostSystem`.
    pub kind: Str,
    /// The id, for example `host-14`. Opaque: some contain brackets.
    pub value: Str,
}

impl MoRef {
    /// A reference to the object `value` of managed type `kind`.
    pub fn new(kind: impl Into<Str>, value: impl Into<Str>) -> Self {
        MoRef { kind: kind.into(), value: value.into() }
    }

    /// Whether this is the empty reference that an unset required member holds.
    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }
}

impl fmt::Display for MoRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.kind, self.value)
    }
}

impl fmt::Debug for MoRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}
