//! Statistics as clients ask for them.

use std::time::Duration;

use vim25::methods::{
    PowerOffVMTask, QueryAvailablePerfMetric, QueryPerf, QueryPerfCounter, QueryPerfCounterByLevel,
    QueryPerfProviderSummary,
};
use vim25::types::{
    InvalidArgument, ManagedObjectNotFound, PerfCounterInfo, PerfEntityMetric,
    PerfEntityMetricBase, PerfEntityMetricCSV, PerfInterval, PerfMetricId, PerfMetricIntSeries,
    PerfQuerySpec, VirtualMachineSummary,
};
use vim25::{DateTime, MoRef, Poly, WireEnum};

use crate::testing::Rig;

use super::PerformanceManager;

const USAGE_MHZ: i32 = 6;

fn manager(rig: &Rig) -> MoRef {
    PerformanceManager::id(&rig.core.product)
}

fn first(rig: &Rig, kind: &str) -> MoRef {
    rig.core.store.snapshot().of_kind(kind)[0].clone()
}

fn metric(counter_id: i32, instance: &str) -> PerfMetricId {
    PerfMetricId { counter_id, instance: instance.into(), ..Default::default() }
}

/// The whole of one counter in real time.
fn real_time(entity: &MoRef) -> PerfQuerySpec {
    PerfQuerySpec {
        entity: entity.clone(),
        metric_id: vec![metric(USAGE_MHZ, "")],
        interval_id: Some(20),
        ..Default::default()
    }
}

async fn ask(
    rig: &Rig,
    spec: PerfQuerySpec,
) -> Result<Vec<Poly<PerfEntityMetricBase>>, Box<vim25::soap::SoapFault>> {
    let this = manager(rig);
    rig.call(QueryPerf { this, query_spec: vec![spec], ..Default::default() }).await
}

async fn series(rig: &Rig, spec: PerfQuerySpec) -> PerfEntityMetric {
    let answer = ask(rig, spec).await.unwrap();
    answer[0].downcast_ref::<PerfEntityMetric>().unwrap().clone()
}

fn values(metric: &PerfEntityMetric) -> Vec<&[i64]> {
    let all = metric.value.iter();
    all.map(|one| &one.downcast_ref::<PerfMetricIntSeries>().unwrap().value[..]).collect()
}

/// The argument that is refused.
async fn refused(rig: &Rig, spec: PerfQuerySpec) -> String {
    let fault = ask(rig, spec).await.unwrap_err().detail.unwrap();
    let fault: &InvalidArgument = fault.downcast_ref().unwrap();
    fault.invalid_property.as_ref().unwrap().to_string()
}

#[tokio::test]
async fn an_hour_of_real_time_swings_around_what_the_vm_does() {
    let rig = Rig::logged_in("ft-ready").await;
    let vm = first(&rig, "VirtualMachine");
    let hour = series(&rig, real_time(&vm)).await;
    let summary = rig.fetch(&vm, "summary").await.unwrap();
    let summary = summary.as_object::<VirtualMachineSummary>().unwrap();
    let used = f64::from(summary.quick_stats.overall_cpu_usage.unwrap());
    let samples = values(&hour)[0];
    assert_eq!((samples.len(), hour.sample_info.len()), (180, 180));
    assert!(
        samples.iter().all(|one| (*one as f64 - used).abs() <= used * 0.2 + 1.0),
        "{samples:?}"
    );
    let mean = samples.iter().sum::<i64>() as f64 / 180.0;
    assert!((mean - used).abs() < used * 0.05, "{mean} is about {used}");
    assert!(samples.iter().any(|one| *one != samples[0]), "it moves");
    assert_eq!(series(&rig, real_time(&vm)).await, hour, "the same question, the same answer");
    rig.clock().advance(Duration::from_secs(20));
    let later = series(&rig, real_time(&vm)).await;
    assert_eq!(values(&later)[0][..179], samples[1..], "what was, stays");
    assert_eq!(later.sample_info[..179], hour.sample_info[1..]);
}

