//! `estate`: an inventory of any size, the same for the same numbers.
//!
//! | parameter | meaning | default |
//! | --- | --- | --- |
//! | `vms` | number of VMs | 1000 |
//! | `hosts` | number of hosts, spread over the clusters | 32 |
//! | `clusters` | number of clusters | 2 |
//! | `datastores` | shared datastores of each cluster | 4 |
//! | `flawed` | how many of the VMs have something against Fault Tolerance | 0 |
//! | `unfit_hosts` | how many hosts cannot do Fault Tolerance, one in each of the first clusters | 0 |
//! | `unfit_clusters` | how many clusters, the last ones, cannot: HA is off | 0 |
//! | `cap` | both caps on Fault Tolerance for each host; 0 for none | 0 |
//! | `pairs` | how many of the VMs have Fault Tolerance already | 0 |
//! | `ready` | 0: no adapter is selected and HA is off | 1 |

use std::collections::BTreeMap;

use vim25::enums::ClusterDasFdmAvailabilityState as Agent;
use vim25::types::{ClusterConfigSpecEx, ClusterDasConfigInfo, OptionValue};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::cluster_compute_resource::{self, ClusterComputeResource};
use crate::behaviour::fault_tolerance;
use crate::behaviour::host_system::{self, Joining};
use crate::behaviour::server::{Lab, Server, VmBlueprint};
use crate::fault::Fault;
use crate::inventory::{Folder, add_datacenter, add_folder, root_folder_id};
use crate::product::{Product, Role};
use crate::store::Transaction;

use super::lab::{esxi, make_ready};
use super::{Model, Parameters, unfit};

pub(super) const ESTATE: Model = Model {
    name: "estate",
    summary: "a vCenter of any size: estate:vms=1000,hosts=32,clusters=2",
    role: Role::Vcenter,
    fill: |tx, product, parameters| {
        let estate = Estate::of(parameters)?;
        estate.fill(tx, *product)
    },
};

struct Estate {
    vms: u32,
    hosts: u32,
    clusters: u32,
    datastores: u32,
    flawed: u32,
    unfit_hosts: u32,
    unfit_clusters: u32,
    cap: u32,
    pairs: u32,
    ready: bool,
    /// Which problem a VM has, by its number.
    flaws: BTreeMap<u32, u32>,
}

impl Estate {
    fn of(parameters: &Parameters) -> Result<Self, Fault> {
        parameters.only(&[
            "vms",
            "hosts",
            "clusters",
            "datastores",
            "flawed",
            "unfit_hosts",
            "unfit_clusters",
            "cap",
            "pairs",
            "ready",
        ])?;
        let mut estate = Self {
            vms: parameters.get("vms", 1000),
            hosts: parameters.get("hosts", 32),
            clusters: parameters.get("clusters", 2),
            datastores: parameters.get("datastores", 4),
            flawed: parameters.get("flawed", 0),
            unfit_hosts: parameters.get("unfit_hosts", 0),
            unfit_clusters: parameters.get("unfit_clusters", 0),
            cap: parameters.get("cap", 0),
            pairs: parameters.get("pairs", 0),
            ready: parameters.get("ready", 1) != 0,
            flaws: BTreeMap::new(),
        };
        let fits = estate.clusters > estate.unfit_clusters
            && estate.hosts >= estate.clusters
            && estate.datastores > 0;
        if !fits {
            return Err(Fault::invalid_argument("hosts"));
        }
        estate.flaws = estate.flaws();
        Ok(estate)
    }

    fn fill(&self, tx: &mut Transaction<'_>, product: Product) -> Result<(), Fault> {
        let root = root_folder_id(&product);
        tx.insert(root.clone(), Folder::new("Datacenters", None, &["Folder", "Datacenter"]));
        let folders = add_datacenter(tx, &root, "Datacenter");
        let mut lab = Lab::default();
        for cluster in 1..=self.clusters {
            for store in 1..=self.datastores {
                lab.put_volume(&format!("c{cluster}-ds{store}"), 262_144);
            }
        }
        lab.apply(tx);
        let mut vm_folders = BTreeMap::new();
        let mut members: BTreeMap<u32, Vec<MoRef>> = BTreeMap::new();
        for cluster in 1..=self.clusters {
            let id = self.add_cluster(tx, product, &folders.host, cluster)?;
            let folder = add_folder(tx, &folders.vm, &format!("cluster{cluster}"))?;
            vm_folders.insert(cluster, (id, folder));
        }
        for host in 0..self.hosts {
            let cluster = host % self.clusters + 1;
            let (parent, vm_folder) = &vm_folders[&cluster];
            let server = self.server(product, cluster, host);
            let name = server.name.clone();
            let joining = Joining { product, parent, vm_folder, pool: None, name: &name };
            let id = host_system::join(tx, server, &joining)?;
            let first = members.get(&cluster).is_none_or(Vec::is_empty);
            if self.ready {
                make_ready(tx, &id, if first { Agent::Master } else { Agent::ConnectedToMaster })?;
            }
            if self.is_unfit(host) {
                unfit::make_unfit(tx, &id, host - self.clusters)?;
            }
            members.entry(cluster).or_default().push(id);
        }
        for (vm, kind) in &self.flaws {
            let (cluster, _) = &vm_folders[&(vm % self.hosts % self.clusters + 1)];
            unfit::set_rules(tx, cluster, &vm_name(*vm), *kind)?;
        }
        members.values().try_for_each(|hosts| self.pair_up(tx, hosts))
    }

