//! `GuestOperationsManager` and its managers: programs and small files inside a VM's operating system.
//!
//! They go through VMware Tools, so no network of the guest is needed. Checking a login, listing files and
//! processes, and fetching a file only look; starting a program may do anything.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use vim25::types::{
    FileNotFound, GuestAuthentication, GuestPosixFileAttributes, GuestProcessInfo,
    GuestProgramSpec, NamePasswordAuthentication,
};
use vim25::{MoRef, Poly, methods};

use crate::transfer::{FileError, Meter, UploadBody};
use crate::{CallError, Reader, Writer, find_fault};

/// Files of guests that are held in memory are not larger than this.
const MAX_FILE: usize = 1024 * 1024;

/// A user of a guest.
#[derive(Clone)]
pub struct GuestLogin {
    /// The user's name.
    pub username: String,
    /// The user's password.
    pub password: SecretString,
}

impl fmt::Debug for GuestLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GuestLogin").field("username", &self.username).finish_non_exhaustive()
    }
}

impl GuestLogin {
    fn authentication(&self) -> Poly<GuestAuthentication> {
        Poly::new(NamePasswordAuthentication {
            username: self.username.as_str().into(),
            password: self.password.expose_secret().into(),
            ..Default::default()
        })
    }
}

/// Why a small file of a guest could not be moved.
#[derive(Debug, thiserror::Error)]
pub enum GuestFileError {
    /// The server refuses.
    #[error("the guest does not hand over or take file `{path}`")]
    Call {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: CallError,
    },
    /// The bytes do not pass.
    #[error("cannot move file `{path}` of the guest")]
    Bytes {
        /// The file.
        path: String,
        /// Why.
        #[source]
        cause: FileError,
    },
    /// It is larger than what is held in memory.
    #[error("file `{path}` of the guest is larger than {limit} bytes")]
    TooLarge {
        /// The file.
        path: String,
        /// What may be.
        limit: usize,
    },
}

/// Guest operations on one VM.
#[derive(Debug, Clone)]
pub struct GuestOperations {
    vm: MoRef,
    auth: MoRef,
    files: MoRef,
    processes: MoRef,
}

impl GuestOperations {
    /// Those of a VM; `None` when the server has none.
    ///
    /// # Errors
    /// When the managers cannot be read.
    pub async fn of(reader: &Reader, vm: &MoRef) -> Result<Option<Self>, CallError> {
        let Some(manager) = reader.content().guest_operations_manager.clone() else {
            return Ok(None);
        };
        let paths = ["authManager", "fileManager", "processManager"];
        let seen = reader.retrieve(&manager, &paths).await?;
        let [auth, files, processes] = paths.map(|path| seen.moref(path).cloned());
        let (Some(auth), Some(files), Some(processes)) = (auth, files, processes) else {
            return Ok(None);
        };
        Ok(Some(Self { vm: vm.clone(), auth, files, processes }))
    }

    /// Whether the guest lets this user in.
    ///
    /// # Errors
    /// `InvalidGuestLogin` when not, `GuestOperationsUnavailable` while VMware Tools do not run.
    pub async fn validate_credentials(
        &self,
        reader: &Reader,
        login: &GuestLogin,
    ) -> Result<(), CallError> {
        let call = methods::ValidateCredentialsInGuest {
            this: self.auth.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            ..Default::default()
        };
        reader.invoke(&call).await
    }

