//! Pages that list datacenters, datastores and files, with links to go on from.

use vim25::MoRef;

use crate::behaviour::datastore_files::{self, Listed};
use crate::storage::DatastorePath;
use crate::store::Snapshot;

use super::url::encoded;

fn page(title: &str, rows: impl Iterator<Item = (String, String, String)>) -> String {
    let mut html = format!(
        "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1>\n<table>\n\
         <tr><th>Name</th><th>Size</th></tr>\n",
        escaped(title)
    );
    for (link, name, size) in rows {
        html.push_str(&format!(
            "<tr><td><a href=\"{}\">{}</a></td><td align=\"right\">{size}</td></tr>\n",
            escaped(&link),
            escaped(&name)
        ));
    }
    html.push_str("</table></body></html>\n");
    html
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// The page at `/folder`.
pub(super) fn datacenters(snapshot: &Snapshot) -> String {
    let rows = snapshot.of_kind("Datacenter").iter().map(|id| {
        let path = datastore_files::inventory_path(snapshot, id);
        (format!("/folder?dcPath={}", encoded(&path)), path, String::new())
    });
    page("Datacenters", rows)
}

/// The page of a datacenter.
pub(super) fn datastores(snapshot: &Snapshot, datacenter: &MoRef) -> String {
    let path = datastore_files::inventory_path(snapshot, datacenter);
    let names = datastore_files::datastore_names(snapshot, datacenter).into_iter();
    let rows = names.map(|name| {
        let link = format!("/folder?dcPath={}&dsName={}", encoded(&path), encoded(&name));
        (link, name, String::new())
    });
    page(&format!("Datastores in {path}"), rows)
}

/// The page of a directory; `query` goes into its links.
pub(super) fn directory(at: &DatastorePath, entries: &[Listed], query: &str) -> String {
    let link = |path: String| format!("/folder/{}?{query}", encoded(&path));
    let up = (!at.path.is_root())
        .then(|| (link(at.path.parent().to_string()), "Parent Directory".into(), "-".into()));
    let rows = entries.iter().map(|entry| {
        let slash = if entry.size.is_none() { "/" } else { "" };
        let size = entry.size.map_or_else(|| "-".to_owned(), |size| size.to_string());
        let path = format!("{}{slash}", at.path.join(&entry.name));
        (link(path), format!("{}{slash}", entry.name), size)
    });
    page(&format!("Index of {at}"), up.into_iter().chain(rows))
}
