//! Traces: calls to standard error with `-vv`, and everything to a file with `--trace`.
//!
//! Only our own crates are listened to; they mask secrets before they trace anything. The file is readable by
//! its owner alone all the same, since names and addresses of an installation are nobody else's business.

use std::fs::OpenOptions;
use std::io;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, fmt, registry};

use crate::console::Volume;
use crate::error::CliError;

/// The crates that are listened to.
const OURS: [&str; 6] =
    ["lockstep", "mock_vcenter", "orchestrator", "playbook", "tasks", "vsphere"];

#[derive(Debug, thiserror::Error)]
#[error("cannot write trace file `{}`", .path.display())]
struct TraceError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// Starts tracing. Without a file and below `-vv` there is none.
pub(crate) fn start(volume: Volume, file: Option<&Path>) -> Result<(), CliError> {
    let to_file = match file {
        Some(path) => {
            let file = OpenOptions::new().create(true).append(true).mode(0o600).open(path);
            let file =
                file.map_err(|cause| CliError::new(TraceError { path: path.to_owned(), cause }))?;
            let layer = fmt::layer().with_ansi(false).with_writer(Mutex::new(file));
            Some(layer.with_filter(ours(LevelFilter::TRACE)))
        }
        None => None,
    };
    let to_stderr = (volume == Volume::Calls).then(|| {
        let layer = fmt::layer().with_ansi(false).without_time().with_writer(io::stderr);
        layer.with_filter(ours(LevelFilter::DEBUG))
    });
    // Tests run several commands in one process; the first one's tracing stays.
    let _ = registry().with(to_file).with(to_stderr).try_init();
    Ok(())
}

fn ours(level: LevelFilter) -> Targets {
    Targets::new().with_targets(OURS.map(|name| (name, level)))
}
