//! What a guest's programs do, as data: [`Program`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// A program of a guest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Program {
    /// The command lines it stands for: `{name}` is one word to be remembered under that name, `*` any text.
    pub command: String,
    /// What it ends with.
    pub exit_code: i32,
    /// What it prints; `{name}` is replaced by the remembered word.
    pub output: String,
    /// How long it runs.
    pub seconds: u64,
    /// What it does when it ends.
    pub effect: Effect,
}

/// What a program does beside printing. Words are those remembered from the command line.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Effect {
    /// Nothing.
    #[default]
    None,
    /// Gives `user` the password `password`.
    SetPassword,
    /// Gives the users named in `file`, a line `user:password` each, these passwords.
    SetPasswordsFrom,
    /// Takes `address`, `netmask` and `gateway`.
    SetNetwork,
    /// Takes the name `name`.
    SetHostName,
    /// Writes a file.
    WriteFile {
        /// Where.
        path: String,
        /// What.
        content: String,
    },
    /// Prints `file`; ends with 1 when it is not there.
    PrintFile,
    /// Removes `file`.
    RemoveFile,
    /// Restarts the guest.
    Reboot,
    /// Powers the VM off.
    PowerOff,
    /// Installs the software of a fault tolerant server.
    InstallFtSoftware,
}

impl Program {
    /// A program that prints `output` at once and ends well.
    #[must_use]
    pub fn printing(command: &str, output: &str) -> Self {
        Self { command: command.to_owned(), output: output.to_owned(), ..Self::default() }
    }

    /// A program that does something at once and ends well.
    #[must_use]
    pub fn doing(command: &str, effect: Effect) -> Self {
        Self { command: command.to_owned(), effect, ..Self::default() }
    }

    /// The same ending with this code.
    #[must_use]
    pub fn exiting(self, exit_code: i32) -> Self {
        Self { exit_code, ..self }
    }

    /// The same running for so long.
    #[must_use]
    pub fn taking(self, seconds: u64) -> Self {
        Self { seconds, ..self }
    }

    /// The words remembered from a command line that fits; `None` when it does not fit.
    #[must_use]
    pub fn fits(&self, command: &str) -> Option<BTreeMap<String, String>> {
        let mut words = BTreeMap::new();
        fits(&self.command, command, &mut words).then_some(words)
    }

    /// What every guest can do.
    #[must_use]
    pub fn standard() -> Vec<Self> {
        let network = || Effect::SetNetwork;
        vec![
            Self::doing("true", Effect::None),
            Self::doing("false", Effect::None).exiting(1),
            Self::doing("echo {user}:{password} | chpasswd", Effect::SetPassword),
            Self::doing("chpasswd < {file}", Effect::SetPasswordsFrom),
            Self::doing("cat {file} | chpasswd", Effect::SetPasswordsFrom),
            Self::doing("vami_set_network eth0 STATICV4 {address} {netmask} {gateway}", network())
                .taking(3),
            Self::doing("hostnamectl set-hostname {name}", Effect::SetHostName),
            Self::doing("cat {file}", Effect::PrintFile),
            Self::doing("rm {file}", Effect::RemoveFile),
            Self::doing("rm -f {file}", Effect::RemoveFile),
            Self::doing("reboot", Effect::Reboot),
            Self::doing("shutdown -r now", Effect::Reboot),
            Self::doing("poweroff", Effect::PowerOff),
            Self::doing("shutdown -h now", Effect::PowerOff),
            Self::printing("uname", "Linux\n"),
            Self::printing("whoami", "{whoami}\n"),
            Self::printing("hostname", "{hostname}\n"),
        ]
    }
}

fn fits(pattern: &str, text: &str, words: &mut BTreeMap<String, String>) -> bool {
    if let Some(rest) = pattern.strip_prefix('*') {
        return (0..=text.len())
            .filter(|at| text.is_char_boundary(*at))
            .any(|at| fits(rest, &text[at..], words));
    }
    if let Some((name, rest)) = pattern.strip_prefix('{').and_then(|rest| rest.split_once('}')) {
        let end = text.find(char::is_whitespace).unwrap_or(text.len());
        let mut ends: Vec<usize> = (1..=end).filter(|at| text.is_char_boundary(*at)).collect();
        // A name ends at the first colon, the last word of a pattern takes all there is.
        if rest.is_empty() || rest.starts_with(' ') {
            ends.reverse();
        }
        return ends.into_iter().any(|at| {
            let found = fits(rest, &text[at..], words);
            if found {
                words.insert(name.to_owned(), text[..at].to_owned());
            }
            found
        });
    }
    match (pattern.chars().next(), text.chars().next()) {
        (None, None) => true,
        (Some(wanted), Some(found)) if wanted == found => {
            fits(&pattern[wanted.len_utf8()..], &text[found.len_utf8()..], words)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_remembered_and_anything_else_must_be_the_same() {
        let fits = |pattern: &str, command: &str| {
            let words = Program::doing(pattern, Effect::None).fits(command)?;
            Some(words.into_values().collect::<Vec<_>>().join(","))
        };
        for (pattern, command, expected) in [
            ("echo {b}:{a} | chpasswd", "echo root:S3:c!ret | chpasswd", Some("S3:c!ret,root")),
            ("reboot", "reboot", Some("")),
            ("reboot", "reboot now", None),
            ("/opt/*/ls {path}", "/opt/ft/bin/ls 10/40", Some("10/40")),
            ("cat {file}", "cat a b", None),
            ("cat {file}", "cat ", None),
            ("ls*", "ls -l /ü", Some("")),
        ] {
            assert_eq!(fits(pattern, command).as_deref(), expected, "{pattern} / {command}");
        }
    }
}
