//! Makes reports of what the journal holds of a run, the one under way included.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use report::{RunReader, write_html, write_junit};
use state::{JournalReader, RunRecord};

use super::asked::{ReportArgs, ReportForm};
use super::particulars::{Evidence, particulars};
use crate::console::Console;
use crate::error::CliError;
use crate::journal::refused;

/// Events that are held at once.
const PAGE: u32 = 1000;

#[derive(Debug, thiserror::Error)]
#[error("cannot write report `{}`", .path.display())]
struct WriteError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// Finds out before anything is changed that a report could not be written in the end.
pub(crate) fn check_places(wanted: &ReportArgs) -> Result<(), CliError> {
    for report in &wanted.reports {
        let path = report.path("run");
        let folder = folder_of(&path);
        let problem = match (folder.is_dir(), path.is_dir()) {
            (false, _) => format!("there is no folder `{}`", folder.display()),
            (true, true) => "it is a folder".to_owned(),
            (true, false) => match tempfile::tempfile_in(folder) {
                Ok(_) => continue,
                Err(error) => error.to_string(),
            },
        };
        return Err(CliError::new(WriteError { path, cause: io::Error::other(problem) })
            .hint("name a file in a folder that exists and can be written"));
    }
    Ok(())
}

/// Writes all that are wanted and says where they are.
pub(crate) fn write_all(
    wanted: &ReportArgs,
    journal: &JournalReader,
    record: &RunRecord,
    console: &Console,
) -> Result<(), CliError> {
    for report in &wanted.reports {
        let path = report.path(&record.start.id);
        let bytes = make(report.form, journal, record)?;
        write_whole(&path, &bytes)?;
        console.note(&format!("Report: {}", path.display()));
    }
    Ok(())
}

/// Makes one report.
pub(crate) fn make(
    form: ReportForm,
    journal: &JournalReader,
    record: &RunRecord,
) -> Result<Vec<u8>, CliError> {
    let id = record.start.id.as_str();
    let mut bytes = Vec::new();
    let mut reader = RunReader::default();
    let mut events = 0;
    let mut after = 0;
    loop {
        let page = journal.events(id, after, PAGE).map_err(refused)?;
        let Some(last) = page.last() else { break };
        after = last.seq;
        events += page.len() as u64;
        for event in &page {
            match form {
                ReportForm::Jsonl => writeln!(bytes, "{}", event.line).map_err(CliError::new)?,
                ReportForm::Html | ReportForm::Junit => {
                    reader.take(&event.line).map_err(CliError::new)?;
                }
            }
        }
    }
    if form == ReportForm::Jsonl {
        return Ok(bytes);
    }
    let run = reader.finish().map_err(|error| {
        CliError::new(error)
            .hint("the run was killed before it noted anything; `lockstep runs show` has the rest")
    })?;
    let chain = journal.verify(record).map_err(refused)?;
    let end = journal.last_hash(id).map_err(refused)?.unwrap_or_default();
    let particulars = particulars(record, &run, &Evidence { chain, end, events });
    let written = match form {
        ReportForm::Html => write_html(&mut bytes, &run, &particulars),
        ReportForm::Junit | ReportForm::Jsonl => write_junit(&mut bytes, &run, &particulars),
    };
    written.map_err(CliError::new)?;
    Ok(bytes)
}

/// Nobody ever sees half a report, and one that was there stays until the new one is whole.
pub(crate) fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), CliError> {
    replace(path, bytes).map_err(|cause| CliError::new(WriteError { path: path.to_owned(), cause }))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}
