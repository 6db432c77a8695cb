//! The file with prepared answers: [`read_answers`].
//!
//! ```yaml
//! gates:
//!   drives: yes
//!   cables: { answer: no, note: the rack is locked }
//! ```

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use playbook::{Capability, Field, Kind, Source, Value, check_fields};
use report::Style;

use crate::error::CliError;
use crate::playbook_file::mistakes_style;

const WORDS: &[&str] = &["yes", "no"];

const ANSWER: &[Field] = &[
    Field::required("answer", Kind::Choice(WORDS), "Whether it was done."),
    Field::optional("note", Kind::Text, "What else is to be said."),
];

const FIELDS: &[Field] = &[Field::required(
    "gates",
    Kind::Map(&Kind::OneOf(&[Kind::Choice(WORDS), Kind::Record(ANSWER)])),
    "By id of the gate: `yes`, `no`, or a block with `answer` and `note`.",
)];

static FILE: Capability = Capability {
    fields: FIELDS,
    connects: false,
    ..Capability::new("answers", "Answers to the gates of a playbook.")
};

/// A prepared answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Prepared {
    pub(super) yes: bool,
    pub(super) note: String,
}

#[derive(Debug, thiserror::Error)]
#[error("cannot read the answers `{}`", .path.display())]
struct ReadError {
    path: PathBuf,
    #[source]
    cause: io::Error,
}

/// Reads prepared answers, by id of the gate.
pub(super) fn read_answers(
    path: &Path,
    style: &Style,
) -> Result<BTreeMap<String, Prepared>, CliError> {
    let bytes = std::fs::read(path)
        .map_err(|cause| CliError::new(ReadError { path: path.to_owned(), cause }))?;
    let name = path.to_string_lossy();
    let source = Source::from_bytes(&name, &bytes);
    let args = source.and_then(|source| check_fields(&FILE, &source)).map_err(|found| {
        let text = found.render(mistakes_style(style));
        CliError::new(format!("cannot use the answers `{name}`\n\n{text}"))
            .hint("write `gates:` and below it `GATE: yes`, one per line")
    })?;
    let answers = args.map("gates").iter();
    Ok(answers.map(|(gate, value)| (gate.clone(), prepared(value))).collect())
}

fn prepared(value: &Value) -> Prepared {
    match value.as_record() {
        Some(answer) => Prepared {
            yes: answer.text("answer") == "yes",
            note: answer.opt_text("note").unwrap_or_default().to_owned(),
        },
        None => Prepared { yes: value.as_text() == Some("yes"), note: String::new() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_words_or_blocks_and_anything_else_is_a_mistake() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("answers.yaml");
        let read = |text: &str| {
            std::fs::write(&path, text).unwrap();
            read_answers(&path, &Style::default())
        };
        let answers = read(
            "gates:\n  drives: yes\n  bios: no\n  cables: { answer: no, note: locked }\n  host[esx1]: \"yes\"\n",
        );
        let answers = answers.unwrap();
        let answer = |yes, note: &str| Prepared { yes, note: note.to_owned() };
        assert_eq!(answers["drives"], answer(true, ""));
        assert_eq!(answers["host[esx1]"], answer(true, ""));
        assert_eq!(answers["bios"], answer(false, ""));
        assert_eq!(answers["cables"], answer(false, "locked"));
        for bad in ["", "gates: { drives: maybe }", "drives: yes", "gates: { a: { note: x } }"] {
            let error = read(bad).unwrap_err().text();
            assert!(error.contains("answers.yaml") && error.contains("hint:"), "{error}");
        }
    }
}
