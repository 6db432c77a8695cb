//! One plan and one run with everything in them.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use orchestrator::{
    Change, Delivery, Event, EventKind, Failure, Item, Place, Plan, PlanTotals, PlanView,
    PlannedStep, Reason, RunFacts, RunMode, RunPlan, RunSummary, ServerFacts, Status, StepOutcome,
    SubjectResult, Table, TaskHead, TaskPlan, TaskResult, Token,
};

pub(crate) fn head(id: &str, capability: &str, needs: &[&str]) -> TaskHead {
    TaskHead {
        id: id.into(),
        capability: capability.to_owned(),
        needs: needs.iter().map(|need| (*need).into()).collect(),
        tags: Vec::new(),
    }
}

pub(crate) fn failure(code: &str, what: &str, object: &str) -> Failure {
    Failure {
        code: code.to_owned(),
        what: what.to_owned(),
        object: object.to_owned(),
        causes: vec!["the host does not answer".to_owned(), "connection refused".to_owned()],
        fix: Some("check the host's network, then apply again".to_owned()),
        delivery: Some(Delivery::NotSent),
        transient: true,
    }
}

pub(crate) fn snapshot() -> Reason {
    Reason {
        code: "ft-vm-has-snapshot",
        what: "cannot turn on Fault Tolerance".to_owned(),
        cause: "the virtual machine has a snapshot, and Fault Tolerance cannot copy one".to_owned(),
        fix: "remove the snapshots in the vSphere Client or with `govc snapshot.remove`".to_owned(),
    }
}

pub(crate) fn pairs() -> Table {
    let row = |cells: [&str; 4]| cells.map(str::to_owned).to_vec();
    Table {
        title: "Protected pairs".to_owned(),
        columns: row(["virtual machine", "primary on", "secondary on", "state"]),
        rows: vec![
            row(["db-1", "esx1.lab.example", "esx2.lab.example", "running"]),
            row(["db-2", "esx2.lab.example", "esx1.lab.example", "running"]),
        ],
    }
}

fn cluster_plan() -> PlanView {
    let create = PlannedStep::create("Lockstep", "create cluster `Lockstep`", ()).changes([
        Change::set("ha.enabled", "true"),
        Change::set("ha.admission_control", "25 % of CPU and memory kept for failover of hosts"),
        Change::set("evc", "intel-ivybridge"),
    ]);
    Plan::of(vec![create.into()]).note("EVC is set while the cluster is still empty")
}

fn vmkernel_plan() -> PlanView {
    let update = PlannedStep::update("esx1", "select services of `vmk1` on host `esx1`", ())
        .changes([Change::of("services", "management", "management, vmotion, ft_logging")])
        .changes([Change::unset("gateway", "10.0.0.1")]);
    Plan::of(vec![
        update.into(),
        Item::in_sync("esx2", "vmk1 carries vMotion and FT logging"),
        Item::in_sync("esx3", "vmk1 of `esx3` carries vMotion and FT logging"),
    ])
}

fn ft_plan() -> PlanView {
    let waits = "hosts `esx1` and `esx2` join cluster `Lockstep`";
    let mut items: Vec<Item<()>> =
        ["db-1", "db-2", "db-3"].map(|vm| Item::after_apply(vm, waits)).to_vec();
    items.push(Item::blocked("sap-1", snapshot()));
    items.push(Item::blocked("sap-2", snapshot()));
    items.extend((0..30).map(|vm| Item::in_sync(format!("web-{vm}"), "protected")));
    let row = |cells: [&str; 5]| cells.map(str::to_owned).to_vec();
    Plan::of(items).table(Table {
        title: "FT capacity".to_owned(),
        columns: row(["cluster", "FT VMs per host", "FT vCPUs per host", "wanted", "verdict"]),
        rows: vec![row([
            "Lockstep",
            "4",
            "8",
            "8 VMs, 16 vCPUs",
            "short by 4 VMs: set das.maxftvmsperhost",
        ])],
    })
}

