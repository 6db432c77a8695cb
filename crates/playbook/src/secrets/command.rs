//! Runs the program a secret comes from: argument list, no shell, bounded time and output.
//!
//! The program's standard error goes where ours goes, since it may have to explain itself to the operator; its
//! output is never logged.

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant};

use secrecy::zeroize::Zeroizing;

use super::reference::SecretRef;
use super::source::{LONGEST, SecretError};

type Output = std::io::Result<Zeroizing<Vec<u8>>>;

/// How long a program may run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CommandLimits {
    /// Time from start to end; default 30 s.
    pub time: Duration,
}

impl Default for CommandLimits {
    fn default() -> Self {
        CommandLimits { time: Duration::from_secs(30) }
    }
}

/// Runs `argv` in the folder `base` and returns what it printed.
pub(super) fn run(
    argv: &[String],
    base: &Path,
    limits: CommandLimits,
    reference: &SecretRef,
) -> Result<Zeroizing<Vec<u8>>, SecretError> {
    let Some((program, arguments)) = argv.split_first() else {
        return Err(SecretError::Empty(reference.clone()));
    };
    let failed = |cause| SecretError::RunCommand { program: program.clone(), cause };
    let mut command = Command::new(program);
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::inherit());
    if !base.as_os_str().is_empty() {
        command.current_dir(base);
    }
    let mut child = command.spawn().map_err(failed)?;
    let deadline = Instant::now() + limits.time;
    let output = read_in_background(&mut child);
    let left = deadline.saturating_duration_since(Instant::now());
    let timeout =
        || SecretError::CommandTimeout { program: program.clone(), seconds: limits.time.as_secs() };
    let Ok(bytes) = output.recv_timeout(left) else {
        stop(&mut child);
        return Err(timeout());
    };
    let bytes = bytes.map_err(failed)?;
    if bytes.len() > LONGEST {
        stop(&mut child);
        return Err(SecretError::TooLong(reference.clone()));
    }
    match wait_until(&mut child, deadline).map_err(failed)? {
        Some(status) if status.success() => Ok(bytes),
        Some(status) => {
            Err(SecretError::CommandFailed { program: program.clone(), status: status.to_string() })
        }
        None => {
            stop(&mut child);
            Err(timeout())
        }
    }
}

/// A program that closes its output but goes on is given the rest of its time.
fn wait_until(
    child: &mut Child,
    deadline: Instant,
) -> std::io::Result<Option<std::process::ExitStatus>> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(Some(status));
        }
        if Instant::now() >= deadline {
            return Ok(None);
        }
        thread::sleep(Duration::from_millis(2));
    }
}

/// The thread outlives a stopped program only as long as a descendant keeps the pipe open.
fn read_in_background(child: &mut Child) -> Receiver<Output> {
    let (sender, receiver) = mpsc::channel();
    let stdout = child.stdout.take();
    thread::spawn(move || {
        let mut bytes = Zeroizing::new(Vec::with_capacity(LONGEST + 1));
        let result = match stdout {
            Some(stdout) => stdout.take(LONGEST as u64 + 1).read_to_end(&mut bytes),
            None => Ok(0),
        };
        // Nobody listens any more after a timeout; then the bytes are wiped here.
        let _ = sender.send(result.map(|_| bytes));
    });
    receiver
}

fn stop(child: &mut Child) {
    // Both fail only when the program has ended by itself, which is what we want.
    let _ = child.kill();
    let _ = child.wait();
}
