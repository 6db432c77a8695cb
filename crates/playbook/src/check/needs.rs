//! Checks ids and `needs:` of all tasks, and says for each task which instances it waits for.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::graph::{self, Order};
use super::task::RawTask;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::session::Session;
use crate::suggest::instead;

/// More tasks of a circle are not listed.
const SHOWN: usize = 10;

/// Which task needs which, by index.
pub(super) struct Needs {
    pub(super) edges: Vec<Vec<usize>>,
    pub(super) order: Order,
}

impl Session<'_> {
    /// Gives every task an id of its own.
    pub(super) fn ids(&mut self, tasks: &mut [RawTask<'_>]) {
        let mut taken: HashMap<String, crate::source::Span> = HashMap::new();
        for task in tasks.iter().filter(|task| task.named) {
            if let Some(first) = taken.get(&task.id) {
                let what = format!("the id `{}` is taken by another task", task.id);
                let mistake = Diagnostic::new(Code::DuplicateId, task.id_span, what)
                    .related(*first, "first used here")
                    .hint("give one of them another id");
                self.report(mistake);
            } else {
                taken.insert(task.id.clone(), task.id_span);
            }
        }
        let mut counts: HashMap<&'static str, usize> = HashMap::new();
        for task in tasks.iter_mut().filter(|task| !task.named) {
            let base = task.work.map_or("task", |work| work.capability.name);
            let count = counts.entry(base).or_default();
            task.id = loop {
                *count += 1;
                let id = format!("{base}-{count}");
                if !taken.contains_key(&id) {
                    break id;
                }
            };
        }
    }

    /// Checks that needed tasks exist and that nothing goes in circles. `None` when something does.
    pub(super) fn needs(&mut self, tasks: &[RawTask<'_>]) -> Option<Needs> {
        let index: HashMap<&str, usize> =
            tasks.iter().enumerate().rev().map(|(at, task)| (task.id.as_str(), at)).collect();
        let mut edges = Vec::with_capacity(tasks.len());
        for task in tasks {
            let mut needed = Vec::with_capacity(task.needs.len());
            for (id, span) in &task.needs {
                self.step();
                match index.get(id.as_str()) {
                    Some(at) => needed.push(*at),
                    None => {
                        let known = tasks.iter().map(|task| task.id.as_str());
                        let full = self.sink.is_full();
                        let hint = if full { String::new() } else { instead(id, known) };
                        let what = format!("there is no task {}", self.sink.echo(id, *span));
                        self.report(Diagnostic::new(Code::UnknownNeed, *span, what).hint(hint));
                    }
                }
            }
            edges.push(needed);
        }
        match graph::cycles(&edges) {
            Ok(order) => Some(Needs { edges, order }),
            Err(circles) => {
                circles.iter().for_each(|circle| self.circle(circle, tasks));
                None
            }
        }
    }

    fn circle(&mut self, circle: &[usize], tasks: &[RawTask<'_>]) {
        let ids = circle.iter().map(|at| format!("`{}`", tasks[*at].id));
        let mut path: Vec<String> = ids.take(SHOWN).collect();
        if circle.len() > SHOWN {
            path.push("…".to_owned());
        }
        let [.., last, first] = circle else { return };
        let place = tasks[*last].needs.iter().find(|(id, _)| *id == tasks[*first].id);
        let span = place.map_or(tasks[*last].id_span, |(_, span)| *span);
        let what = format!("tasks need each other in a circle: {}", path.join(" needs "));
        let hint = "remove one of these needs";
        self.report(Diagnostic::new(Code::NeedsCycle, span, what).hint(hint));
    }

    /// For each task the ids it waits for, given the instances of each task. A task without instances passes on
    /// what it waits for itself.
    pub(super) fn waits(&mut self, needs: &Needs, instances: &[Vec<String>]) -> Vec<Arc<[String]>> {
        let mut waits: Vec<Arc<[String]>> = vec![Arc::from([]); needs.edges.len()];
        for task in &needs.order {
            let mut seen = HashSet::new();
            let mut ids = Vec::new();
            for needed in &needs.edges[*task] {
                let own = &instances[*needed];
                let from: &[String] = if own.is_empty() { &waits[*needed] } else { own };
                for id in from {
                    if self.step() && seen.insert(id.as_str()) {
                        ids.push(id.clone());
                    }
                }
            }
            waits[*task] = ids.into();
        }
        waits
    }
}
