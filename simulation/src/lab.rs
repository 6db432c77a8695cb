//! The stage of one simulation: mock, network, histories, and a folder for the journal. [`Lab`].

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use mock_vcenter::clock::Pace;
use mock_vcenter::session::Account;
use mock_vcenter::store::Origin;
use mock_vcenter::task::{TaskHazard, TaskHazards};
use mock_vcenter::{InProcess, Mock};
use tempfile::TempDir;

use crate::fault::Fault;
use crate::link::Weather;
use crate::log::Log;
use crate::schedule::Schedule;
use crate::traffic::Traffic;
use crate::truth::History;

/// Whom the agent logs in as.
pub(crate) const AGENT: &str = "lockstep@vsphere.local";
/// Somebody else with the same rights.
pub(crate) const OTHER: &str = "anna@vsphere.local";
/// The password of both.
pub(crate) const PASSWORD: &str = "not a secret";

/// When every simulation begins: 2026-01-01T00:00:00Z.
pub(crate) fn beginning() -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(1_767_225_600)
}

/// Everything that outlives the agent.
pub(crate) struct Lab {
    pub(crate) schedule: Schedule,
    pub(crate) server: Arc<InProcess>,
    pub(crate) weather: Arc<Weather>,
    pub(crate) log: Log,
    pub(crate) traffic: Arc<Mutex<Traffic>>,
    pub(crate) history: Arc<History>,
    pub(crate) folder: TempDir,
}

impl Lab {
    /// Sets it up.
    ///
    /// # Errors
    /// A sentence about what is missing.
    pub(crate) fn new(schedule: &Schedule) -> Result<Self, String> {
        let log = Log::new();
        let skew: i64 = schedule.faults.iter().map(skew).sum();
        let shift = Duration::from_secs(skew.unsigned_abs());
        let started = if skew < 0 { beginning() - shift } else { beginning() + shift };
        let server = Mock::builder()
            .model(&schedule.scenario.model())
            .seed(schedule.seed)
            .credentials(AGENT, PASSWORD)
            .account(Account::administrator(OTHER, PASSWORD))
            .clock(Pace::Real)
            .starting_at(started)
            .in_process()
            .map_err(|error| error.to_string())?;
        let traffic: Arc<Mutex<Traffic>> = Arc::default();
        let now = server.store().snapshot();
        let history = Arc::new(History::new(log.clone(), traffic.clone(), &now));
        server.store().observe(history.clone());
        let lab = Self {
            schedule: schedule.clone(),
            server: Arc::new(server),
            weather: Arc::default(),
            log,
            traffic,
            history,
            folder: folder().map_err(|error| error.to_string())?,
        };
        lab.disturb();
        Ok(lab)
    }

    fn disturb(&self) {
        let mut hazards = Vec::new();
        for fault in &self.schedule.faults {
            match fault {
                Fault::Calls(rule) => self.server.disturb(rule.clone()),
                Fault::Tasks(hazard) => hazards.push(hazard.clone()),
                _ => {}
            }
        }
        self.set_hazards(hazards);
    }

    /// Takes away what disturbs calls and tasks.
    pub(crate) fn calm(&self) {
        self.server.calm();
        self.set_hazards(Vec::new());
        self.log.line("weather", "calm");
    }

    fn set_hazards(&self, hazards: Vec<TaskHazard>) {
        let set = self.server.store().commit(&Origin::default(), |tx| {
            tx.edit::<TaskHazards>(&TaskHazards::id())?.0 = hazards;
            Ok(())
        });
        if let Err(fault) = set {
            self.log.line("weather", &format!("no hazards: {fault}"));
        }
    }
}

fn skew(fault: &Fault) -> i64 {
    if let Fault::Skew { seconds } = fault { *seconds } else { 0 }
}

/// In memory where the machine has such a folder: thousands of journals are not to wear its disk.
fn folder() -> std::io::Result<TempDir> {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir())
}
