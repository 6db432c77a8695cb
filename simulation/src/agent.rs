//! One life of the agent, wired together as the command `apply` does it, with `--partial`: [`Agent`].

use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use orchestrator::{
    ApplyOptions, Event, EventKind, Limits, OpenWork, RunContext, RunPlan, RunSummary, Sink,
    SubjectResult, TaskGraph, TokioClock, apply_run, limits, plan_run,
};
use playbook::{Options, SecretError, SecretRef, SecretSource, Source, check};
use report::json_line;
use secrecy::SecretString;
use state::{Holder, JournalReader, RunJournal, RunStart, digest_of};
use tasks::{CATALOGUE, Endpoints, VsphereReader, VsphereWorld, task_graph};
use vsphere::{Address, Client, Endpoint, Surroundings};

use crate::chance::SharedDice;
use crate::journal::{Fate, Mortal, at_once};
use crate::lab::{AGENT, Lab, PASSWORD, beginning};
use crate::life::Life;
use crate::link::Link;
use crate::log::Log;
use crate::truth::History;

/// The password of the hosts in the mock's lab.
const HOST_PASSWORD: &str = "VMware1!";
/// The connection that a playbook has without naming one.
const CONNECTION: &str = "default";
/// How far back the last look of a task may lie when its result is told.
const LOOKED_WITHIN: f64 = 20.0;

/// What the agent said about a VM, and what was true then.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) life: u64,
    pub(crate) at: f64,
    pub(crate) said: SubjectResult,
    /// It was protected at some time since the last look.
    pub(crate) was_protected: bool,
    /// It was not.
    pub(crate) was_unprotected: bool,
}

/// How a life ended.
#[derive(Debug)]
pub(crate) enum End {
    /// No session could be opened, or the journal not.
    NotBegun(String),
    /// It was killed.
    Killed,
    /// It came to its end.
    Applied(Box<RunSummary>),
}

/// What a life leaves behind.
#[derive(Debug)]
pub(crate) struct Lived {
    /// When it began, in seconds of simulated time.
    pub(crate) from: f64,
    pub(crate) end: End,
    pub(crate) claims: Vec<Claim>,
    /// Calls that may change something, made while it planned.
    pub(crate) sent_in_plan: u64,
}

/// The program that is started, dies and is started again.
pub(crate) struct Agent {
    lab: Arc<Lab>,
    graph: Arc<TaskGraph<VsphereWorld>>,
    digest: String,
}

impl Agent {
    /// Reads the playbook.
    ///
    /// # Errors
    /// The playbook's mistakes.
    pub(crate) fn new(lab: Arc<Lab>) -> Result<Self, String> {
        let text = lab.schedule.scenario.playbook();
        let source = Source::new("simulated.yaml", &text);
        let playbook =
            check(&source, CATALOGUE, &Options::default()).map_err(|found| found.to_string())?;
        let graph = task_graph(&playbook).map_err(|error| error.to_string())?;
        Ok(Self { lab, graph: Arc::new(graph), digest: digest_of(text.as_bytes()) })
    }

    /// Lives once: plans, applies, logs out.
    pub(crate) async fn live(&self, number: u64, fate: Fate) -> Lived {
        let life = Arc::new(Life::default());
        let claims: Arc<Mutex<Vec<Claim>>> = Arc::default();
        self.lab.log.line("agent", &format!("life {number} begins"));
        self.lab.traffic.lock().unwrap_or_else(PoisonError::into_inner).reborn();
        let (mut sent_in_plan, from) = (0, self.lab.log.seconds());
        let living = Living { agent: self, life: &life, number, claims: &claims };
        let end = tokio::select! {
            biased;
            () = life.ended() => End::Killed,
            end = living.to_the_end(fate, &mut sent_in_plan) => end,
        };
        let how = match &end {
            End::NotBegun(why) => format!("could not begin: {why}"),
            End::Killed => "was killed".to_owned(),
            End::Applied(summary) => format!("{:?} {:?}", summary.verdict, summary.counts),
        };
        self.lab.log.line("agent", &format!("life {number} ended: {how}"));
        let claims = std::mem::take(&mut *claims.lock().unwrap_or_else(PoisonError::into_inner));
        Lived { from, end, claims, sent_in_plan }
    }
}

