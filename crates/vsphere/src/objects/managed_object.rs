//! What all typed references have in common.

/// Makes a typed reference to a managed object.
macro_rules! managed_object {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash)]
        pub struct $name(vim25::MoRef);

        impl $name {
            /// The object behind `reference`; its type is not checked.
            #[must_use]
            pub fn new(reference: vim25::MoRef) -> Self {
                Self(reference)
            }

            /// The reference.
            #[must_use]
            pub fn moref(&self) -> &vim25::MoRef {
                &self.0
            }
        }
    };
}

pub(super) use managed_object;
