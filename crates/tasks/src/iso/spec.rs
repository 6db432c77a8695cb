//! What a playbook declares about an image.

use playbook::Args;

/// The declaration.
#[derive(Debug, Clone)]
pub(crate) struct Spec {
    pub(super) image: Option<String>,
    pub(super) datacenter: Option<String>,
    pub(super) datastore: Option<String>,
    /// Where the image is on its datastore; empty when only a drive is emptied.
    pub(super) path: String,
    pub(super) vm: Option<String>,
    pub(super) state: State,
}

/// Where the image should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum State {
    Inserted,
    Ejected,
}

impl Spec {
    /// What plans call the object: all steps of a task are about one.
    pub(super) fn subject(&self) -> &str {
        self.vm.as_deref().unwrap_or(&self.path)
    }
}

impl From<&Args> for Spec {
    fn from(args: &Args) -> Self {
        let text = |field: &str| args.opt_text(field).map(str::to_owned);
        let image = text("image");
        let named = image.as_deref().map(|file| {
            let name = file.rsplit('/').next().unwrap_or(file);
            format!("iso/{name}")
        });
        let path = args.opt_text("path").map(|path| path.trim_matches('/').to_owned());
        Self {
            path: path.or(named).unwrap_or_default(),
            image,
            datacenter: text("datacenter"),
            datastore: text("datastore"),
            vm: text("vm"),
            state: if args.text("state") == "ejected" { State::Ejected } else { State::Inserted },
        }
    }
}