fn task(head: TaskHead, outcome: Result<PlanView, Failure>, held_up_by: &[&str]) -> TaskPlan {
    let held_up_by = held_up_by.iter().map(|id| (*id).into()).collect();
    TaskPlan { head, outcome, held_up_by, manual_steps: 10 }
}

pub(crate) fn plan() -> RunPlan {
    RunPlan {
        run: "run-1".into(),
        tasks: vec![
            task(head("cluster", "cluster", &[]), Ok(cluster_plan()), &[]),
            task(head("network", "vmkernel", &["cluster"]), Ok(vmkernel_plan()), &[]),
            task(
                head("esx3", "host", &["cluster"]),
                Err(failure("unreachable", "cannot read host", "esx3")),
                &[],
            ),
            task(head("protect", "fault_tolerance", &["esx3"]), Ok(ft_plan()), &["esx3"]),
        ],
        totals: PlanTotals {
            create: 1,
            change: 1,
            after_apply: 3,
            unchanged: 32,
            blocked: 2,
            failed: 1,
            manual_steps: 101,
        },
    }
}

fn part(subject: &str, status: Status, failure: Option<Failure>) -> SubjectResult {
    let proof = if status.is_good() { vec!["as declared".to_owned()] } else { Vec::new() };
    let not_done = if status.is_good() { Vec::new() } else { vec!["turn on".to_owned()] };
    SubjectResult { subject: subject.to_owned(), status, proof, failure, not_done }
}

fn result(head: TaskHead, status: Status, subjects: Vec<SubjectResult>) -> TaskResult {
    TaskResult {
        head,
        status,
        subjects,
        failure: None,
        why: None,
        notes: Vec::new(),
        tables: Vec::new(),
        manual_steps: 0,
        took: Duration::from_millis(12_300),
    }
}

pub(crate) fn good_summary() -> RunSummary {
    let parts = vec![part("db-1", Status::Changed, None), part("db-2", Status::Unchanged, None)];
    let cluster = vec![part("Lockstep", Status::Changed, None)];
    let tasks = vec![
        TaskResult {
            manual_steps: 61,
            ..result(head("cluster", "cluster", &[]), Status::Changed, cluster)
        },
        TaskResult {
            tables: vec![pairs()],
            manual_steps: 40,
            ..result(head("protect", "fault_tolerance", &["cluster"]), Status::Changed, parts)
        },
    ];
    RunSummary::of("run-1".into(), tasks, false, Duration::from_secs(151))
}

pub(crate) fn bad_summary() -> RunSummary {
    let placed = |vm: &str| {
        part(vm, Status::Failed, Some(failure("ft-no-host", "cannot place the secondary of", vm)))
    };
    let blocked = part("sap-1", Status::Blocked, Some(Failure::from(&snapshot())));
    let unknown = Failure {
        delivery: Some(Delivery::Unknown),
        ..failure("lost", "cannot follow work on", "db-9")
    };
    let parts = vec![
        placed("db-7"),
        part("db-1", Status::Changed, None),
        placed("db-8"),
        blocked,
        part("db-9", Status::Unknown, Some(unknown)),
    ];
    let skipped = TaskResult {
        why: Some("it needs `protect`, which failed".to_owned()),
        took: Duration::ZERO,
        ..result(head("drill", "drill", &["protect"]), Status::Skipped, Vec::new())
    };
    let unread = TaskResult {
        failure: Some(failure("unreachable", "cannot read host", "esx3")),
        ..result(head("esx3", "host", &[]), Status::Failed, Vec::new())
    };
    let tasks = vec![
        unread,
        result(head("protect", "fault_tolerance", &[]), Status::Failed, parts),
        skipped,
    ];
    RunSummary::of("run-2".into(), tasks, false, Duration::from_secs(9_000))
}

pub(crate) fn at(vm: &str) -> Place {
    Place {
        task: "protect".into(),
        subject: vm.to_owned(),
        step: "turn on Fault Tolerance".to_owned(),
    }
}

