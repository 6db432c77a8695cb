//! What all data objects and method requests have in common.

use std::any::Any;

use crate::descriptor::{MethodDesc, TypeDesc};
use crate::xml::XmlElement;
use crate::{Field, Str};

/// A data object, a fault, or the parameters of a method. Implemented by generated code only.
pub trait DataObject: Any + Send + Sync {
    /// Its type.
    fn type_desc(&self) -> &'static TypeDesc;
    /// The field at `index` of [`TypeDesc`]. Panics when there is none.
    fn field(&self, index: usize) -> &dyn Field;
    /// The field at `index`, to be changed. Panics when there is none.
    fn field_mut(&mut self, index: usize) -> &mut dyn Field;
    /// The part of the object that its base type describes; `None` for the root.
    fn base(&self) -> Option<&dyn DataObject>;
    /// The part that its base type describes, to be changed.
    fn base_mut(&mut self) -> Option<&mut dyn DataObject>;
}

impl dyn DataObject {
    /// The object as a `T`: of exactly that type, or of one that extends it.
    pub fn as_type<T: DataObject>(&self) -> Option<&T> {
        let mut part = self;
        loop {
            if (part as &dyn Any).is::<T>() {
                return (part as &dyn Any).downcast_ref();
            }
            part = part.base()?;
        }
    }

    /// The object as a `T`, to be changed.
    pub fn as_type_mut<T: DataObject>(&mut self) -> Option<&mut T> {
        let mut part = self;
        loop {
            if (part as &dyn Any).is::<T>() {
                return (part as &mut dyn Any).downcast_mut();
            }
            part = part.base_mut()?;
        }
    }

    /// What the wire held beyond the schema.
    pub fn extra(&self) -> &Extra {
        let mut part = self;
        while let Some(base) = part.base() {
            part = base;
        }
        let root = (part as &dyn Any).downcast_ref::<DynamicData>();
        &root.expect("`DynamicData` is the only type without a base").extra_
    }

    /// What the wire held beyond the schema, to be changed.
    pub fn extra_mut(&mut self) -> &mut Extra {
        let mut part = self;
        while part.type_desc().base.is_some() {
            part = part.base_mut().expect("a type with a base has a part for it");
        }
        let root = (part as &mut dyn Any).downcast_mut::<DynamicData>();
        &mut root.expect("`DynamicData` is the only type without a base").extra_
    }

    /// Its type's name on the wire. For a type that this schema lacks, the name the server used.
    pub fn type_name(&self) -> &str {
        self.extra().type_name().unwrap_or(self.type_desc().name)
    }

    /// A copy in a box.
    pub fn clone_object(&self) -> Box<dyn DataObject> {
        let mut copy = (self.type_desc().new)();
        crate::copy::object(self, &mut *copy);
        copy
    }

    /// A copy that takes what `with` has set, by name and in objects within too, and keeps the rest: what a server makes
    /// of a change that leaves out what stays as it is. A list that `with` has replaces the whole list; what is
    /// required counts as set unless the wire left it out. What the wire held beyond the schema is not taken over.
    pub fn overlaid(&self, with: &dyn DataObject) -> Box<dyn DataObject> {
        let mut copy = (self.type_desc().new)();
        crate::copy::overlay(self, with, &mut *copy);
        copy
    }
}

/// [`overlaid`](DataObject) for an object whose type is known while compiling.
pub fn overlaid<T: Typed>(base: &T, with: &dyn DataObject) -> T {
    let mut copy = T::EMPTY;
    crate::copy::overlay(base, with, &mut copy);
    copy
}

impl Clone for Box<dyn DataObject> {
    fn clone(&self) -> Self {
        self.clone_object()
    }
}

/// A data object, a fault or the parameters of a method whose type is known while compiling.
pub trait Typed: DataObject + Default {
    /// The type.
    const DESC: &'static TypeDesc;
    /// One with nothing set. A constant, so that to make one is to copy bytes: thousands of functions that set field
    /// by field would be a quarter of the whole crate.
    const EMPTY: Self;
}

/// Says that every value of the type is a `T`: it is `T` or extends it. Implemented by generated code.
pub trait IsA<T> {}

/// The parameters of one method, with what it returns.
pub trait Method: DataObject + Default + Clone {
    /// What it returns: `()`, `T`, `Option<T>` or `Vec<T>`.
    type Output: Field + Default + Send + 'static;
    /// What the schema says about it.
    fn method() -> &'static MethodDesc;
}

/// What the wire held of an object beyond its schema. Empty, it costs eight bytes.
#[derive(Clone, Default)]
pub struct Extra(Option<Box<ExtraParts>>);

#[derive(Clone, Default)]
struct ExtraParts {
    type_name: Option<Str>,
    elements: Vec<(usize, XmlElement)>,
    missing: Vec<u16>,
}

impl Extra {
    pub(crate) const EMPTY: Extra = Extra(None);

