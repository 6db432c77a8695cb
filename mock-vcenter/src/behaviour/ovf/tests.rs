//! What `OvfManager` makes of descriptors, good ones and others.

use vim25::methods::{CreateImportSpec, ParseDescriptor, ValidateHost};
use vim25::types::{
    KeyValue, LocalizedMethodFault, OvfCreateImportSpecParams, OvfCreateImportSpecResult,
    VirtualMachineImportSpec,
};
use vim25::{MoRef, Poly};

use crate::behaviour::import::tests::APPLIANCE;
use crate::testing::Rig;

fn manager(rig: &Rig) -> MoRef {
    MoRef::new("OvfManager", rig.core.product.id("OvfManager", "ha-ovf-manager"))
}

async fn spec(
    rig: &Rig,
    text: &str,
    change: impl FnOnce(&mut OvfCreateImportSpecParams),
) -> OvfCreateImportSpecResult {
    let mut params = OvfCreateImportSpecParams::default();
    params.entity_name = "vm".into();
    change(&mut params);
    let asked = CreateImportSpec {
        this: manager(rig),
        ovf_descriptor: text.into(),
        resource_pool: rig.first("ResourcePool"),
        datastore: rig.first("Datastore"),
        cisp: Poly::new(params),
        ..Default::default()
    };
    rig.call(asked).await.unwrap()
}

fn types(faults: &[LocalizedMethodFault]) -> Vec<&str> {
    faults.iter().map(|fault| fault.fault.type_name()).collect()
}

#[tokio::test]
async fn a_descriptor_is_told_in_full() {
    let rig = Rig::logged_in("esxi").await;
    let asked = ParseDescriptor {
        this: manager(&rig),
        ovf_descriptor: APPLIANCE.into(),
        ..Default::default()
    };
    let told = rig.call(asked).await.unwrap();
    assert_eq!(told.eula, ["Be nice & careful."]);
    assert_eq!(told.network[0].name, "Management");
    assert_eq!(told.default_entity_name, "Management Appliance");
    assert_eq!(told.default_deployment_option, "small");
    assert_eq!(told.property.len(), 5);
    assert_eq!(told.property[3].type_.as_deref(), Some("int(0..255)"));
    assert_eq!(told.approximate_flat_deployment_size, Some((4 << 30) + (64 << 20)));
    assert_eq!(told.approximate_download_size, None);
    assert_eq!((told.error.len(), told.warning.len(), told.virtual_app), (0, 0, false));
    let host = rig.first("HostSystem");
    let this = manager(&rig);
    let ovf_descriptor = APPLIANCE.into();
    let asked = ValidateHost { this, ovf_descriptor, host, ..Default::default() };
    let told = rig.call(asked).await.unwrap();
    assert!(told.supported_disk_provisioning.iter().any(|kind| kind == "thin"));
}

#[tokio::test]
async fn files_and_devices_are_known_by_the_same_names_and_options_choose_the_size() {
    let rig = Rig::logged_in("ft-ready").await;
    let made = spec(&rig, APPLIANCE, |params| {
        params.base_.deployment_option = "large".into();
    })
    .await;
    let ids: Vec<&str> = made.file_item.iter().map(|item| item.device_id.as_str()).collect();
    assert_eq!(
        ids,
        [
            "/vm/VirtualLsiLogicController0:0",
            "/vm/VirtualLsiLogicController0:1",
            "/vm/VirtualIDEController0:0"
        ]
    );
    assert_eq!(made.file_item.iter().map(|it| it.create).collect::<Vec<_>>(), [false, false, true]);
    assert_eq!(types(&made.warning), ["OvfImport", "OvfUnsupportedType"]);
    let import = made.import_spec.unwrap();
    let config = &import.downcast_ref::<VirtualMachineImportSpec>().unwrap().config_spec;
    assert_eq!((config.num_cp_us, config.version.as_deref()), (Some(4), Some("vmx-08")));
    let properties = &config.v_app_config.as_ref().unwrap().property;
    let attempts = properties[3].info.as_ref().unwrap();
    assert_eq!(attempts.default_value.as_deref(), Some("9"));
}

#[tokio::test]
async fn a_host_by_itself_drops_properties_without_a_word() {
    let rig = Rig::logged_in("esxi").await;
    let pair =
        KeyValue { key: "vami.ip0.appliance".into(), value: "1".into(), ..Default::default() };
    let made = spec(&rig, APPLIANCE, |params| params.property_mapping = vec![pair]).await;
    assert_eq!(types(&made.error), Vec::<&str>::new());
    let import = made.import_spec.unwrap();
    let config = &import.downcast_ref::<VirtualMachineImportSpec>().unwrap().config_spec;
    assert!(config.v_app_config.is_none());
}

#[tokio::test]
async fn what_is_wrong_with_a_package_stands_in_the_answer_and_there_is_no_specification() {
    let rig = Rig::logged_in("ft-ready").await;
    for (from, to, expected) in [
        ("vmx-07 vmx-08", "xen-3", "OvfNoSupportedHardwareFamily"),
        ("ovf:fileRef=\"file2\"", "ovf:fileRef=\"nothing\"", "OvfInvalidValueReference"),
        ("ovf:/disk/vmdisk2", "ovf:/disk/nothing", "OvfInvalidValueReference"),
        ("</Envelope>", "", "OvfXmlFormat"),
        ("<References>", "<!DOCTYPE x><References>", "OvfXmlFormat"),
        ("<rasd:ResourceType>17<", "<rasd:ResourceType>disk<", "OvfElementInvalidValue"),
        ("ovf:required=\"false\"", "", "OvfUnsupportedType"),
        ("<rasd:Connection>Management<", "<rasd:Connection>Other<", "OvfInvalidValueReference"),
        ("ovf:capacity=\"64\"", "ovf:capacity=\"-1\"", "OvfElementInvalidValue"),
        ("ovf:diskId=\"vmdisk2\"", "", "OvfMissingAttribute"),
        (
            "<AnnotationSection>",
            "<x:Odd xmlns:x=\"x\"/><AnnotationSection>",
            "OvfUnsupportedSection",
        ),
    ] {
        let text = APPLIANCE.replace(from, to);
        assert_ne!(text, APPLIANCE, "{from}");
        let made = spec(&rig, &text, |_| {}).await;
        assert_eq!(types(&made.error), [expected], "{to}");
        assert!(made.import_spec.is_none() && made.file_item.is_empty(), "{to}");
    }
    let made =
        spec(&rig, APPLIANCE, |params| params.disk_provisioning = Some("sparse".into())).await;
    assert_eq!(types(&made.error), ["OvfUnsupportedDiskProvisioning"]);
    let made = spec(&rig, APPLIANCE, |params| params.base_.deployment_option = "huge".into()).await;
    assert_eq!(types(&made.error), ["OvfInvalidValueConfiguration"]);
    let key = KeyValue {
        key: "vami.attempts.appliance".into(),
        value: "300".into(),
        ..Default::default()
    };
    let made = spec(&rig, APPLIANCE, |params| params.property_mapping = vec![key]).await;
    assert_eq!(types(&made.error), ["OvfPropertyValue"]);
}

#[tokio::test]
async fn a_package_of_several_vms_is_refused() {
    let rig = Rig::logged_in("esxi").await;
    let text = APPLIANCE
        .replace("<VirtualSystem ", "<VirtualSystemCollection ovf:id=\"all\"><VirtualSystem ")
        .replace("</VirtualSystem>", "</VirtualSystem></VirtualSystemCollection>");
    let made = spec(&rig, &text, |_| {}).await;
    assert_eq!(types(&made.error), ["OvfUnsupportedElement"]);
}
