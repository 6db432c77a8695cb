//! Asks the server what to import, and adds what is ours to it.

use std::collections::HashMap;

use orchestrator::{StepScope, TaskError};
use ovf::{Platform, environment_document};
use secrecy::{ExposeSecret, SecretString};
use vim25::Poly;
use vim25::types::{
    ImportSpec, KeyValue, LocalizedMethodFault, OptionValue, OvfCreateImportSpecParams,
    OvfFileItem, OvfManagerCommonParams, OvfNetworkMapping, VirtualMachineImportSpec,
};
use vsphere::objects::OvfManager;
use vsphere::{Writer, explain_fault};

use super::mark::{Mark, option};
use super::place::Placement;
use super::source::PackageSeen;
use super::spec::Spec;
use crate::trouble::Doing;

/// The variable in which a guest of a bare host finds its properties.
const ENVIRONMENT: &str = "guestinfo.ovfEnv";
/// Warnings that are passed on.
const MAX_WARNINGS: usize = 20;

/// All that an import is made of.
pub(super) struct Order<'a> {
    pub(super) spec: &'a Spec,
    pub(super) package: &'a PackageSeen,
    pub(super) place: &'a Placement,
    /// Values of properties, secrets among them.
    pub(super) values: &'a [(String, SecretString)],
}

/// What the server wants.
pub(super) struct Imported {
    pub(super) spec: Poly<ImportSpec>,
    pub(super) items: Vec<OvfFileItem>,
}

impl Order<'_> {
    /// Has the server read the descriptor and make an import of it.
    pub(super) async fn import_spec(
        &self,
        descriptor: &str,
        writer: &Writer,
        scope: &StepScope,
        doing: &Doing,
    ) -> Result<Imported, TaskError> {
        let manager = writer.content().ovf_manager.clone();
        let manager =
            manager.ok_or_else(|| doing.error().caused_by("the server has no OVF manager"))?;
        let (pool, datastore) = (self.place.pool.clone(), self.place.datastore.clone());
        let made = OvfManager::new(manager)
            .create_import_spec(writer, descriptor, pool, datastore, self.parameters())
            .await
            .map_err(|error| doing.failed(error))?;
        if !made.error.is_empty() {
            let words: Vec<String> = made.error.iter().map(in_words).collect();
            let error = doing.error().caused_by(words.join("; "));
            return Err(error.hint("the server cannot use the package as it is declared"));
        }
        for warning in made.warning.iter().take(MAX_WARNINGS) {
            scope.notice(format!(
                "about the package of `{}`: {}",
                self.spec.name,
                in_words(warning)
            ));
        }
        let nothing = || doing.error().caused_by("the server made nothing of the package");
        let mut spec = made.import_spec.ok_or_else(nothing)?;
        self.add_ours(&mut spec, writer, doing)?;
        Ok(Imported { spec, items: made.file_item })
    }

    fn parameters(&self) -> OvfCreateImportSpecParams {
        let option = self.package.descriptor.option(self.spec.deployment_option.as_deref());
        let option = option.ok().flatten().map(|option| option.id.clone()).unwrap_or_default();
        let common = OvfManagerCommonParams {
            deployment_option: option.as_str().into(),
            ..Default::default()
        };
        let networks = self.place.networks.iter().map(|(name, network)| OvfNetworkMapping {
            name: name.as_str().into(),
            network: network.clone(),
            ..Default::default()
        });
        let properties = self.values.iter().map(|(key, value)| KeyValue {
            key: key.as_str().into(),
            value: value.expose_secret().into(),
            ..Default::default()
        });
        // A bare host has no properties and refuses or forgets them.
        let properties = properties.filter(|_| self.place.is_vcenter);
        OvfCreateImportSpecParams {
            base_: common,
            entity_name: self.spec.name.as_str().into(),
            host_system: self.place.host.clone(),
            network_mapping: networks.collect(),
            property_mapping: properties.collect(),
            disk_provisioning: Some(self.spec.disk_format.wire().into()),
            ..Default::default()
        }
    }

    /// Our mark, and on a bare host the properties.
    fn add_ours(
        &self,
        spec: &mut Poly<ImportSpec>,
        writer: &Writer,
        doing: &Doing,
    ) -> Result<(), TaskError> {
        let machine = spec.downcast_mut::<VirtualMachineImportSpec>();
        let machine = machine
            .ok_or_else(|| doing.error().caused_by("the server made something else than a VM"))?;
        let extra = &mut machine.config_spec.extra_config;
        extra.push(Mark::Unfinished(self.package.id.clone()).option());
        if let Some(environment) = self.environment(writer, doing)? {
            extra.push(Poly::new(environment));
        }
        Ok(())
    }

    fn environment(
        &self,
        writer: &Writer,
        doing: &Doing,
    ) -> Result<Option<OptionValue>, TaskError> {
        let given: HashMap<&str, &str> =
            self.values.iter().map(|(key, value)| (key.as_str(), value.expose_secret())).collect();
        let descriptor = &self.package.descriptor;
        let chosen = descriptor.option(self.spec.deployment_option.as_deref()).ok().flatten();
        let values = descriptor.property_values(&given, chosen.map(|option| option.id.as_str()));
        if self.place.is_vcenter || values.is_empty() {
            return Ok(None);
        }
        let about = writer.about();
        let platform = Platform {
            kind: &about.name,
            version: &about.version,
            vendor: &about.vendor,
            locale: "en",
        };
        let text = environment_document(&values, &platform);
        let text = text.map_err(|error| doing.error().caused_by(error))?;
        Ok(Some(option(ENVIRONMENT, &text)))
    }
}

/// What a server says about a package: it has words for its own faults, and we know few of them.
fn in_words(fault: &LocalizedMethodFault) -> String {
    let words = explain_fault(&fault.fault);
    match fault.localized_message.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        Some(message) if !words.known => format!("{message} ({})", words.fault),
        _ => words.to_string(),
    }
}
