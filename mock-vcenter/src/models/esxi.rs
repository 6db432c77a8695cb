//! `esxi`: one host by itself, as a client that talks to it directly sees it.

use crate::behaviour::cluster_compute_resource::ComputeResource;
use crate::behaviour::environment_browser::EnvironmentBrowser;
use crate::behaviour::host_system::{self, Joining};
use crate::behaviour::resource_pool::ResourcePool;
use crate::behaviour::server::{Lab, Server, VmBlueprint};
use crate::fault::Fault;
use crate::inventory::{Datacenter, DatacenterFolders, Entity, Folder, root_folder_id};
use crate::product::{Product, Role};
use crate::store::Transaction;

use super::Model;
use vim25::MoRef;

pub(super) const ESXI: Model = Model {
    name: "esxi",
    summary: "one ESXi host by itself with two VMs",
    role: Role::Esxi,
    fill: |tx, product, parameters| {
        parameters.only(&[])?;
        let mut lab = Lab::default();
        lab.put_volume("datastore1", 900);
        lab.apply(tx);
        let mut server = Server::new("esx1.lab.local", 1, *product).mounting(&["datastore1"]);
        server.vms = ["vm1", "vm2"].map(|name| VmBlueprint::new(name, "datastore1")).into();
        alone(tx, product, server)
    },
};

/// A host by itself, with the objects that all such hosts have under the same ids.
pub(super) fn alone(
    tx: &mut Transaction<'_>,
    product: &Product,
    server: Server,
) -> Result<(), Fault> {
    let root = root_folder_id(product);
    tx.insert(root.clone(), Folder::new("ha-folder-root", None, &["Datacenter"]));
    let folder = |kind: &str| MoRef::new("Folder", format!("ha-folder-{kind}"));
    let datacenter = MoRef::new("Datacenter", "ha-datacenter");
    let folders = DatacenterFolders {
        datacenter: datacenter.clone(),
        vm: folder("vm"),
        host: folder("host"),
        datastore: folder("datastore"),
        network: folder("network"),
    };
    for (id, name, child_type) in [
        (&folders.vm, "vm", "VirtualMachine"),
        (&folders.host, "host", "ComputeResource"),
        (&folders.datastore, "datastore", "Datastore"),
        (&folders.network, "network", "Network"),
    ] {
        tx.insert(id.clone(), Folder::new(name, Some(&datacenter), &[child_type]));
    }
    let entity = Entity::new("ha-datacenter", Some(&root));
    tx.insert(datacenter, Datacenter { entity, folders: folders.clone() });
    let compute_resource = MoRef::new("ComputeResource", "ha-compute-res");
    let pool = MoRef::new("ResourcePool", "ha-root-pool");
    let environment_browser = MoRef::new("EnvironmentBrowser", "ha-env-browser");
    tx.insert(pool.clone(), ResourcePool::new(Entity::new("Resources", None), &compute_resource));
    let browser = EnvironmentBrowser { owner: compute_resource.clone() };
    tx.insert(environment_browser.clone(), browser);
    tx.insert(
        compute_resource.clone(),
        ComputeResource {
            entity: Entity::new(&server.name, Some(&folders.host)),
            vm_swap_placement: "vmDirectory".into(),
            pool,
            environment_browser,
        },
    );
    let name = server.name.clone();
    let joining = Joining {
        product: *product,
        parent: &compute_resource,
        vm_folder: &folders.vm,
        pool: None,
        name: &name,
    };
    host_system::join(tx, server, &joining).map(|_| ())
}
