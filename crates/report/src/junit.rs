//! A run as JUnit XML, for what shows test results: a suite per task, a case per object.

use std::collections::HashMap;
use std::io::{self, Write};
use std::time::Duration;

use orchestrator::{Failure, Status, SubjectResult, TaskResult};
use quick_xml::Writer;
use quick_xml::events::{BytesDecl, BytesStart, BytesText, Event};

use crate::particulars::Particulars;
use crate::recorded::RecordedRun;
use crate::text::clean;

/// Writes a run. Blocked and failed objects are failures, unknown ones errors, what was not tried is skipped.
///
/// # Errors
/// When `out` fails.
pub fn write_junit(
    out: &mut impl Write,
    run: &RecordedRun,
    particulars: &Particulars,
) -> io::Result<()> {
    let mut xml = Writer::new_with_indent(&mut *out, b' ', 2);
    xml.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)))?;
    let suites: Vec<Suite<'_>> =
        run.summary.tasks.iter().map(|task| Suite::of(task, run)).collect();
    let numbers = suites.iter().fold(Numbers::default(), |sum, suite| sum.plus(suite.numbers()));
    let name = format!("lockstep {} {}", particulars.playbook, run.summary.run);
    let start = numbers.on(element("testsuites", &[("name", &name)]), run.took());
    inside(&mut xml, start, |xml| {
        suites.iter().try_for_each(|suite| suite.write(xml, run, particulars))
    })?;
    writeln!(out)
}

/// A task.
struct Suite<'a> {
    task: &'a TaskResult,
    cases: Vec<Case<'a>>,
}

/// An object of a task, or a task that has none.
struct Case<'a> {
    name: &'a str,
    status: Status,
    failure: Option<&'a Failure>,
    why: Option<&'a str>,
    proof: &'a [String],
    took: Duration,
}

#[derive(Debug, Clone, Copy, Default)]
struct Numbers {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl<'a> Suite<'a> {
    fn of(task: &'a TaskResult, run: &RecordedRun) -> Self {
        let mut took: HashMap<&str, Duration> = HashMap::new();
        for step in run.steps.iter().filter(|step| step.task == task.head.id) {
            let length = step.ended.unwrap_or(run.took()).saturating_sub(step.begun);
            *took.entry(&step.subject).or_default() += length;
        }
        let of = |part: &'a SubjectResult| Case {
            name: &part.subject,
            status: part.status,
            failure: part.failure.as_ref(),
            why: None,
            proof: &part.proof,
            took: took.get(&*part.subject).copied().unwrap_or_default(),
        };
        let mut cases: Vec<Case<'a>> = task.subjects.iter().map(of).collect();
        // A task that failed as a whole says so beside its objects.
        if cases.is_empty() || task.failure.is_some() {
            cases.push(Case {
                name: task.head.id.as_str(),
                status: task.status,
                failure: task.failure.as_ref(),
                why: task.why.as_deref(),
                proof: &[],
                took: if cases.is_empty() { task.took } else { Duration::ZERO },
            });
        }
        Self { task, cases }
    }

    fn numbers(&self) -> Numbers {
        self.cases.iter().fold(Numbers::default(), |sum, case| sum.plus(case.numbers()))
    }

    fn write<W: Write>(
        &self,
        xml: &mut Writer<W>,
        run: &RecordedRun,
        particulars: &Particulars,
    ) -> io::Result<()> {
        let head = &self.task.head;
        let at = run.started.get(..19).unwrap_or_default();
        let start = element("testsuite", &[("name", head.id.as_str()), ("timestamp", at)]);
        inside(xml, self.numbers().on(start, self.task.took), |xml| {
            let properties =
                [("capability", &head.capability), ("playbook", &particulars.playbook)];
            inside(xml, element("properties", &[]), |xml| {
                properties.iter().try_for_each(|(name, value)| {
                    let start = element("property", &[("name", name), ("value", value)]);
                    xml.write_event(Event::Empty(start))
                })
            })?;
            let class = format!("{}.{}", head.capability, head.id);
            self.cases.iter().try_for_each(|case| case.write(xml, &class))
        })
    }
}

