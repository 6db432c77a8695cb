//! Ansible with `community.vmware`, which knows nothing of Lockstep: [`Ansible`] runs a play and counts.

use std::path::PathBuf;
use std::process::Stdio;

use tokio::process::Command;

use crate::lab::Lab;
use crate::{Foreign, workspace};

/// An Ansible in an environment of its own: the folder named by the environment, or that of `make clients`.
#[derive(Clone, Debug)]
pub struct Ansible {
    home: PathBuf,
}

/// What became of a play.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Played {
    /// Tasks that went well, the changing ones included.
    pub ok: u32,
    /// Tasks that changed something.
    pub changed: u32,
    /// Tasks that failed.
    pub failed: u32,
    /// All that was printed.
    pub text: String,
}

impl Ansible {
    /// The Ansible of this machine.
    ///
    /// # Panics
    /// When there is none. A foreign client that is missing proves nothing, so nothing is skipped.
    #[must_use]
    pub fn new() -> Self {
        let usual = || workspace().join(".venv/ansible");
        let home = std::env::var_os("LOCKSTEP_ANSIBLE").map_or_else(usual, PathBuf::from);
        assert!(
            home.join("ready").exists(),
            "Ansible is not installed: there is no `{}`; run `make clients`, or name a folder that it made in \
             LOCKSTEP_ANSIBLE",
            home.join("ready").display(),
        );
        Self { home: home.canonicalize().unwrap_or(home) }
    }

    /// Runs a play of the folder `ansible` against a lab.
    ///
    /// # Panics
    /// When it does not start, or ends without a recap.
    #[expect(clippy::unwrap_used, reason = "a play that does not run is a failed test")]
    pub async fn play(&self, lab: &Lab, name: &str, variables: &[(&str, String)]) -> Played {
        let bin = self.home.join("bin");
        let output = Command::new(bin.join("ansible-playbook"))
            .args(["--inventory", "localhost,", "--connection", "local", "--extra-vars"])
            .arg(format!("ansible_python_interpreter={}", bin.join("python").display()))
            .arg(Foreign::script("ansible").join(name).canonicalize().unwrap())
            .current_dir(lab.folder())
            // Its scratch files, too, go where they vanish with the lab.
            .env("HOME", lab.folder())
            .env("LC_ALL", "C.UTF-8")
            .env("ANSIBLE_COLLECTIONS_PATH", self.home.join("collections"))
            .env("ANSIBLE_NOCOLOR", "1")
            .env("ANSIBLE_LOCALHOST_WARNING", "0")
            .env("ANSIBLE_DEPRECATION_WARNINGS", "0")
            // Python then trusts the lab's authority and nobody else.
            .env("SSL_CERT_FILE", lab.ca_file())
            .envs(lab.variables())
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        let printed = [output.stdout, output.stderr].concat();
        Played::read(String::from_utf8_lossy(&printed).into_owned())
    }
}

impl Default for Ansible {
    fn default() -> Self {
        Self::new()
    }
}

impl Played {
    /// Reads the line of the recap: `localhost : ok=9 changed=0 unreachable=0 failed=0 ...`.
    #[expect(clippy::unwrap_used, reason = "a play without recap is a failed test")]
    fn read(text: String) -> Self {
        let recap =
            text.lines().find(|line| line.starts_with("localhost ") && line.contains("ok="));
        let recap = recap.unwrap_or_else(|| panic!("the play ended without a recap:\n{text}"));
        let count = |name: &str| -> u32 {
            let found = recap.split_whitespace().find_map(|word| word.strip_prefix(name));
            found.unwrap().parse().unwrap()
        };
        let (ok, changed) = (count("ok="), count("changed="));
        let failed = count("failed=") + count("unreachable=");
        Self { ok, changed, failed, text }
    }
}
