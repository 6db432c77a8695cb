//! The object `PerformanceManager`.

use vim25::types::PerformanceDescription;
use vim25::{MoRef, Value};

use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::store::{At, ManagedObject, Property, Snapshot};

use super::counter::{Counter, element};
use super::period::{HISTORICAL, Period, REAL_TIME};
use super::table::TABLE;

/// Answers for the statistics of a server.
#[derive(Clone)]
pub(crate) struct PerformanceManager {
    product: Product,
}

impl PerformanceManager {
    /// That of a server of this kind.
    pub(crate) fn new(product: Product) -> Self {
        Self { product }
    }

    /// The reference of it.
    pub(crate) fn id(product: &Product) -> MoRef {
        MoRef::new("PerformanceManager", product.id("PerfMgr", "ha-perfmgr"))
    }

    /// The one that is called.
    ///
    /// # Errors
    /// `ManagedObjectNotFound`.
    pub(super) fn find<'s>(snapshot: &'s Snapshot, this: &MoRef) -> Result<&'s Self, Fault> {
        snapshot.get(this).ok_or_else(|| Fault::object_not_found(this))
    }

    /// The period with so many seconds between samples, if samples are kept so.
    ///
    /// # Errors
    /// `InvalidArgument` that names `argument`, when there is none.
    pub(super) fn period(&self, seconds: i32, argument: &str) -> Result<Period, Fault> {
        let mut known = std::iter::once(&REAL_TIME).chain(self.periods());
        let found = known.find(|period| i64::from(period.seconds) == i64::from(seconds));
        found.copied().ok_or_else(|| Fault::invalid_argument(argument))
    }

    /// A host by itself keeps a day.
    fn periods(&self) -> &'static [Period] {
        match self.product.role() {
            Role::Esxi => &HISTORICAL[..1],
            Role::Vcenter => &HISTORICAL,
        }
    }
}

impl ManagedObject for PerformanceManager {
    fn kind(&self) -> &'static str {
        "PerformanceManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "perfCounter" => {
                let counters = TABLE.iter().map(Counter::info);
                Property::of(Value::objects_of("PerfCounterInfo", counters))
            }
            "historicalInterval" => {
                let periods = self.periods().iter().map(|period| period.info());
                Property::of(Value::objects_of("PerfInterval", periods))
            }
            "description" => Property::object(description()),
            _ => None,
        }
    }
}

fn description() -> PerformanceDescription {
    let all = |keys: &[&str]| keys.iter().map(|key| element(key, key, key)).collect();
    PerformanceDescription {
        counter_type: all(&["average", "maximum", "minimum", "latest", "summation", "none"]),
        stats_type: all(&["absolute", "delta", "rate"]),
        ..Default::default()
    }
}
