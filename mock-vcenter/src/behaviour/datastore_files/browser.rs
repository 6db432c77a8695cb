//! Searching datastores: `SearchDatastore_Task` and `SearchDatastoreSubFolders_Task`.

use std::time::Duration;

use vim25::methods::{SearchDatastoreSubFoldersTask, SearchDatastoreTask};
use vim25::types::{
    FileInfo, FileQuery, FileQueryFlags, HostDatastoreBrowserSearchResults,
    HostDatastoreBrowserSearchSpec, VmConfigFileInfo, VmConfigFileQuery, VmDiskFileInfo,
    VmDiskFileQuery,
};
use vim25::{DateTime, MoRef, Poly, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::datacenter_of;
use crate::storage::{DatastorePath, Storage};
use crate::store::Snapshot;
use crate::task::TaskSpec;

use super::disk::Disk;
use super::file_manager::{as_fault, not_found};
use super::kind::Kind;
use super::list::{Listed, list};
use super::places::target;

/// The format of configuration files.
const CONFIG_VERSION: i32 = 8;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<SearchDatastoreTask>(|call, asked| {
        let search = Search::new(asked.search_spec.map(|spec| *spec));
        start(call, &asked.datastore_path, move |look, at| {
            Ok(Value::object(look.directory(&search, at)?))
        })
    });
    dispatch.add::<SearchDatastoreSubFoldersTask>(|call, asked| {
        let search = Search::new(asked.search_spec.map(|spec| *spec));
        start(call, &asked.datastore_path, move |look, at| {
            let all = look.directories(&search, at)?;
            Ok(Value::objects_of("HostDatastoreBrowserSearchResults", all))
        })
    });
}

fn start(
    call: &Call,
    path: &str,
    search: impl FnOnce(&Look<'_>, &DatastorePath) -> Result<Value, Fault> + Send + 'static,
) -> Result<MoRef, Fault> {
    let snapshot = call.snapshot();
    let datastore = browsed(&snapshot, call.this());
    let datacenter = datastore.and_then(|id| datacenter_of(&snapshot, &id));
    let (datastore, at) = target(&snapshot, path, datacenter.as_ref())?;
    let storage = call.core().storage.clone();
    let task = TaskSpec::new("HostDatastoreBrowser.search").takes(Duration::from_millis(200));
    call.start(task.finish(move |tx| {
        let look = Look { snapshot: tx.view(), storage: &storage, datastore: &datastore };
        search(&look, &at).map(Some)
    }))
}

/// One of the datastores that a browser looks into.
fn browsed(snapshot: &Snapshot, browser: &MoRef) -> Option<MoRef> {
    let reading = crate::store::Reading::of(snapshot);
    let value = reading.property(browser, "datastore")?.into_value();
    value.morefs().next().cloned()
}

/// What is searched for.
struct Search {
    queries: Vec<Poly<FileQuery>>,
    details: FileQueryFlags,
    patterns: Vec<String>,
    folders_first: bool,
    any_case: bool,
}

impl Search {
    fn new(spec: Option<HostDatastoreBrowserSearchSpec>) -> Self {
        let spec = spec.unwrap_or_default();
        let any_case = spec.search_case_insensitive.unwrap_or(true);
        let fold = |text: &str| if any_case { text.to_lowercase() } else { text.to_owned() };
        Self {
            queries: spec.query,
            details: spec.details.map(|details| *details).unwrap_or_default(),
            patterns: spec.match_pattern.iter().map(|pattern| fold(pattern)).collect(),
            folders_first: spec.sort_folders_first == Some(true),
            any_case,
        }
    }

    fn names(&self, entry: &Listed) -> bool {
        let name = if self.any_case { entry.name.to_lowercase() } else { entry.name.clone() };
        self.patterns.is_empty()
            || self.patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes()))
    }

    /// Whether a file of this kind is searched for; a disk also has to pass the filter of its query.
    fn wants(&self, kind: Kind, disk: Option<&Disk>) -> bool {
        let fits = |query: &Poly<FileQuery>| {
            let filter = query.downcast_ref::<VmDiskFileQuery>().and_then(|it| it.filter.as_ref());
            kind.fits(query) && disk.zip(filter).is_none_or(|(disk, filter)| disk.passes(filter))
        };
        self.queries.is_empty() || self.queries.iter().any(fits)
    }

    fn for_disks(&self) -> Option<&VmDiskFileQuery> {
        self.queries.iter().find_map(|query| query.downcast_ref())
    }

    fn for_configs(&self) -> Option<&VmConfigFileQuery> {
        self.queries.iter().find_map(|query| query.downcast_ref())
    }

    fn show(&self, entry: &Listed, kind: Kind, size: u64) -> Poly<FileInfo> {
        let mut shown = kind.info();
        let size = i64::try_from(size).unwrap_or(i64::MAX);
        shown.path = entry.name.as_str().into();
        shown.file_size = self.details.file_size.then_some(size);
        let modified = DateTime::from_system_time(entry.modified);
        shown.modification = self.details.modification.then_some(modified);
        shown.owner = self.details.file_owner.then(|| "root".into());
        let configs = self.for_configs().and_then(|query| query.details.as_ref());
        if let (Some(info), Some(wanted)) = (shown.downcast_mut::<VmConfigFileInfo>(), configs) {
            info.config_version = wanted.config_version.then_some(CONFIG_VERSION);
        }
        shown
    }
}

