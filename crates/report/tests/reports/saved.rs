//! Plans in files, and drift.

use expect_test::expect;
use orchestrator::{
    Approval as _, Basis, Change, Item, Plan, PlanTotals, PlanView, PlannedStep, RunPlan, TaskPlan,
};
use report::{Drift, PlanOrigin, SavedPlan, SavedPlanError, Style};

use crate::sample;

fn saved(plan: &RunPlan) -> Vec<u8> {
    let origin = PlanOrigin {
        made: "2026-11-22T14:03:11Z".to_owned(),
        playbook: "/srv/ft.yaml".to_owned(),
        digest: "d1".to_owned(),
        variables: vec!["a=b".to_owned()],
        tags: vec!["net".to_owned()],
    };
    let mut file = Vec::new();
    SavedPlan::write(&mut file, plan, origin, &sample::facts()).unwrap();
    file
}

fn read(file: &[u8]) -> SavedPlan {
    SavedPlan::read(file).unwrap().unwrap()
}

fn step(subject: &str, before: &str, after: &str) -> Item<()> {
    let step = PlannedStep::update(subject, format!("set `{subject}`"), ());
    step.changes([Change::of("size", before, after)]).into()
}

fn plan(items: Vec<Item<()>>) -> RunPlan {
    let task = TaskPlan {
        head: sample::head("t", "toy", &[]),
        outcome: Ok(PlanView::of(items)),
        held_up_by: Vec::new(),
        manual_steps: 0,
    };
    RunPlan { run: "r".into(), tasks: vec![task], totals: PlanTotals::default() }
}

fn difference(before: Vec<Item<()>>, now: Vec<Item<()>>) -> String {
    let differences = read(&saved(&plan(before))).differences(&plan(now));
    differences.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn what_is_read_back_is_the_plan_that_was_saved() {
    let whole = sample::plan();
    let file = saved(&whole);
    let saved = read(&file);
    assert_eq!((saved.origin().digest.as_str(), saved.facts()), ("d1", &*sample::facts()));
    // A task that could not be read when it was saved, nor now, is told of.
    let differences = saved.differences(&whole);
    assert_eq!(differences.len(), 1, "{differences:?}");
    assert_eq!(differences[0].task, "esx3");
    assert!(SavedPlan::read(b"tasks: []\n").unwrap().is_none());
    assert!(SavedPlan::read(b"{\"tasks\": []}").unwrap().is_none());
    let cut = SavedPlan::read(&file[..file.len() / 2]);
    assert!(matches!(cut, Err(SavedPlanError::Damaged(_))), "{cut:?}");
    let text = String::from_utf8(file).unwrap().replacen(": 1", ": 7", 1);
    let later = SavedPlan::read(text.as_bytes());
    assert!(matches!(later, Err(SavedPlanError::Version(7))), "{later:?}");
}

#[test]
fn only_objects_that_would_be_touched_are_compared() {
    let other = |detail: &str| Item::in_sync("other", detail);
    let blocked = || Item::blocked("stuck", sample::snapshot());
    let same = difference(
        vec![step("a", "1", "2"), other("3 GB free"), blocked()],
        vec![step("a", "1", "2"), other("2 GB free"), Item::in_sync("stuck", "fine now")],
    );
    assert_eq!(same, "");
    expect![[r#"
        t, `a`: saved: set `a` (size: 1 -> 2); now: set `a` (size: 9 -> 2)
        t, `b`: saved: set `b` (size: 1 -> 2); now: nothing to do (as declared)
        t, `c`: saved: nothing to do (as declared); now: set `c` (size: 1 -> 2)
        t, `d`: saved: set `d` (size: 1 -> 2); now: nothing to do
        t, `e`: saved: nothing to do; now: set `e` (size: 1 -> 2)"#]]
    .assert_eq(&difference(
        vec![
            step("a", "1", "2"),
            step("b", "1", "2"),
            Item::in_sync("c", "as declared"),
            step("d", "1", "2"),
        ],
        vec![
            step("a", "9", "2"),
            Item::in_sync("b", "as declared"),
            step("c", "1", "2"),
            step("e", "1", "2"),
        ],
    ));
}

#[test]
fn what_was_only_foreseen_may_come_otherwise_but_touch_nothing_else() {
    let saved =
        read(&saved(&plan(vec![step("a", "1", "2"), Item::after_apply("b", "a is there")])));
    let check = |items: Vec<Item<()>>, basis| saved.check(&"t".into(), &Plan::of(items), basis);
    let otherwise = || vec![step("a", "5", "2"), step("b", "1", "2")];
    assert!(check(otherwise(), Basis::Made).is_ok());
    assert!(check(otherwise(), Basis::Found).is_err());
    let more = check(vec![step("z", "1", "2")], Basis::Made).unwrap_err();
    assert_eq!(more.code, "plan-stale");
    assert!(more.causes[0].contains("`z`"), "{more:?}");
    let whole = read(&self::saved(&plan(vec![Item::after_apply("t", "all is there")])));
    let any = Plan::of(vec![step("z", "1", "2")]);
    assert!(whole.check(&"t".into(), &any, Basis::Made).is_ok());
}

#[test]
fn drift_is_a_sentence_per_object() {
    let drift = Drift::of(&sample::plan());
    let mut text = Vec::new();
    drift.write_text(&mut text, &Style { width: 100, ..Style::default() }).unwrap();
    let text = String::from_utf8(text).unwrap();
    expect![[r#"
        ~ cluster: `Lockstep` is not as declared: ha.enabled is not set, declared is true;
          ha.admission_control is not set, declared is 25 % of CPU and memory kept for failover of hosts;
          evc is not set, declared is intel-ivybridge
        ~ network: `esx1` is not as declared: services is management, declared is management, vmotion,
          ft_logging; gateway is 10.0.0.1, declared is that it is not set
        ~ protect: `db-1` cannot be as declared before hosts `esx1` and `esx2` join cluster `Lockstep`
        ~ protect: `db-2` cannot be as declared before hosts `esx1` and `esx2` join cluster `Lockstep`
        ~ protect: `db-3` cannot be as declared before hosts `esx1` and `esx2` join cluster `Lockstep`
        ! protect: `sap-1` is not as declared: cannot turn on Fault Tolerance: the virtual machine has a
          snapshot, and Fault Tolerance cannot copy one; to do: remove the snapshots in the vSphere Client
          or with `govc snapshot.remove`
        ! protect: `sap-2` is not as declared: cannot turn on Fault Tolerance: the virtual machine has a
          snapshot, and Fault Tolerance cannot copy one; to do: remove the snapshots in the vSphere Client
          or with `govc snapshot.remove`
        x esx3: cannot read host `esx3`: the host does not answer: connection refused
        Drift: 7 objects not as declared, 32 as declared, 1 task not readable.
    "#]].assert_eq(&text);
    let mut json = Vec::new();
    drift.write_json(&mut json).unwrap();
    let json: serde_json::Value = serde_json::from_slice(&json).unwrap();
    assert_eq!(
        (&json["v"], &json["drifted"], &json["unread"][0]["task"]),
        (&1.into(), &true.into(), &"esx3".into())
    );
}
