//! Carries out an installation: from the boot to a host with the name, network and password of its script.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use vim25::Str;

use super::fetch::fetch;
use super::script::{RootPassword, Script};
use super::source::BootSource;
use crate::behaviour::cluster_compute_resource::ComputeResource;
use crate::behaviour::host_system::HostSystem;
use crate::core::Core;
use crate::fault::Fault;
use crate::store::{Origin, Transaction};

/// Between two looks at the media, in the mock's time.
const LOOK_AGAIN: Duration = Duration::from_secs(5);
/// Copying the image to the disk.
const COPYING: Duration = Duration::from_secs(300);
/// The reboot, until the management agents answer.
const BOOTING: Duration = Duration::from_secs(180);

/// How far a bare machine is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installation {
    /// Nobody has told it a script that it could fetch.
    Waiting,
    /// It is at work.
    Installing,
    /// It stopped, for this reason, and needs somebody at its console.
    Stopped(String),
    /// It is a host.
    Installed,
}

/// A machine to be installed.
pub(crate) struct Bare {
    source: BootSource,
    state: Arc<Mutex<Installation>>,
}

impl Bare {
    pub(crate) fn new(source: BootSource) -> Self {
        Self { source, state: Arc::new(Mutex::new(Installation::Waiting)) }
    }

    /// What is shared with those who look.
    pub(crate) fn state(&self) -> Arc<Mutex<Installation>> {
        Arc::clone(&self.state)
    }

    fn becomes(&self, state: Installation) {
        *self.state.lock().unwrap_or_else(PoisonError::into_inner) = state;
    }
}

/// Installs the machine. Whether it is a host afterwards.
pub(crate) async fn install(bare: &Bare, core: &Core) -> bool {
    let text = fetched(bare, core).await;
    bare.becomes(Installation::Installing);
    let script = match Script::read(&text, core.product.version()) {
        Ok(script) => script,
        Err(error) => return stopped(bare, error.to_string()),
    };
    core.clock().sleep(COPYING).await;
    if !script.reboots {
        return stopped(bare, "it waits for Enter to reboot".to_owned());
    }
    core.clock().sleep(BOOTING).await;
    if !has_adapter(core, &script) {
        let device = script.device.unwrap_or_default();
        return stopped(bare, format!("the machine has no adapter `{device}`"));
    }
    let configured = core.store.commit(&Origin::default(), |tx| configure(tx, &script));
    match configured {
        Ok(()) => {
            bare.becomes(Installation::Installed);
            true
        }
        Err(fault) => stopped(bare, fault.to_string()),
    }
}

/// The script, as soon as there is one: whoever boots a machine too early boots it again.
async fn fetched(bare: &Bare, core: &Core) -> String {
    loop {
        if let Some(url) = bare.source.address() {
            match fetch(&url).await {
                Ok(text) => return text,
                Err(error) => tracing::debug!(%error, "the script cannot be fetched yet"),
            }
        }
        core.clock().sleep(LOOK_AGAIN).await;
    }
}

fn stopped(bare: &Bare, why: String) -> bool {
    tracing::warn!(%why, "the installation stopped");
    bare.becomes(Installation::Stopped(why));
    false
}

fn configure(tx: &mut Transaction<'_>, script: &Script) -> Result<(), Fault> {
    let snapshot = tx.view();
    let hosts = snapshot.of_kind("HostSystem").to_vec();
    let above = snapshot.of_kind("ComputeResource").to_vec();
    for id in &hosts {
        let boot_time = tx.timestamp();
        let host = tx.edit::<HostSystem>(id)?;
        host.boot_time = boot_time;
        if let RootPassword::Hashed(hash) = &script.root_password {
            host.server.set_root_hash(hash);
        }
        if let RootPassword::Plain(password) = &script.root_password {
            host.server.set_root_password(password);
        }
        let device = chosen(host, script)?;
        let network = &mut host.server.network;
        for switch in &mut network.switches {
            switch.pnics = vec![device.clone()];
        }
        for group in &mut network.port_groups {
            group.vlan_id = i32::from(script.vlan);
        }
        if let Some(gateway) = script.gateway {
            network.gateway = gateway.to_string().into();
        }
        if let Some((address, mask)) = script.address {
            for (_, vnic) in &mut network.vnics {
                if let Some(ip) = vnic.ip.as_deref_mut() {
                    ip.ip_address = Some(address.to_string().into());
                    ip.subnet_mask = Some(mask.to_string().into());
                }
            }
            host.server.address = address.to_string().into();
        }
        if let Some(name) = &script.hostname {
            let (first, domain) = name.split_once('.').unwrap_or((name, "localdomain"));
            network_name(host, first, domain);
            host.server.name = Str::from(name.as_str());
            host.entity.name = Str::from(name.as_str());
        }
    }
    let Some(name) = &script.hostname else { return Ok(()) };
    for id in &above {
        tx.edit::<ComputeResource>(id)?.entity.name = Str::from(name.as_str());
    }
    Ok(())
}

fn network_name(host: &mut HostSystem, first: &str, domain: &str) {
    host.server.network.host_name = first.into();
    host.server.network.domain = domain.into();
}

fn has_adapter(core: &Core, script: &Script) -> bool {
    let snapshot = core.store.snapshot();
    let mut hosts = snapshot.of_kind("HostSystem").iter();
    hosts.all(|id| snapshot.get::<HostSystem>(id).is_some_and(|host| chosen(host, script).is_ok()))
}

/// The adapter that a script names.
fn chosen(host: &HostSystem, script: &Script) -> Result<Str, Fault> {
    let wanted = script.device.as_deref().unwrap_or("vmnic0");
    let mut pnics = host.server.network.pnics.iter();
    let found = pnics.find(|pnic| pnic.device == wanted || pnic.mac.eq_ignore_ascii_case(wanted));
    found.map(|pnic| pnic.device.clone()).ok_or_else(|| Fault::invalid_argument("device"))
}
