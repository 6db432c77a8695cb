//! What the host says it runs, asked without a login.
//!
//! A host that was just installed shows a certificate that nobody knows yet, so it is not verified here. No
//! credentials are sent; whoever connects afterwards judges the certificate as the playbook says.

use std::error::Error;

use vim25::types::AboutInfo;
use vsphere::tls::{TlsOptions, Trust};
use vsphere::{ConnectError, look};

use super::spec::{Spec, WaitFor};

/// What came back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Answer {
    /// Nobody asked.
    NotAsked,
    /// Nothing, for this reason.
    Silent(String),
    /// Another product, release or build than declared.
    Other(String),
    /// What was declared.
    Expected(String),
}

/// Asks once.
pub(super) async fn ask(spec: &Spec, waits: &WaitFor) -> Answer {
    let tls = TlsOptions::from(Trust::Insecure);
    match look(waits.url.clone(), &tls).await {
        Ok(about) => judge(spec, waits, &about),
        Err(error) => Answer::Silent(innermost(&error)),
    }
}

fn judge(spec: &Spec, waits: &WaitFor, about: &AboutInfo) -> Answer {
    let text = format!("{} {} build-{}", about.name, about.version, about.build);
    // A server may say anything; this goes to a terminal.
    let text: String = text.chars().filter(|one| !one.is_control()).take(120).collect();
    let is_host = about.api_type == "HostAgent";
    let of_release = about.version.strip_prefix(&*spec.release);
    let is_release = of_release.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'));
    let is_build = waits.build.as_ref().is_none_or(|build| *build == *about.build);
    match is_host && is_release && is_build {
        true => Answer::Expected(text),
        false => Answer::Other(text),
    }
}

fn innermost(error: &ConnectError) -> String {
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}

#[cfg(test)]
mod tests {
    use playbook::check_args;

    use super::*;
    use crate::kickstart::CAPABILITY;

    #[test]
    fn only_the_declared_release_and_build_of_a_host_is_expected() {
        let about = |api_type: &str, version: &str, build: &str| AboutInfo {
            name: "VMware ESXi".into(),
            api_type: api_type.into(),
            version: version.into(),
            build: build.into(),
            ..Default::default()
        };
        let table = [
            ("build: '24022510'", about("HostAgent", "8.0.3", "24022510"), true),
            ("every: 5s", about("HostAgent", "8.0.3", "1"), true),
            ("build: '24022510'", about("HostAgent", "8.0.3", "1"), false),
            ("every: 5s", about("HostAgent", "7.0.3", "1"), false),
            ("every: 5s", about("HostAgent", "8.01.0", "1"), false),
            ("every: 5s", about("VirtualCenter", "8.0.3", "1"), false),
        ];
        for (waits, about, expected) in table {
            let yaml = format!(
                "{{ release: '8.0', folder: out, accept_eula: true, disk: {{ first: [local] }}, \
                 root_password: {{ env: A }}, network: {{ address: 10.0.0.2, netmask: 255.255.255.0 }}, \
                 wait_for: {{ {waits} }} }}"
            );
            let spec = Spec::from(&check_args(&CAPABILITY, &yaml).unwrap());
            let answer = judge(&spec, spec.wait_for.as_ref().unwrap(), &about);
            assert_eq!(matches!(answer, Answer::Expected(_)), expected, "{answer:?}");
        }
    }
}
