//! One value of a series.

use vim25::MoRef;
use vim25::enums::PerfStatsType;

use super::load::Load;
use super::provider::Metric;
use super::table::PERCENT;

/// How far a rate swings around what the entity does at the moment.
const SWING: f64 = 0.2;

/// The value of a sample. Devices share evenly what the entity does; a percentage of one is that of the whole.
pub(super) fn value(metric: &Metric, load: &Load, entity: &MoRef, sample: u64) -> i64 {
    let Metric { counter, instance, parts } = metric;
    let whole = (counter.value)(load);
    let is_percent = counter.unit == "percent";
    let share = if is_percent { whole } else { whole / (*parts).max(1) as f64 };
    let moved = match counter.stats {
        PerfStatsType::Absolute => share,
        _ => share * (1.0 + SWING * chance(entity, counter.key, instance, sample)),
    };
    moved.clamp(0.0, if is_percent { PERCENT } else { f64::MAX }).round() as i64
}

/// From -1 to 1, the same for the same question.
fn chance(entity: &MoRef, counter: i32, instance: &str, sample: u64) -> f64 {
    let mut state = 0xcbf2_9ce4_8422_2325_u64;
    let mut take = |byte: u8| state = (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    entity.value.bytes().chain(instance.bytes()).for_each(&mut take);
    counter.to_le_bytes().into_iter().chain(sample.to_le_bytes()).for_each(&mut take);
    // The high bits of this hash are the well mixed ones.
    (state >> 40) as f64 / f64::from(1 << 23) - 1.0
}
