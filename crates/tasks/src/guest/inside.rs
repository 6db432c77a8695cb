//! A VM whose guest lets us in: [`Inside`]. Programs are started and waited for here.

use std::time::Duration;

use orchestrator::TaskError;
use vim25::DataObject;
use vim25::MoRef;
use vim25::types::{
    GuestOperationsUnavailable, GuestPermissionDenied, GuestProcessInfo, GuestProgramSpec,
    InvalidGuestLogin, InvalidPowerState,
};
use vsphere::objects::{GuestLogin, GuestOperations};
use vsphere::{CallError, Reader, Writer, find_fault};

use crate::trouble::Doing;

/// Between two looks at a program that runs.
const PAUSE: Duration = Duration::from_millis(500);

/// A guest and a user that it lets in.
#[derive(Debug, Clone)]
pub(crate) struct Inside {
    pub(crate) operations: GuestOperations,
    pub(crate) login: GuestLogin,
    /// All that are declared: the program may make another one the right one.
    others: Vec<GuestLogin>,
    /// The VM's name, for messages.
    pub(crate) name: String,
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ran {
    /// With this exit code.
    ToItsEnd(i32),
    /// It did not: it still runs under this number.
    Longer {
        /// Its number in the guest.
        pid: i64,
    },
}

/// Why nobody is let in.
#[derive(Debug)]
pub(crate) enum NotInside {
    /// VMware Tools do not answer, or the VM is off.
    NotReady,
    /// No password is taken.
    Refused,
    Failed(TaskError),
}

impl Inside {
    /// The first of these logins that the guest takes, and its place.
    pub(crate) async fn enter(
        reader: &Reader,
        vm: &MoRef,
        name: &str,
        logins: Vec<GuestLogin>,
    ) -> Result<(Self, usize), NotInside> {
        let failed = |error| NotInside::Failed(doing(name).failed(error));
        let operations = GuestOperations::of(reader, vm).await.map_err(failed)?;
        let Some(operations) = operations else { return Err(NotInside::NotReady) };
        for (at, login) in logins.iter().enumerate() {
            match operations.validate_credentials(reader, login).await {
                Ok(()) => {
                    let (login, name) = (login.clone(), name.to_owned());
                    return Ok((Self { operations, login, others: logins, name }, at));
                }
                Err(error) if has::<InvalidGuestLogin>(&error) => {}
                Err(error)
                    if has::<GuestOperationsUnavailable>(&error)
                        || has::<InvalidPowerState>(&error) =>
                {
                    return Err(NotInside::NotReady);
                }
                Err(error) => return Err(failed(error)),
            }
        }
        Err(NotInside::Refused)
    }

    /// Starts a program and waits for its end, at most `within`. One that takes longer goes on.
    pub(crate) async fn run(
        &self,
        writer: &Writer,
        program: GuestProgramSpec,
        within: Duration,
    ) -> Result<Ran, TaskError> {
        let path = program.program_path.clone();
        let failed = |error: CallError| {
            let denied = has::<GuestPermissionDenied>(&error);
            let failure =
                Doing::new("guest-run", &format!("cannot run `{path}` in guest"), &self.name)
                    .failed(error);
            if denied {
                failure.hint("the guest's user may not do that; use another one")
            } else {
                failure
            }
        };
        let pid = self.operations.start_program(writer, &self.login, program).await;
        let pid = pid.map_err(failed)?;
        let waiting = async {
            loop {
                let process = self.process(writer, pid).await?;
                if let Some(code) = process.and_then(|process| process.exit_code) {
                    return Ok(code);
                }
                writer.clock().sleep(PAUSE).await;
            }
        };
        tokio::select! {
            ended = waiting => ended.map(Ran::ToItsEnd).map_err(failed),
            () = writer.clock().sleep(within) => Ok(Ran::Longer { pid }),
        }
    }

    /// What became of a program, even if it changed the password that started it.
    async fn process(
        &self,
        reader: &Reader,
        pid: i64,
    ) -> Result<Option<GuestProcessInfo>, CallError> {
        let mut refused = match self.operations.process(reader, &self.login, pid).await {
            Err(error) if has::<InvalidGuestLogin>(&error) => error,
            other => return other,
        };
        for login in &self.others {
            match self.operations.process(reader, login, pid).await {
                Err(error) if has::<InvalidGuestLogin>(&error) => refused = error,
                other => return other,
            }
        }
        Err(refused)
    }

    /// Runs a command of the guest's shell and returns its exit code and what it printed; `None` when it takes
    /// longer. Then its shell is ended, so that commands that hang do not become more and more.
    pub(crate) async fn output_of(
        &self,
        writer: &Writer,
        command: &str,
        within: Duration,
    ) -> Result<Option<(i32, String)>, TaskError> {
        let failed = |error| doing(&self.name).failed(error);
        let file = self.operations.create_temporary_file(writer, &self.login).await;
        let file = file.map_err(failed)?;
        let program = GuestProgramSpec {
            program_path: "/bin/sh".into(),
            arguments: format!("-c {}", quoted(&format!("{command} > {file} 2>&1"))).into(),
            ..Default::default()
        };
        let ran = self.run(writer, program, within).await;
        if let Ok(Ran::Longer { pid }) = ran {
            // It may end just now, or the guest goes down; what was asked is not known either way.
            let _ = self.operations.terminate(writer, &self.login, pid).await;
        }
        let read = self.operations.read_file(writer, &self.login, &file).await;
        // Left behind, it is small and in the guest's folder for such files.
        let _ = self.operations.delete_file(writer, &self.login, &file).await;
        let Ran::ToItsEnd(code) = ran? else { return Ok(None) };
        let printed = read.map_err(|cause| doing(&self.name).error().caused_by(cause))?;
        let text = String::from_utf8_lossy(&printed.unwrap_or_default()).into_owned();
        Ok(Some((code, text)))
    }
}

fn doing(name: &str) -> Doing {
    Doing::new("guest-unreachable", "cannot use guest operations of", name)
}

fn quoted(word: &str) -> String {
    format!("'{}'", word.replace('\'', "'\\''"))
}

fn has<F: DataObject>(error: &CallError) -> bool {
    error.method_fault().is_some_and(|fault| find_fault::<F>(fault).is_some())
}