/// `*` for any text and `?` for any letter.
fn matches(pattern: &[u8], name: &[u8]) -> bool {
    match (pattern.split_first(), name.split_first()) {
        (None, None) => true,
        (Some((b'*', rest)), _) => {
            matches(rest, name)
                || name.split_first().is_some_and(|(_, left)| matches(pattern, left))
        }
        (Some((b'?', rest)), Some((_, left))) => matches(rest, left),
        (Some((wanted, rest)), Some((found, left))) => wanted == found && matches(rest, left),
        _ => false,
    }
}

struct Look<'a> {
    snapshot: &'a Snapshot,
    storage: &'a Storage,
    datastore: &'a MoRef,
}

impl Look<'_> {
    fn entries(&self, at: &DatastorePath) -> Result<Vec<Listed>, Fault> {
        let listed = list(self.snapshot, self.storage, self.datastore, at);
        listed.map_err(|error| as_fault(&error))?.ok_or_else(|| not_found(at))
    }

    fn directory(
        &self,
        search: &Search,
        at: &DatastorePath,
    ) -> Result<HostDatastoreBrowserSearchResults, Fault> {
        let all = self.entries(at)?;
        let mut entries: Vec<&Listed> = all.iter().filter(|entry| search.names(entry)).collect();
        if search.folders_first {
            entries.sort_by_key(|entry| entry.size.is_some());
        }
        let slash = if at.path.is_root() { "" } else { "/" };
        Ok(HostDatastoreBrowserSearchResults {
            datastore: Some(self.datastore.clone()),
            folder_path: Some(format!("{at}{slash}").into()),
            file: entries.iter().filter_map(|entry| self.file(search, at, &all, entry)).collect(),
            ..Default::default()
        })
    }

    /// What is told of a file; `None` when it is not searched for. With a query for disks, a descriptor stands for
    /// the whole disk, so its size is that of all its files.
    fn file(
        &self,
        search: &Search,
        at: &DatastorePath,
        all: &[Listed],
        entry: &Listed,
    ) -> Option<Poly<FileInfo>> {
        let kind = Kind::of(entry);
        let size = entry.size.unwrap_or(0);
        let Some(query) = search.for_disks().filter(|_| kind == Kind::Disk) else {
            return search.wants(kind, None).then(|| search.show(entry, kind, size));
        };
        let path = DatastorePath { path: at.path.join(&entry.name), ..at.clone() };
        let disk = Disk::at(self.snapshot, self.storage, self.datastore, &path);
        if !search.wants(kind, Some(&disk)) {
            return None;
        }
        let is_extent = |other: &&Listed| {
            let path = DatastorePath { path: at.path.join(&other.name), ..at.clone() };
            other.name != entry.name && disk.extents().contains(&path.to_string().into())
        };
        let extents: u64 = all.iter().filter(is_extent).filter_map(|extent| extent.size).sum();
        let mut shown = search.show(entry, kind, size + extents);
        if let (Some(info), Some(wanted)) =
            (shown.downcast_mut::<VmDiskFileInfo>(), query.details.as_deref())
        {
            disk.describe(wanted, info);
        }
        Some(shown)
    }

    fn directories(
        &self,
        search: &Search,
        at: &DatastorePath,
    ) -> Result<Vec<HostDatastoreBrowserSearchResults>, Fault> {
        let mut found = vec![self.directory(search, at)?];
        for entry in self.entries(at)?.iter().filter(|entry| entry.size.is_none()) {
            let inside = DatastorePath { path: at.path.join(&entry.name), ..at.clone() };
            found.extend(self.directories(search, &inside)?);
        }
        Ok(found)
    }
}
