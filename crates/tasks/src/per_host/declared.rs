//! The part that is the same for every capability that settles something on hosts.

use std::error::Error;
use std::fmt::Debug;
use std::future::Future;

use orchestrator::{Delivery, Item, Plan, Reason, StepOutcome, StepScope, TaskError};
use playbook::Args;
use vsphere::{Reader, Writer};

use super::find::{find, server};
use super::{Found, Hosts, NamedHosts, OfHost};
use crate::declared::{Declared, On};
use crate::lookup::{not_found, reason};
use crate::world::{VsphereReader, VsphereWorld};

/// A declaration about hosts, each for itself.
pub(crate) trait PerHost: for<'a> From<&'a Args> + Debug + Send + Sync + 'static {
    /// What is read of one host.
    type Part: Send + Sync + 'static;
    /// Its `Debug` must not show secrets.
    type Step: Clone + Debug + Send + Sync + 'static;
    /// What it does, before the host's name: "configure".
    const VERB: &'static str;

    fn hosts(&self) -> &NamedHosts;

    /// Whether it is about the server itself, as if that were one host.
    fn is_about_server(&self) -> bool {
        false
    }

    /// Reads one host; `None` when it does not show what is needed, because it is disconnected.
    fn read(
        &self,
        found: &Found,
        reader: &Reader,
    ) -> impl Future<Output = Result<Option<Self::Part>, TaskError>> + Send;

    /// Decides about one host; at least one item, each with the host's name as subject.
    fn plan_host(&self, name: &str, part: &Self::Part) -> HostPlan<Self::Step>;

    /// Tells later tasks what will be true of a host for which nothing is blocked.
    fn announce_host(&self, _on: On<'_, VsphereReader>, _name: &str) {}

    fn apply_step(
        &self,
        step: &Self::Step,
        writer: &Writer,
        scope: &StepScope,
    ) -> impl Future<Output = Result<StepOutcome, TaskError>> + Send;

    /// Steps by hand on one host, given what is planned for it; `None` when it is still to come.
    fn by_hand(&self, _items: Option<&[Item<Self::Step>]>) -> u32 {
        0
    }
}

/// The plan of one host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct HostPlan<S> {
    pub(crate) items: Vec<Item<S>>,
    /// Sentences that do not name the host, so that they are said once for all hosts.
    pub(crate) notes: Vec<String>,
}

impl<S> From<Vec<Item<S>>> for HostPlan<S> {
    fn from(items: Vec<Item<S>>) -> Self {
        Self { items, notes: Vec::new() }
    }
}

impl<D: PerHost> Declared for D {
    type Seen = Hosts<D::Part>;
    type Step = D::Step;

    async fn observe(&self, on: On<'_, VsphereReader>) -> Result<Hosts<D::Part>, TaskError> {
        let reader = on.reader().await?;
        let found = match self.is_about_server() {
            true => vec![server(reader)],
            false => find(self.hosts(), on).await?,
        };
        let mut hosts = Vec::new();
        let (several, mut refused) = (found.len() > 1, None);
        for (name, of_host) in found {
            let seen = match of_host {
                OfHost::Here(found) => match self.read(&found, reader).await {
                    Ok(part) => part.map_or(OfHost::Silent, OfHost::Here),
                    // One host that cannot be asked does not hide the others.
                    Err(error) if several && error.delivery == Some(Delivery::Answered) => {
                        let seen = OfHost::Refused(refusal(D::VERB, &name, &error));
                        refused.get_or_insert(error);
                        seen
                    }
                    Err(error) => return Err(error),
                },
                other => other.unread(),
            };
            hosts.push((name, seen));
        }
        let is_refused = |(_, seen): &(String, OfHost<D::Part>)| matches!(seen, OfHost::Refused(_));
        match refused {
            Some(error) if hosts.iter().all(is_refused) => Err(error),
            _ => Ok(Hosts { hosts }),
        }
    }

