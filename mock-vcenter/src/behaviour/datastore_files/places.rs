//! From names to datacenters and datastores and back.

use vim25::MoRef;

use crate::behaviour::datastore::Datastore;
use crate::fault::Fault;
use crate::inventory::{Datacenter, Folder, ancestors, child_named, datacenter_of};
use crate::storage::DatastorePath;
use crate::store::Snapshot;

/// The datacenter at an inventory path such as `folder/DC`.
#[must_use]
pub(crate) fn datacenter_at(snapshot: &Snapshot, path: &str) -> Option<MoRef> {
    let wanted = path.trim_matches('/');
    let mut all = snapshot.of_kind("Datacenter").iter();
    all.find(|id| inventory_path(snapshot, id) == wanted).cloned()
}

/// The path of a datacenter below the root folder.
#[must_use]
pub(crate) fn inventory_path(snapshot: &Snapshot, datacenter: &MoRef) -> String {
    let way = std::iter::once(datacenter.clone()).chain(ancestors(snapshot, datacenter));
    let names = way.filter_map(|id| {
        if let Some(found) = snapshot.get::<Datacenter>(&id) {
            return Some(found.entity.name.to_string());
        }
        let folder = snapshot.get::<Folder>(&id)?;
        // The root folder is no part of the path.
        folder.entity.parent.is_some().then(|| folder.entity.name.to_string())
    });
    let mut names: Vec<String> = names.collect();
    names.reverse();
    names.join("/")
}

/// The datastore of a datacenter by name.
#[must_use]
pub(crate) fn datastore_in(snapshot: &Snapshot, datacenter: &MoRef, name: &str) -> Option<MoRef> {
    let folder = &snapshot.get::<Datacenter>(datacenter)?.folders.datastore;
    let direct = child_named(snapshot, folder, name).filter(|id| id.kind == "Datastore");
    direct.or_else(|| {
        let mut all = snapshot.of_kind("Datastore").iter();
        let fits = |id: &&MoRef| {
            let named =
                snapshot.get::<Datastore>(id).is_some_and(|found| found.entity.name == name);
            named && datacenter_of(snapshot, id).as_ref() == Some(datacenter)
        };
        all.find(fits).cloned()
    })
}

/// Names of a datacenter's datastores.
#[must_use]
pub(crate) fn datastore_names(snapshot: &Snapshot, datacenter: &MoRef) -> Vec<String> {
    let all = snapshot.of_kind("Datastore").iter();
    let own = all.filter(|id| datacenter_of(snapshot, id).as_ref() == Some(datacenter));
    own.filter_map(|id| Some(snapshot.get::<Datastore>(id)?.entity.name.to_string())).collect()
}

/// Where `[datastore] path` leads in a datacenter; without one in the only datacenter there is.
///
/// # Errors
/// `InvalidDatastorePath`, `InvalidDatastore`, `InvalidArgument`.
pub(crate) fn target(
    snapshot: &Snapshot,
    text: &str,
    datacenter: Option<&MoRef>,
) -> Result<(MoRef, DatastorePath), Fault> {
    let path = DatastorePath::parse(text).ok_or_else(|| {
        let mut detail = vim25::types::InvalidDatastorePath::default();
        detail.datastore_path = text.into();
        Fault::new(detail, format!("Invalid datastore path '{text}'."))
    })?;
    let datacenter = match (datacenter, snapshot.of_kind("Datacenter")) {
        (Some(asked), _) => asked.clone(),
        (None, [only]) => only.clone(),
        (None, _) => return Err(Fault::invalid_argument("datacenter")),
    };
    let datastore = datastore_in(snapshot, &datacenter, &path.datastore).ok_or_else(|| {
        let name = Some(path.datastore.as_str().into());
        let detail = vim25::types::InvalidDatastore { name, ..Default::default() };
        Fault::new(detail, format!("Datastore '{}' is not accessible.", path.datastore))
    })?;
    Ok((datastore, path))
}
