//! Programs in a guest.

use vim25::methods::{ListProcessesInGuest, StartProgramInGuest, TerminateProcessInGuest};
use vim25::types::{FileNotFound, GuestProcessInfo, GuestProcessNotFound};
use vim25::{MoRef, Str};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::guest::{Guest, GuestProcess, Outcome};
use crate::store::Transaction;

use super::access::enter;

/// What a killed process ends with.
const KILLED: i32 = 137;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<StartProgramInGuest>(start);
    dispatch.add::<ListProcessesInGuest>(list);
    dispatch.add::<TerminateProcessInGuest>(terminate);
}

fn start(call: &Call, asked: StartProgramInGuest) -> Result<i64, Fault> {
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let program = asked.spec.program_path.clone();
        let command = format!("{program} {}", asked.spec.arguments);
        let command = command.trim().to_owned();
        let is_shell = matches!(program.rsplit('/').next(), Some("sh" | "bash"));
        let carried_out = match is_shell {
            true => with_variables(&command, &asked.spec.env_variables),
            false => command.clone(),
        };
        let outcome = Outcome::of(tx.get(&Guest::id_of(&asked.vm))?, &carried_out);
        if outcome.program.is_none() && !is_shell {
            let mut detail = FileNotFound::default();
            detail.file = program.clone();
            return Err(Fault::new(detail, format!("File {program} was not found")));
        }
        let pid = i64::try_from(tx.new_number()).unwrap_or(0) + 1000;
        let started = tx.timestamp();
        Guest::edit(tx, &asked.vm)?.processes.push(GuestProcess {
            pid,
            program,
            command: command.into(),
            owner: user,
            started,
            ended: None,
        });
        if outcome.duration.is_zero() {
            end(tx, &asked.vm, pid, &outcome)?;
        } else {
            let vm = asked.vm;
            tx.after(outcome.duration, move |tx| end(tx, &vm, pid, &outcome));
        }
        Ok(pid)
    })
}

/// A shell puts in the variables of its environment; the list of processes shows what was asked for.
fn with_variables(command: &str, variables: &[Str]) -> String {
    let settings = variables.iter().filter_map(|variable| variable.split_once('='));
    settings.fold(command.to_owned(), |command, (name, value)| {
        command.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
    })
}

/// Ends a process that still runs; one that was killed or whose guest went down is left as it is.
fn end(tx: &mut Transaction<'_>, vm: &MoRef, pid: i64, outcome: &Outcome) -> Result<(), Fault> {
    let running = |process: &&mut GuestProcess| process.pid == pid && process.ended.is_none();
    let Some(user) = Guest::edit(tx, vm)?.processes.iter_mut().find(running) else {
        return Ok(());
    };
    let user = user.owner.clone();
    let (code, _) = outcome.end(tx, vm, &user)?;
    let now = tx.timestamp();
    if let Some(process) = Guest::edit(tx, vm)?.processes.iter_mut().find(running) {
        process.ended = Some((now, code));
    }
    Ok(())
}

fn list(call: &Call, asked: ListProcessesInGuest) -> Result<Vec<GuestProcessInfo>, Fault> {
    call.commit(|tx| {
        enter(tx, &asked.vm, &asked.auth)?;
        let guest = tx.get::<Guest>(&Guest::id_of(&asked.vm))?;
        let wanted =
            |process: &&GuestProcess| asked.pids.is_empty() || asked.pids.contains(&process.pid);
        Ok(guest.processes.iter().filter(wanted).map(shown).collect())
    })
}

fn shown(process: &GuestProcess) -> GuestProcessInfo {
    let name = process.program.rsplit('/').next().unwrap_or_default();
    GuestProcessInfo {
        name: name.into(),
        pid: process.pid,
        owner: process.owner.clone(),
        cmd_line: process.command.clone(),
        start_time: process.started.clone(),
        end_time: process.ended.as_ref().map(|(at, _)| at.clone()),
        exit_code: process.ended.as_ref().map(|(_, code)| *code),
        ..Default::default()
    }
}

fn terminate(call: &Call, asked: TerminateProcessInGuest) -> Result<(), Fault> {
    call.commit(|tx| {
        enter(tx, &asked.vm, &asked.auth)?;
        let now = tx.timestamp();
        let processes = &mut Guest::edit(tx, &asked.vm)?.processes;
        let running = |it: &&mut GuestProcess| it.pid == asked.pid && it.ended.is_none();
        let process = processes.iter_mut().find(running).ok_or_else(|| {
            let detail = GuestProcessNotFound { pid: asked.pid, ..Default::default() };
            Fault::new(detail, format!("No process {} runs in the guest.", asked.pid))
        })?;
        process.ended = Some((now, KILLED));
        Ok(())
    })
}
