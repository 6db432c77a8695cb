//! What tasks settle, so that two of them which declare different values for one setting of the same object are
//! found before anything is done: [`Settled`], told by a capability, and [`conflicts`].
//!
//! Such tasks would change the value back and forth in every run, and all of them would end well. Objects are the
//! same here when they are written the same on the same connection; what only a server could tell apart or put
//! together is left alone.

use std::collections::{HashMap, HashSet};

use crate::args::Args;
use crate::capability::Capability;
use crate::codes::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::playbook::{Playbook, TaskInstance};
use crate::source::Span;

/// More mistakes of this kind are not looked for.
const MOST: usize = 50;

/// A value that a task declares for one setting of one object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The object, as people read it: "host `esx1`".
    pub object: String,
    /// The setting, as people read it: "option `Syslog.global.logHost`".
    pub setting: String,
    /// The value; values that only look different are the same text here.
    pub value: String,
    /// The texts of the playbook that make the value; `None` for one that may be a secret.
    pub shown: Option<Vec<String>>,
    /// Where the value stands.
    pub span: Span,
    /// Whether another value may be meant later in the same run, as when a service is only started for a while.
    /// Then only tasks in no order are in conflict.
    pub passing: bool,
}

/// What a task with these fields settles; see [`Capability::settles`].
pub type Settles = fn(&Args) -> Vec<Settled>;

/// Finds tasks of which no two may be in one run; `playbook` has the tasks of that run. `None` when all go together.
#[must_use]
pub fn conflicts(playbook: &Playbook, catalogue: &[Capability]) -> Option<Diagnostics> {
    let mut found = playbook.warnings.clone();
    report(&playbook.tasks, catalogue, |_, _| true, &mut found);
    found.sort();
    found.has_errors().then_some(found)
}

/// Reports those that are in every run of both.
pub(crate) fn always_in_conflict(
    tasks: &[TaskInstance],
    catalogue: &[Capability],
    found: &mut Diagnostics,
) {
    // Tasks with other tags may be alternatives, of which each run takes one.
    report(tasks, catalogue, |one, other| one.tags == other.tags, found);
}

struct Declared<'a> {
    task: &'a TaskInstance,
    settled: Settled,
}

fn report(
    tasks: &[TaskInstance],
    catalogue: &[Capability],
    together: impl Fn(&TaskInstance, &TaskInstance) -> bool,
    found: &mut Diagnostics,
) {
    let order = Order::of(tasks);
    let mut declared: HashMap<(&str, String, String), Vec<Declared<'_>>> = HashMap::new();
    let mut left = MOST;
    for task in tasks {
        let capability = catalogue.iter().find(|one| one.name == task.capability);
        let Some(settles) = capability.and_then(|one| one.settles) else { continue };
        let mut told = false;
        for settled in settles(&task.args) {
            let key = (&*task.connection, settled.object.clone(), settled.setting.clone());
            let earlier = declared.entry(key).or_default();
            let now = Declared { task, settled };
            let contrary = earlier.iter().find(|before| {
                let differs = before.settled.value != now.settled.value;
                let passing = before.settled.passing || now.settled.passing;
                differs
                    && before.task.id != task.id
                    && together(before.task, task)
                    && !(passing && order.is_between(&before.task.id, &task.id))
            });
            if let Some(before) = contrary.filter(|_| !told) {
                found.push(mistake(before, &now, found));
                told = true;
                left -= 1;
                if left == 0 {
                    return;
                }
            }
            // More of them would be in conflict with one of these.
            if earlier.len() < MOST {
                earlier.push(now);
            }
        }
    }
}

fn mistake(before: &Declared<'_>, now: &Declared<'_>, found: &Diagnostics) -> Diagnostic {
    let Settled { object, setting, span, passing, .. } = &now.settled;
    let what = format!(
        "tasks `{}` and `{}` declare different values for {setting} of {object}: {} and {}",
        before.task.id,
        now.task.id,
        value_of(&before.settled, found),
        value_of(&now.settled, found)
    );
    let mut hint = "declare it in one of them only, or the same in both; where each is meant for other runs, give \
                    the tasks `tags` and run one at a time"
        .to_owned();
    if *passing || before.settled.passing {
        hint.push_str("; where one is to follow the other, say so with `needs`");
    }
    let place = if span.is_none() { now.task.span } else { *span };
    let first = before.settled.span;
    let first = if first.is_none() { before.task.span } else { first };
    let mistake = Diagnostic::new(Code::TasksDisagree, place, what).hint(hint);
    match now.settled.shown.is_some() && before.settled.shown.is_some() {
        true => mistake.related(first, "declared otherwise here"),
        // The lines of the file hold the values too.
        false => mistake.hidden(),
    }
}

/// The value in words, where it is plain that it is no secret.
fn value_of(settled: &Settled, found: &Diagnostics) -> String {
    let Some(shown) = &settled.shown else { return "a value that is not shown".to_owned() };
    let plain = |text: &String| settled.span.is_none() || found.may_show(text, settled.span);
    match &shown[..] {
        [] => "nothing".to_owned(),
        texts if texts.iter().all(plain) => format!("`{}`", texts.join(", ")),
        _ => "what a template yields".to_owned(),
    }
}

/// Which task needs which, however far.
struct Order<'a> {
    needs: HashMap<&'a str, &'a [String]>,
}

impl<'a> Order<'a> {
    fn of(tasks: &'a [TaskInstance]) -> Self {
        Self { needs: tasks.iter().map(|task| (&*task.id, &*task.needs)).collect() }
    }

    /// Whether one of the two comes after the other.
    fn is_between(&self, one: &str, other: &str) -> bool {
        self.needs(one, other) || self.needs(other, one)
    }

    fn needs(&self, task: &str, other: &str) -> bool {
        let mut seen: HashSet<&str> = HashSet::new();
        let mut open = vec![task];
        while let Some(task) = open.pop() {
            for need in self.needs.get(task).copied().unwrap_or_default() {
                if need == other {
                    return true;
                }
                if seen.insert(need) {
                    open.push(need);
                }
            }
        }
        false
    }
}