#[tokio::test]
async fn times_and_numbers_of_samples_are_as_asked() {
    let rig = Rig::logged_in("ft-ready").await;
    let host = first(&rig, "HostSystem");
    let hour = series(&rig, real_time(&host)).await;
    let newest = series(&rig, PerfQuerySpec { max_sample: Some(2), ..real_time(&host) }).await;
    assert_eq!(newest.sample_info, hour.sample_info[178..]);
    let at = |sample: usize| Some(hour.sample_info[sample].timestamp.clone());
    let part = PerfQuerySpec { start_time: at(10), end_time: at(14), ..real_time(&host) };
    let part = series(&rig, part).await;
    assert_eq!(part.sample_info, hour.sample_info[11..15], "after the start, up to the end");
    assert_eq!(values(&part)[0], &values(&hour)[0][11..15]);
    let future = Some(DateTime::from_text("2999-01-01T00:00:00Z"));
    let none = ask(&rig, PerfQuerySpec { start_time: future, ..real_time(&host) }).await.unwrap();
    assert!(none.is_empty());
    let day = PerfQuerySpec { interval_id: Some(300), max_sample: Some(1), ..real_time(&host) };
    let day = series(&rig, day).await;
    assert_eq!(day.sample_info.len(), 288, "a limit holds for real time only");
    let csv = PerfQuerySpec { format: Some("csv".into()), max_sample: Some(2), ..real_time(&host) };
    let csv = ask(&rig, csv).await.unwrap();
    let csv: &PerfEntityMetricCSV = csv[0].downcast_ref().unwrap();
    let last = [178, 179].map(|sample| format!("20,{}", hour.sample_info[sample].timestamp));
    assert_eq!(csv.sample_info_csv, last.join(","));
    let pair = values(&hour)[0][178..].iter().map(i64::to_string).collect::<Vec<_>>();
    assert_eq!(csv.value[0].value.as_deref(), Some(&*pair.join(",")));
}

#[tokio::test]
async fn instances_share_the_whole_and_history_keeps_only_the_first_level() {
    let rig = Rig::logged_in("ft-ready").await;
    let vm = first(&rig, "VirtualMachine");
    let all = PerfQuerySpec { metric_id: vec![metric(USAGE_MHZ, "*")], ..real_time(&vm) };
    let all = series(&rig, all).await;
    let instances: Vec<_> = all.value.iter().map(|one| one.id.instance.to_string()).collect();
    let summary = rig.fetch(&vm, "summary.config.numCpu").await.unwrap();
    let cpus = summary.as_i64().unwrap();
    let expected: Vec<_> =
        std::iter::once(String::new()).chain((0..cpus).map(|n| n.to_string())).collect();
    assert_eq!(instances, expected);
    let metrics = |interval_id| {
        let (this, entity) = (manager(&rig), vm.clone());
        rig.call(QueryAvailablePerfMetric { this, entity, interval_id, ..Default::default() })
    };
    let (live, kept) = (metrics(Some(20)).await.unwrap(), metrics(Some(300)).await.unwrap());
    assert_eq!(metrics(None).await.unwrap(), live);
    for device in ["4000", "scsi0:0"] {
        assert!(live.iter().any(|one| one.instance == device), "{device} in {live:?}");
    }
    assert!(!kept.is_empty() && kept.len() < live.len());
    let this = manager(&rig);
    let level = QueryPerfCounterByLevel { this, level: 1, ..Default::default() };
    let first: Vec<i32> = rig.call(level).await.unwrap().iter().map(|one| one.key).collect();
    assert!(kept.iter().all(|one| first.contains(&one.counter_id) && one.instance.is_empty()));
    let asked = PerfQuerySpec { metric_id: Vec::new(), interval_id: Some(300), ..real_time(&vm) };
    assert_eq!(series(&rig, asked).await.value.len(), kept.len());
}

