//! Files and directories in a guest.

use vim25::methods::{
    CreateTemporaryFileInGuest, DeleteDirectoryInGuest, DeleteFileInGuest,
    InitiateFileTransferFromGuest, InitiateFileTransferToGuest, ListFilesInGuest,
    MakeDirectoryInGuest,
};
use vim25::types::{
    FileAlreadyExists, FileFault, FileNotFound, FileTransferInformation, GuestFileAttributes,
    GuestFileInfo, GuestListFileInfo, GuestPosixFileAttributes,
};
use vim25::{DataObject, IsA, Poly, Str};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::guest::{Guest, GuestFile};

use super::access::{check_write, enter};
use super::transfer::{self, Direction, Pending};

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<InitiateFileTransferToGuest>(send);
    dispatch.add::<InitiateFileTransferFromGuest>(fetch);
    dispatch.add::<MakeDirectoryInGuest>(make_directory);
    dispatch.add::<DeleteFileInGuest>(delete);
    dispatch.add::<DeleteDirectoryInGuest>(delete_directory);
    dispatch.add::<ListFilesInGuest>(list);
    dispatch.add::<CreateTemporaryFileInGuest>(make_temporary);
}

fn about<F>(mut detail: F, path: &str, message: &str) -> Fault
where
    F: DataObject + IsA<FileFault> + IsA<vim25::types::MethodFault>,
{
    if let Some(base) = (&mut detail as &mut dyn DataObject).as_type_mut::<FileFault>() {
        base.file = path.into();
    }
    Fault::new(detail, format!("{message}: {path}"))
}

fn not_found(path: &str) -> Fault {
    about(FileNotFound::default(), path, "File was not found")
}

fn exists(path: &str) -> Fault {
    about(FileAlreadyExists::default(), path, "The file exists")
}

fn parent(path: &str) -> &str {
    path.trim_end_matches('/').rsplit_once('/').map_or("", |(parent, _)| parent)
}

fn attributes(file: &GuestFile) -> Poly<GuestFileAttributes> {
    let mut posix = GuestPosixFileAttributes {
        owner_id: Some(if file.owner == "root" { 0 } else { 1000 }),
        group_id: Some(0),
        permissions: Some(i64::from(file.mode)),
        ..Default::default()
    };
    posix.modification_time = Some(file.modified.clone());
    Poly::new(posix)
}

fn size(file: &GuestFile) -> i64 {
    let bytes = file.content.as_ref().map_or(4096, |content| content.len());
    i64::try_from(bytes).unwrap_or(i64::MAX)
}

fn send(call: &Call, asked: InitiateFileTransferToGuest) -> Result<Str, Fault> {
    let core = call.core().clone();
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let path = asked.guest_file_path.as_str();
        let guest = tx.get::<Guest>(&Guest::id_of(&asked.vm))?;
        if !guest.has_directory(parent(path)) {
            return Err(not_found(parent(path)));
        }
        if guest.files.contains_key(path) && !asked.overwrite {
            return Err(exists(path));
        }
        check_write(&user, path)?;
        let size =
            u64::try_from(asked.file_size).map_err(|_| Fault::invalid_argument("fileSize"))?;
        let direction = Direction::ToGuest { size };
        let pending = Pending { vm: asked.vm.clone(), path: path.into(), user, direction };
        Ok(transfer::open(tx, &core, pending))
    })
}

fn fetch(
    call: &Call,
    asked: InitiateFileTransferFromGuest,
) -> Result<FileTransferInformation, Fault> {
    let core = call.core().clone();
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let path = asked.guest_file_path.clone();
        let guest = tx.get::<Guest>(&Guest::id_of(&asked.vm))?;
        let file = guest.files.get(&path).filter(|file| file.content.is_some());
        let file = file.cloned().ok_or_else(|| not_found(&path))?;
        let direction = Direction::FromGuest;
        let url =
            transfer::open(tx, &core, Pending { vm: asked.vm.clone(), path, user, direction });
        Ok(FileTransferInformation {
            attributes: attributes(&file),
            size: size(&file),
            url,
            ..Default::default()
        })
    })
}

