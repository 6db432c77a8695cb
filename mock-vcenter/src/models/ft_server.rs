//! `ft-server`: a server that is fault tolerant by itself, as a host by itself, and `ft-vcenter`: a vCenter that can
//! take it in.
//!
//! The machine is the one of the seed document's hardware column: two modules that a host sees as one server, drives
//! on its own controller only, two adapters of 1 Gb and two of 10 Gb.

use crate::behaviour::server::{Lab, Server};
use crate::inventory::{Folder, add_datacenter, root_folder_id};
use crate::product::{Product, Role};

use super::Model;
use super::esxi::alone;
use super::lab::esxi;

/// The server's name once it is installed as the ready-made playbook says.
const NAME: &str = "ft1.lab.local";
/// Its local datastore: one pair of the drives of 300 GB.
const LOCAL: &str = "datastore1";
const GIGABYTES: i64 = 271;

pub(super) const FT_SERVER: Model = Model {
    name: "ft-server",
    summary: "one fault-tolerant server by itself with a local datastore and no VMs",
    role: Role::Esxi,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        let mut lab = Lab::default();
        lab.put_volume(LOCAL, GIGABYTES);
        lab.apply(tx);
        alone(tx, product, server(*product))
    },
};

pub(super) const FT_VCENTER: Model = Model {
    name: "ft-vcenter",
    summary: "a vCenter with the empty datacenter `Datacenter` and a fault-tolerant server that can be added",
    role: Role::Vcenter,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        let root = root_folder_id(product);
        tx.insert(root.clone(), Folder::new("Datacenters", None, &["Folder", "Datacenter"]));
        add_datacenter(tx, &root, "Datacenter");
        let mut lab = Lab::default();
        lab.put_volume(LOCAL, GIGABYTES);
        lab.put_server(server(manageable(*product)));
        lab.apply(tx);
        Ok(())
    },
};

/// The newest of both releases of the server, 5.5 and 8.0, that a vCenter can manage.
fn manageable(vcenter: Product) -> Product {
    let is_old = ["5.", "6.0", "6.5"].iter().any(|line| vcenter.version().starts_with(line));
    let release = if is_old { "5.5" } else { vcenter.version() };
    Product::new(Role::Esxi, release).unwrap_or(esxi(vcenter))
}

fn server(product: Product) -> Server {
    let mut server = Server::new(NAME, 21, product).mounting(&[LOCAL]).with_hardware(|hardware| {
        hardware.model = "Express5800/R320d-M4";
        hardware.serial = "R320D00021".into();
    });
    let mut more = server.network.pnics.clone();
    for (number, pnic) in server.network.pnics.iter_mut().enumerate() {
        pnic.speed = 1000;
        more[number].device = format!("vmnic{}", number + 2).into();
        more[number].mac = pnic.mac.replace("8c:df:9d", "8c:df:9e").into();
    }
    server.network.pnics.extend(more);
    server
}