    /// The name of the object's type, where the schema lacks it and its declared type was used.
    pub fn type_name(&self) -> Option<&str> {
        self.0.as_ref()?.type_name.as_deref()
    }

    /// Elements that the schema lacks, in order, each with the index of the field it stood behind
    /// plus one.
    pub fn elements(&self) -> &[(usize, XmlElement)] {
        self.0.as_ref().map_or(&[], |parts| &parts.elements)
    }

    /// Whether the required field at `index` was absent.
    pub fn is_missing(&self, index: usize) -> bool {
        self.0.as_ref().is_some_and(|p| p.missing.iter().any(|m| usize::from(*m) == index))
    }

    /// Whether there is nothing beyond the schema and nothing required was absent.
    pub fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    pub(crate) fn set_type_name(&mut self, name: &str) {
        self.parts().type_name = Some(Str::from(name));
    }

    pub(crate) fn push_element(&mut self, position: usize, element: XmlElement) {
        self.parts().elements.push((position, element));
    }

    pub(crate) fn push_missing(&mut self, index: usize) {
        if let Ok(index) = u16::try_from(index) {
            self.parts().missing.push(index);
        }
    }

    fn parts(&mut self) -> &mut ExtraParts {
        self.0.get_or_insert_default()
    }
}

impl PartialEq for Extra {
    fn eq(&self, other: &Self) -> bool {
        self.type_name() == other.type_name()
            && self.elements().iter().map(|e| &e.1).eq(other.elements().iter().map(|e| &e.1))
    }
}

/// The parts of [`DataObject`] and its companions that are the same for every generated type.
macro_rules! data_object {
    ($type:ident, $base:ident) => {
        $crate::object::data_object!(@common $type);

        impl std::ops::Deref for $type {
            type Target = $base;

            #[inline]
            fn deref(&self) -> &$base {
                &self.base_
            }
        }

        impl std::ops::DerefMut for $type {
            #[inline]
            fn deref_mut(&mut self) -> &mut $base {
                &mut self.base_
            }
        }
    };
    (@common $type:ident) => {
        $crate::object::data_object!(@request $type);

        impl PartialEq for $type {
            #[inline]
            fn eq(&self, other: &Self) -> bool {
                $crate::compare::objects(self, other)
            }
        }
    };
    // The parameters of a method are no value of a field. Inlined means compiled only where it is used.
    (@request $type:ident) => {
        impl Default for $type {
            #[inline]
            fn default() -> Self {
                <$type as $crate::Typed>::EMPTY
            }
        }

        impl Clone for $type {
            #[inline]
            fn clone(&self) -> Self {
                $crate::copy::typed(self)
            }
        }

        impl std::fmt::Debug for $type {
            #[inline]
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                $crate::debug::object(self, f)
            }
        }
    };
    (@derived $desc:path) => {
        fn type_desc(&self) -> &'static $crate::descriptor::TypeDesc {
            &$desc
        }

        fn base(&self) -> Option<&dyn $crate::DataObject> {
            Some(&self.base_)
        }

        fn base_mut(&mut self) -> Option<&mut dyn $crate::DataObject> {
            Some(&mut self.base_)
        }
    };
}
pub(crate) use data_object;

/// The root of all data objects and faults.
pub struct DynamicData {
    /// What the wire held of the object beyond its schema.
    pub extra_: Extra,
}

/// What [`TypeDesc::new`] is for every type: one function each, where a closure would be three.
pub(crate) fn empty<T: Typed>() -> Box<dyn DataObject> {
    boxed::<T>()
}

/// An empty `T`, written to its place at once.
#[inline]
pub(crate) fn boxed<T: Typed>() -> Box<T> {
    Box::write(Box::new_uninit(), T::EMPTY)
}

/// The descriptor of [`DynamicData`].
pub static DYNAMIC_DATA: TypeDesc = TypeDesc {
    name: "DynamicData",
    base: None,
    inherited: 0,
    required: 0,
    since: crate::Version(0),
    own: &[],
    new: empty::<DynamicData>,
};

data_object!(@common DynamicData);

impl Typed for DynamicData {
    const DESC: &'static TypeDesc = &DYNAMIC_DATA;
    const EMPTY: Self = DynamicData { extra_: Extra::EMPTY };
}

impl IsA<DynamicData> for DynamicData {}

impl DataObject for DynamicData {
    fn type_desc(&self) -> &'static TypeDesc {
        &DYNAMIC_DATA
    }

    fn field(&self, index: usize) -> &dyn Field {
        no_field(index)
    }

    fn field_mut(&mut self, index: usize) -> &mut dyn Field {
        no_field(index)
    }

    fn base(&self) -> Option<&dyn DataObject> {
        None
    }

    fn base_mut(&mut self) -> Option<&mut dyn DataObject> {
        None
    }
}

/// Apart, since the callers are inlined into thousands of functions.
#[cold]
#[inline(never)]
fn no_field(index: usize) -> ! {
    unreachable!("no field {index}")
}
