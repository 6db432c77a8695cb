//! Where secrets come from, and what is refused.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test may panic")]

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use playbook::{CommandLimits, SecretError, SecretRef, SecretSource, StandardSecrets};
use secrecy::{ExposeSecret, SecretString};
use tempfile::TempDir;

struct Case {
    folder: TempDir,
    secrets: StandardSecrets,
}

fn case() -> Case {
    let folder = TempDir::new().unwrap();
    let lookup = |name: &str| match name {
        "SET" => Some(SecretString::from("from-env")),
        "EMPTY" => Some(SecretString::from("")),
        _ => None,
    };
    let secrets = StandardSecrets::new(folder.path(), lookup);
    Case { folder, secrets }
}

impl Case {
    fn file(&self, name: &str, content: &[u8], mode: u32) -> SecretRef {
        let path = self.folder.path().join(name);
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        SecretRef::File(name.into())
    }

    fn read(&self, reference: &SecretRef) -> Result<String, SecretError> {
        self.secrets.resolve(reference).map(|secret| secret.expose_secret().to_owned())
    }
}

fn shell(script: &str) -> SecretRef {
    SecretRef::Command(vec!["/bin/sh".into(), "-c".into(), script.into()])
}

#[test]
fn a_variable_is_looked_up_and_must_hold_something() {
    let case = case();
    assert_eq!(case.read(&SecretRef::Env("SET".into())).unwrap(), "from-env");
    let missing = case.read(&SecretRef::Env("NOPE".into())).unwrap_err();
    assert!(matches!(missing, SecretError::NotSet(name) if name == "NOPE"));
    let empty = case.read(&SecretRef::Env("EMPTY".into())).unwrap_err();
    assert!(matches!(empty, SecretError::Empty(_)));
}

#[test]
fn a_file_is_read_without_its_last_line_break() {
    let case = case();
    for (content, expected) in
        [("pw", "pw"), ("pw\n", "pw"), ("pw\r\n", "pw"), (" p w \n\n", " p w \n")]
    {
        let reference = case.file("pw", content.as_bytes(), 0o600);
        assert_eq!(case.read(&reference).unwrap(), expected);
    }
    assert_eq!(case.read(&case.file("read-only", b"pw", 0o400)).unwrap(), "pw");
}

#[test]
fn a_file_that_others_can_use_is_refused() {
    let case = case();
    for mode in [0o644, 0o640, 0o660, 0o602, 0o601] {
        let error = case.read(&case.file(&format!("{mode:o}"), b"pw", mode)).unwrap_err();
        assert!(
            matches!(error, SecretError::Exposed { mode: seen, .. } if seen == mode),
            "{error}"
        );
    }
}

#[test]
fn a_file_that_holds_no_secret_is_refused() {
    let case = case();
    let error = |content: &[u8]| case.read(&case.file("f", content, 0o600)).unwrap_err();
    assert!(matches!(error(b""), SecretError::Empty(_)));
    assert!(matches!(error(b"\n"), SecretError::Empty(_)));
    assert!(matches!(error(b"\xff"), SecretError::NotText(_)));
    assert!(matches!(error(&[b'x'; 70_000]), SecretError::TooLong(_)));
    let folder = case.read(&SecretRef::File(".".into())).unwrap_err();
    assert!(matches!(folder, SecretError::NotAFile(_)), "{folder}");
    let missing = case.read(&SecretRef::File("missing".into())).unwrap_err();
    assert!(matches!(missing, SecretError::ReadFile { .. }));
}

#[test]
fn a_command_runs_without_shell_in_the_playbooks_folder() {
    let case = case();
    let echo = SecretRef::Command(vec!["/bin/echo".into(), "$HOME; `id`".into()]);
    assert_eq!(case.read(&echo).unwrap(), "$HOME; `id`");
    case.file("here", b"found", 0o600);
    assert_eq!(case.read(&shell("cat here")).unwrap(), "found");
    assert!(matches!(case.read(&shell("cat")).unwrap_err(), SecretError::Empty(_)), "no input");
}

#[test]
fn a_command_that_fails_or_floods_is_refused() {
    let case = case();
    let failed = case.read(&shell("echo pw; exit 3")).unwrap_err();
    assert!(matches!(&failed, SecretError::CommandFailed { status, .. } if status.contains('3')));
    let flood = case.read(&shell("exec cat /dev/zero")).unwrap_err();
    assert!(matches!(flood, SecretError::TooLong(_)), "{flood}");
    let missing = SecretRef::Command(vec!["/nonexistent/program".into()]);
    assert!(matches!(case.read(&missing).unwrap_err(), SecretError::RunCommand { .. }));
}

#[test]
fn a_command_that_never_ends_is_stopped() {
    let Case { folder, secrets } = case();
    let limits = CommandLimits { time: Duration::from_millis(100) };
    let case = Case { folder, secrets: secrets.with_limits(limits) };
    for script in ["exec tail -f /dev/null", "echo pw; exec >&-; exec sleep 60"] {
        let error = case.read(&shell(script)).unwrap_err();
        assert!(matches!(error, SecretError::CommandTimeout { .. }), "{script}: {error}");
    }
}

#[test]
fn a_prompt_needs_somebody_to_ask() {
    let Case { folder, secrets } = case();
    let question = SecretRef::Prompt("Password of the lab".into());
    assert!(matches!(secrets.resolve(&question).unwrap_err(), SecretError::NoTerminal(_)));
    let answering = secrets.with_prompt(|text| match text {
        "Password of the lab" => Ok(SecretString::from("typed")),
        _ => Err(io::Error::other("unexpected question")),
    });
    let case = Case { folder, secrets: answering };
    assert_eq!(case.read(&question).unwrap(), "typed");
    let other = case.read(&SecretRef::Prompt("other".into())).unwrap_err();
    assert!(matches!(other, SecretError::Prompt { .. }));
}

#[test]
fn no_error_shows_the_secret_or_the_arguments_of_a_command() {
    let case = case();
    let argv = vec!["/bin/sh".into(), "-c".into(), "echo hunter2; exit 1 # hunter2".into()];
    let error = case.read(&SecretRef::Command(argv.clone())).unwrap_err();
    let exposed = case.read(&case.file("f", b"hunter2", 0o644)).unwrap_err();
    for text in [error.to_string(), exposed.to_string(), SecretRef::Command(argv).to_string()] {
        assert!(!text.contains("hunter2"), "{text}");
    }
}
