//! Every capability keeps the contract of `orchestrator::contract`, in a lab that starts from nothing.

use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use e2e::{HOST_PASSWORD, Lab, TestPackage};
use orchestrator::contract::Contract;
use orchestrator::{
    BoxFuture, ErasedStep, ErasedTask, Look, Plan, StepOutcome, StepScope, Task, TaskError,
    TokioClock,
};
use playbook::{Options, SecretError, SecretRef, SecretSource, Source, TaskInstance};
use secrecy::SecretString;
use tasks::{
    Endpoints, GateQuestion, GateReply, Gates, Operation, OperationOrder, Selection, VsphereReader,
    VsphereWorld, choose_vms, operation_graph,
};
use vsphere::Reader;
use vsphere::property::{Traversal, traversal_spec};

use crate::playbooks::{HOST_SETTINGS, SOFTWARE_FT};

/// The lab of the demonstration has its datacenter already.
const DATACENTER: &str = "tasks:\n  - datacenter: { name: Berlin, folder: /Europe }\n";

/// What needs no server.
fn files_in(folder: &Path) -> String {
    let folder = serde_json::Value::from(folder.join("kickstart").to_string_lossy());
    format!(
        "tasks:\n  - kickstart:\n      release: '8.0'\n      folder: {folder}\n      accept_eula: true\n      \
         disk: {{ first: [local] }}\n      root_password: {{ env: A }}\n      \
         network: {{ address: 192.168.8.11, netmask: 255.255.252.0 }}\n"
    )
}

const GATE: &str = "tasks:\n  - id: drives\n    gate: { text: Pull the drives }\n";

/// Somebody who says yes to everything and remembers it.
#[derive(Default)]
struct Obliging(Mutex<Vec<GateQuestion>>);

fn yes() -> GateReply {
    GateReply { yes: true, note: String::new(), who: "a test".to_owned() }
}

impl Gates for Obliging {
    fn remembered<'a>(
        &'a self,
        question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<Option<GateReply>, TaskError>> {
        let known = self.0.lock().unwrap().contains(question);
        Box::pin(async move { Ok(known.then(yes)) })
    }

    fn way(&self, _task: &str) -> Option<String> {
        Some("by a test".to_owned())
    }

    fn ask<'a>(
        &'a self,
        question: &'a GateQuestion,
    ) -> BoxFuture<'a, Result<GateReply, TaskError>> {
        self.0.lock().unwrap().push(question.clone());
        Box::pin(async { Ok(yes()) })
    }
}

/// What sends files; they are made in `folder`.
fn files_from(folder: &Path) -> String {
    let package = TestPackage::make(folder, &[1 << 20]);
    std::fs::write(folder.join("tools.iso"), [7; 4096]).unwrap();
    let (ova, iso) = (package.ova.to_string_lossy(), folder.join("tools.iso"));
    format!(
        "tasks:\n  - ovf:\n      name: box\n      source: {ova}\n      datacenter: Datacenter\n      \
         cluster: FT-Cluster\n      datastore: shared2\n      networks: {{ management: VM Network }}\n      \
         properties: {{ hostname: box, password: {{ env: A }} }}\n      accept_eula: yes\n  \
         - iso: {{ image: {}, datacenter: Datacenter, datastore: shared2 }}\n",
        iso.display()
    )
}

/// A task of any capability.
pub(crate) struct AnyTask(pub(crate) Arc<dyn ErasedTask<VsphereWorld>>);

impl Task<VsphereWorld> for AnyTask {
    type Observed = Look;
    type Step = ErasedStep;

    async fn observe(&self, reader: &VsphereReader) -> Result<Look, TaskError> {
        self.0.look(reader).await
    }

    fn plan(&self, seen: &Look) -> Plan<ErasedStep> {
        self.0.plan_again(seen).expect("it was this task that looked")
    }

    async fn apply(
        &self,
        step: &ErasedStep,
        world: &VsphereWorld,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        self.0.apply(step, world, scope).await
    }

    fn manual_steps(&self, seen: &Look, _plan: &Plan<ErasedStep>) -> u32 {
        seen.manual_steps
    }
}

pub(crate) fn instances(playbook: &str) -> Vec<TaskInstance> {
    let source = Source::new("contract.yaml", playbook);
    playbook::check(&source, tasks::CATALOGUE, &Options::default()).unwrap().tasks
}

/// The one secret of the lab.
struct HostPassword;

impl SecretSource for HostPassword {
    fn resolve(&self, _reference: &SecretRef) -> Result<SecretString, SecretError> {
        Ok(HOST_PASSWORD.into())
    }
}

/// The parts of a host that hold settings.
const PARTS: &[&str] = &["firewall", "service", "time", "options"];

const fn part(name: &'static str, path: &'static str) -> Traversal {
    Traversal { name, from: "HostSystem", path, then: &[] }
}

const WAYS: &[Traversal] = &[
    Traversal {
        name: "down",
        from: "Folder",
        path: "childEntity",
        then: &["down", "vms", "hosts", "all"],
    },
    Traversal { name: "vms", from: "Datacenter", path: "vmFolder", then: &["down"] },
    Traversal { name: "hosts", from: "Datacenter", path: "hostFolder", then: &["down", "all"] },
    Traversal { name: "all", from: "ComputeResource", path: "host", then: PARTS },
    part("firewall", "configManager.firewallSystem"),
    part("service", "configManager.serviceSystem"),
    part("time", "configManager.dateTimeSystem"),
    part("options", "configManager.advancedOption"),
];

