//! Kinds of files by their names: which query looks for which, and what is told of each.

use vim25::types::{
    FileInfo, FileQuery, FloppyImageFileInfo, FloppyImageFileQuery, FolderFileInfo,
    FolderFileQuery, IsoImageFileInfo, IsoImageFileQuery, TemplateConfigFileInfo,
    TemplateConfigFileQuery, VmConfigFileInfo, VmConfigFileQuery, VmDiskFileInfo, VmDiskFileQuery,
    VmLogFileInfo, VmLogFileQuery, VmNvramFileInfo, VmNvramFileQuery, VmSnapshotFileInfo,
    VmSnapshotFileQuery,
};
use vim25::{DataObject, IsA, Poly};

use super::list::Listed;

/// What a file is, as its name says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Folder,
    Disk,
    /// A part of a disk, of which its descriptor tells.
    Extent,
    Config,
    Template,
    Nvram,
    Log,
    Snapshot,
    Iso,
    Floppy,
    Other,
}

/// How the names of extents end.
const EXTENTS: &[&str] =
    &["-flat.vmdk", "-delta.vmdk", "-sesparse.vmdk", "-rdm.vmdk", "-rdmp.vmdk", "-ctk.vmdk"];

impl Kind {
    pub(super) fn of(entry: &Listed) -> Self {
        if entry.size.is_none() {
            return Self::Folder;
        }
        let name = entry.name.to_ascii_lowercase();
        if EXTENTS.iter().any(|end| name.ends_with(end)) {
            return Self::Extent;
        }
        match name.rsplit_once('.').map_or("", |(_, extension)| extension) {
            "vmdk" => Self::Disk,
            "vmx" => Self::Config,
            "vmtx" => Self::Template,
            "nvram" => Self::Nvram,
            "log" => Self::Log,
            "vmsn" => Self::Snapshot,
            "iso" => Self::Iso,
            "flp" => Self::Floppy,
            _ => Self::Other,
        }
    }

    /// Whether a query is for files of this kind. One without a kind is for all.
    pub(super) fn fits(self, query: &Poly<FileQuery>) -> bool {
        if query.type_name() == "FileQuery" {
            return true;
        }
        let of_template = query.downcast_ref::<TemplateConfigFileQuery>().is_some();
        match self {
            Self::Folder => query.downcast_ref::<FolderFileQuery>().is_some(),
            Self::Disk => query.downcast_ref::<VmDiskFileQuery>().is_some(),
            Self::Config => query.downcast_ref::<VmConfigFileQuery>().is_some() && !of_template,
            Self::Template => query.downcast_ref::<VmConfigFileQuery>().is_some(),
            Self::Nvram => query.downcast_ref::<VmNvramFileQuery>().is_some(),
            Self::Log => query.downcast_ref::<VmLogFileQuery>().is_some(),
            Self::Snapshot => query.downcast_ref::<VmSnapshotFileQuery>().is_some(),
            Self::Iso => query.downcast_ref::<IsoImageFileQuery>().is_some(),
            Self::Floppy => query.downcast_ref::<FloppyImageFileQuery>().is_some(),
            Self::Extent | Self::Other => false,
        }
    }

    /// What is told of such a file, still empty.
    pub(super) fn info(self) -> Poly<FileInfo> {
        fn of<T: DataObject + Default + IsA<FileInfo>>() -> Poly<FileInfo> {
            Poly::new(T::default())
        }
        match self {
            Self::Folder => of::<FolderFileInfo>(),
            Self::Disk => of::<VmDiskFileInfo>(),
            Self::Config => of::<VmConfigFileInfo>(),
            Self::Template => of::<TemplateConfigFileInfo>(),
            Self::Nvram => of::<VmNvramFileInfo>(),
            Self::Log => of::<VmLogFileInfo>(),
            Self::Snapshot => of::<VmSnapshotFileInfo>(),
            Self::Iso => of::<IsoImageFileInfo>(),
            Self::Floppy => of::<FloppyImageFileInfo>(),
            Self::Extent | Self::Other => of::<FileInfo>(),
        }
    }
}
