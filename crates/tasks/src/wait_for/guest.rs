//! Runs a command in a guest and looks at what it prints.
//!
//! A plan starts nothing in a guest, so it cannot look; what an apply saw is kept for the proof at its end.

use std::error::Error;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use orchestrator::{Retry, TaskError, World};
use playbook::{Args, SecretRef};
use secrecy::ExposeSecret;
use vim25::types::{GuestOperationsUnavailable, InvalidPowerState};
use vsphere::objects::GuestLogin;
use vsphere::{CallError, FindError, Kind, find_fault};

use super::look::{Sight, innermost, passes};
use crate::declared::On;
use crate::guest::{Inside, NotInside};
use crate::lookup::{self, not_found, reason};
use crate::ssh::Pattern;
use crate::world::VsphereWorld;

/// How long a command that only looks may take at most, and what it is given when less is left of the wait.
const MOST: Duration = Duration::from_secs(60);
const LEAST: Duration = Duration::from_secs(2);
/// Characters of a line that are shown.
const SHOWN: usize = 120;

/// A command in a guest, and what it is to print.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct GuestCommand {
    pub(super) vm: String,
    username: String,
    password: Option<SecretRef>,
    pub(super) command: String,
    pub(super) prints: String,
    pattern: Pattern,
}

/// What was seen when it was met.
#[derive(Debug, Clone, Default)]
pub(super) struct Met(Arc<Mutex<Option<String>>>);

impl Met {
    pub(super) fn keep(&self, proof: &str) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(proof.to_owned());
    }

    /// What a look that may start nothing sees.
    pub(super) fn sight(&self) -> Sight {
        match &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(proof) => Sight::Met(proof.clone()),
            None => Sight::NotYet("not known before the command is run".to_owned()),
        }
    }
}

impl From<&Args> for GuestCommand {
    fn from(args: &Args) -> Self {
        let text = |field: &str| args.text(field).to_owned();
        Self {
            vm: text("vm"),
            username: text("username"),
            password: args.secret("password").cloned(),
            command: text("command"),
            prints: text("prints"),
            pattern: Pattern::new(args.text("prints")),
        }
    }
}

impl GuestCommand {
    /// Runs it once. A guest or host that is away is no failure: it comes back.
    pub(super) async fn look(
        &self,
        on: On<'_, VsphereWorld>,
        left: Duration,
    ) -> Result<Sight, TaskError> {
        match self.look_inside(on, left.clamp(LEAST, MOST)).await {
            Err(error) if comes_back(&error) => Ok(Sight::NotYet(innermost(&error))),
            other => other,
        }
    }

    async fn look_inside(
        &self,
        on: On<'_, VsphereWorld>,
        within: Duration,
    ) -> Result<Sight, TaskError> {
        let writer = on.writer().await?;
        let what = || format!("cannot wait for the guest of `{}`", self.vm);
        let vm = match lookup::inventory(writer).await?.find(Kind::VirtualMachine, &self.vm) {
            Ok(vm) => vm,
            Err(error @ FindError::NotFound { .. }) => return Ok(Sight::NotYet(error.to_string())),
            Err(error) => return Ok(Sight::Blocked(not_found(what(), &error))),
        };
        let mut logins = Vec::new();
        if let Some(reference) = &self.password {
            let password = on.world.reader().secret(reference).await?;
            logins.push(GuestLogin { username: self.username.clone(), password });
        }
        let inside = match Inside::enter(writer, &vm, &self.vm, logins).await {
            Ok((inside, _)) => inside,
            Err(NotInside::NotReady) => {
                return Ok(Sight::NotYet("VMware Tools do not run in the guest".to_owned()));
            }
            Err(NotInside::Refused) => {
                let fix = "correct `username` and `password`";
                let why = reason("guest-login-refused", what(), "the password is not taken", fix);
                return Ok(Sight::Blocked(why));
            }
            Err(NotInside::Failed(error)) => return Err(error),
        };
        let Some((_, text)) = inside.output_of(writer, &self.command, within).await? else {
            return Ok(Sight::NotYet(format!("it takes longer than {} s", within.as_secs())));
        };
        Ok(self.judge(&hidden(&text, inside.login.password.expose_secret())))
    }

    fn judge(&self, text: &str) -> Sight {
        let fitting = text.lines().find(|line| self.pattern.is_in(line));
        let last = || text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("nothing");
        let shown: String = fitting.unwrap_or_else(last).trim().chars().take(SHOWN).collect();
        let words = format!("it prints `{shown}`");
        if fitting.is_some() { Sight::Met(words) } else { Sight::NotYet(words) }
    }
}

fn hidden(text: &str, secret: &str) -> String {
    if secret.is_empty() { text.to_owned() } else { text.replace(secret, "***") }
}

/// Whether whoever failed is away or busy, and will not be for ever.
fn comes_back(error: &TaskError) -> bool {
    if error.retry != Retry::Never {
        return true;
    }
    let mut causes = std::iter::successors(Some(error as &dyn Error), |cause| (*cause).source());
    let cause = causes.find_map(|cause| cause.downcast_ref::<CallError>());
    cause.is_some_and(|cause| passes(cause) || is_restarting(cause))
}

fn is_restarting(cause: &CallError) -> bool {
    cause.method_fault().is_some_and(|fault| {
        find_fault::<GuestOperationsUnavailable>(fault).is_some()
            || find_fault::<InvalidPowerState>(fault).is_some()
    })
}

#[cfg(test)]
mod tests {
    use playbook::check_args;

    use super::*;
    use crate::wait_for::CAPABILITY;

    #[test]
    fn a_line_of_the_output_has_to_hold_the_pattern() {
        let yaml =
            "{ guest: { vm: a, password: { env: P }, command: show, prints: 'State*duplex' } }";
        let args = check_args(&CAPABILITY, yaml).unwrap();
        let command = GuestCommand::from(args.record("guest"));
        let met = Sight::Met("it prints `STATE:   duplex`".to_owned());
        assert_eq!(command.judge("Unit 0\nSTATE:   duplex\nbye\n"), met);
        let seen = Sight::NotYet("it prints `duplex`".to_owned());
        assert_eq!(command.judge("State: simplex\nduplex\n\n"), seen);
        assert_eq!(command.judge(""), Sight::NotYet("it prints `nothing`".to_owned()));
        assert_eq!(hidden("password hunter2", "hunter2"), "password ***");
    }
}
