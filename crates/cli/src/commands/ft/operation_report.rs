//! What came of an operation: the summary and, of a drill, roles and times, as text or as one JSON document.

use std::io::{self, Write};
use std::time::Duration;

use orchestrator::{Failure, RunSummary, Status, SubjectResult, Table, TaskResult, Verdict};
use report::{Ending, Style, write_summary, write_table};
use serde::Serialize;
use tasks::{DrillRecord, DrillRecords, Operation};

/// What is reported.
pub(super) struct Report<'a> {
    pub(super) operation: Operation,
    pub(super) server: &'a str,
    /// What the VMs are called, in their order.
    pub(super) subjects: &'a [String],
    pub(super) summary: &'a RunSummary,
    pub(super) records: &'a DrillRecords,
}

#[derive(Serialize)]
struct Document<'a> {
    v: u32,
    server: &'a str,
    run: &'a str,
    operation: &'static str,
    verdict: &'static str,
    took_ms: u64,
    vms: Vec<VmDocument<'a>>,
}

/// One VM. `drill` is there when it was tested, or was about to be.
#[derive(Serialize)]
struct VmDocument<'a> {
    vm: &'a str,
    status: &'static str,
    proof: &'a [String],
    code: Option<&'a str>,
    why: Option<String>,
    fix: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drill: Option<DrillDocument>,
}

#[derive(Serialize)]
struct DrillDocument {
    before: Hosts,
    after: Option<Hosts>,
    /// From the request until the roles were swapped, or the restart had begun.
    changed_ms: Option<u64>,
    /// From the request until the VM was protected again.
    protected_ms: Option<u64>,
}

#[derive(Serialize)]
struct Hosts {
    primary: Option<String>,
    secondary: Option<String>,
}

impl From<[Option<String>; 2]> for Hosts {
    fn from([primary, secondary]: [Option<String>; 2]) -> Self {
        Self { primary, secondary }
    }
}

impl Report<'_> {
    /// For people.
    pub(super) fn text(&self, out: &mut Vec<u8>, style: &Style) -> io::Result<()> {
        if self.operation.is_drill() {
            write_table(out, &self.table(), style)?;
            writeln!(out)?;
        }
        write_summary(out, self.summary, &Ending::default(), style)
    }

    /// For programs.
    pub(super) fn json(&self, out: &mut Vec<u8>) -> io::Result<()> {
        let document = Document {
            v: 1,
            server: self.server,
            run: self.summary.run.as_str(),
            operation: match self.operation {
                Operation::Failover => "failover",
                Operation::RestartSecondary => "restart_secondary",
                Operation::Suspend => "suspend",
                Operation::Resume => "resume",
                Operation::TurnOff => "off",
            },
            verdict: match self.summary.verdict {
                Verdict::Done => "done",
                Verdict::Failed => "failed",
                Verdict::Stopped => "stopped",
            },
            took_ms: millis(self.summary.took),
            vms: self.vms().map(|vm| self.vm(&vm)).collect(),
        };
        serde_json::to_writer_pretty(&mut *out, &document)?;
        out.push(b'\n');
        Ok(())
    }

    /// Each VM with its task, and what became of it if it was tried.
    fn vms(&self) -> impl Iterator<Item = Vm<'_>> {
        self.subjects.iter().enumerate().filter_map(|(at, name)| {
            // The VMs of a drill have a task each, those of other operations share one.
            let tasks = &self.summary.tasks;
            let task = tasks.get(if self.operation.is_drill() { at } else { 0 })?;
            let subject = task.subjects.iter().find(|subject| subject.subject == *name);
            Some(Vm { name, task, subject })
        })
    }

    fn vm<'a>(&self, vm: &Vm<'a>) -> VmDocument<'a> {
        let failure = vm.failure();
        let record = self.operation.is_drill().then(|| self.records.of(vm.name));
        VmDocument {
            vm: vm.name,
            status: vm.status().as_str(),
            proof: vm.subject.map_or(&[], |subject| &subject.proof),
            code: failure.map(|failure| failure.code.as_str()),
            why: failure.map(in_one_line).or_else(|| vm.task.why.clone()),
            fix: failure.and_then(|failure| failure.fix.as_deref()),
            drill: record.map(|record| DrillDocument {
                before: record.before.into(),
                after: record.after.map(Hosts::from),
                changed_ms: record.changed.map(millis),
                protected_ms: record.protected.map(millis),
            }),
        }
    }

    fn table(&self) -> Table {
        let change = match self.operation {
            Operation::RestartSecondary => "lost after",
            _ => "roles swapped after",
        };
        let columns =
            ["VM", "primary on", "secondary on", change, "protected again after", "outcome"];
        let row = |vm: Vm<'_>| row(&vm, &self.records.of(vm.name));
        Table {
            title: match self.operation {
                Operation::RestartSecondary => "Test restart of secondaries".to_owned(),
                _ => "Test failover".to_owned(),
            },
            columns: columns.map(str::to_owned).to_vec(),
            rows: self.vms().map(row).collect(),
        }
    }
}

/// One VM and what became of it.
struct Vm<'a> {
    name: &'a str,
    task: &'a TaskResult,
    subject: Option<&'a SubjectResult>,
}

impl<'a> Vm<'a> {
    fn status(&self) -> Status {
        self.subject.map_or(self.task.status, |subject| subject.status)
    }

    fn failure(&self) -> Option<&'a Failure> {
        self.subject.and_then(|subject| subject.failure.as_ref()).or(self.task.failure.as_ref())
    }
}

fn in_one_line(failure: &Failure) -> String {
    let parts = std::iter::once(failure.to_string()).chain(failure.causes.iter().cloned());
    parts.collect::<Vec<_>>().join(": ")
}

fn row(vm: &Vm<'_>, record: &DrillRecord) -> Vec<String> {
    let [primary, secondary] = &record.before;
    let [new_primary, new_secondary] = record.after.as_ref().unwrap_or(&record.before);
    vec![
        vm.name.to_owned(),
        course(primary.as_deref(), new_primary.as_deref()),
        course(secondary.as_deref(), new_secondary.as_deref()),
        seconds(record.changed),
        seconds(record.protected),
        vm.status().as_str().to_owned(),
    ]
}

fn course(before: Option<&str>, after: Option<&str>) -> String {
    match (before, after) {
        (None, None) => "-".to_owned(),
        (before, after) if before == after => before.unwrap_or("?").to_owned(),
        (before, after) => format!("{} → {}", before.unwrap_or("?"), after.unwrap_or("?")),
    }
}

fn seconds(time: Option<Duration>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| format!("{:.1} s", time.as_secs_f64()))
}

fn millis(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_that_changed_are_shown_before_and_after() {
        assert_eq!(course(Some("a"), Some("b")), "a → b");
        assert_eq!(course(Some("a"), Some("a")), "a");
        assert_eq!((course(None, None), course(None, Some("b"))), ("-".into(), "? → b".into()));
        assert_eq!(seconds(Some(Duration::from_millis(2_340))), "2.3 s");
        assert_eq!(seconds(None), "-");
    }
}
