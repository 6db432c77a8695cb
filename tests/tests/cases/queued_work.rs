//! A vCenter that runs few vim tasks at once and queues the others: a run waits for its turn and ends well.

use std::sync::{Arc, Mutex};

use e2e::Lab;
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::store::{Commit, Observer};
use mock_vcenter::task::{TaskLimit, VimTask};
use vim25::enums::TaskInfoState;

const CREATE: &str = "VirtualMachine.createSecondaryEx";
const TASK: &str = "tasks:\n  - id: protect\n    fault_tolerance:\n      vms: [\"vm-*\"]\n      \
                    waves: { canary: 0 }\n";

/// The most turn-ons that were running, and that were queued, at the same time.
#[derive(Debug, Default)]
struct Most {
    running: usize,
    queued: usize,
}

#[derive(Debug, Default)]
struct Watching(Mutex<Most>);

impl Observer for Watching {
    fn committed(&self, commit: &Commit) {
        let now = &commit.after;
        let tasks = now.of_kind("Task").iter().filter_map(|id| now.get::<VimTask>(id));
        let ours: Vec<_> = tasks.filter(|task| task.info.description_id == CREATE).collect();
        let count = |state| ours.iter().filter(|task| task.info.state == state).count();
        let mut most = self.0.lock().unwrap();
        most.running = most.running.max(count(TaskInfoState::Running));
        most.queued = most.queued.max(count(TaskInfoState::Queued));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn vms_whose_turn_on_is_queued_by_vcenter_are_waited_for_and_protected() {
    let limit = TaskLimit { description_ids: vec![CREATE.to_owned()], at_once: 1, per_host: false };
    let behaviour = Behaviour { task_limits: vec![limit], ..Behaviour::default() };
    let model = "estate:vms=6,hosts=6,clusters=1";
    let lab = Lab::start(Lab::builder().model(model).behaviour(behaviour)).await;
    let watching = Arc::new(Watching::default());
    lab.mock().store().observe(watching.clone());
    lab.write("ft.yaml", TASK);
    lab.lockstep(["apply", "ft.yaml", "--yes"]).run().await.ends_with(0);
    assert_eq!(lab.protected().len(), 6);
    assert_eq!(lab.calls_of("CreateSecondaryVMEx_Task").len(), 6, "nothing was asked for twice");
    let most = watching.0.lock().unwrap();
    assert_eq!(most.running, 1);
    assert!(most.queued > 1, "{most:?}");
}
