//! How a task with many subjects goes: canaries and waves, stop rules, back-off, order, and the time left.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::time::Duration;

use orchestrator::{
    ApplyOptions, Event, EventKind, Limits, Rollout, RunSummary, Status, StopRule, TimeLeft, Token,
    limits,
};

use crate::toy::{Act, Sets, Toys, apply, node};

fn number(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn rollout(canaries: &[&str], growth: u32) -> Rollout {
    let canaries = canaries.iter().map(|name| name.to_string()).collect();
    Rollout { canaries, growth: number(growth), stop: StopRule::default() }
}

fn stopping(stop: StopRule) -> Rollout {
    Rollout { stop, ..rollout(&[], 1) }
}

/// Subjects `s00`, `s01` and so on.
fn names(count: usize) -> Vec<String> {
    (0..count).map(|at| format!("s{at:02}")).collect()
}

fn sets(names: &[String], seconds: u64) -> Sets {
    let wants: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    names.iter().fold(Sets::to(&wants), |sets, name| sets.takes(name, seconds))
}

fn wide() -> ApplyOptions {
    let limits = Limits::default().kind(limits::VCENTER, number(1000));
    ApplyOptions { limits, ..ApplyOptions::default() }
}

/// When each subject's first step began, in seconds.
fn starts(events: &[Event]) -> BTreeMap<String, u64> {
    let mut starts = BTreeMap::new();
    for event in events {
        if let EventKind::StepStarted { at, .. } = &event.kind {
            starts.entry(at.subject.clone()).or_insert(event.elapsed.as_secs());
        }
    }
    starts
}

fn of_status(summary: &RunSummary, status: Status) -> Vec<&str> {
    let all = summary.tasks.iter().flat_map(|task| &task.subjects);
    all.filter(|one| one.status == status).map(|one| one.subject.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn nobody_begins_before_the_canary_ended_and_each_wave_is_twice_the_one_before() {
    let world = Toys::with(&[]);
    let all = names(31);
    let task = sets(&all, 10).rollout(rollout(&["s07"], 2));
    let (summary, events) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(summary.counts.changed, 31);
    let mut waves: BTreeMap<u64, usize> = BTreeMap::new();
    for (subject, start) in starts(&events) {
        assert_eq!(start == 0, subject == "s07", "{subject} began at {start}");
        *waves.entry(start).or_default() += 1;
    }
    let waves: Vec<(u64, usize)> = waves.into_iter().collect();
    assert_eq!(waves, [(0, 1), (10, 2), (20, 4), (30, 8), (40, 16)]);
}

#[tokio::test(start_paused = true)]
async fn a_slow_subject_holds_up_its_own_place_only() {
    let world = Toys::with(&[]);
    let all = names(40);
    let task = sets(&all, 10).takes("s01", 1000).rollout(rollout(&["s00"], 2));
    let (summary, events) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(summary.counts.changed, 40);
    let last = starts(&events).into_values().max().unwrap();
    assert!(last <= 60, "the last of the others began at {last}");
}

#[tokio::test(start_paused = true)]
async fn a_canary_that_fails_stops_all_others_and_one_of_two_does_not() {
    let all = names(10);
    for (canaries, changed) in [(&["s00"][..], 0), (&["s00", "s01"][..], 9)] {
        let world = Toys::with(&[]);
        let task = sets(&all, 10).acts("s00", &[Act::Refused]).rollout(rollout(canaries, 2));
        let (summary, _) = apply(&world, vec![node("t", task)], wide()).await;
        assert_eq!(of_status(&summary, Status::Failed), ["s00"]);
        assert_eq!(summary.counts.changed, changed);
        assert_eq!(summary.counts.unfinished, 9 - changed);
        assert_eq!(world.state().writes.len(), changed);
        let held = summary.failures.iter().find(|group| group.failure.code == "held-back");
        assert_eq!(held.map_or(0, |group| group.members.len()), 9 - changed);
    }
}

#[tokio::test(start_paused = true)]
async fn what_went_on_already_neither_stands_for_a_canary_nor_makes_waves_grow() {
    let all = names(10);
    // s00 is the canary, s01 to s03 go on already.
    let followed = |sets: Sets| sets.under_way("s01").under_way("s02").under_way("s03");
    let followed = |sets: Sets| followed(sets).takes("s01", 1).takes("s02", 1).takes("s03", 1);

    let world = Toys::with(&[]);
    let task = followed(sets(&all, 10)).acts("s00", &[Act::Refused]).rollout(rollout(&["s00"], 2));
    let (summary, _) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(of_status(&summary, Status::Changed), ["s01", "s02", "s03"]);
    assert_eq!(summary.counts.unfinished, 6, "the canary failed, however well others went");

    let world = Toys::with(&[]);
    let task = followed(sets(&all, 10)).acts("s01", &[Act::Refused]).rollout(rollout(&["s00"], 2));
    let (summary, events) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(of_status(&summary, Status::Failed), ["s01"], "the canary went well");
    assert_eq!(summary.counts.changed, 9);
    let second = starts(&events).into_values().filter(|start| *start == 10).count();
    assert_eq!(second, 2, "twice the canary");
}

#[tokio::test(start_paused = true)]
async fn what_goes_on_and_turns_out_to_be_new_work_waits_for_the_canary() {
    let world = Toys::with(&[]);
    let all = names(3);
    let task = sets(&all, 10).under_way("s01").takes("s01", 1).rollout(rollout(&["s00"], 2));
    // The first look finds it under way, the second finds that nobody is at it any more.
    let task = task.acts("s01", &[Act::LostRequest]).given_up_after(1);
    let (summary, events) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(summary.counts.changed, 3);
    let tries = events.iter().filter_map(|event| match &event.kind {
        EventKind::StepStarted { at, .. } if at.subject == "s01" => Some(event.elapsed.as_secs()),
        _ => None,
    });
    let tries: Vec<u64> = tries.collect();
    assert!(tries.len() == 2 && tries[0] == 0 && tries[1] >= 10, "{tries:?}");
}

#[tokio::test(start_paused = true)]
async fn stop_rules_count_failures_in_number_in_percent_and_by_cause_in_a_row() {
    let some = |count| Some(number(count));
    let table = [
        (StopRule { failures: some(3), ..StopRule::default() }, 3),
        (StopRule { same_cause: some(4), ..StopRule::default() }, 4),
        // Counts once ten ended.
        (StopRule { percent: Some(50), ..StopRule::default() }, 10),
        (StopRule::default(), 30),
    ];
    for (stop, failed) in table {
        let world = Toys::with(&[]);
        let all = names(30);
        let task = all.iter().fold(sets(&all, 10), |task, name| task.acts(name, &[Act::Refused]));
        let task = task.token("one", "a").rollout(stopping(stop));
        let (summary, _) = apply(&world, vec![node("t", task)], wide()).await;
        assert_eq!((summary.counts.failed, summary.counts.unfinished), (failed, 30 - failed));
    }
}

#[tokio::test(start_paused = true)]
async fn a_success_in_between_begins_the_row_of_a_cause_anew_and_what_does_not_fit_is_no_failure() {
    let world = Toys::with(&[]);
    let all = names(30);
    // A few small ones go first, then the biggest: of each three in a row one goes well.
    let task = all.iter().enumerate().fold(sets(&all, 1), |task, (at, name)| {
        let act = if at % 3 == 1 { None } else { Some(Act::Refused) };
        let task = task.takes(name, 100 - at as u64);
        task.acts(name, act.as_slice())
    });
    let stop = StopRule { same_cause: Some(number(3)), ..StopRule::default() };
    let task = task.token("one", "a").rollout(stopping(stop));
    let (summary, _) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!((summary.counts.failed, summary.counts.changed), (20, 10));

    let world = Toys::with(&[]);
    let task = all.iter().fold(sets(&all, 1), |task, name| task.acts(name, &[Act::Unfit]));
    let task = task.token("one", "a").rollout(stopping(stop));
    let (summary, _) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(summary.counts.blocked, 30, "found out late, but nothing went wrong");
}

#[tokio::test(start_paused = true)]
async fn who_is_overloaded_is_asked_less_and_nobody_fails_for_it() {
    let world = Toys::with(&[]);
    let all = names(16);
    let busy = [Act::Overloaded("vcenter"); 6];
    let task = all.iter().fold(sets(&all, 10), |task, name| task.acts(name, &busy));
    let task = task.token("vcenter", "v").token("other", "w");
    let limits = Limits::default().kind("vcenter", number(8)).kind("other", number(8));
    let options = ApplyOptions { limits, ..ApplyOptions::default() };
    let (summary, events) = apply(&world, vec![node("t", task)], options).await;
    assert_eq!(summary.counts.changed, 16, "more tries than an ordinary failure gets");
    let notices: Vec<&str> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::Notice { text, .. } => Some(text.as_str()),
            _ => None,
        })
        .collect();
    let first = "vcenter `v` is busy: 4 at a time until it goes well again";
    assert_eq!(notices.first(), Some(&first));
    assert!(notices.iter().any(|notice| notice.contains("1 at a time")), "{notices:?}");
    assert!(notices.iter().all(|notice| notice.contains("`v`")), "{notices:?}");
}

#[tokio::test(start_paused = true)]
async fn those_who_look_at_the_same_time_share_one_look() {
    let world = Toys::with(&[]);
    let all = names(50);
    let task = all.iter().fold(sets(&all, 10), |task, name| task.acts(name, &[Act::LostRequest]));
    let (summary, _) = apply(&world, vec![node("t", task)], wide()).await;
    assert_eq!(summary.counts.changed, 50);
    let reads = world.state().reads;
    assert!(reads <= 2 + 50, "{reads}");
}

/// Hosts in pairs, and how long each subject takes: uneven, and the same in every run.
fn estate(subjects: usize, hosts: u64) -> Vec<(String, u64, Vec<Token>)> {
    let mut random = 7_u64;
    let mut next = |below: u64| {
        random =
            random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let one = |at: usize| {
        let home = at as u64 % hosts;
        let other = (home + 1 + next(hosts - 1)) % hosts;
        let seconds = 20 + next(40) * next(10);
        let tokens = vec![
            Token::new(limits::VCENTER, "v"),
            Token::new(limits::HOST, home.to_string()),
            Token::new(limits::HOST, other.to_string()),
        ];
        (format!("s{at:04}"), seconds, tokens)
    };
    (0..subjects).map(one).collect()
}

/// No order can end before the busiest limit is through.
fn lower_bound(estate: &[(String, u64, Vec<Token>)], limits: &Limits) -> f64 {
    let mut work: BTreeMap<&Token, u64> = BTreeMap::new();
    for (_, seconds, tokens) in estate {
        tokens.iter().for_each(|token| *work.entry(token).or_default() += seconds);
    }
    let longest = estate.iter().map(|(_, seconds, _)| *seconds as f64).fold(0.0, f64::max);
    let times = work.iter().map(|(token, work)| *work as f64 / f64::from(limits.of(token)));
    times.fold(longest, f64::max)
}

fn task_of(estate: &[(String, u64, Vec<Token>)]) -> Sets {
    let wants: Vec<(&str, &str)> = estate.iter().map(|(name, ..)| (name.as_str(), "1")).collect();
    estate
        .iter()
        .fold(Sets::to(&wants), |task, (name, seconds, tokens)| task.on(name, *seconds, tokens))
}

#[tokio::test(start_paused = true)]
async fn a_thousand_uneven_subjects_take_hardly_longer_than_they_must() {
    for vcenter in [16, 1000] {
        let estate = estate(1000, 32);
        let limits = Limits::default().kind(limits::VCENTER, number(vcenter));
        let bound = lower_bound(&estate, &limits);
        let options = ApplyOptions { limits, ..ApplyOptions::default() };
        let world = Toys::with(&[]);
        let smallest = estate.iter().min_by_key(|one| one.1).unwrap().0.clone();
        let task = task_of(&estate).rollout(rollout(&[&smallest], 4));
        let (summary, _) = apply(&world, vec![node("t", task)], options).await;
        assert_eq!(summary.counts.changed, 1000);
        let ratio = summary.took.as_secs_f64() / bound;

        assert!(ratio < 1.05, "{ratio} times the bound, with {vcenter} at once");
    }
}

#[tokio::test(start_paused = true)]
async fn the_time_left_is_a_range_around_what_it_really_takes() {
    let estate = estate(400, 16);
    let world = Toys::with(&[]);
    let nodes = vec![node("t", task_of(&estate))];
    let (summary, events) = apply(&world, nodes, ApplyOptions::default()).await;
    let told: Vec<(Duration, usize, Option<TimeLeft>)> = events
        .iter()
        .filter_map(|event| match &event.kind {
            EventKind::TaskProgress { done, left, .. } => Some((event.elapsed, *done, *left)),
            _ => None,
        })
        .collect();
    assert_eq!(told.len(), 399, "one for each but the last");
    assert!(told.iter().all(|(_, done, left)| left.is_some() == (*done >= 5)));
    // Work is seconds here, so the rate is known exactly; what the estimate adds is the path.
    for (elapsed, done, left) in told.iter().filter(|(_, done, _)| (5..380).contains(done)) {
        let left = left.unwrap();
        let truly = summary.took.saturating_sub(*elapsed).as_secs_f64();
        let (least, most) = (left.least.as_secs_f64(), left.most.as_secs_f64());
        assert!(least <= truly * 1.02 + 60.0, "{done}: {least} of {truly}");
        assert!(most >= truly * 0.85 - 60.0, "{done}: {most} of {truly}");
    }
}
