//! A small property collector: objects with properties, filters, and waits that park.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tokio::sync::Notify;
use vim25::enums::ObjectUpdateKind;
use vim25::soap::Request;
use vim25::types as t;
use vim25::{MoRef, Poly, Str, Value, methods};

use crate::fake::{Answer, fault, moref, reply};

struct Change {
    version: u64,
    object: MoRef,
    path: String,
}

#[derive(Default)]
struct Inner {
    objects: BTreeMap<MoRef, BTreeMap<String, Value>>,
    changes: Vec<Change>,
    version: u64,
    collectors: Vec<MoRef>,
    filters: BTreeMap<MoRef, t::PropertyFilterSpec>,
    made: u32,
    /// Filters that have not been told since they were made.
    fresh: Vec<MoRef>,
    cancelled: bool,
    parked: u32,
    most_parked: u32,
    /// Full states are told one object at a time.
    truncating: bool,
    /// The next wait answers this.
    next_wait: Option<Answer>,
}

/// The collector of the fake server.
#[derive(Default)]
pub(crate) struct Collector {
    inner: Mutex<Inner>,
    changed: Notify,
}

impl Collector {
    pub(crate) fn set(&self, object: &MoRef, path: &str, value: impl Into<Value>) {
        let mut inner = self.inner.lock().unwrap();
        inner.version += 1;
        let change = Change { version: inner.version, object: object.clone(), path: path.into() };
        inner.changes.push(change);
        inner.objects.entry(object.clone()).or_default().insert(path.to_owned(), value.into());
        self.changed.notify_waiters();
    }

    /// A vim task as it is now.
    pub(crate) fn set_vim_task(&self, info: t::TaskInfo) {
        let object = info.task.clone();
        let info = Value::object(info);
        for path in vsphere::TASK_INFO.iter().chain(&["info.progress"]) {
            let member = path.strip_prefix("info.").unwrap();
            if let Some(value) = vim25::path::get_in(&info, member).unwrap() {
                self.set(&object, path, value);
            }
        }
    }

    pub(crate) fn remove(&self, object: &MoRef) {
        let mut inner = self.inner.lock().unwrap();
        inner.objects.remove(object);
        let missing = t::ManagedObjectNotFound { obj: object.clone(), ..Default::default() };
        inner.next_wait = Some(fault(&missing));
        self.changed.notify_waiters();
    }

    pub(crate) fn answer_next_wait(&self, answer: Answer) {
        self.inner.lock().unwrap().next_wait = Some(answer);
        self.changed.notify_waiters();
    }

    pub(crate) fn truncate(&self) {
        self.inner.lock().unwrap().truncating = true;
    }

    pub(crate) fn forget_session(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.collectors.clear();
        inner.filters.clear();
        inner.next_wait = Some(fault(&t::NotAuthenticated::default()));
        self.changed.notify_waiters();
    }

    /// The session stays, but what it held of filters does not.
    pub(crate) fn forget_collectors(&self) {
        let mut inner = self.inner.lock().unwrap();
        inner.collectors.clear();
        inner.filters.clear();
    }

    pub(crate) fn most_parked(&self) -> u32 {
        self.inner.lock().unwrap().most_parked
    }

    pub(crate) fn filters(&self) -> usize {
        self.inner.lock().unwrap().filters.len()
    }

    pub(crate) async fn answer(&self, call: &Request) -> Answer {
        if let Some(wait) = call.body.as_type::<methods::WaitForUpdatesEx>() {
            return self.wait(wait).await;
        }
        let mut inner = self.inner.lock().unwrap();
        let answer = inner.answer(call);
        self.changed.notify_waiters();
        answer
    }

    async fn wait(&self, call: &methods::WaitForUpdatesEx) -> Answer {
        let seconds = call.options.as_ref().and_then(|options| options.max_wait_seconds);
        let until = std::time::Duration::from_secs(u64::try_from(seconds.unwrap_or(60)).unwrap());
        let deadline = tokio::time::sleep(until);
        tokio::pin!(deadline);
        // Like some real servers: a wait looks only at the filters that were there when it began.
        let filters = self.enter();
        let answer = loop {
            let changed = self.changed.notified();
            if let Some(answer) = self.inner.lock().unwrap().updates(call, &filters) {
                break answer;
            }
            tokio::select! {
                () = changed => {}
                () = &mut deadline => break reply::<methods::WaitForUpdatesEx>(&None),
            }
        };
        self.inner.lock().unwrap().parked -= 1;
        answer
    }

    fn enter(&self) -> Vec<MoRef> {
        let mut inner = self.inner.lock().unwrap();
        inner.parked += 1;
        inner.most_parked = inner.most_parked.max(inner.parked);
        inner.cancelled = false;
        inner.filters.keys().cloned().collect()
    }
}

impl Inner {
    fn answer(&mut self, call: &Request) -> Answer {
        let body = &call.body;
        if body.as_type::<methods::CreatePropertyCollector>().is_some() {
            let made = self.make("PropertyCollector");
            self.collectors.push(made.clone());
            return reply::<methods::CreatePropertyCollector>(&made);
        }
        if let Some(call) = body.as_type::<methods::CreateFilter>() {
            return self.create_filter(call);
        }
        if let Some(call) = body.as_type::<methods::DestroyPropertyCollector>() {
            self.collectors.retain(|collector| *collector != call.this);
            self.filters.clear();
            return reply::<methods::DestroyPropertyCollector>(&());
        }
        if body.as_type::<methods::CancelWaitForUpdates>().is_some() {
            self.cancelled = self.parked > 0;
            return reply::<methods::CancelWaitForUpdates>(&());
        }
        if let Some(call) = body.as_type::<methods::RetrievePropertiesEx>() {
            return self.retrieve(call);
        }
        panic!("the fake has no `{}`", call.method.name)
    }

