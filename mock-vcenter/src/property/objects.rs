//! The objects `PropertyCollector` and `PropertyFilter` as the inventory shows them.

use vim25::types::PropertyFilterSpec;
use vim25::{MoRef, Str};

use crate::session;
use crate::store::{At, Links, ManagedObject, Property};

/// The link from a filter to its session's list of filters.
const FILTER: &str = "filter";

/// A collector: the one that all sessions share by name, or one of a session.
#[derive(Clone)]
pub(crate) struct PropertyCollector {
    session: Option<Str>,
}

impl PropertyCollector {
    pub(crate) fn shared() -> Self {
        Self { session: None }
    }

    pub(super) fn of_session(session: Str) -> Self {
        Self { session: Some(session) }
    }
}

impl ManagedObject for PropertyCollector {
    fn kind(&self) -> &'static str {
        "PropertyCollector"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "filter" => {
                let session = at.session().unwrap_or_default();
                let filters = at.referrers_of(at.this(), FILTER).iter();
                let own = |id: &&MoRef| {
                    at.get::<PropertyFilter>(id).is_some_and(|filter| filter.session == session)
                };
                Property::refs(filters.filter(own))
            }
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        if let Some(session) = &self.session {
            session::own(links, session);
        }
    }
}

/// A filter.
#[derive(Clone)]
pub(super) struct PropertyFilter {
    pub(super) session: Str,
    pub(super) collector: MoRef,
    pub(super) spec: PropertyFilterSpec,
    pub(super) partial_updates: bool,
}

impl ManagedObject for PropertyFilter {
    fn kind(&self) -> &'static str {
        "PropertyFilter"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "spec" => Property::borrowed(&self.spec),
            "partialUpdates" => Property::of(self.partial_updates),
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        session::own(links, &self.session);
        links.add(FILTER, &self.collector);
    }
}
