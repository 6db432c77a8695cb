//! `HostSystem.config`, put together from the same facts as the host's managers show.

use vim25::enums::HostLockdownMode;
use vim25::types::{
    HostConfigInfo, HostDateTimeInfo, HostDateTimeSystemTimeZone, HostDeploymentInfo,
    HostFeatureCapability, HostFlagInfo, HostHyperThreadScheduleInfo, HostNtpConfig,
    HostVMotionInfo, HostVMotionNetConfig, OptionValue,
};
use vim25::{Poly, Str, Value};

use crate::behaviour::server::{Server, firewall_info, service_info};
use crate::store::At;

use super::object::HostSystem;
use super::parts::option_manager_id;

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
        service: Some(Box::new(service_info(&server.services))),
        firewall: Some(Box::new(firewall_info(&server.firewall))),
        option: options(host, at),
        date_time_info: Some(Box::new(date_time_info())),
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

fn features(server: &Server) -> Vec<HostFeatureCapability> {
    server.hardware.evc_mode().map(|mode| mode.capabilities("1")).unwrap_or_default()
}

fn options(host: &HostSystem, at: &At<'_>) -> Vec<Poly<OptionValue>> {
    let setting = at.property_of(&option_manager_id(host.product, at.this()), "setting");
    let Some(Value::Array(settings)) = setting else { return Vec::new() };
    let options = settings.items.into_iter().filter_map(|value| match value {
        Value::Object(option) => Poly::try_from_box(option).ok(),
        _ => None,
    });
    options.collect()
}

/// Time settings as the API shows them.
pub(super) fn date_time_info() -> HostDateTimeInfo {
    HostDateTimeInfo {
        time_zone: HostDateTimeSystemTimeZone {
            key: "UTC".into(),
            name: "UTC".into(),
            description: "UTC".into(),
            gmt_offset: 0,
            ..Default::default()
        },
        system_clock_protocol: Some("ntp".into()),
        ntp_config: Some(Box::<HostNtpConfig>::default()),
        enabled: Some(true),
        ..Default::default()
    }
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
