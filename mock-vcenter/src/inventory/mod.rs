//! The inventory tree: what every entity has in common, folders, datacenters and searching.
//!
//! The tree is kept by the children: each [`Entity`] knows its parent, and `childEntity` and its like are
//! derived. A new kind of entity embeds [`Entity`] and hands unknown property names to it.

mod datacenter;
mod entity;
mod folder;
mod search_index;
mod tree;

pub use datacenter::{Datacenter, DatacenterFolders, add_datacenter};
pub use entity::{CHILD_OF, Entity, escaped_name};
pub(crate) use folder::check_new_name;
pub use folder::{Folder, add_folder, is_of_host_alone, root_folder_id};
pub use search_index::SearchIndex;
pub(crate) use tree::contents;
pub use tree::{ancestors, child_named, datacenter_of};

use crate::dispatch::Dispatch;

/// Adds the methods of folders, datacenters and the search index to the dispatch table.
pub(crate) fn register(dispatch: &mut Dispatch) {
    folder::register(dispatch);
    search_index::register(dispatch);
}
