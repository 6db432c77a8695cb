//! Options that say which server to talk to and how its certificate is verified.

use std::path::PathBuf;

use clap::Args;
use vsphere::Address;

use crate::error::CliError;

/// The server, for what the playbook does not say. There is no option for a password.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct ConnectionArgs {
    /// Address of the vCenter or host; without a password [env: LOCKSTEP_URL, GOVC_URL]
    #[arg(long, value_name = "URL", help_heading = "Connection")]
    pub(crate) url: Option<String>,
    /// User to log in as [env: LOCKSTEP_USERNAME, GOVC_USERNAME]
    #[arg(long, value_name = "NAME", help_heading = "Connection")]
    pub(crate) username: Option<String>,
    /// Trust certificates of the authorities in FILE (PEM) [env: LOCKSTEP_CA_FILE, GOVC_TLS_CA_CERTS]
    #[arg(long, value_name = "FILE", group = "trust", help_heading = "Connection")]
    pub(crate) ca_file: Option<PathBuf>,
    /// Trust exactly the certificate with this SHA-256 fingerprint
    #[arg(long, value_name = "HEX", group = "trust", help_heading = "Connection")]
    pub(crate) sha256: Option<String>,
    /// Trust the certificate that was seen first, and remember it
    #[arg(long, group = "trust", help_heading = "Connection")]
    pub(crate) trust_on_first_use: bool,
    /// Verify nothing; only for a lab [env: LOCKSTEP_INSECURE, GOVC_INSECURE]
    #[arg(long, group = "trust", help_heading = "Connection")]
    pub(crate) insecure: bool,
    /// File of certificates seen before
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ca_file", "sha256", "insecure"], help_heading = "Connection")]
    pub(crate) known_hosts: Option<PathBuf>,
    /// Only here to say why there is no such option.
    #[arg(long, hide = true, num_args = 0..=1, require_equals = false, value_name = "NONE")]
    pub(crate) password: Option<Option<String>>,
}

/// A secret on the command line. It is not repeated.
#[derive(Debug, thiserror::Error)]
enum PasswordGiven {
    #[error("passwords are not taken from the command line")]
    Option,
    #[error("the address given as `{0}` has a password in it")]
    Url(&'static str),
}

const INSTEAD: &str = "everybody on this machine can read command lines, so this password should be \
    changed now\ngive it as LOCKSTEP_PASSWORD (or GOVC_PASSWORD), as `password:` of a connection in the \
    playbook, or leave it out to be asked on a terminal";

impl ConnectionArgs {
    /// Whether any of these options was given.
    pub(crate) fn is_given(&self) -> bool {
        let texts = self.url.is_some() || self.username.is_some() || self.sha256.is_some();
        let files = self.ca_file.is_some() || self.known_hosts.is_some();
        texts || files || self.trust_on_first_use || self.insecure
    }

    /// The address given as option; refuses every password.
    pub(crate) fn address(&self) -> Result<Option<Address>, CliError> {
        let refused = |problem| Err(CliError::new(problem).hint(INSTEAD));
        if self.password.is_some() {
            return refused(PasswordGiven::Option);
        }
        let Some(url) = &self.url else { return Ok(None) };
        // The raw text counts: what is not a URL may hold a password all the same.
        if url
            .split('/')
            .any(|part| part.rsplit_once('@').is_some_and(|(user, _)| user.contains(':')))
        {
            return refused(PasswordGiven::Url("--url"));
        }
        let address: Address = url.parse().map_err(CliError::new)?;
        Ok(Some(address))
    }
}

/// Refuses a word of the command line that is an address with a password.
pub(crate) fn refuse_password(word: &str, place: &'static str) -> Result<(), CliError> {
    let address = ConnectionArgs { url: Some(word.to_owned()), ..ConnectionArgs::default() };
    match word.contains("://") && address.address().is_err() {
        true => Err(CliError::new(PasswordGiven::Url(place)).hint(INSTEAD)),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn a_password_in_the_address_is_refused_and_not_repeated() {
        for url in [
            "https://root:hunter2@vc/sdk",
            "root:hunter2@vc",
            "administrator@vsphere.local:hunter2@vc",
            "https:/root:hunter2@vc",
        ] {
            let args = ConnectionArgs { url: Some(url.to_owned()), ..ConnectionArgs::default() };
            let text = args.address().unwrap_err().text();
            assert!(!text.contains("hunter2"), "{text}");
            assert!(text.contains("has a password in it"), "{text}");
        }
        let args =
            ConnectionArgs { url: Some("root@vc:8443".to_owned()), ..ConnectionArgs::default() };
        let address = args.address().unwrap().unwrap();
        assert_eq!(address.url.to_string(), "https://vc:8443/sdk");
        assert_eq!(address.username.as_deref(), Some("root"));
    }

    #[test]
    fn an_option_for_passwords_is_refused_with_what_to_do() {
        let args = ConnectionArgs {
            password: Some(Some("hunter2".to_owned())),
            ..ConnectionArgs::default()
        };
        expect![[r#"
            error: passwords are not taken from the command line

            hint: everybody on this machine can read command lines, so this password should
                  be changed now
                  give it as LOCKSTEP_PASSWORD (or GOVC_PASSWORD), as `password:` of a
                  connection in the playbook, or leave it out to be asked on a terminal
        "#]]
        .assert_eq(&args.address().unwrap_err().text());
    }
}
