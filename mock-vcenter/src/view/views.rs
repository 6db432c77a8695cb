//! The objects `ViewManager`, `ContainerView` and `ListView`.

use vim25::{MoRef, Str, Value, mo};

use crate::inventory;
use crate::session;
use crate::store::{At, Links, ManagedObject, Property};

/// The link from a view to the view manager's list of it.
pub(super) const VIEW: &str = "view";

/// Makes views.
#[derive(Clone)]
pub(crate) struct ViewManager;

impl ManagedObject for ViewManager {
    fn kind(&self) -> &'static str {
        "ViewManager"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "viewList" => Property::refs(match at.session() {
                Some(session) => at.referrers_of(&session::anchor(&session.into()), VIEW),
                None => &[],
            }),
            _ => None,
        }
    }
}

/// Shows what is in a container.
#[derive(Clone)]
pub(super) struct ContainerView {
    pub(super) session: Str,
    pub(super) container: MoRef,
    pub(super) kinds: Vec<Str>,
    pub(super) recursive: bool,
}

impl ManagedObject for ContainerView {
    fn kind(&self) -> &'static str {
        "ContainerView"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "container" => Property::of(self.container.clone()),
            "recursive" => Property::of(self.recursive),
            "type" => {
                let kinds = self.kinds.iter().cloned();
                Property::of(Value::array_of("string", kinds.map(Value::String)))
            }
            "view" => {
                let mut found = inventory::contents(at.reading(), &self.container, self.recursive);
                let wanted = |id: &MoRef| self.kinds.iter().any(|kind| mo::is_a(&id.kind, kind));
                found.retain(|id| self.kinds.is_empty() || wanted(id));
                Property::of(found)
            }
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        session::own(links, &self.session);
        links.add(VIEW, &session::anchor(&self.session));
    }
}

/// Shows a list that the client keeps.
#[derive(Clone)]
pub(super) struct ListView {
    pub(super) session: Str,
    pub(super) objects: Vec<MoRef>,
}

impl ManagedObject for ListView {
    fn kind(&self) -> &'static str {
        "ListView"
    }

    fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "view" => Property::refs(self.objects.iter().filter(|object| at.contains(object))),
            _ => None,
        }
    }

    fn links(&self, links: &mut Links) {
        session::own(links, &self.session);
        links.add(VIEW, &session::anchor(&self.session));
    }
}
