//! What the schema says about types, members and methods, as static tables.

use crate::{DataObject, Version, WireEnum};

/// How the value of a member is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `xsd:boolean`
    Boolean,
    /// `xsd:byte`
    Byte,
    /// `xsd:short`
    Short,
    /// `xsd:int`
    Int,
    /// `xsd:long`
    Long,
    /// `xsd:float`
    Float,
    /// `xsd:double`
    Double,
    /// `xsd:string`
    String,
    /// `xsd:dateTime`
    DateTime,
    /// `xsd:base64Binary`
    Binary,
    /// A string with a name of its own: `xsd:anyURI`, `TypeName`, `MethodName`, `PropertyPath`.
    Name,
    /// A constant of the enumeration named by the member's type.
    Enum,
    /// A reference to a managed object.
    Ref,
    /// `xsd:anyType`: the value says its own type.
    Any,
    /// A data object.
    Object,
    /// No value at all: the result of a method that returns nothing.
    Void,
}

/// Facts about a member, combined with `|`.
pub mod flags {
    /// May be absent.
    pub const OPTIONAL: u8 = 1;
    /// Repeated.
    pub const LIST: u8 = 2;
    /// Must never be shown: a password, a ticket.
    pub const SECRET: u8 = 4;
    /// The key of another object in the same document.
    pub const LINK: u8 = 8;
}

/// A member of a data object, a parameter of a method, or a method's result.
#[derive(Debug)]
pub struct FieldDesc {
    /// Name on the wire.
    pub name: &'static str,
    /// How the value is written.
    pub kind: Kind,
    /// Declared type on the wire: a data object, an enumeration, a managed type or `xsd` name.
    pub type_name: &'static str,
    /// See [`flags`].
    pub flags: u8,
    /// The version that added it.
    pub since: Version,
}

impl FieldDesc {
    /// May be absent.
    pub fn is_optional(&self) -> bool {
        self.flags & flags::OPTIONAL != 0
    }

    /// Is repeated.
    pub fn is_list(&self) -> bool {
        self.flags & flags::LIST != 0
    }

    /// Holds a secret.
    pub fn is_secret(&self) -> bool {
        self.flags & flags::SECRET != 0
    }

    /// Exactly one value must be there.
    pub fn is_required(&self) -> bool {
        self.flags & (flags::OPTIONAL | flags::LIST) == 0
    }
}

/// An enumeration.
#[derive(Debug)]
pub struct EnumDesc {
    /// Name on the wire.
    pub name: &'static str,
    /// Its constants as the wire has them, in the order of the schema. Servers may send others.
    pub constants: &'static [&'static str],
}

impl EnumDesc {
    pub(crate) const fn of<E: WireEnum>() -> Self {
        EnumDesc { name: E::NAME, constants: E::CONSTANTS }
    }
}

/// A data object type, or the parameters of a method.
pub struct TypeDesc {
    /// Name on the wire.
    pub name: &'static str,
    /// The type it extends.
    pub base: Option<&'static TypeDesc>,
    /// How many members come from the bases; they are written first.
    pub inherited: usize,
    /// How many of all members, inherited ones included, are required.
    pub required: usize,
    /// The version that added it.
    pub since: Version,
    /// Its own members, in the order of the wire.
    pub own: &'static [FieldDesc],
    /// Makes an empty one.
    pub new: fn() -> Box<dyn DataObject>,
}

impl TypeDesc {
    /// How many members it has, inherited ones included.
    pub fn len(&self) -> usize {
        self.inherited + self.own.len()
    }

    /// Whether it has no members at all.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The member at `index`, inherited ones first. Panics when there is none.
    pub fn field(&self, index: usize) -> &'static FieldDesc {
        let mut desc = self;
        while index < desc.inherited {
            let Some(base) = desc.base else { break };
            desc = base;
        }
        &desc.own[index - desc.inherited]
    }

    /// The index of the member called `name`. Servers write members in order, so the search starts
    /// at `hint`: the last index found, which a repeated member has again.
    pub fn find(&self, name: &str, hint: usize) -> Option<usize> {
        self.find_between(name, hint, self.len()).or_else(|| self.find_between(name, 0, hint))
    }

    fn find_between(&self, name: &str, from: usize, to: usize) -> Option<usize> {
        if from < self.inherited
            && let Some(base) = self.base
            && let Some(found) = base.find_between(name, from, to.min(self.inherited))
        {
            return Some(found);
        }
        let start = from.max(self.inherited);
        let own = self.own.get(start - self.inherited..to.max(start) - self.inherited)?;
        own.iter().position(|f| f.name == name).map(|at| start + at)
    }

    /// Whether it is `other` or extends it.
    pub fn is_a(&self, other: &TypeDesc) -> bool {
        let mut desc = Some(self);
        while let Some(d) = desc {
            if std::ptr::eq(d, other) {
                return true;
            }
            desc = d.base;
        }
        false
    }
}

impl std::fmt::Debug for TypeDesc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "TypeDesc({})", self.name)
    }
}

/// A method of a managed object.
pub struct MethodDesc {
    /// Name on the wire, for example `AddHost_Task`.
    pub name: &'static str,
    /// The managed type that declares it.
    pub managed: &'static str,
    /// The version that added it.
    pub since: Version,
    /// The privilege that the caller needs, where it is the same for every call.
    pub privilege: Option<&'static str>,
    /// Types of the faults it declares.
    pub faults: &'static [&'static str],
    /// Whether it returns a vim task.
    pub is_task: bool,
    /// Its parameters, as the type of its request. The first one is `_this`.
    pub request: &'static TypeDesc,
    /// What it returns.
    pub result: FieldDesc,
}

impl std::fmt::Debug for MethodDesc {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MethodDesc({}.{})", self.managed, self.name)
    }
}

/// A property of a managed object.
#[derive(Debug)]
pub struct PropertyDesc {
    /// Name, type and version.
    pub field: FieldDesc,
    /// The privilege that a reader needs, where the schema names one.
    pub privilege: Option<&'static str>,
}

/// A managed object type.
#[derive(Debug)]
pub struct ManagedDesc {
    /// Name on the wire.
    pub name: &'static str,
    /// The type it extends; all end in `ManagedObject`.
    pub base: Option<&'static str>,
    /// The version that added it.
    pub since: Version,
    /// Its own properties.
    pub properties: &'static [PropertyDesc],
    /// Its own methods.
    pub methods: &'static [&'static MethodDesc],
}
