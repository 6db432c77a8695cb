//! Clients that know nothing of Lockstep: [`Foreign`] is one version of one of them.

use std::path::{Path, PathBuf};

use crate::workspace;

/// The versions of pyVmomi that are tried.
pub const VERSIONS: [Foreign; 2] = [
    Foreign { client: "pyvmomi", version: "9.1", variable: "LOCKSTEP_PYVMOMI_91" },
    Foreign { client: "pyvmomi", version: "8.0.2", variable: "LOCKSTEP_PYVMOMI_80" },
];

/// The vSphere Automation SDK for Python, which speaks JSON-RPC.
pub const AUTOMATION: Foreign =
    Foreign { client: "automation", version: "9.1", variable: "LOCKSTEP_AUTOMATION" };

/// zeep, which makes a client from a WSDL, with lxml, which holds documents against a schema.
pub const ZEEP: Foreign = Foreign { client: "zeep", version: "4", variable: "LOCKSTEP_ZEEP" };

/// One version of a client in a Python environment of its own.
#[derive(Clone, Copy, Debug)]
pub struct Foreign {
    /// Its name on PyPI.
    pub client: &'static str,
    /// Its version.
    pub version: &'static str,
    variable: &'static str,
}

impl Foreign {
    /// The Python interpreter that has it: the one named by the environment, or that of `make clients`.
    ///
    /// # Panics
    /// When there is none. A foreign client that is missing proves nothing, so nothing is skipped.
    #[must_use]
    pub fn python(self) -> PathBuf {
        let usual = format!(".venv/{}-{}/bin/python", self.client, self.version);
        let python =
            std::env::var_os(self.variable).map_or_else(|| workspace().join(usual), PathBuf::from);
        assert!(
            python.exists(),
            "{} {} is not installed: there is no `{}`; run `make clients`, or name a Python that has it in {}",
            self.client,
            self.version,
            python.display(),
            self.variable
        );
        python
    }

    /// A script of this crate.
    #[must_use]
    pub fn script(name: &str) -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join(name)
    }
}
