//! Searching datastores: `SearchDatastore_Task` and `SearchDatastoreSubFolders_Task`.

use std::time::Duration;

use vim25::methods::{SearchDatastoreSubFoldersTask, SearchDatastoreTask};
use vim25::types::{
    FileInfo, FileQuery, FileQueryFlags, FloppyImageFileInfo, FloppyImageFileQuery, FolderFileInfo,
    FolderFileQuery, HostDatastoreBrowserSearchResults, HostDatastoreBrowserSearchSpec,
    IsoImageFileInfo, IsoImageFileQuery, VmConfigFileInfo, VmConfigFileQuery, VmDiskFileInfo,
    VmDiskFileQuery, VmLogFileInfo, VmLogFileQuery, VmNvramFileInfo, VmNvramFileQuery,
};
use vim25::{DataObject, DateTime, IsA, MoRef, Poly, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::datacenter_of;
use crate::storage::{DatastorePath, Storage};
use crate::store::Snapshot;
use crate::task::TaskSpec;

use super::file_manager::{as_fault, not_found};
use super::list::{Listed, list};
use super::places::target;

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

    fn wants(&self, entry: &Listed) -> bool {
        let name = if self.any_case { entry.name.to_lowercase() } else { entry.name.clone() };
        let named = self.patterns.is_empty()
            || self.patterns.iter().any(|pattern| matches(pattern.as_bytes(), name.as_bytes()));
        let kind = kind_of(entry);
        let asked = self.queries.is_empty()
            || self
                .queries
                .iter()
                .any(|query| query.type_name() == "FileQuery" || kind.fits(query));
        named && asked
    }

    fn show(&self, entry: &Listed) -> Poly<FileInfo> {
        let mut shown = kind_of(entry).info();
        let size = entry.size.and_then(|size| i64::try_from(size).ok()).unwrap_or(0);
        shown.path = entry.name.as_str().into();
        shown.file_size = self.details.file_size.then_some(size);
        let modified = DateTime::from_system_time(entry.modified);
        shown.modification = self.details.modification.then_some(modified);
        shown.owner = self.details.file_owner.then(|| "root".into());
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

#[derive(Clone, Copy)]
enum Kind {
    Folder,
    Disk,
    Config,
    Nvram,
    Log,
    Iso,
    Floppy,
    Other,
}

fn kind_of(entry: &Listed) -> Kind {
    if entry.size.is_none() {
        return Kind::Folder;
    }
    match entry.name.rsplit_once('.').map_or("", |(_, extension)| extension) {
        "vmdk" => Kind::Disk,
        "vmx" | "vmtx" => Kind::Config,
        "nvram" => Kind::Nvram,
        "log" => Kind::Log,
        "iso" => Kind::Iso,
        "flp" => Kind::Floppy,
        _ => Kind::Other,
    }
}

impl Kind {
    fn fits(self, query: &Poly<FileQuery>) -> bool {
        match self {
            Self::Folder => query.downcast_ref::<FolderFileQuery>().is_some(),
            Self::Disk => query.downcast_ref::<VmDiskFileQuery>().is_some(),
            Self::Config => query.downcast_ref::<VmConfigFileQuery>().is_some(),
            Self::Nvram => query.downcast_ref::<VmNvramFileQuery>().is_some(),
            Self::Log => query.downcast_ref::<VmLogFileQuery>().is_some(),
            Self::Iso => query.downcast_ref::<IsoImageFileQuery>().is_some(),
            Self::Floppy => query.downcast_ref::<FloppyImageFileQuery>().is_some(),
            Self::Other => false,
        }
    }

    fn info(self) -> Poly<FileInfo> {
        fn of<T: DataObject + Default + IsA<FileInfo>>() -> Poly<FileInfo> {
            Poly::new(T::default())
        }
        match self {
            Self::Folder => of::<FolderFileInfo>(),
            Self::Disk => of::<VmDiskFileInfo>(),
            Self::Config => of::<VmConfigFileInfo>(),
            Self::Nvram => of::<VmNvramFileInfo>(),
            Self::Log => of::<VmLogFileInfo>(),
            Self::Iso => of::<IsoImageFileInfo>(),
            Self::Floppy => of::<FloppyImageFileInfo>(),
            Self::Other => of::<FileInfo>(),
        }
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
        let mut entries = self.entries(at)?;
        entries.retain(|entry| search.wants(entry));
        if search.folders_first {
            entries.sort_by_key(|entry| entry.size.is_some());
        }
        let slash = if at.path.is_root() { "" } else { "/" };
        Ok(HostDatastoreBrowserSearchResults {
            datastore: Some(self.datastore.clone()),
            folder_path: Some(format!("{at}{slash}").into()),
            file: entries.iter().map(|entry| search.show(entry)).collect(),
            ..Default::default()
        })
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
