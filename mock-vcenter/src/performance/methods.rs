//! The methods of `PerformanceManager` that tell what there is to ask for.

use vim25::methods::{
    QueryAvailablePerfMetric, QueryPerf, QueryPerfCounter, QueryPerfCounterByLevel,
    QueryPerfProviderSummary,
};
use vim25::types::{PerfCounterInfo, PerfMetricId, PerfProviderSummary};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;

use super::object::PerformanceManager;
use super::period::Period;
use super::provider::{Metric, Provider};
use super::query;
use super::table::{TABLE, counter};

/// What a server tells as refresh rate of that which is not measured in real time.
const NO_REFRESH: i32 = -1;

/// Adds the methods of statistics to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryPerfProviderSummary>(provider_summary);
    dispatch.add::<QueryAvailablePerfMetric>(available);
    dispatch.add::<QueryPerfCounter>(counters);
    dispatch.add::<QueryPerfCounterByLevel>(counters_by_level);
    dispatch.add::<QueryPerf>(query::query);
}

fn provider_summary(
    call: &Call,
    asked: QueryPerfProviderSummary,
) -> Result<PerfProviderSummary, Fault> {
    let snapshot = call.snapshot();
    let provider = Provider::find(&snapshot, &asked.entity)?;
    let real_time = provider.has_real_time();
    let rate = if real_time { provider.finest().seconds as i32 } else { NO_REFRESH };
    Ok(PerfProviderSummary {
        entity: asked.entity.clone(),
        current_supported: real_time,
        summary_supported: true,
        refresh_rate: Some(rate),
        ..Default::default()
    })
}

fn available(call: &Call, asked: QueryAvailablePerfMetric) -> Result<Vec<PerfMetricId>, Fault> {
    let snapshot = call.snapshot();
    let provider = Provider::find(&snapshot, &asked.entity)?;
    let manager = PerformanceManager::find(&snapshot, call.this())?;
    let period = asked.interval_id.map(|seconds| manager.period(seconds, "intervalId"));
    let period = period.transpose()?;
    let nothing = period.is_some_and(Period::is_real_time) && !provider.has_real_time();
    if nothing || provider.load().is_none() {
        return Ok(Vec::new());
    }
    Ok(provider.metrics(period).iter().map(Metric::id).collect())
}

fn counters(_: &Call, asked: QueryPerfCounter) -> Result<Vec<PerfCounterInfo>, Fault> {
    let wanted = asked.counter_id.iter().map(|key| counter(*key));
    let found: Option<Vec<_>> = wanted.map(|found| found.map(|found| found.info())).collect();
    found.ok_or_else(|| Fault::invalid_argument("counterId"))
}

fn counters_by_level(
    _: &Call,
    asked: QueryPerfCounterByLevel,
) -> Result<Vec<PerfCounterInfo>, Fault> {
    if !(1..=4).contains(&asked.level) {
        return Err(Fault::invalid_argument("level"));
    }
    let kept = TABLE.iter().filter(|counter| counter.levels.0 <= asked.level);
    Ok(kept.map(|counter| counter.info()).collect())
}
