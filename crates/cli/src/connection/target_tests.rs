//! Settings of a connection come from the right place.

use std::path::Path;

use expect_test::expect;
use secrecy::ExposeSecret;

use super::*;
use crate::console::{Console, OutputArgs};
use crate::terminal::Terminals;

fn surroundings<const N: usize>(variables: [(&str, &str); N]) -> Surroundings {
    let environment = Environment::of(variables);
    let console = Console::new(&OutputArgs::default(), &environment, Terminals::default());
    Surroundings { console, environment }
}

fn target<const N: usize>(
    connection: &Connection,
    args: &ConnectionArgs,
    variables: [(&str, &str); N],
) -> Result<Target, CliError> {
    let surroundings = surroundings(variables);
    let extras = Extras { args, surroundings: &surroundings, base: Path::new("/lab") };
    Target::of(connection, false, extras)
}

/// The origins and the password, or the error.
fn shown(target: Result<Target, CliError>) -> String {
    match target {
        Err(error) => error.text(),
        Ok(target) => {
            let password = match &target.password {
                Password::Known(password) => password.expose_secret().to_owned(),
                Password::From(reference) => reference.to_string(),
            };
            format!("{}\n{password}", target.origins.join("\n"))
        }
    }
}

fn from_environment<const N: usize>(variables: [(&str, &str); N]) -> String {
    shown(target(&Connection::unset("default"), &ConnectionArgs::default(), variables))
}

#[test]
fn govc_variables_are_enough() {
    expect![[r#"
        default: address https://127.0.0.1:8989/sdk, from GOVC_URL
        default: user user, from GOVC_URL
        default: password (not shown), from GOVC_URL
        default: certificate not verified, from GOVC_INSECURE
        p@ss"#]]
    .assert_eq(&from_environment([
        ("GOVC_URL", "https://user:p%40ss@127.0.0.1:8989/sdk"),
        ("GOVC_INSECURE", "1"),
    ]));
}

#[test]
fn own_variables_come_first_and_each_address_keeps_its_password() {
    expect![[r#"
        default: address https://ours/sdk, from LOCKSTEP_URL
        default: user me, from LOCKSTEP_USERNAME
        default: password (not shown), from GOVC_PASSWORD
        default: certificate signed by an authority in `/ca.pem`, from LOCKSTEP_CA_FILE
        govc"#]]
    .assert_eq(&from_environment([
        ("LOCKSTEP_URL", "https://ours/sdk"),
        ("GOVC_URL", "https://them:theirs@theirs/sdk"),
        ("LOCKSTEP_USERNAME", "me"),
        ("GOVC_USERNAME", "them"),
        ("GOVC_PASSWORD", "govc"),
        ("LOCKSTEP_CA_FILE", "/ca.pem"),
        ("GOVC_INSECURE", "true"),
    ]));
}

#[test]
fn without_a_password_the_operator_is_asked() {
    expect![[r#"
        default: address https://ours/sdk, from LOCKSTEP_URL
        default: user root, from LOCKSTEP_URL
        default: password (not shown), from the operator
        default: certificate signed by an authority of this system, from the defaults
        prompt `Password of `root` at `ours:443`:`"#]]
    .assert_eq(&from_environment([
        ("LOCKSTEP_URL", "root@ours"),
        ("GOVC_URL", "https://them:theirs@theirs/sdk"),
        ("LOCKSTEP_INSECURE", "no"),
        ("GOVC_INSECURE", "1"),
    ]));
}

#[test]
fn options_come_before_the_playbook_and_that_before_the_environment() {
    let mut connection = Connection::unset("default");
    connection.url = Some("https://vc.lab/sdk".to_owned());
    connection.username = Some("ops".to_owned());
    connection.password = Some(SecretRef::File("pw".into()));
    connection.tls.known_hosts = Some("known".into());
    let variables = [("GOVC_URL", "https://u:p@elsewhere"), ("GOVC_INSECURE", "1")];
    let plain = ConnectionArgs::default();
    expect![[r#"
        default: address https://vc.lab/sdk, from the playbook
        default: user ops, from the playbook
        default: password (not shown), from the playbook (file `pw`)
        default: certificate as in `/lab/known`, or signed by an authority of this system, from the playbook
        file `pw`"#]]
    .assert_eq(&shown(target(&connection, &plain, variables)));
    let args = ConnectionArgs {
        url: Some("root@other".to_owned()),
        insecure: true,
        ..ConnectionArgs::default()
    };
    expect![[r#"
        default: address https://other/sdk, from --url
        default: user root, from --url
        default: password (not shown), from the playbook (file `pw`)
        default: certificate not verified, from --insecure
        file `pw`"#]]
    .assert_eq(&shown(target(&connection, &args, variables)));
}

#[test]
fn a_connection_with_a_name_of_its_own_takes_nothing_from_the_environment() {
    let found = target(
        &Connection::unset("site-b"),
        &ConnectionArgs::default(),
        [("GOVC_URL", "https://u:hunter2@vc")],
    );
    expect![[r#"
        error: connection `site-b` has no address

        hint: give `url:` in the playbook; the environment serves only connection
              `default`
    "#]]
    .assert_eq(&shown(found));
}

#[test]
fn what_cannot_be_used_is_said_without_its_value() {
    let cases = [
        ("GOVC_URL", "http://u:hunter2@vc"),
        ("GOVC_URL", "https://u:hunter2@"),
        ("LOCKSTEP_INSECURE", "hunter2"),
        ("GOVC_TLS_CA_CERTS", "a:hunter2"),
    ];
    for (name, value) in cases {
        let text = match name {
            "GOVC_URL" => from_environment([(name, value)]),
            _ => from_environment([("LOCKSTEP_URL", "root@vc"), (name, value)]),
        };
        assert!(text.starts_with("error: ") && text.contains(name), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    expect![[r#"
        error: connection `default` has no address

        hint: give `url:` in the playbook's `connections:`, or set LOCKSTEP_URL (or
              GOVC_URL), such as `https://vcenter.example/sdk`
    "#]]
    .assert_eq(&from_environment([]));
}
