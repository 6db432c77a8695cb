//! One run of `lockstep`: [`Lockstep`] before it, [`Outcome`] after it.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::binary::lockstep;

/// Longer than any run takes; what hangs ends as a failed test.
const PATIENCE: Duration = Duration::from_secs(600);

/// A run of the binary with nothing in its environment but what is named.
pub struct Lockstep {
    command: Command,
}

/// What a run left behind.
#[derive(Debug)]
pub struct Outcome {
    /// The exit code; `None` when a signal ended the process.
    pub code: Option<i32>,
    /// Its results.
    pub stdout: String,
    /// Everything else.
    pub stderr: String,
}

impl Lockstep {
    /// A run in `folder`.
    #[must_use]
    pub fn new(folder: &Path) -> Self {
        Self::of(Command::new(lockstep()), folder)
    }

    /// A run in `folder` that cannot write files beyond `blocks` of 512 bytes, as on a disk that is full.
    #[must_use]
    pub fn with_small_files(folder: &Path, blocks: u32) -> Self {
        // Without the trap the kernel would end the process instead of failing the write.
        let script = "trap '' XFSZ; ulimit -f \"$1\"; shift; exec \"$@\"";
        let mut command = Command::new("/bin/sh");
        command.args(["-c", script, "sh", &blocks.to_string()]).arg(lockstep());
        Self::of(command, folder)
    }

    fn of(mut command: Command, folder: &Path) -> Self {
        command
            .env_clear()
            .env("HOME", folder)
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .kill_on_drop(true);
        Self { command }
    }

    /// Starts it in this folder instead; its home stays.
    #[must_use]
    pub fn folder(mut self, folder: &Path) -> Self {
        self.command.current_dir(folder);
        self
    }

    /// Adds words to its command line.
    #[must_use]
    pub fn words<'a>(mut self, words: impl IntoIterator<Item = &'a str>) -> Self {
        self.command.args(words);
        self
    }

    /// Sets a variable of its environment.
    #[must_use]
    pub fn variable(mut self, name: &str, value: &str) -> Self {
        self.command.env(name, value);
        self
    }

    /// Has a script write seconds of CPU and KiB of memory at most into a file when it ends.
    #[must_use]
    pub fn accounted(self, account: &Path) -> Self {
        let plain = self.command.as_std();
        let script = crate::Foreign::script("bench/cpu.py");
        let mut command = Command::new("python3");
        command.arg(script).arg(account).arg(plain.get_program()).args(plain.get_args());
        command.env_clear().current_dir(plain.get_current_dir().unwrap_or(Path::new(".")));
        for (name, value) in plain.get_envs() {
            if let Some(value) = value {
                command.env(name, value);
            }
        }
        // The interpreter is looked for on the path.
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        Self { command }
    }

    /// Runs it to its end.
    ///
    /// # Panics
    /// When it does not start or does not end.
    pub async fn run(self) -> Outcome {
        self.start().finish().await
    }

    /// Starts it.
    ///
    /// # Panics
    /// When it does not start.
    #[expect(clippy::unwrap_used, reason = "a run that does not start is a failed test")]
    #[must_use]
    pub fn start(mut self) -> Running {
        let mut child = self.command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        Running { child, stdout, read: String::new() }
    }
}

/// A run that has not ended.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    read: String,
}

impl Running {
    /// Reads its results until a line with all these parts in it.
    ///
    /// # Panics
    /// When there is none.
    #[expect(clippy::unwrap_used, reason = "results that cannot be read are a failed test")]
    pub async fn until_line<const N: usize>(&mut self, parts: [&str; N]) {
        loop {
            let start = self.read.len();
            let line = timeout(PATIENCE, self.stdout.read_line(&mut self.read)).await;
            let length = line.expect("no such line comes").unwrap();
            assert!(length > 0, "no line has {parts:?}:\n{}", self.read);
            if parts.iter().all(|part| self.read[start..].contains(part)) {
                return;
            }
        }
    }

    /// Presses Ctrl-C.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn interrupt(&self) {
        self.send(Signal::INT);
    }

    /// Kills it, so that it can do nothing more.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn kill(&self) {
        self.send(Signal::KILL);
    }

    /// Has it stand still, as a machine that sleeps does.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn freeze(&self) {
        self.send(Signal::STOP);
    }

    /// Has it go on.
    ///
    /// # Panics
    /// When it has ended already.
    pub fn thaw(&self) {
        self.send(Signal::CONT);
    }

    fn send(&self, signal: Signal) {
        let id = self.child.id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
        let sent = id.map(|id| kill_process(id, signal));
        assert_eq!(sent, Some(Ok(())), "the process has ended before its signal");
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// When it does not end.
    #[expect(clippy::unwrap_used, reason = "a run that does not end is a failed test")]
    pub async fn finish(mut self) -> Outcome {
        let ending = async {
            tokio::join!(self.stdout.read_to_string(&mut self.read), self.child.wait_with_output())
        };
        let (read, output) = timeout(PATIENCE, ending).await.expect("the run does not end");
        read.unwrap();
        let output = output.unwrap();
        let stderr = String::from_utf8(output.stderr).expect("only text is printed");
        Outcome { code: output.status.code(), stdout: self.read, stderr }
    }
}

impl Outcome {
    /// Both outputs, for messages and for texts that may be in either.
    #[must_use]
    pub fn text(&self) -> String {
        format!(
            "exit code {:?}\n--- stdout\n{}\n--- stderr\n{}",
            self.code, self.stdout, self.stderr
        )
    }

    /// Demands this exit code.
    ///
    /// # Panics
    /// When it is another.
    #[track_caller]
    pub fn ends_with(&self, code: i32) -> &Self {
        assert_eq!(self.code, Some(code), "{}", self.text());
        self
    }

    /// Demands that each of these parts is said, in the results or beside them. Line breaks count as spaces:
    /// where a line ends is not what is looked for.
    ///
    /// # Panics
    /// When one is not.
    #[track_caller]
    pub fn says<const N: usize>(&self, parts: [&str; N]) -> &Self {
        let all = self.text();
        let said = all.split_whitespace().collect::<Vec<_>>().join(" ");
        for part in parts {
            assert!(said.contains(part), "nothing says `{part}`:\n{all}");
        }
        self
    }
}
