//! Which reports are asked for: `--report FORM[=FILE]`.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

/// Reports that a run leaves behind.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ReportArgs {
    /// At the end write a report: `html` (one page), `junit` or `jsonl`, into FILE or `lockstep-RUN.html`, ...; may
    /// be given several times
    #[arg(long = "report", value_name = "FORM[=FILE]", value_parser = report)]
    pub(crate) reports: Vec<Wanted>,
}

/// A report and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(super) form: ReportForm,
    /// `None` for a name made of the run's id.
    pub(super) file: Option<PathBuf>,
}

/// What a report looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportForm {
    /// One page for browsers and printers that needs nothing else
    Html,
    /// JUnit XML: a suite per task, a case per object
    Junit,
    /// The events as JSON lines, as they were recorded
    Jsonl,
}

impl ReportForm {
    fn ending(self) -> &'static str {
        match self {
            Self::Html => "html",
            Self::Junit => "xml",
            Self::Jsonl => "jsonl",
        }
    }
}

impl Wanted {
    /// The file, for the run with this id.
    pub(super) fn path(&self, run: &str) -> PathBuf {
        let usual = || Path::new(&format!("lockstep-{run}.{}", self.form.ending())).to_owned();
        self.file.clone().unwrap_or_else(usual)
    }
}

/// Reads `FORM` or `FORM=FILE`.
fn report(text: &str) -> Result<Wanted, String> {
    let (form, file) = match text.split_once('=') {
        Some((_, "")) => return Err(format!("`{text}` names no file; leave out the `=`")),
        Some((form, file)) => (form, Some(PathBuf::from(file))),
        None => (text, None),
    };
    let form = ReportForm::from_str(form, false)
        .map_err(|_| format!("there is no report `{form}`: html, junit, jsonl"))?;
    Ok(Wanted { form, file })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_has_a_form_and_perhaps_a_file() {
        let path =
            |text| report(text).map(|wanted| wanted.path("r1").to_string_lossy().into_owned());
        assert_eq!(path("html"), Ok("lockstep-r1.html".to_owned()));
        assert_eq!(path("junit"), Ok("lockstep-r1.xml".to_owned()));
        assert_eq!(path("jsonl=out/a=b.txt"), Ok("out/a=b.txt".to_owned()));
        for wrong in ["pdf", "html=", "", "HTML=x"] {
            assert!(path(wrong).is_err(), "{wrong}");
        }
    }
}
