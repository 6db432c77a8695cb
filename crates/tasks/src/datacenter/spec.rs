//! What a playbook declares about a datacenter.

use playbook::Args;
use vsphere::percent::unescape;

/// The declaration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Spec {
    pub(super) name: String,
    /// Levels below the root; `None` when the folder does not matter.
    pub(super) folder: Option<Vec<String>>,
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let levels =
            |path: &str| path.split('/').filter(|part| !part.is_empty()).map(unescape).collect();
        Self { name: args.text("name").to_owned(), folder: args.opt_text("folder").map(levels) }
    }
}