/// Events at these milliseconds of a run that began on 2026-11-22T14:03:11Z.
pub(crate) fn timed(kinds: Vec<(u64, EventKind)>) -> Vec<Event> {
    let start: SystemTime = UNIX_EPOCH + Duration::from_secs(1_795_356_191);
    let event = |(number, (millis, kind)): (usize, (u64, EventKind))| {
        let elapsed = Duration::from_millis(millis);
        let run = "run-1".into();
        Event { run, seq: number as u64 + 1, at: start + elapsed, elapsed, kind }
    };
    kinds.into_iter().enumerate().map(event).collect()
}

fn started(vm: &str, attempt: u32) -> EventKind {
    let takes = ["esx1", "esx2"].map(|host| Token::new("host", host)).to_vec();
    EventKind::StepStarted { at: at(vm), attempt, queued: Duration::from_millis(40), takes }
}

fn progress(vm: &str, percent: Option<u8>, text: &str) -> EventKind {
    EventKind::StepProgress { at: at(vm), percent, text: text.to_owned() }
}

fn busy() -> Failure {
    failure("busy", "cannot turn on Fault Tolerance for virtual machine", "db-2")
}

fn lost() -> Failure {
    Failure { delivery: Some(Delivery::Unknown), ..busy() }
}

pub(crate) fn facts() -> Arc<RunFacts> {
    let server = ServerFacts {
        name: "default".to_owned(),
        product: "VMware vCenter Server 8.0.3 build-24022515".to_owned(),
        instance: "a6f2c7e1".to_owned(),
    };
    Arc::new(RunFacts { program: "lockstep 0.1.0".to_owned(), servers: vec![server] })
}

fn begin() -> Vec<(u64, EventKind)> {
    let head = head("protect", "fault_tolerance", &[]);
    let task = head.id.clone();
    let (failure, attempt, pause) = (busy(), 1, Duration::from_secs(1));
    let retried = EventKind::ObserveRetried { task: task.clone(), failure, attempt, pause };
    vec![
        (0, EventKind::RunStarted { mode: RunMode::Apply, tasks: vec![head], facts: facts() }),
        (0, EventKind::TaskStarted { task: task.clone() }),
        (5, retried),
        (1_100, EventKind::TaskPlanned { task, plan: Arc::new(ft_plan()) }),
    ]
}

fn steps() -> Vec<(u64, EventKind)> {
    let again = Duration::from_secs(2);
    let retried =
        EventKind::StepRetried { at: at("db-2"), failure: busy(), attempt: 1, pause: again };
    let text = "waiting for a migration by CORP\\anna".to_owned();
    let outcome = StepOutcome::changed("protected, secondary on `esx2`");
    let took = Duration::from_secs(61);
    vec![
        (1_100, started("db-1", 1)),
        (1_100, started("db-2", 1)),
        (1_150, progress("db-1", Some(10), "copying memory")),
        (2_000, progress("db-2", None, "waiting for the host")),
        (3_000, retried),
        (5_000, started("db-2", 2)),
        (40_000, progress("db-1", Some(55), "copying memory")),
        (50_000, EventKind::Notice { at: Some(at("db-2")), text }),
        (62_100, EventKind::StepFinished { at: at("db-1"), outcome, took }),
        (65_000, EventKind::StepFailed { at: at("db-2"), failure: lost(), took }),
    ]
}

fn end() -> Vec<(u64, EventKind)> {
    let subject = |result| EventKind::SubjectFinished { task: "protect".into(), result };
    let blocked = Failure::from(&snapshot());
    let (status, why, took) = (Status::Unknown, None, Duration::from_secs(66));
    vec![
        (65_500, EventKind::Stopping { running: 1, steps: 1 }),
        (66_000, subject(part("db-1", Status::Changed, None))),
        (66_000, subject(part("db-2", Status::Unknown, Some(lost())))),
        (66_000, subject(part("sap-1", Status::Blocked, Some(blocked)))),
        (66_000, EventKind::TaskFinished { task: "protect".into(), status, why, took }),
        (66_000, EventKind::RunFinished { summary: Arc::new(bad_summary()) }),
    ]
}

/// Every kind of event of an apply once or twice.
pub(crate) fn apply_events() -> Vec<Event> {
    timed([begin(), steps(), end()].concat())
}
