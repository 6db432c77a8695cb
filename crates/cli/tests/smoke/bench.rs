//! What the tests work on: a mock server, a folder of its own, and the binary with a clean environment.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mock_vcenter::Mock;
use mock_vcenter::clock::Pace;
use tempfile::TempDir;
use tokio::process::Child;

/// The password of the mock's administrator; must never be seen anywhere.
pub(crate) const CANARY: &str = "kanarienvogel-7351";

/// A server and a folder.
pub(crate) struct Bench {
    pub(crate) mock: Mock,
    folder: TempDir,
}

/// How a command ended.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Bench {
    pub(crate) async fn new() -> Self {
        Self::with_clock(Pace::Real).await
    }

    pub(crate) async fn with_clock(pace: Pace) -> Self {
        let builder = Mock::builder().model("empty").credentials("user", CANARY).clock(pace);
        let mock = builder.start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), mock.ca_pem()).unwrap();
        Bench { mock, folder }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn write(&self, name: &str, text: &str) {
        std::fs::write(self.path(name), text).unwrap();
    }

    /// Runs `lockstep` as somebody who trusts the server and knows the password.
    pub(crate) async fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &self.variables()).await
    }

    /// The same, still running, with its standard error to be read.
    pub(crate) fn start(&self, args: &[&str]) -> Child {
        let mut command = tokio::process::Command::from(lockstep(self.folder.path()));
        command.args(args).envs(self.variables()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.kill_on_drop(true).spawn().unwrap()
    }

    fn variables(&self) -> [(&'static str, String); 2] {
        let ca = self.path("ca.pem").display().to_string();
        [("GOVC_URL", self.url(CANARY)), ("LOCKSTEP_CA_FILE", ca)]
    }

    /// Runs `lockstep` with these variables only.
    pub(crate) async fn run_with(&self, args: &[&str], variables: &[(&str, String)]) -> Ended {
        let mut command = lockstep(self.folder.path());
        command.args(args).envs(variables.iter().map(|(name, value)| (name, value)));
        let output = tokio::task::spawn_blocking(move || command.output().unwrap());
        Ended::of(output.await.unwrap())
    }

    /// The server's address with a password.
    pub(crate) fn url(&self, password: &str) -> String {
        format!("https://user:{password}@{}/sdk", self.mock.address())
    }

    /// How often the mock was asked for this.
    pub(crate) fn calls(&self, method: &str) -> usize {
        self.mock.calls().iter().filter(|call| call.method == method).count()
    }

    /// Whether the mock was asked to change its inventory.
    pub(crate) fn changed(&self) -> bool {
        self.mock.calls().iter().any(|call| call.changed())
    }
}

/// The binary with nothing of this machine's environment.
pub(crate) fn lockstep(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_lockstep"));
    command.current_dir(folder).env_clear().env("HOME", folder).env("LANG", "C.UTF-8");
    command.stdin(Stdio::null());
    command
}

impl Ended {
    pub(crate) fn of(output: Output) -> Self {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        let ended = Ended {
            code: output.status.code(),
            out: text(output.stdout),
            err: text(output.stderr),
        };
        assert!(!ended.out.contains(CANARY) && !ended.err.contains(CANARY), "{ended:?}");
        ended
    }
}