    fn plan(&self, _connection: &str, seen: &Hosts<D::Part>) -> Plan<D::Step> {
        let mut plan = Plan::of(Vec::new());
        for (name, of_host) in &seen.hosts {
            match of_host {
                OfHost::Here(part) => {
                    let of_host = self.plan_host(name, part);
                    plan.items.extend(of_host.items);
                    let notes = of_host.notes.into_iter();
                    let new: Vec<_> = notes.filter(|note| !plan.notes.contains(note)).collect();
                    plan.notes.extend(new);
                }
                other => plan.items.push(elsewhere(D::VERB, name, other)),
            }
        }
        plan
    }

    fn announce(&self, on: On<'_, VsphereReader>, seen: &Hosts<D::Part>) {
        for (name, of_host) in &seen.hosts {
            let well = match of_host {
                OfHost::Here(part) => !is_blocked(&self.plan_host(name, part).items),
                OfHost::Coming(_) | OfHost::Mended => true,
                _ => false,
            };
            if well {
                self.announce_host(on, name);
            }
        }
    }

    async fn apply(
        &self,
        on: On<'_, VsphereWorld>,
        step: &D::Step,
        scope: &StepScope,
    ) -> Result<StepOutcome, TaskError> {
        self.apply_step(step, on.writer().await?, scope).await
    }

    fn manual_steps(&self, seen: &Hosts<D::Part>, _plan: &Plan<Self::Step>) -> u32 {
        let of_one = |(name, of_host): &(String, OfHost<D::Part>)| match of_host {
            OfHost::Here(part) => self.by_hand(Some(&self.plan_host(name, part).items)),
            OfHost::Coming(_) | OfHost::Stuck | OfHost::Mended => self.by_hand(None),
            OfHost::Nowhere(_)
            | OfHost::Unnamed
            | OfHost::Silent
            | OfHost::Refused(_)
            | OfHost::Cut(_) => 0,
        };
        seen.hosts.iter().map(of_one).fold(0, u32::saturating_add)
    }
}

fn is_blocked<S>(items: &[Item<S>]) -> bool {
    items.iter().any(|item| matches!(item, Item::Blocked { .. }))
}

/// A failure to read one host, told as what is against doing anything on it.
fn refusal(verb: &str, name: &str, error: &TaskError) -> Reason {
    let causes = std::iter::successors(error.source(), |cause| (**cause).source());
    let causes: Vec<String> = causes.map(ToString::to_string).collect();
    let cause = format!("{error}: {}", causes.join(": "));
    let fix = error.hint.as_deref().unwrap_or("look at the host in vCenter");
    reason(error.code, format!("cannot {verb} host `{name}`"), cause, fix)
}

/// What is said of a host that cannot be planned for now.
fn elsewhere<S, P>(verb: &str, name: &str, of_host: &OfHost<P>) -> Item<S> {
    let what = || format!("cannot {verb} host `{name}`");
    match of_host {
        OfHost::Coming(place) => Item::after_apply(name, format!("host `{name}` joins `{place}`")),
        OfHost::Stuck => {
            Item::after_apply(name, format!("host `{name}` is added, which is blocked now"))
        }
        OfHost::Nowhere(error) => Item::blocked(name, not_found(what(), error)),
        OfHost::Unnamed => {
            let what = format!("cannot {verb} a host of `{name}`");
            let cause = "this is a vCenter, and the task does not say which of its hosts is meant";
            let fix = "add `host:` with a name, a path, or a list of them";
            Item::blocked(name, reason("host-not-named", what, cause, fix))
        }
        OfHost::Refused(reason) => Item::blocked(name, reason.clone()),
        OfHost::Mended => Item::after_apply(name, format!("host `{name}` is reconnected")),
        OfHost::Cut(state) => {
            let cause = format!(
                "vCenter has no connection to it (`{state}`), so what it shows of it may be old"
            );
            let fix =
                "see whether the host runs and its management network works, then reconnect it";
            Item::blocked(name, reason("host-not-connected", what(), cause, fix))
        }
        OfHost::Silent | OfHost::Here(_) => {
            let cause =
                "the server shows nothing of it; it is disconnected, or the user may not read it";
            let fix = "connect the host, and give the user `System.Read` on it";
            Item::blocked(name, reason("host-silent", what(), cause, fix))
        }
    }
}