/// What the capabilities are about; no figures that change by themselves.
const LASTING: &[(&str, &[&str])] = &[
    ("Folder", &["name", "childEntity"]),
    ("Datacenter", &["name", "parent"]),
    ("ClusterComputeResource", &["name", "configurationEx", "host", "summary.currentEVCModeKey"]),
    ("HostSystem", &["name", "parent", "runtime.connectionState", "config.virtualNicManagerInfo"]),
    ("HostFirewallSystem", &["firewallInfo"]),
    ("HostServiceSystem", &["serviceInfo"]),
    ("HostDateTimeSystem", &["dateTimeInfo.ntpConfig", "dateTimeInfo.timeZone"]),
    ("OptionManager", &["setting"]),
    ("VirtualMachine", &["name", "config.ftInfo", "runtime.faultToleranceState", "runtime.host"]),
];

/// All lasting state of the server, as text.
fn state_of(reader: &Reader) -> String {
    let root = std::slice::from_ref(&reader.content().root_folder);
    let spec = traversal_spec(root, WAYS, LASTING);
    let reading = reader.retrieve_all(spec);
    let runtime = tokio::runtime::Handle::current();
    let mut objects = tokio::task::block_in_place(|| runtime.block_on(reading)).unwrap();
    objects.sort_by_key(|object| object.object.clone());
    format!("{objects:#?}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_capability_keeps_the_contract() {
    let lab = Lab::of("seed-lab").await;
    let (files, sent) = (files_in(lab.folder()), files_from(lab.folder()));
    let playbooks = [DATACENTER, SOFTWARE_FT, HOST_SETTINGS, GATE, &files, &sent];
    let instances: Vec<_> = playbooks.into_iter().flat_map(instances).collect();
    let (client, onlooker) = (lab.client().await, lab.client().await);
    let readers = Endpoints::new([("default".to_owned(), client.reader())]);
    let writers = Endpoints::new([("default".to_owned(), client.writer())]);
    let world = VsphereWorld::new(readers, writers, Arc::new(HostPassword))
        .with_gates(Arc::new(Obliging::default()));
    let clock = Arc::new(TokioClock::starting_at(SystemTime::UNIX_EPOCH));
    let reader = onlooker.reader();
    let mut untried: Vec<&str> =
        tasks::CATALOGUE.iter().map(|capability| capability.name).collect();
    // What it waits for is so in this lab; by itself it changes nothing.
    untried.retain(|name| *name != "wait_for");
    for instance in &instances {
        let task = AnyTask(tasks::build(instance).expect("it is of the catalogue"));
        let contract = Contract::new(&world, clock.clone(), || lab.changes().len() as u64)
            .state(|| state_of(&reader));
        let kept = contract.check(&task).await;
        let kept = kept.unwrap_or_else(|breaches| {
            let words: Vec<_> =
                breaches.iter().map(|breach| format!("{breach}\n{breach:?}")).collect();
            panic!("`{}` breaks the contract:\n{}", instance.id, words.join("\n"))
        });
        assert!(kept.blocked.is_empty(), "`{}`: {kept:?}", instance.id);
        if !kept.steps.is_empty() {
            untried.retain(|name| *name != instance.capability);
        }
    }
    untried.retain(|name| !crate::appliance::TRIED.contains(name));
    assert!(untried.is_empty(), "no step of these was done: {untried:?}");
    client.close().await.unwrap();
    onlooker.close().await.unwrap();
    assert_eq!(lab.mock().sessions(), 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_operation_on_pairs_keeps_the_contract() {
    let lab = Lab::of("estate:vms=3,hosts=2,clusters=1,pairs=2").await;
    let (client, onlooker) = (lab.client().await, lab.client().await);
    let readers = Endpoints::new([("default".to_owned(), client.reader())]);
    let writers = Endpoints::new([("default".to_owned(), client.writer())]);
    let world = VsphereWorld::new(readers, writers, Arc::new(HostPassword));
    let clock = Arc::new(TokioClock::starting_at(SystemTime::UNIX_EPOCH));
    let reader = onlooker.reader();
    let selection = Selection { vms: vec!["vm-*".to_owned()], ..Selection::default() };
    let operations = [
        (Operation::Failover, 2),
        (Operation::RestartSecondary, 2),
        (Operation::Suspend, 2),
        (Operation::Resume, 2),
        (Operation::TurnOff, 2),
    ];
    for (operation, number) in operations {
        let chosen = choose_vms(&selection, &reader, lab.folder()).await.unwrap();
        let vms = chosen.taken.into_iter().filter(|vm| vm.secondary.is_some()).collect();
        let connection = "default".to_owned();
        let within = Duration::from_secs(60);
        let order = OperationOrder { operation, connection, vms, within, keep_going: false };
        let (graph, _) = operation_graph(&order).unwrap();
        let mut steps = 0;
        for node in graph.nodes() {
            let contract = Contract::new(&world, clock.clone(), || lab.changes().len() as u64)
                .state(|| state_of(&reader));
            let kept = contract.check(&AnyTask(Arc::clone(&node.task))).await;
            let kept = kept.unwrap_or_else(|breaches| panic!("{operation:?}: {breaches:?}"));
            assert!(kept.blocked.is_empty(), "{operation:?}: {kept:?}");
            steps += kept.steps.len();
        }
        assert_eq!(steps, number, "{operation:?}");
    }
    client.close().await.unwrap();
    onlooker.close().await.unwrap();
}
