//! Where a connection leads and as whom: [`Target`], from options, playbook and environment.
//!
//! In this order for each setting. The environment serves one connection only: the one without a name of its
//! own. A user or password inside an address is used only together with that address.

use playbook::{Connection, ConnectionKind, DEFAULT_CONNECTION, SecretRef};
use secrecy::SecretString;
use vsphere::{Address, AddressError, SdkUrl};

use super::args::ConnectionArgs;
use super::trust::{TrustSetting, trust};
use crate::environment::Environment;
use crate::error::CliError;
use crate::surroundings::Surroundings;

/// Everything that is known before connecting.
#[derive(Clone, Debug)]
pub(crate) struct Target {
    /// Name of the connection.
    pub(crate) name: String,
    /// The server.
    pub(crate) url: SdkUrl,
    /// The user.
    pub(crate) username: String,
    /// The password, or where it is.
    pub(crate) password: Password,
    /// How the certificate is verified.
    pub(crate) trust: TrustSetting,
    /// What must answer there.
    pub(crate) kind: Option<ConnectionKind>,
    /// The task that installs the server, if one does.
    pub(crate) installed_by: Option<String>,
    /// Where each setting comes from, for people.
    pub(crate) origins: Vec<String>,
}

/// A password, or where it is.
#[derive(Clone, Debug)]
pub(crate) enum Password {
    /// Known.
    Known(SecretString),
    /// To be read there.
    From(SecretRef),
}

/// What options and environment add to the connections of a playbook.
#[derive(Clone, Copy)]
pub(crate) struct Extras<'a> {
    /// Options of the command.
    pub(crate) args: &'a ConnectionArgs,
    /// The environment.
    pub(crate) surroundings: &'a Surroundings,
    /// The folder that relative paths of the playbook are meant from.
    pub(crate) base: &'a std::path::Path,
}

#[derive(Debug, thiserror::Error)]
enum TargetError {
    #[error("connection `{0}` has no address")]
    NoAddress(String),
    #[error("connection `{0}` has no user to log in as")]
    NoUser(String),
    #[error("the address in {from} cannot be used")]
    Address {
        from: String,
        #[source]
        cause: AddressError,
    },
}

/// A setting with its origin.
struct Setting<T> {
    value: T,
    from: String,
}

/// The address with what it may carry, and the environment to look further in.
struct Place<'a> {
    address: Address,
    from: String,
    environment: Option<&'a Environment>,
}

impl Target {
    /// Puts the settings of one connection together. `alone` when the playbook has no other.
    pub(crate) fn of(
        connection: &Connection,
        alone: bool,
        extras: Extras<'_>,
    ) -> Result<Self, CliError> {
        let usual = alone || connection.name == DEFAULT_CONNECTION;
        let nothing = ConnectionArgs::default();
        let args = if usual { extras.args } else { &nothing };
        let environment = usual.then_some(&extras.surroundings.environment);
        let place = place(connection, args, environment)?;
        let user = place.username(connection, args)?;
        let password = place.password(connection, &user.value);
        let trust = trust(&connection.tls, args, environment, extras)?;
        let name = &connection.name;
        let origins = [
            ("address", place.address.url.to_string(), &place.from),
            ("user", user.value.clone(), &user.from),
            ("password", "(not shown)".to_owned(), &password.from),
            ("certificate", trust.shown(), &trust.from),
        ];
        let origins =
            origins.map(|(what, value, from)| format!("{name}: {what} {value}, from {from}"));
        Ok(Target {
            name: name.clone(),
            url: place.address.url,
            username: user.value,
            password: password.value,
            trust,
            kind: connection.kind,
            installed_by: connection.installed_by.as_ref().map(|(task, _)| task.clone()),
            origins: origins.to_vec(),
        })
    }
}

fn place<'a>(
    connection: &Connection,
    args: &ConnectionArgs,
    environment: Option<&'a Environment>,
) -> Result<Place<'a>, CliError> {
    if let Some(address) = args.address()? {
        return Ok(Place { address, from: "--url".to_owned(), environment });
    }
    let in_playbook = connection.url.clone().map(|url| (url, "the playbook".to_owned()));
    let in_environment = || {
        let variable = environment?.first(&["LOCKSTEP_URL", "GOVC_URL"])?;
        Some((variable.value, variable.name.to_owned()))
    };
    let (text, from) = in_playbook.or_else(in_environment).ok_or_else(|| {
        let hint = "give `url:` in the playbook's `connections:`, or set LOCKSTEP_URL (or GOVC_URL), such as \
                    `https://vcenter.example/sdk`";
        CliError::new(TargetError::NoAddress(connection.name.clone())).hint(match environment {
            Some(_) => hint,
            None => "give `url:` in the playbook; the environment serves only connection `default`",
        })
    })?;
    match text.parse::<Address>() {
        Ok(address) => Ok(Place { address, from, environment }),
        Err(cause) => Err(CliError::new(TargetError::Address { from, cause })),
    }
}

impl Place<'_> {
    fn variable(&self, name: &'static str) -> Option<Setting<String>> {
        let value = self.environment?.get(name)?;
        Some(Setting { value, from: name.to_owned() })
    }

    /// What the address carries, if it came from there.
    fn carried<T: Clone>(&self, by: &str, value: &Option<T>) -> Option<Setting<T>> {
        let value = value.clone().filter(|_| self.from == by)?;
        Some(Setting { value, from: self.from.clone() })
    }

    fn username(
        &self,
        connection: &Connection,
        args: &ConnectionArgs,
    ) -> Result<Setting<String>, CliError> {
        let setting =
            |value: &String, from: &str| Setting { value: value.clone(), from: from.to_owned() };
        let user = &self.address.username;
        args.username
            .as_ref()
            .map(|name| setting(name, "--username"))
            .or_else(|| self.carried("--url", user))
            .or_else(|| connection.username.as_ref().map(|name| setting(name, "the playbook")))
            .or_else(|| self.variable("LOCKSTEP_USERNAME"))
            .or_else(|| self.carried("LOCKSTEP_URL", user))
            .or_else(|| self.variable("GOVC_USERNAME"))
            .or_else(|| self.carried("GOVC_URL", user))
            .ok_or_else(|| {
                let hint = match self.environment {
                    Some(_) => "give `username:` in the playbook, or set LOCKSTEP_USERNAME (or GOVC_USERNAME)",
                    None => "give `username:` in the playbook",
                };
                CliError::new(TargetError::NoUser(connection.name.clone())).hint(hint)
            })
    }

    fn password(&self, connection: &Connection, user: &str) -> Setting<Password> {
        let known = |setting: Setting<SecretString>| Setting {
            value: Password::Known(setting.value),
            from: setting.from,
        };
        let variable = |name| {
            self.variable(name)
                .map(|found| Setting { value: SecretString::from(found.value), from: found.from })
        };
        let referenced = connection.password.as_ref().map(|reference| Setting {
            value: Password::From(reference.clone()),
            from: format!("the playbook ({reference})"),
        });
        let question = format!("Password of `{user}` at `{}`:", self.address.url.authority());
        referenced
            .or_else(|| variable("LOCKSTEP_PASSWORD").map(known))
            .or_else(|| self.carried("LOCKSTEP_URL", &self.address.password).map(known))
            .or_else(|| variable("GOVC_PASSWORD").map(known))
            .or_else(|| self.carried("GOVC_URL", &self.address.password).map(known))
            .unwrap_or_else(|| Setting {
                value: Password::From(SecretRef::Prompt(question)),
                from: "the operator".to_owned(),
            })
    }
}

#[cfg(test)]
#[path = "target_tests.rs"]
mod tests;