/// A life that goes on.
struct Living<'a> {
    agent: &'a Agent,
    life: &'a Arc<Life>,
    number: u64,
    claims: &'a Arc<Mutex<Vec<Claim>>>,
}

impl Living<'_> {
    async fn to_the_end(&self, fate: Fate, sent_in_plan: &mut u64) -> End {
        let path = self.agent.lab.folder.path().join("journal.db");
        let journal = match state::Journal::open(path) {
            Ok(journal) => journal,
            Err(error) => return End::NotBegun(error.to_string()),
        };
        let client = match self.connect().await {
            Ok(client) => client,
            Err(why) => return End::NotBegun(why),
        };
        let before = self.sent();
        let plan = self.plan(&client).await;
        *sent_in_plan = self.sent() - before;
        self.agent.lab.log.line("agent", &format!("planned {:?}", plan.totals));
        let clock = Arc::new(TokioClock::starting_at(self.wall()));
        let end = match at_once(journal.begin(self.start(), clock)) {
            Err(error) => End::NotBegun(error.to_string()),
            Ok(record) => {
                let summary = self.apply(&client, &record, fate).await;
                let verdict = format!("{:?}", summary.verdict).to_lowercase();
                if let Err(error) = at_once(record.finish(&verdict)) {
                    self.agent.lab.log.line("agent", &error.to_string());
                }
                End::Applied(Box::new(summary))
            }
        };
        if let Err(error) = client.close().await {
            self.agent.lab.log.line("agent", &error.to_string());
        }
        end
    }

    fn sent(&self) -> u64 {
        self.agent.lab.traffic.lock().unwrap_or_else(PoisonError::into_inner).sent_so_far()
    }

    fn wall(&self) -> SystemTime {
        beginning() + Duration::from_secs_f64(self.agent.lab.log.seconds())
    }

    fn seed(&self) -> u64 {
        self.agent.lab.schedule.seed.wrapping_mul(1000).wrapping_add(self.number)
    }

    async fn connect(&self) -> Result<Client, String> {
        let lab = &self.agent.lab;
        let address: Address = "vcenter.simulated".parse().map_err(|error| format!("{error}"))?;
        let link = Link {
            server: Arc::clone(&lab.server),
            weather: Arc::clone(&lab.weather),
            dice: SharedDice::new(self.seed()),
            log: lab.log.clone(),
            traffic: Arc::clone(&lab.traffic),
            life: Arc::clone(self.life),
        };
        let surroundings = Surroundings {
            clock: Arc::new(SimulatedClock { log: lab.log.clone() }),
            chance: Arc::new(SharedDice::new(self.seed() + 1)),
        };
        let endpoint = Endpoint::new(address.url, AGENT, PASSWORD.into());
        let connected = Client::connect_over(endpoint, Arc::new(link), surroundings).await;
        connected.map_err(|error| error.to_string())
    }

    async fn plan(&self, client: &Client) -> RunPlan {
        let readers = Endpoints::new([(CONNECTION.to_owned(), client.reader())]);
        let reader = VsphereReader::new(readers, Arc::new(Known));
        let sink = Told { lab: Arc::clone(&self.agent.lab), journal: None, claims: None, life: 0 };
        let context = self.context("plan", Arc::new(sink));
        plan_run(&self.agent.graph, &reader, &context).await
    }

    async fn apply(&self, client: &Client, record: &RunJournal, fate: Fate) -> RunSummary {
        let lab = &self.agent.lab;
        let readers = Endpoints::new([(CONNECTION.to_owned(), client.reader())]);
        let writers = Endpoints::new([(CONNECTION.to_owned(), client.writer())]);
        let world = Arc::new(VsphereWorld::new(readers, writers, Arc::new(Known)));
        let number =
            |limit: u32| std::num::NonZeroU32::new(limit).unwrap_or(std::num::NonZeroU32::MIN);
        let journal = Mortal {
            inner: record.clone(),
            fate,
            life: Arc::clone(self.life),
            log: lab.log.clone(),
            traffic: Arc::clone(&lab.traffic),
            writes: AtomicU64::new(0),
        };
        let options = ApplyOptions {
            limits: Limits::default()
                .kind(limits::HOST, number(lab.schedule.host_limit))
                .kind(limits::CLUSTER, number(lab.schedule.cluster_limit)),
            journal: Arc::new(journal),
            open: self.left_open(),
            ..ApplyOptions::default()
        };
        let sink = Told {
            lab: Arc::clone(lab),
            journal: Some(record.clone()),
            claims: Some(Arc::clone(self.claims)),
            life: self.number,
        };
        let context = self.context("life", Arc::new(sink));
        apply_run(Arc::clone(&self.agent.graph), world, &context, options).await
    }

    /// What earlier lives asked for and did not see the end of.
    fn left_open(&self) -> Vec<OpenWork> {
        let path = self.agent.lab.folder.path().join("journal.db");
        let Ok(Some(reader)) = JournalReader::open(&path) else { return Vec::new() };
        let open = |life: u64| reader.open_work(&format!("life-{life}")).unwrap_or_default();
        (0..self.number).flat_map(open).collect()
    }

    fn context(&self, what: &str, sink: Arc<dyn Sink>) -> RunContext {
        let clock = Arc::new(TokioClock::starting_at(self.wall()));
        let mut context = RunContext::new(format!("{what}-{}", self.number), clock, sink);
        context.seed = self.seed();
        context
    }

    fn start(&self) -> RunStart {
        RunStart {
            id: format!("life-{}", self.number),
            command: "apply".to_owned(),
            words: vec!["apply".to_owned(), "simulated.yaml".to_owned()],
            folder: "/".to_owned(),
            playbook: "/simulated.yaml".to_owned(),
            digest: self.agent.digest.clone(),
            servers: vec!["vcenter.simulated:443".to_owned()],
            holder: Holder {
                host: "simulated".to_owned(),
                pid: u32::try_from(self.number).unwrap_or(0),
                since: self.number.to_string(),
                user: "simulated".to_owned(),
            },
            started: self.wall(),
            resumes: None,
        }
    }
}