#[tokio::test]
async fn what_does_not_run_has_no_samples() {
    let rig = Rig::logged_in("ft-ready").await;
    let vm = first(&rig, "VirtualMachine");
    rig.call(PowerOffVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    rig.clock().advance(Duration::from_secs(60));
    assert!(ask(&rig, real_time(&vm)).await.unwrap().is_empty());
    let (this, entity) = (manager(&rig), vm);
    let metrics = QueryAvailablePerfMetric { this, entity, ..Default::default() };
    assert!(rig.call(metrics).await.unwrap().is_empty());
}

#[tokio::test]
async fn who_measures_what_is_told_and_wrong_questions_are_refused() {
    let rig = Rig::logged_in("ft-ready").await;
    let summary = |entity: MoRef| {
        let this = manager(&rig);
        rig.call(QueryPerfProviderSummary { this, entity, ..Default::default() })
    };
    for (kind, real, rate) in [("HostSystem", true, 20), ("ClusterComputeResource", false, -1)] {
        let told = summary(first(&rig, kind)).await.unwrap();
        assert_eq!((told.current_supported, told.refresh_rate), (real, Some(rate)), "{kind}");
    }
    let fault = summary(MoRef::new("HostSystem", "host-0")).await.unwrap_err();
    assert!(fault.detail.unwrap().downcast_ref::<ManagedObjectNotFound>().is_some());
    let (vm, cluster) = (first(&rig, "VirtualMachine"), first(&rig, "ClusterComputeResource"));
    assert_eq!(refused(&rig, real_time(&cluster)).await, "querySpec.interval");
    let spec = PerfQuerySpec { interval_id: Some(7), ..real_time(&vm) };
    assert_eq!(refused(&rig, spec).await, "querySpec.interval");
    let spec = PerfQuerySpec { metric_id: vec![metric(-1, "")], ..real_time(&vm) };
    assert_eq!(refused(&rig, spec).await, "querySpec.metricId");
    let spec = PerfQuerySpec { format: Some("xml".into()), ..real_time(&vm) };
    assert_eq!(refused(&rig, spec).await, "querySpec.format");
    let spec = PerfQuerySpec { metric_id: vec![metric(USAGE_MHZ, "*"); 5000], ..real_time(&vm) };
    assert_eq!(refused(&rig, spec).await, "querySpec.size");
    assert_eq!(refused(&rig, real_time(&first(&rig, "Datacenter"))).await, "entity");
}

#[tokio::test]
async fn a_host_by_itself_keeps_a_day() {
    let rig = Rig::logged_in("esxi").await;
    let host = first(&rig, "HostSystem");
    let kept = rig.fetch(&manager(&rig), "historicalInterval").await.unwrap();
    let kept: Vec<_> = kept.objects::<PerfInterval>().map(|one| one.sampling_period).collect();
    assert_eq!(kept, [300]);
    let day = PerfQuerySpec { interval_id: Some(300), ..real_time(&host) };
    assert_eq!(series(&rig, day).await.sample_info.len(), 288);
    let week = PerfQuerySpec { interval_id: Some(1800), ..real_time(&host) };
    assert_eq!(refused(&rig, week).await, "querySpec.interval");
}

#[tokio::test]
async fn counters_are_described_once_each_and_found_by_key() {
    let rig = Rig::logged_in("ft-ready").await;
    let described = rig.fetch(&manager(&rig), "perfCounter").await.unwrap();
    let described: Vec<&PerfCounterInfo> = described.objects().collect();
    let mut names: Vec<_> = described
        .iter()
        .map(|one| (&*one.group_info.key, &*one.name_info.key, one.rollup_type.as_str()))
        .collect();
    let mut keys: Vec<i32> = described.iter().map(|one| one.key).collect();
    let number = keys.len();
    names.sort_unstable();
    names.dedup();
    keys.sort_unstable();
    keys.dedup();
    assert_eq!((names.len(), keys.len()), (number, number));
    for one in &described {
        let this = manager(&rig);
        let asked = QueryPerfCounter { this, counter_id: vec![one.key], ..Default::default() };
        assert_eq!(rig.call(asked).await.unwrap()[0], **one);
    }
}
