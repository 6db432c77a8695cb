//! Every diagnostic code has a bad playbook that yields it and nothing else, with the text people see.
//!
//! The first line of a bad playbook may set limits and variables: `# with: bytes=100 var:site=lab`.
//! `UPDATE_EXPECT=1` rewrites the expected texts.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod toy;

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use expect_test::expect_file;
use playbook::{Code, Diagnostics, Options, RenderStyle, Source, check};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/bad")
}

fn options(text: &str) -> Options {
    let mut options = Options::default();
    let first = text.lines().next().and_then(|line| line.strip_prefix("# with: "));
    for setting in first.unwrap_or("").split_whitespace() {
        if let Some(assignment) = setting.strip_prefix("var:") {
            options.overrides.assign(assignment).unwrap();
            continue;
        }
        let (name, value) = setting.split_once('=').unwrap();
        let limits = &mut options.limits;
        match name {
            "bytes" => limits.bytes = value.parse().unwrap(),
            "values" => limits.values = value.parse().unwrap(),
            "depth" => limits.depth = value.parse().unwrap(),
            "tasks" => limits.tasks = value.parse().unwrap(),
            "template_bytes" => limits.template_bytes = value.parse().unwrap(),
            other => panic!("unknown setting {other}"),
        }
    }
    options
}

fn findings(name: &str, bytes: &[u8]) -> Diagnostics {
    let source = match Source::from_bytes(name, bytes) {
        Ok(source) => source,
        Err(found) => return found,
    };
    match check(&source, toy::CATALOGUE, &options(source.text())) {
        Ok(playbook) => playbook.warnings,
        Err(found) => found,
    }
}

#[test]
fn each_code_has_a_bad_playbook_that_yields_exactly_it() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let name = format!("{code}.yaml");
        let Ok(bytes) = fs::read(folder().join(&name)) else {
            wrong.push(format!("{name} is missing: {}", code.summary()));
            continue;
        };
        let found = findings(&name, &bytes);
        let codes: BTreeSet<Code> = found.iter().map(|item| item.code).collect();
        let text = found.render(RenderStyle::default());
        if codes != BTreeSet::from([*code]) || found.iter().any(|item| item.hint.is_none()) {
            wrong.push(text);
            continue;
        }
        expect_file![folder().join(format!("{code}.txt"))].assert_eq(&text);
    }
    assert!(wrong.is_empty(), "another code, or no hint:\n{}", wrong.join("\n"));
}

#[test]
fn no_text_or_data_of_a_bad_playbook_shows_the_secret_in_it() {
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            let found = findings("p.yaml", &fs::read(&path).unwrap());
            let data = serde_json::to_string(&found.to_plain()).unwrap();
            let text = found.render(RenderStyle::default()) + &data + &format!("{found:?} {found}");
            assert!(!text.contains("hunter2"), "{} leaks:\n{text}", path.display());
        }
    }
}

#[test]
fn no_bad_playbook_belongs_to_a_code_that_does_not_exist() {
    let known: BTreeSet<String> = Code::ALL.iter().map(|code| code.to_string()).collect();
    for entry in fs::read_dir(folder()).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(known.contains(&stem), "{} is left over", path.display());
    }
}

#[test]
fn codes_are_unique_and_in_order() {
    let texts: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    assert!(texts.windows(2).all(|pair| pair[0] < pair[1]), "{texts:?}");
}
