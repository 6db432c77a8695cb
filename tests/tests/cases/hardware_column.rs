//! The hardware column: from a bare machine to a host whose nodes are in step, in vCenter; and again.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::process::Command;

use e2e::{HOST_PASSWORD, Lab, Lockstep, Outcome, workspace};
use mock_vcenter::clock::Pace;
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::{CallRecord, Installation, Mock};

const PLAYBOOK: &str = include_str!("../../../playbooks/hardware-ft.yaml");
const ANSWERS: &str =
    "gates: { drives: 'yes', cables: 'yes', bios: 'yes', boot: 'yes', second-drive: 'yes' }\n";
pub(crate) const APPLIANCE_PASSWORD: &str = "Appliance-1-canary";
/// Reboots and 90 minutes of synchronisation pass in some seconds.
const PACE: Pace = Pace::Scaled(600.0);

/// The vCenter, the bare server, and the folder with what is deployed to it.
pub(crate) struct Site {
    pub(crate) lab: Lab,
    server: Mock,
    serve: u16,
}

impl Site {
    pub(crate) async fn new() -> Self {
        let vcenter = Lab::builder().model("ft-vcenter").release("6.5").clock(PACE);
        let lab = Lab::start(vcenter).await;
        let boots = lab.folder().join("kickstart/boot.cfg.lines");
        let server = Mock::builder()
            .model("ft-server")
            .release("5.5")
            .clock(PACE)
            .ssh("127.0.0.1:0")
            // Like a machine whose services start one after the other.
            .disturb(Rule::new(Kind::Unavailable).on("Login").times(2))
            .boot_from(&boots.to_string_lossy());
        let server = server.start().await.unwrap();
        lab.write("hardware-ft.yaml", PLAYBOOK);
        lab.write("answers.yaml", ANSWERS);
        let made = Command::new("python3")
            .arg(workspace().join("scripts/make-appliance.py"))
            .arg(lab.folder())
            .status();
        assert!(made.unwrap().success(), "the appliance cannot be made");
        // Free now; the machine boots from a port that was told it, so it cannot be any.
        let serve = TcpListener::bind("127.0.0.1:0").and_then(|port| port.local_addr()).unwrap();
        Self { lab, server, serve: serve.port() }
    }

    fn lockstep<const N: usize>(&self, words: [&str; N]) -> Lockstep {
        self.given(self.lab.lockstep(words))
    }

    /// A run with the variables and passwords of the site.
    pub(crate) fn given(&self, run: Lockstep) -> Lockstep {
        let variables = [
            format!("host_url={}", self.server.url()),
            format!("serve=127.0.0.1:{}", self.serve),
            "ssh_address=127.0.0.1".to_owned(),
            format!("ssh_port={}", self.server.ssh_address().unwrap().port()),
            "every=1s".to_owned(),
        ];
        let run = variables.iter().fold(run, |run, variable| run.words(["--var", variable]));
        run.variable("LOCKSTEP_APPLIANCE_PASSWORD", APPLIANCE_PASSWORD)
            .variable("LOCKSTEP_APPLIANCE_INITIAL_PASSWORD", "ftServer")
    }

    async fn apply(&self) -> Outcome {
        let words = ["apply", "hardware-ft.yaml", "--yes", "--gate-answers", "answers.yaml"];
        self.lockstep(words).words(["--ledger", "hardware"]).run().await
    }

    async fn plan(&self) -> Outcome {
        let words = ["plan", "hardware-ft.yaml", "--detailed-exitcode"];
        self.lockstep(words).words(["--gate-answers", "answers.yaml"]).run().await
    }

    /// Calls and commands on either server that may have changed something.
    pub(crate) fn changes(&self) -> Vec<CallRecord> {
        let of_server = self.server.calls().into_iter().filter(CallRecord::changed);
        of_server.chain(self.lab.changes()).collect()
    }

    pub(crate) fn forget(&self) {
        self.server.forget_calls();
        self.lab.mock().forget_calls();
    }

    /// Files of the installation, for their owner only, and without the password.
    fn check_files(&self) {
        let folder = self.lab.folder().join("kickstart");
        for name in ["ks.cfg", "boot.cfg.lines", "ks.iso"] {
            let path = folder.join(name);
            let mode = path.metadata().unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600, "{name}");
            let bytes = std::fs::read(&path).unwrap();
            let text = String::from_utf8_lossy(&bytes);
            assert!(!text.contains(HOST_PASSWORD), "{name} holds the password");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bare_server_becomes_a_synchronised_host_and_a_second_run_finds_nothing_to_do() {
    let site = Site::new().await;
    let planned = site.plan().await;
    planned.ends_with(2);
    assert!(site.changes().is_empty(), "a plan changed: {:?}", site.changes());
    assert!(!site.lab.folder().join("kickstart").exists(), "a plan wrote files");
    assert_eq!(site.server.installation(), Some(Installation::Waiting));

    let applied = site.apply().await;
    applied.ends_with(0).says([
        "64 steps by hand: 22 by the API, 11 by the scripted installation, 16 in guests, 9 by hand behind \
         gates, 6 not needed.",
    ]);
    assert_eq!(site.server.installation(), Some(Installation::Installed));
    assert_eq!(site.lab.calls_of("AddStandaloneHost_Task").len(), 1);
    site.check_files();
    for secret in [HOST_PASSWORD, APPLIANCE_PASSWORD, "$6$"] {
        assert!(!applied.text().contains(secret) && !planned.text().contains(secret));
    }

    site.forget();
    let again = site.apply().await;
    again.ends_with(0).says(["nothing was to do"]);
    assert!(site.changes().is_empty(), "the second apply changed: {:?}", site.changes());
    site.plan().await.ends_with(0);
    assert!(site.changes().is_empty(), "a plan changed: {:?}", site.changes());
    assert_eq!((site.lab.mock().sessions(), site.server.sessions()), (0, 0));
}
