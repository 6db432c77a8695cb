//! Which methods of the schema are modelled: [`Coverage`].

use serde::Serialize;
use vim25::registry;

use super::nature::Nature;

/// One method of the schema.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MethodCoverage {
    /// The managed type that declares it.
    pub managed: &'static str,
    /// Its name on the wire.
    pub method: &'static str,
    /// Whether it reads or changes.
    pub nature: Nature,
    /// False when calls are answered with `NotSupported`.
    pub modelled: bool,
}

/// All methods of the schema.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// How many are modelled, at least for some types.
    pub modelled: usize,
    /// How many there are.
    pub total: usize,
    /// Each of them, by name.
    pub methods: Vec<MethodCoverage>,
}

impl Coverage {
    pub(super) fn of(has_handler: impl Fn(&'static str, &'static str) -> bool) -> Self {
        let kinds: Vec<_> = vim25::mo::all().iter().map(|described| described.name).collect();
        let methods: Vec<_> = registry::methods()
            .iter()
            .map(|method| MethodCoverage {
                managed: method.managed,
                method: method.name,
                nature: Nature::of(method),
                modelled: kinds.iter().any(|kind| has_handler(kind, method.name)),
            })
            .collect();
        let modelled = methods.iter().filter(|method| method.modelled).count();
        Self { modelled, total: methods.len(), methods }
    }
}