fn make_directory(call: &Call, asked: MakeDirectoryInGuest) -> Result<(), Fault> {
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let path = asked.directory_path.trim_end_matches('/');
        check_write(&user, path)?;
        let now = tx.timestamp();
        let guest = Guest::edit(tx, &asked.vm)?;
        if guest.files.contains_key(path) {
            return Err(exists(path));
        }
        if !guest.has_directory(parent(path)) && !asked.create_parent_directories {
            return Err(not_found(parent(path)));
        }
        let mut open = path;
        while !open.is_empty() && !guest.has_directory(open) {
            guest.make_directory(open, &user, now.clone());
            open = parent(open);
        }
        Ok(())
    })
}

fn delete(call: &Call, asked: DeleteFileInGuest) -> Result<(), Fault> {
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let path = asked.file_path.as_str();
        check_write(&user, path)?;
        let guest = Guest::edit(tx, &asked.vm)?;
        if guest.read_file(path).is_none() {
            return Err(not_found(path));
        }
        guest.files.remove(path);
        Ok(())
    })
}

fn delete_directory(call: &Call, asked: DeleteDirectoryInGuest) -> Result<(), Fault> {
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let path = asked.directory_path.trim_end_matches('/');
        check_write(&user, path)?;
        let guest = Guest::edit(tx, &asked.vm)?;
        if path.is_empty() || !guest.has_directory(path) {
            return Err(not_found(path));
        }
        let inside = format!("{path}/");
        let is_empty = !guest.files.keys().any(|other| other.starts_with(&inside));
        if !is_empty && !asked.recursive {
            let detail = vim25::types::DirectoryNotEmpty::default();
            return Err(about(detail, path, "The directory is not empty"));
        }
        guest.files.retain(|other, _| *other != path && !other.starts_with(&inside));
        Ok(())
    })
}

fn list(call: &Call, asked: ListFilesInGuest) -> Result<GuestListFileInfo, Fault> {
    call.commit(|tx| {
        enter(tx, &asked.vm, &asked.auth)?;
        let path = asked.file_path.trim_end_matches('/');
        let guest = tx.get::<Guest>(&Guest::id_of(&asked.vm))?;
        let shown = |name: &str, file: &GuestFile| GuestFileInfo {
            path: name.into(),
            type_: if file.content.is_some() { "file" } else { "directory" }.into(),
            size: size(file),
            attributes: attributes(file),
            ..Default::default()
        };
        if let Some(file) = guest.files.get(path).filter(|file| file.content.is_some()) {
            let files = vec![shown(path, file)];
            return Ok(GuestListFileInfo { files, ..Default::default() });
        }
        if !guest.has_directory(path) {
            return Err(not_found(path));
        }
        let inside = format!("{path}/");
        let all = guest.files.iter().filter_map(|(other, file)| {
            let name = other.strip_prefix(inside.as_str())?;
            (!name.contains('/')).then(|| shown(name, file))
        });
        let index = usize::try_from(asked.index.unwrap_or(0)).unwrap_or(0);
        let count = usize::try_from(asked.max_results.unwrap_or(50)).unwrap_or(50);
        let all: Vec<GuestFileInfo> = all.skip(index).collect();
        let remaining = i32::try_from(all.len().saturating_sub(count)).unwrap_or(0);
        let files = all.into_iter().take(count).collect();
        Ok(GuestListFileInfo { files, remaining, ..Default::default() })
    })
}

fn make_temporary(call: &Call, asked: CreateTemporaryFileInGuest) -> Result<Str, Fault> {
    call.commit(|tx| {
        let user = enter(tx, &asked.vm, &asked.auth)?;
        let directory = asked.directory_path.as_deref().filter(|path| !path.is_empty());
        let directory = directory.unwrap_or("/tmp").trim_end_matches('/');
        let number = tx.new_number();
        let path = format!("{directory}/{}vmware{number}{}", asked.prefix, asked.suffix);
        check_write(&user, &path)?;
        let now = tx.timestamp();
        let guest = Guest::edit(tx, &asked.vm)?;
        if !guest.has_directory(directory) {
            return Err(not_found(directory));
        }
        guest.write_file(&path, Vec::new(), &user, now);
        Ok(path.into())
    })
}
