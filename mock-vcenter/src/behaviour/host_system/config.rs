//! `HostSystem.config`, put together from the same facts as the host's managers show.

use vim25::enums::HostLockdownMode;
use vim25::types::{
    HostConfigInfo, HostDateTimeInfo, HostDeploymentInfo, HostFeatureCapability,
    HostFileSystemVolumeInfo, HostFlagInfo, HostHyperThreadScheduleInfo, HostVMotionInfo,
    HostVMotionNetConfig,
};
use vim25::{DateTime, Str};

use crate::behaviour::datastore::Datastore;
use crate::behaviour::host_settings::is_managed;
use crate::behaviour::server::Server;
use crate::store::At;

use super::object::HostSystem;
use super::parts;

/// The file systems that a host can mount.
const VOLUME_TYPES: &[&str] = &["VMFS", "NFS", "NFS41", "vsan", "VVOL", "VFFS", "OTHER", "PMEM"];

pub(super) fn of(host: &HostSystem, at: &At<'_>) -> HostConfigInfo {
    let server = &host.server;
    HostConfigInfo {
        host: at.this().clone(),
        product: server.product.about(&Str::default()),
        deployment_info: Some(Box::<HostDeploymentInfo>::default()),
        hyper_thread: Some(Box::new(HostHyperThreadScheduleInfo {
            available: true,
            active: true,
            config: true,
            ..Default::default()
        })),
        network: Some(Box::new(server.network.info())),
        vmotion: Some(Box::new(vmotion(server))),
        virtual_nic_manager_info: Some(Box::new(server.network.nic_manager_info(server.product))),
        service: Some(Box::new(server.services.info(is_managed(host)))),
        firewall: Some(Box::new(server.firewall.info())),
        auto_start: Some(Box::new(parts::auto_start())),
        file_system_volume: Some(Box::new(volumes(host, at))),
        option: server.options.values(),
        date_time_info: Some(Box::new(date_time_info(server, at))),
        flags: Some(Box::new(HostFlagInfo {
            background_snapshots_enabled: Some(false),
            ..Default::default()
        })),
        admin_disabled: Some(server.lockdown != HostLockdownMode::LockdownDisabled),
        lockdown_mode: Some(server.lockdown.clone()),
        certificate: server.certificate.pem.bytes().map(u8::cast_signed).collect(),
        wake_on_lan_capable: Some(true),
        feature_capability: features(server),
        ..Default::default()
    }
}

/// The volumes behind the datastores of the host.
fn volumes(host: &HostSystem, at: &At<'_>) -> HostFileSystemVolumeInfo {
    let mounted = host.datastores.iter().filter_map(|id| {
        let datastore = at.get::<Datastore>(id)?;
        Some(datastore.mounted(id, at))
    });
    HostFileSystemVolumeInfo {
        volume_type_list: VOLUME_TYPES.iter().map(|name| Str::from(*name)).collect(),
        mount_info: mounted.collect(),
        ..Default::default()
    }
}

fn features(server: &Server) -> Vec<HostFeatureCapability> {
    server.hardware.evc_mode().map(|mode| mode.capabilities("1")).unwrap_or_default()
}

/// Time settings as the API shows them.
pub(super) fn date_time_info(server: &Server, at: &At<'_>) -> HostDateTimeInfo {
    let runs = server.services.runs("ntpd");
    server.time.info(runs, Some(DateTime::from_system_time(at.now())))
}

/// The vMotion adapter in its old form: one selection with keys of its own.
pub(super) fn vmotion_net_config(server: &Server) -> HostVMotionNetConfig {
    let rekeyed =
        |key: &str| -> Str { key.replace("vmotion.key", "VMotionConfig.vmotion.key").into() };
    let mut current = server.network.net_config("vmotion");
    for candidate in &mut current.candidate_vnic {
        candidate.key = rekeyed(&candidate.key);
    }
    HostVMotionNetConfig {
        candidate_vnic: current.candidate_vnic,
        selected_vnic: current.selected_vnic.first().map(|key| rekeyed(key)),
        ..Default::default()
    }
}

fn vmotion(server: &Server) -> HostVMotionInfo {
    HostVMotionInfo { net_config: Some(Box::new(vmotion_net_config(server))), ..Default::default() }
}