    /// One host of each of the first clusters: the second, so that the master of HA is well.
    fn is_unfit(&self, host: u32) -> bool {
        (self.clusters..2 * self.clusters).contains(&host)
            && host - self.clusters < self.unfit_hosts
    }

    /// Every so many-th VM of those that nothing else is wrong with has a problem, each in its turn.
    fn flaws(&self) -> BTreeMap<u32, u32> {
        let is_fine = |vm: &u32| {
            let host = vm % self.hosts;
            !self.is_unfit(host) && host % self.clusters < self.clusters - self.unfit_clusters
        };
        let fine: Vec<u32> = (0..self.vms).filter(is_fine).collect();
        let wanted = usize::try_from(self.flawed).unwrap_or(usize::MAX);
        let step = fine.len().checked_div(wanted).unwrap_or(1).max(1);
        fine.into_iter().step_by(step).take(wanted).zip(0..).collect()
    }

    fn add_cluster(
        &self,
        tx: &mut Transaction<'_>,
        product: Product,
        folder: &MoRef,
        number: u32,
    ) -> Result<MoRef, Fault> {
        let option = |key: &str| {
            let value = Some(self.cap.to_string().into());
            Poly::new(OptionValue { key: key.into(), value, ..Default::default() })
        };
        let is_fit = number <= self.clusters - self.unfit_clusters;
        let das = ClusterDasConfigInfo {
            enabled: Some(self.ready && is_fit),
            option: vec![option("das.maxftvmsperhost"), option("das.maxftvcpusperhost")],
            ..Default::default()
        };
        let spec = ClusterConfigSpecEx { das_config: Some(Box::new(das)), ..Default::default() };
        let name = format!("cluster{number}");
        let id = cluster_compute_resource::create(tx, product, folder, &name, &spec)?;
        tx.edit::<ClusterComputeResource>(&id)?.evc_mode = Some("intel-ivybridge".into());
        Ok(id)
    }

    fn server(&self, product: Product, cluster: u32, host: u32) -> Server {
        let stores: Vec<String> =
            (1..=self.datastores).map(|store| format!("c{cluster}-ds{store}")).collect();
        let stores: Vec<&str> = stores.iter().map(String::as_str).collect();
        let name = format!("esx{:03}.estate.local", host + 1);
        let mut server = Server::new(&name, host + 1, esxi(product))
            .mounting(&stores)
            .with_hardware(|hardware| hardware.memory = 1024 << 30);
        let own = (0..self.vms).filter(|vm| vm % self.hosts == host);
        server.vms = own.map(|vm| self.vm(vm, cluster)).collect();
        server
    }

    fn vm(&self, number: u32, cluster: u32) -> VmBlueprint {
        let store: Str = format!("c{cluster}-ds{}", number % self.datastores + 1).into();
        let mut vm = VmBlueprint::new(vm_name(number), &store);
        // Sizes differ, so that some VMs take far longer than others.
        let spread = number.wrapping_mul(2_654_435_761) >> 16;
        vm.cpus = [1, 2, 2, 4][(spread % 4) as usize];
        vm.memory = [1024, 2048, 4096, 8192][(spread / 4 % 4) as usize];
        vm.disks[0].gigabytes = [8, 16, 32, 64][(spread / 16 % 4) as usize];
        match self.flaws.get(&number) {
            Some(kind) => unfit::flawed(vm, *kind),
            None => vm,
        }
    }

    /// Turns Fault Tolerance on for the first VMs of a cluster, as if it had been on for long.
    fn pair_up(&self, tx: &mut Transaction<'_>, hosts: &[MoRef]) -> Result<(), Fault> {
        let share = self.pairs.div_ceil(self.clusters);
        let vms: Vec<MoRef> =
            hosts.iter().flat_map(|host| host_system::vms_on(tx.view(), host)).collect();
        let wanted = usize::try_from(share).unwrap_or(0);
        let mut made = 0;
        for vm in vms {
            if made == wanted {
                break;
            }
            made += usize::from(fault_tolerance::establish(tx, &vm)?);
        }
        Ok(())
    }
}

fn vm_name(number: u32) -> String {
    format!("vm-{:05}", number + 1)
}
