//! Servers that a task of the same playbook installs (`installed_by`): the tasks that use them need that task.

use std::collections::HashMap;

use super::connections::Connections;
use super::graph;
use super::needs::Needs;
use super::task::RawTask;
use crate::codes::Code;
use crate::diagnostic::Diagnostic;
use crate::session::Session;
use crate::suggest::instead;

impl Session<'_> {
    /// `needs` with what follows from the connections that each task's instances use. `None` when that goes in a
    /// circle.
    pub(super) fn installers(
        &mut self,
        needs: Needs,
        tasks: &[RawTask<'_>],
        used: &[Vec<&str>],
        connections: &Connections,
    ) -> Option<Needs> {
        let index: HashMap<&str, usize> =
            tasks.iter().enumerate().rev().map(|(at, task)| (task.id.as_str(), at)).collect();
        let mut installers: HashMap<&str, usize> = HashMap::new();
        for connection in &connections.declared {
            let Some((id, span)) = &connection.installed_by else { continue };
            match index.get(id.as_str()) {
                Some(at) => drop(installers.insert(&connection.name, *at)),
                None => {
                    let hint = instead(id, tasks.iter().map(|task| task.id.as_str()));
                    let what = format!("there is no task {}", self.sink.echo(id, *span));
                    self.report(Diagnostic::new(Code::UnknownInstaller, *span, what).hint(hint));
                }
            }
        }
        if installers.is_empty() {
            return Some(needs);
        }
        let mut edges = needs.edges;
        for (own, used) in edges.iter_mut().zip(used) {
            let implied = used.iter().filter_map(|name| installers.get(name).copied());
            own.extend(implied);
            own.dedup();
        }
        match graph::cycles(&edges) {
            Ok(order) => Some(Needs { edges, order }),
            Err(circles) => {
                for circle in circles {
                    self.installed_too_late(&circle, tasks);
                }
                None
            }
        }
    }

    fn installed_too_late(&mut self, circle: &[usize], tasks: &[RawTask<'_>]) {
        let Some(first) = circle.first() else { return };
        let ids: Vec<String> = circle.iter().map(|at| format!("`{}`", tasks[*at].id)).collect();
        let what = format!("a server is needed before it is installed: {}", ids.join(" needs "));
        let hint = "let the task that installs the server need nothing of that server";
        let place = tasks[*first].id_span;
        self.report(Diagnostic::new(Code::InstalledTooLate, place, what).hint(hint));
    }
}