/// Where the engine's events go.
struct Told {
    lab: Arc<Lab>,
    journal: Option<RunJournal>,
    claims: Option<Arc<Mutex<Vec<Claim>>>>,
    life: u64,
}

impl Told {
    fn claim(&self, said: &SubjectResult) {
        let Some(claims) = &self.claims else { return };
        let history: &History = &self.lab.history;
        let (was_protected, was_unprotected) = history.lately(&said.subject, LOOKED_WITHIN);
        claims.lock().unwrap_or_else(PoisonError::into_inner).push(Claim {
            life: self.life,
            at: self.lab.log.seconds(),
            said: said.clone(),
            was_protected,
            was_unprotected,
        });
    }
}

impl Sink for Told {
    fn emit(&self, event: Event) {
        if let EventKind::SubjectFinished { task, result } = &event.kind
            && task.as_str() == "protect"
        {
            self.claim(result);
        }
        if let Some(line) = json_line(&event) {
            self.lab.log.line("event", &line);
            if let Some(journal) = &self.journal {
                journal.event(event.seq, line);
            }
        }
    }
}

/// The passwords of the playbook.
struct Known;

impl SecretSource for Known {
    fn resolve(&self, _reference: &SecretRef) -> Result<SecretString, SecretError> {
        Ok(HOST_PASSWORD.into())
    }
}

/// The client's time.
#[derive(Debug)]
struct SimulatedClock {
    log: Log,
}

impl vsphere::Clock for SimulatedClock {
    fn now(&self) -> Instant {
        tokio::time::Instant::now().into_std()
    }

    fn wall(&self) -> SystemTime {
        beginning() + Duration::from_secs_f64(self.log.seconds())
    }

    fn sleep(&self, span: Duration) -> vsphere::BoxFuture<'static, ()> {
        Box::pin(tokio::time::sleep(span))
    }
}