    /// Whether there is something at this path.
    ///
    /// # Errors
    /// As of [`Self::validate_credentials`], and `GuestPermissionDenied`.
    pub async fn exists(
        &self,
        reader: &Reader,
        login: &GuestLogin,
        path: &str,
    ) -> Result<bool, CallError> {
        let call = methods::ListFilesInGuest {
            this: self.files.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            file_path: path.into(),
            max_results: Some(1),
            ..Default::default()
        };
        match reader.invoke(&call).await {
            Ok(_) => Ok(true),
            Err(error) if is_missing(&error) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The bytes of a small file; `None` when it is not there.
    ///
    /// # Errors
    /// When it cannot be fetched or is too large.
    pub async fn read_file(
        &self,
        reader: &Reader,
        login: &GuestLogin,
        path: &str,
    ) -> Result<Option<Vec<u8>>, GuestFileError> {
        let named = path.to_owned();
        let call = methods::InitiateFileTransferFromGuest {
            this: self.files.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            guest_file_path: path.into(),
            ..Default::default()
        };
        let offered = match reader.invoke(&call).await {
            Ok(offered) => offered,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(cause) => return Err(GuestFileError::Call { path: named, cause }),
        };
        let opened = reader.get_from_named_url(&offered.url, path).await;
        let mut download =
            opened.map_err(|cause| GuestFileError::Bytes { path: named.clone(), cause })?;
        let mut bytes = Vec::new();
        loop {
            let chunk = download.chunks.next().await.map_err(|cause| GuestFileError::Bytes {
                path: named.clone(),
                cause: FileError::Fetch { file: named.clone(), cause },
            })?;
            let Some(chunk) = chunk else { return Ok(Some(bytes)) };
            if bytes.len() + chunk.len() > MAX_FILE {
                return Err(GuestFileError::TooLarge { path: named, limit: MAX_FILE });
            }
            bytes.extend_from_slice(&chunk);
        }
    }

    /// Writes a small file with these permission bits, replacing what is there.
    ///
    /// # Errors
    /// When it cannot be sent or is too large.
    pub async fn write_file(
        &self,
        writer: &Writer,
        login: &GuestLogin,
        path: &str,
        permissions: i64,
        content: Vec<u8>,
    ) -> Result<(), GuestFileError> {
        let named = path.to_owned();
        if content.len() > MAX_FILE {
            return Err(GuestFileError::TooLarge { path: named, limit: MAX_FILE });
        }
        let attributes =
            GuestPosixFileAttributes { permissions: Some(permissions), ..Default::default() };
        let call = methods::InitiateFileTransferToGuest {
            this: self.files.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            guest_file_path: path.into(),
            file_attributes: Poly::new(attributes),
            file_size: i64::try_from(content.len()).unwrap_or(i64::MAX),
            overwrite: true,
            ..Default::default()
        };
        let url = writer.invoke(&call).await;
        let url = url.map_err(|cause| GuestFileError::Call { path: named.clone(), cause })?;
        let length = u64::try_from(content.len()).unwrap_or(u64::MAX);
        let body =
            UploadBody::reading(Box::new(std::io::Cursor::new(content)), length, &Meter::default());
        let sent = writer.put_to_named_url(&url, path, body).await;
        sent.map_err(|cause| GuestFileError::Bytes { path: named, cause })
    }

    /// Makes an empty file with a name of its own and returns its path.
    ///
    /// # Errors
    /// When the guest refuses.
    pub async fn create_temporary_file(
        &self,
        writer: &Writer,
        login: &GuestLogin,
    ) -> Result<String, CallError> {
        let call = methods::CreateTemporaryFileInGuest {
            this: self.files.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            prefix: "lockstep".into(),
            ..Default::default()
        };
        writer.invoke(&call).await.map(|path| path.to_string())
    }

    /// Removes a file.
    ///
    /// # Errors
    /// When the guest refuses or has none there.
    pub async fn delete_file(
        &self,
        writer: &Writer,
        login: &GuestLogin,
        path: &str,
    ) -> Result<(), CallError> {
        let call = methods::DeleteFileInGuest {
            this: self.files.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            file_path: path.into(),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts a program and returns its number.
    ///
    /// # Errors
    /// `FileNotFound` when there is no such program, else as of [`Self::validate_credentials`].
    pub async fn start_program(
        &self,
        writer: &Writer,
        login: &GuestLogin,
        program: GuestProgramSpec,
    ) -> Result<i64, CallError> {
        let call = methods::StartProgramInGuest {
            this: self.processes.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            spec: Poly::new(program),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Ends a program.
    ///
    /// # Errors
    /// `GuestProcessNotFound` when it does not run any more, else as of [`Self::validate_credentials`].
    pub async fn terminate(
        &self,
        writer: &Writer,
        login: &GuestLogin,
        pid: i64,
    ) -> Result<(), CallError> {
        let call = methods::TerminateProcessInGuest {
            this: self.processes.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            pid,
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// What became of a program; `None` when the guest no longer knows, which it does for some minutes.
    ///
    /// # Errors
    /// As of [`Self::validate_credentials`].
    pub async fn process(
        &self,
        reader: &Reader,
        login: &GuestLogin,
        pid: i64,
    ) -> Result<Option<GuestProcessInfo>, CallError> {
        let call = methods::ListProcessesInGuest {
            this: self.processes.clone(),
            vm: self.vm.clone(),
            auth: login.authentication(),
            pids: vec![pid],
            ..Default::default()
        };
        Ok(reader.invoke(&call).await?.into_iter().find(|process| process.pid == pid))
    }
}

fn is_missing(error: &CallError) -> bool {
    error.method_fault().is_some_and(|fault| find_fault::<FileNotFound>(fault).is_some())
}
