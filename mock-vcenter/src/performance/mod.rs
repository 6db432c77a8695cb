//! Performance statistics: the object `PerformanceManager`, its counters, and made-up series for them.
//!
//! Nothing is recorded. A sample follows from the entity as it is now, the counter and the time of the sample, so the
//! same question about the same moment has the same answer, and a server that has just begun has a past as well.

mod counter;
mod load;
mod methods;
mod object;
mod period;
mod provider;
mod query;
mod sample;
mod table;
#[cfg(test)]
mod tests;

pub(crate) use methods::register;
pub(crate) use object::PerformanceManager;
