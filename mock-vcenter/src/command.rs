//! The command that serves a mock until it is told to end: flags, start contract, signals.
//!
//! Shared by the binary `mock-vcenter` and by `lockstep mock`. It never prints: the line that tells where the
//! server listens is handed to the caller.

use std::path::PathBuf;

use tokio::signal::unix::{SignalKind, signal};

use crate::builder::StartError;
use crate::clock::Pace;
use crate::disturb::Rule;
use crate::mock::Mock;
use crate::models::DEFAULT_MODEL;

/// Flags of the command.
#[derive(Clone, Debug, clap::Args)]
pub struct Flags {
    /// Address and port to listen on; port 0 picks a free one
    #[arg(
        short = 'l',
        long = "listen",
        value_name = "ADDRESS:PORT",
        default_value = "127.0.0.1:8989"
    )]
    pub listen: String,
    /// Play the management appliance over SSH on this address; port 0 picks a free one
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub ssh: Option<String>,
    /// Begin as a bare machine that installs itself from this `ks.cfg` (an `http` address), or from the one that a
    /// `boot.cfg` names; refuses connections until then
    #[arg(long, value_name = "SOURCE")]
    pub boot_from: Option<String>,
    /// Inventory to start with
    #[arg(long, value_name = "NAME", default_value = DEFAULT_MODEL)]
    pub model: String,
    /// Release to play, such as 7.0.3 [default: 8.0.3]
    #[arg(long, value_name = "VERSION")]
    pub release: Option<String>,
    /// Seconds of the mock's time for each real second; 0 stands still until told to advance
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0)]
    pub time_scale: f64,
    /// Write the PEM of the authority to trust to this file
    #[arg(long, value_name = "PATH")]
    pub ca_file: Option<PathBuf>,
    /// Read disturbances (a JSON list of rules) from this file
    #[arg(long, value_name = "PATH")]
    pub disturb: Option<PathBuf>,
    /// Keep the files of datastores in this folder [default: a temporary one]
    #[arg(long, value_name = "PATH")]
    pub storage: Option<PathBuf>,
    /// Seed of invented ids and of chance
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    pub seed: u64,
}

/// Why the command ends with an error.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The server does not start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// No such pace.
    #[error("`{factor}` is no usable time scale; use 0, or a factor from 0.000001 to 1000000")]
    TimeScale {
        /// What was asked for.
        factor: f64,
    },
    /// The file cannot be used.
    #[error("cannot use file `{}`", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        #[source]
        cause: std::io::Error,
    },
    /// The rules cannot be read.
    #[error("cannot read the disturbances in `{}`", path.display())]
    Rules {
        /// The file.
        path: PathBuf,
        /// What is wrong with them.
        #[source]
        cause: serde_json::Error,
    },
    /// The process cannot listen to signals, or the line cannot be written.
    #[error("cannot set up the process")]
    Process(#[source] std::io::Error),
}

/// Serves until SIGTERM or SIGINT. Once connections are accepted, `announce` gets the one line of the start
/// contract: `export GOVC_URL=... GOVC_SIM_PID=...`.
///
/// # Errors
/// When the server cannot start or `announce` fails.
pub async fn serve(
    flags: Flags,
    announce: impl FnOnce(&str) -> std::io::Result<()>,
) -> Result<(), ServeError> {
    let mut terminate = signal(SignalKind::terminate()).map_err(ServeError::Process)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(ServeError::Process)?;
    let mock = start(&flags).await?;
    if let Some(path) = &flags.ca_file {
        std::fs::write(path, mock.ca_pem())
            .map_err(|cause| ServeError::File { path: path.clone(), cause })?;
    }
    let url = mock.url_with_credentials();
    let line = format!("export GOVC_URL={url} GOVC_SIM_PID={}", std::process::id());
    announce(&line).map_err(ServeError::Process)?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    mock.stop().await;
    Ok(())
}

async fn start(flags: &Flags) -> Result<Mock, ServeError> {
    let pace = Pace::from_factor(flags.time_scale)
        .ok_or(ServeError::TimeScale { factor: flags.time_scale })?;
    let mut builder =
        Mock::builder().model(&flags.model).listen(&flags.listen).clock(pace).seed(flags.seed);
    if let Some(source) = &flags.boot_from {
        builder = builder.boot_from(source);
    }
    if let Some(release) = &flags.release {
        builder = builder.release(release);
    }
    if let Some(address) = &flags.ssh {
        builder = builder.ssh(address);
    }
    if let Some(folder) = &flags.storage {
        builder = builder.storage(folder);
    }
    for rule in rules(flags)? {
        builder = builder.disturb(rule);
    }
    Ok(builder.start().await?)
}

fn rules(flags: &Flags) -> Result<Vec<Rule>, ServeError> {
    let Some(path) = &flags.disturb else { return Ok(Vec::new()) };
    let text =
        std::fs::read(path).map_err(|cause| ServeError::File { path: path.clone(), cause })?;
    serde_json::from_slice(&text).map_err(|cause| ServeError::Rules { path: path.clone(), cause })
}