    fn make(&mut self, kind: &str) -> MoRef {
        self.made += 1;
        moref(kind, &format!("made-{}", self.made))
    }

    fn create_filter(&mut self, call: &methods::CreateFilter) -> Answer {
        if !self.collectors.contains(&call.this) {
            return not_found(&call.this);
        }
        if let Some(gone) =
            call.spec.object_set.iter().find(|spec| !self.objects.contains_key(&spec.obj))
        {
            return not_found(&gone.obj);
        }
        let filter = self.make("PropertyFilter");
        self.filters.insert(filter.clone(), call.spec.clone());
        self.fresh.push(filter.clone());
        reply::<methods::CreateFilter>(&filter)
    }

    fn retrieve(&self, call: &methods::RetrievePropertiesEx) -> Answer {
        let mut result = t::RetrieveResult::default();
        for spec in &call.spec_set[0].object_set {
            if spec.obj.kind == "SessionManager" {
                let session = Value::object(t::UserSession::default());
                result.objects.push(object(&spec.obj, [("currentSession", &session)]));
                continue;
            }
            let Some(values) = self.objects.get(&spec.obj) else { return not_found(&spec.obj) };
            let wanted = paths(&call.spec_set[0], &spec.obj);
            let pairs = values.iter().filter(|(path, _)| wanted.contains(&path.as_str()));
            result
                .objects
                .push(object(&spec.obj, pairs.map(|(path, value)| (path.as_str(), value))));
        }
        reply::<methods::RetrievePropertiesEx>(&Some(Box::new(result)))
    }

    /// What a wait that knows `version` is told now; `None` while there is nothing to tell.
    fn updates(&mut self, call: &methods::WaitForUpdatesEx, filters: &[MoRef]) -> Option<Answer> {
        if let Some(answer) = self.next_wait.take() {
            return Some(answer);
        }
        if !self.collectors.contains(&call.this) {
            return Some(not_found(&call.this));
        }
        if std::mem::take(&mut self.cancelled) {
            return Some(fault(&t::RequestCanceled::default()));
        }
        let version = call.version.as_deref().unwrap_or_default();
        let known: Option<u64> = (!version.is_empty()).then(|| number(version));
        let mut set = t::UpdateSet::default();
        for (filter, spec) in &self.filters {
            if !filters.contains(filter) {
                continue;
            }
            let full = known.is_none() || self.fresh.contains(filter);
            let objects = self.changed_objects(spec, known.filter(|_| !full));
            if !objects.is_empty() {
                set.filter_set.push(t::PropertyFilterUpdate {
                    filter: filter.clone(),
                    object_set: objects,
                    ..Default::default()
                });
            }
        }
        if set.filter_set.is_empty() {
            return None;
        }
        self.fresh.retain(|filter| !filters.contains(filter));
        set.version = Str::from(format!("v{}", self.version));
        if self.truncating && known.is_none() {
            set.truncated = Some(true);
            // The rest comes with the next wait, as changes.
            let rest = set.filter_set[0].object_set.split_off(1);
            for update in rest {
                self.version += 1;
                let path = update.change_set[0].name.to_string();
                self.changes.push(Change { version: self.version, object: update.obj, path });
            }
        }
        Some(reply::<methods::WaitForUpdatesEx>(&Some(Box::new(set))))
    }

    fn changed_objects(
        &self,
        spec: &t::PropertyFilterSpec,
        since: Option<u64>,
    ) -> Vec<t::ObjectUpdate> {
        let mut updates = Vec::new();
        for selected in &spec.object_set {
            let wanted = paths(spec, &selected.obj);
            let Some(values) = self.objects.get(&selected.obj) else { continue };
            let changed = |path: &str| {
                since.is_none_or(|since| {
                    self.changes.iter().any(|change| {
                        change.version > since
                            && change.object == selected.obj
                            && change.path == path
                    })
                })
            };
            let change_set: Vec<t::PropertyChange> = values
                .iter()
                .filter(|(path, _)| wanted.contains(&path.as_str()) && changed(path))
                .map(|(path, value)| t::PropertyChange {
                    name: path.into(),
                    val: Some(value.clone()),
                    ..Default::default()
                })
                .collect();
            if !change_set.is_empty() || since.is_none() {
                let kind = match since {
                    None => ObjectUpdateKind::Enter,
                    Some(_) => ObjectUpdateKind::Modify,
                };
                let obj = selected.obj.clone();
                updates.push(t::ObjectUpdate { kind, obj, change_set, ..Default::default() });
            }
        }
        updates
    }
}

fn number(version: &str) -> u64 {
    version.trim_start_matches('v').parse().unwrap()
}

fn paths<'a>(spec: &'a t::PropertyFilterSpec, object: &MoRef) -> Vec<&'a str> {
    let set = spec.prop_set.iter().filter(|set| set.type_ == object.kind);
    set.flat_map(|set| set.path_set.iter().map(Str::as_str)).collect()
}

fn not_found(object: &MoRef) -> Answer {
    fault(&t::ManagedObjectNotFound { obj: object.clone(), ..Default::default() })
}

pub(crate) fn object<'a>(
    object: &MoRef,
    values: impl IntoIterator<Item = (&'a str, &'a Value)>,
) -> t::ObjectContent {
    let property = |(name, value): (&str, &Value)| t::DynamicProperty {
        name: name.into(),
        val: value.clone(),
        ..Default::default()
    };
    let prop_set = values.into_iter().map(property).collect();
    t::ObjectContent { obj: object.clone(), prop_set, ..Default::default() }
}

pub(crate) fn localized(fault: Poly<t::MethodFault>) -> t::LocalizedMethodFault {
    t::LocalizedMethodFault { fault, ..Default::default() }
}
