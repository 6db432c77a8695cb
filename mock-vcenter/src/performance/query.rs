//! The method `QueryPerf`.

use std::ops::RangeInclusive;
use std::time::SystemTime;

use vim25::methods::QueryPerf;
use vim25::types::{
    PerfEntityMetric, PerfEntityMetricBase, PerfEntityMetricCSV, PerfMetricIntSeries,
    PerfMetricSeries, PerfMetricSeriesCSV, PerfQuerySpec, PerfSampleInfo,
};
use vim25::{DateTime, Poly, Str};

use crate::dispatch::Call;
use crate::fault::Fault;

use super::load::Load;
use super::object::PerformanceManager;
use super::period::Period;
use super::provider::{Metric, Provider};
use super::sample;
use super::table::counter;

/// How many values one answer holds at most.
const MOST: usize = 1_000_000;

/// One series as asked for.
struct Series {
    metric: Metric,
    values: Vec<i64>,
}

/// What was measured of one entity.
struct Measured {
    period: Period,
    samples: RangeInclusive<u64>,
    series: Vec<Series>,
}

/// Answers `QueryPerf`. An entity that does not run, or was not measured in that time, is left out.
///
/// # Errors
/// `ManagedObjectNotFound`, or `InvalidArgument` for what cannot be asked and for more than a million values.
pub(super) fn query(
    call: &Call,
    asked: QueryPerf,
) -> Result<Vec<Poly<PerfEntityMetricBase>>, Fault> {
    let snapshot = call.snapshot();
    let manager = PerformanceManager::find(&snapshot, call.this())?;
    let now = call.timestamp().to_system_time().unwrap_or(SystemTime::UNIX_EPOCH);
    let mut left = MOST;
    let mut answer = Vec::new();
    for spec in &asked.query_spec {
        let provider = Provider::find(&snapshot, &spec.entity)?;
        let period = period(manager, &provider, spec)?;
        let Some(measured) = measure(&provider, period, spec, now, &mut left)? else { continue };
        answer.push(match spec.format.as_deref() {
            None | Some("normal") => Poly::new(measured.normal(spec)),
            Some("csv") => Poly::new(measured.csv(spec)),
            Some(_) => return Err(Fault::invalid_argument("querySpec.format")),
        });
    }
    Ok(answer)
}

fn measure(
    provider: &Provider<'_>,
    period: Period,
    spec: &PerfQuerySpec,
    now: SystemTime,
    left: &mut usize,
) -> Result<Option<Measured>, Fault> {
    let metrics = metrics(provider, period, spec)?;
    let samples = samples(period, spec, now);
    let Some(load) = provider.load().filter(|_| !samples.is_empty()) else { return Ok(None) };
    let count = usize::try_from(samples.end() - samples.start() + 1).unwrap_or(usize::MAX);
    *left = count
        .checked_mul(metrics.len())
        .and_then(|values| left.checked_sub(values))
        .ok_or_else(|| Fault::invalid_argument("querySpec.size"))?;
    let series = metrics.into_iter().map(|metric| {
        let value = |sample| value(provider, &metric, (period, sample), &load, now);
        Series { values: samples.clone().map(value).collect(), metric }
    });
    Ok(Some(Measured { period, series: series.collect(), samples }))
}

fn period(
    manager: &PerformanceManager,
    provider: &Provider<'_>,
    spec: &PerfQuerySpec,
) -> Result<Period, Fault> {
    let period = match spec.interval_id {
        None | Some(0) => provider.finest(),
        Some(seconds) => manager.period(seconds, "querySpec.interval")?,
    };
    match period.is_real_time() && !provider.has_real_time() {
        true => Err(Fault::invalid_argument("querySpec.interval")),
        false => Ok(period),
    }
}

/// The series that are asked for and kept. All instances of a counter are called `*`; that includes the whole.
fn metrics(
    provider: &Provider<'_>,
    period: Period,
    spec: &PerfQuerySpec,
) -> Result<Vec<Metric>, Fault> {
    if spec.metric_id.is_empty() {
        return Ok(provider.metrics(Some(period)));
    }
    let mut found = Vec::new();
    for wanted in &spec.metric_id {
        let Some(counter) = counter(wanted.counter_id) else {
            return Err(Fault::invalid_argument("querySpec.metricId"));
        };
        let all = provider.metrics_of(counter, Some(period)).into_iter();
        found.extend(
            all.filter(|metric| wanted.instance == "*" || metric.instance == wanted.instance),
        );
    }
    Ok(found)
}

/// A limit on their number holds for real time only.
fn samples(period: Period, spec: &PerfQuerySpec, now: SystemTime) -> RangeInclusive<u64> {
    let time = |time: &Option<DateTime>| time.as_ref().and_then(DateTime::to_system_time);
    let all = period.samples(time(&spec.start_time), time(&spec.end_time), now);
    let most = spec.max_sample.and_then(|most| u64::try_from(most).ok()).filter(|most| *most > 0);
    match most {
        Some(most) if period.is_real_time() => {
            (*all.start()).max((all.end() + 1).saturating_sub(most))..=*all.end()
        }
        _ => all,
    }
}

fn value(
    provider: &Provider<'_>,
    metric: &Metric,
    (period, sample): (Period, u64),
    load: &Load,
    now: SystemTime,
) -> i64 {
    let age = now.duration_since(period.time(sample)).unwrap_or_default().as_secs_f64();
    let load = Load { interval: f64::from(period.seconds), age, ..load.clone() };
    sample::value(metric, &load, provider.entity, sample)
}

impl Measured {
    fn normal(self, spec: &PerfQuerySpec) -> PerfEntityMetric {
        let sample_info = self.samples.clone().map(|sample| PerfSampleInfo {
            timestamp: self.period.timestamp(sample),
            interval: self.period.seconds as i32,
            ..Default::default()
        });
        let mut metric =
            PerfEntityMetric { sample_info: sample_info.collect(), ..Default::default() };
        metric.entity = spec.entity.clone();
        metric.value.extend(self.series.into_iter().map(|one| {
            let mut series = PerfMetricIntSeries { value: one.values, ..Default::default() };
            series.id = one.metric.id();
            Poly::<PerfMetricSeries>::new(series)
        }));
        metric
    }

    fn csv(self, spec: &PerfQuerySpec) -> PerfEntityMetricCSV {
        let seconds = self.period.seconds;
        let samples = self.samples.clone();
        let pairs = samples.map(|sample| format!("{seconds},{}", self.period.timestamp(sample)));
        let mut metric =
            PerfEntityMetricCSV { sample_info_csv: joined(pairs), ..Default::default() };
        metric.entity = spec.entity.clone();
        metric.value.extend(self.series.into_iter().map(|one| {
            let values = joined(one.values.iter().map(i64::to_string));
            let mut series = PerfMetricSeriesCSV { value: Some(values), ..Default::default() };
            series.id = one.metric.id();
            series
        }));
        metric
    }
}

fn joined(parts: impl Iterator<Item = String>) -> Str {
    parts.collect::<Vec<_>>().join(",").into()
}
