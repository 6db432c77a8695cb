//! What needs no server.

use std::process::Stdio;

use expect_test::expect;

use crate::bench::{Ended, lockstep};

fn run(args: &[&str], playbook: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("lab.yaml"), playbook).unwrap();
    Ended::of(lockstep(folder.path()).args(args).output().unwrap())
}

#[test]
fn validate_shows_every_mistake_and_where() {
    let good = run(&["validate", "lab.yaml"], "tasks:\n  - datacenter: { name: Lab }\n");
    assert_eq!((good.code, &*good.out), (Some(0), "lab.yaml: valid, 1 task\n"), "{good:?}");
    let bad =
        run(&["validate", "lab.yaml"], "tasks:\n  - datacentre: { name: Lab }\n  - cluster: {}\n");
    assert_eq!(bad.code, Some(1));
    assert!(bad.out.contains("did you mean `datacenter`") && bad.out.contains("LS"), "{}", bad.out);
    assert!(bad.out.ends_with("2 errors\n"), "{}", bad.out);
    let json = run(&["validate", "lab.yaml", "--output", "json"], "tasks: []\n");
    let document: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(document["valid"], false);
    assert_eq!(document["diagnostics"][0]["file"], "lab.yaml");
}

#[test]
fn variables_are_set_from_the_command_line() {
    let text = "tasks:\n  - datacenter: { name: '{{ site }}' }\nvars: { site: null }\n";
    let ended = run(&["validate", "lab.yaml", "--var", "site=Lab"], text);
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let ended = run(&["validate", "lab.yaml", "--var", "site"], text);
    expect![[r#"
        error: `site` is not of the form NAME=VALUE

        hint: write `--var name=value`
    "#]]
    .assert_eq(&ended.err);
}

#[test]
fn without_a_terminal_apply_wants_a_yes_before_it_asks_any_server() {
    let text = "tasks:\n  - datacenter: { name: Lab }\n";
    let ended = run(&["apply", "lab.yaml", "--url", "root@127.0.0.1:1"], text);
    expect![[r#"
        error: cannot ask whether to apply: no terminal

        hint: look at `lockstep plan` first, then give `--yes`
    "#]]
    .assert_eq(&ended.err);
    assert_eq!(ended.code, Some(1));
}

#[test]
fn without_a_terminal_nobody_is_asked_for_a_password() {
    let ended = run(&["status", "--url", "root@127.0.0.1:1"], "");
    expect![[r#"
        error: cannot read the password of connection `default`
        Caused by: cannot ask for `Password of `root` at `127.0.0.1:1`:`: no terminal

        hint: set LOCKSTEP_PASSWORD (or GOVC_PASSWORD), or give `password: { file: PATH
              }` in the playbook
    "#]]
    .assert_eq(&ended.err);
    assert_eq!(ended.code, Some(1));
}

#[test]
fn a_password_on_the_command_line_is_refused_and_not_repeated() {
    let text = "tasks:\n  - datacenter: { name: Lab }\n";
    for args in [
        &["plan", "lab.yaml", "--url", "https://root:geheim@vc/sdk"][..],
        &["apply", "lab.yaml", "--yes", "--password", "geheim"],
        &["status", "--password=geheim"],
        &["status", "https://root:geheim@vc/sdk"],
    ] {
        let ended = run(args, text);
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(ended.err.contains("LOCKSTEP_PASSWORD"), "{ended:?}");
        assert!(!ended.err.contains("geheim") && !ended.out.contains("geheim"), "{ended:?}");
    }
}

#[test]
fn wrong_usage_is_1_and_help_is_0() {
    for (args, code) in
        [(&["plan"][..], 1), (&["--help"], 0), (&["help", "exit-codes"], 0), (&["fly"], 1)]
    {
        assert_eq!(run(args, "").code, Some(code), "{args:?}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = lockstep(folder.path());
    let mut child =
        command.arg("schema").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = Ended::of(child.wait_with_output().unwrap());
    assert_eq!((ended.code, &*ended.err), (Some(0), ""));
}

#[test]
fn explain_covers_every_capability_and_code() {
    let list = run(&["explain"], "");
    for name in tasks::CATALOGUE.iter().map(|capability| capability.name) {
        assert!(list.out.contains(name), "{}", list.out);
        let one = run(&["explain", name], "");
        for part in ["Fields\n", "Example\n", "Privileges\n", "API methods\n", "By hand\n"] {
            assert!(one.out.contains(part), "{name} has no {part}: {}", one.out);
        }
        assert!(
            one.out.lines().all(|line| line.chars().count() <= 80 || line.starts_with("  ")),
            "{}",
            one.out
        );
    }
    assert_eq!(run(&["explain", "ls001"], "").code, Some(0));
    assert_eq!(run(&["explain", "clutser"], "").code, Some(1));
}