impl Case<'_> {
    fn numbers(&self) -> Numbers {
        let one = |is: bool| usize::from(is);
        Numbers {
            tests: 1,
            failures: one(matches!(self.status, Status::Failed | Status::Blocked)),
            errors: one(self.status == Status::Unknown),
            skipped: one(matches!(self.status, Status::Skipped | Status::Unfinished)),
        }
    }

    fn write<W: Write>(&self, xml: &mut Writer<W>, class: &str) -> io::Result<()> {
        let time = seconds(self.took);
        let start =
            element("testcase", &[("name", self.name), ("classname", class), ("time", &time)]);
        inside(xml, start, |xml| {
            match self.status {
                Status::Changed | Status::Unchanged => {}
                Status::Failed | Status::Blocked => self.told(xml, "failure")?,
                Status::Unknown => self.told(xml, "error")?,
                Status::Skipped | Status::Unfinished => {
                    let message = self.message();
                    xml.write_event(Event::Empty(element("skipped", &[("message", &message)])))?;
                }
            }
            if self.proof.is_empty() {
                return Ok(());
            }
            inside(xml, element("system-out", &[]), |xml| text(xml, &self.proof.join("\n")))
        })
    }

    fn told<W: Write>(&self, xml: &mut Writer<W>, kind: &str) -> io::Result<()> {
        let code = self.failure.map_or(self.status.as_str(), |failure| &failure.code);
        let start = element(kind, &[("type", code), ("message", &self.message())]);
        let mut told = Vec::new();
        if let Some(failure) = self.failure {
            told.extend(failure.causes.iter().map(|cause| format!("cause: {cause}")));
            told.extend(failure.fix.iter().map(|fix| format!("fix: {fix}")));
        }
        inside(xml, start, |xml| text(xml, &told.join("\n")))
    }

    fn message(&self) -> String {
        let failure = self.failure.map(ToString::to_string);
        failure.or(self.why.map(str::to_owned)).unwrap_or_else(|| self.status.as_str().to_owned())
    }
}

impl Numbers {
    fn plus(self, other: Self) -> Self {
        Self {
            tests: self.tests + other.tests,
            failures: self.failures + other.failures,
            errors: self.errors + other.errors,
            skipped: self.skipped + other.skipped,
        }
    }

    fn on(self, mut start: BytesStart<'static>, took: Duration) -> BytesStart<'static> {
        let numbers = [
            ("tests", self.tests),
            ("failures", self.failures),
            ("errors", self.errors),
            ("skipped", self.skipped),
        ];
        for (name, number) in numbers {
            start.push_attribute((name, number.to_string().as_str()));
        }
        start.push_attribute(("time", seconds(took).as_str()));
        start
    }
}

fn element(name: &str, attributes: &[(&str, &str)]) -> BytesStart<'static> {
    let mut start = BytesStart::new(name.to_owned());
    for (name, value) in attributes {
        start.push_attribute((*name, clean(value).as_str()));
    }
    start
}

fn inside<W: Write>(
    xml: &mut Writer<W>,
    start: BytesStart<'static>,
    content: impl FnOnce(&mut Writer<W>) -> io::Result<()>,
) -> io::Result<()> {
    let end = start.to_end().into_owned();
    xml.write_event(Event::Start(start))?;
    content(xml)?;
    xml.write_event(Event::End(end))
}

/// Lines stay lines; other control characters have no place in XML.
fn text<W: Write>(xml: &mut Writer<W>, text: &str) -> io::Result<()> {
    let lines: Vec<String> = text.lines().map(clean).collect();
    xml.write_event(Event::Text(BytesText::new(&lines.join("\n"))))
}

fn seconds(time: Duration) -> String {
    format!("{:.3}", time.as_secs_f64())
}
