//! `empty`: a vCenter with one datacenter and nothing in it.

use crate::inventory::{Folder, add_datacenter, root_folder_id};
use crate::product::Role;

use super::Model;

pub(super) const EMPTY: Model = Model {
    name: "empty",
    summary: "a vCenter with the datacenter `DC` and nothing in it",
    role: Role::Vcenter,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        let root = root_folder_id(product);
        tx.insert(root.clone(), Folder::new("Datacenters", None, &["Folder", "Datacenter"]));
        add_datacenter(tx, &root, "DC");
        Ok(())
    },
};
