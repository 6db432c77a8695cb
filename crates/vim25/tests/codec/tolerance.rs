//! Servers newer than the schema: nothing is lost, nothing fails.

use vim25::enums::VirtualMachinePowerState;
use vim25::soap::{encode_fault, encode_response};
use vim25::types::{
    InvalidLogin, MethodFault, NoPermission, RuntimeFault, VirtualDevice, VirtualDisk,
    VirtualMachineConfigInfo, VirtualMachineRuntimeInfo,
};
use vim25::{MoRef, Value, Version, WireEnum, methods};

use crate::{answer, fetch};

#[test]
fn an_unknown_element_is_kept_in_its_place() {
    let value = fetch(
        "<returnval i:type=\"VirtualMachineRuntimeInfo\"><connectionState>connected</connectionState>\
         <quantumState><spin>up</spin></quantumState><powerState>poweredOn</powerState></returnval>",
    );
    let runtime: &VirtualMachineRuntimeInfo = value.as_object().expect("typed");
    assert_eq!(runtime.power_state, VirtualMachinePowerState::PoweredOn);
    let (_, unknown) = &runtime.extra_.elements()[0];
    assert_eq!(unknown.child("spin").expect("kept").text, "up");
    let xml = encode_response::<methods::Fetch>(&Some(value.clone()), Version::LATEST);
    let xml = String::from_utf8(xml).expect("UTF-8");
    let (quantum, power) = (xml.find("<quantumState>"), xml.find("<powerState>"));
    assert!(quantum.is_some() && quantum < power, "{xml}");
}

#[test]
fn an_unknown_constant_keeps_its_text() {
    let value = fetch(
        "<returnval i:type=\"VirtualMachineRuntimeInfo\"><powerState>hibernated</powerState></returnval>",
    );
    let runtime: &VirtualMachineRuntimeInfo = value.as_object().expect("typed");
    assert_eq!(runtime.power_state.as_str(), "hibernated");
}

#[test]
fn an_unknown_type_is_read_as_its_declared_type_and_keeps_its_name_and_members() {
    let value = fetch(
        "<returnval i:type=\"VirtualMachineConfigInfo\"><hardware><device i:type=\"VirtualQuantumDisk\">\
         <key>2000</key><qubits>8</qubits></device></hardware></returnval>",
    );
    let config: &VirtualMachineConfigInfo = value.as_object().expect("typed");
    let device = &config.hardware.device[0];
    assert_eq!((device.key, device.type_name()), (2000, "VirtualQuantumDisk"));
    assert!(device.downcast_ref::<VirtualDisk>().is_none());
    let again = encode_response::<methods::Fetch>(&Some(value.clone()), Version::LATEST);
    let again = String::from_utf8(again).expect("UTF-8");
    assert!(again.contains("<device xsi:type=\"VirtualQuantumDisk\"><key>2000</key>"), "{again}");
    assert!(again.contains("<qubits>8</qubits>"), "{again}");
}

#[test]
fn an_unknown_value_is_kept_as_it_came() {
    let value = fetch("<returnval i:type=\"ContentLibraryItem\"><id>7</id></returnval>");
    let Value::Unknown(element) = &value else { panic!("{value:?}") };
    assert_eq!(element.xsi_type(), Some("ContentLibraryItem"));
    let xml = encode_response::<methods::Fetch>(&Some(value), Version::LATEST);
    assert!(String::from_utf8(xml).expect("UTF-8").contains("<id>7</id>"));
}

#[test]
fn a_number_that_is_none_is_kept_and_does_not_fail_the_answer() {
    let value = fetch(
        "<returnval i:type=\"VirtualMachineRuntimeInfo\"><numMksConnections>many</numMksConnections>\
         <powerState>poweredOn</powerState></returnval>",
    );
    let runtime: &VirtualMachineRuntimeInfo = value.as_object().expect("typed");
    assert_eq!(runtime.num_mks_connections, 0);
    assert_eq!(runtime.extra_.elements()[0].1.text, "many");
    assert_eq!(runtime.power_state, VirtualMachinePowerState::PoweredOn);
}

#[test]
fn prefixes_cdata_and_references_are_read_whatever_they_are() {
    let value = fetch("<returnval i:type=\"d:string\">a&amp;<![CDATA[<b>]]>&#x43;</returnval>");
    assert_eq!(value.as_str(), Some("a&<b>C"));
    let value = fetch(
        "<returnval type=\"HostSystem\" i:type=\"ManagedObjectReference\">host-1</returnval>",
    );
    assert_eq!(value.as_moref(), Some(&MoRef::new("HostSystem", "host-1")));
}

#[test]
fn values_of_every_simple_type_go_round() {
    let values = [
        Value::Bool(true),
        Value::Byte(-8),
        Value::Short(-300),
        Value::Int(i32::MIN),
        Value::Long(i64::MAX),
        Value::Float(1.5),
        Value::Double(f64::NEG_INFINITY),
        Value::from("a <\"b\"> & 'c'\r\n\td"),
        Value::Binary(vec![0, 255, 7]),
        Value::constant(&VirtualMachinePowerState::PoweredOff),
        Value::from(MoRef::new("Folder", "group-d1")),
        Value::from(vec![MoRef::new("Datacenter", "datacenter-2")]),
        Value::array_of("int", [Value::Int(1), Value::Int(2)]),
        Value::array_of(
            "VirtualDevice",
            [Value::object(VirtualDisk { capacity_in_kb: 7, ..Default::default() })],
        ),
    ];
    for value in values {
        let xml = encode_response::<methods::Fetch>(&Some(value.clone()), Version::LATEST);
        let read = vim25::soap::decode_response::<methods::Fetch>(&xml, &Default::default());
        assert_eq!(
            read.expect("decodes").expect("no fault"),
            Some(value),
            "{}",
            String::from_utf8_lossy(&xml)
        );
    }
}

#[test]
fn faults_are_typed_and_unknown_ones_keep_their_name() {
    let fault =
        NoPermission { privilege_id: Some("Host.Config.Network".into()), ..Default::default() };
    let xml = encode_fault("ServerFaultCode", "no", &fault, Version::LATEST);
    let read = vim25::soap::decode_response::<methods::CurrentTime>(&xml, &Default::default());
    let fault = read.expect("decodes").expect_err("a fault");
    let detail = fault.detail.expect("typed");
    assert!(detail.downcast_ref::<RuntimeFault>().is_some());
    let permission: &NoPermission = detail.downcast_ref().expect("of its type");
    assert_eq!(permission.privilege_id.as_deref(), Some("Host.Config.Network"));

    let unknown = answer::<methods::CurrentTime>(
        "<s:Fault><faultcode>ServerFaultCode</faultcode><faultstring>odd</faultstring><detail>\
         <QuantumFault i:type=\"Quantum\"><spin>up</spin></QuantumFault></detail></s:Fault>",
    );
    let detail = unknown.expect("decodes").expect_err("a fault").detail.expect("kept");
    assert_eq!(detail.type_name(), "Quantum");
    assert!(detail.downcast_ref::<InvalidLogin>().is_none());
    assert_eq!(detail.extra_.elements()[0].1.text, "up");
    assert!(detail.downcast_ref::<MethodFault>().is_some());
}

#[test]
fn secrets_never_show_in_debug_output_or_masked_requests() {
    let call = methods::Login {
        this: MoRef::new("SessionManager", "SessionManager"),
        user_name: "root".into(),
        password: "hunter2".into(),
        ..Default::default()
    };
    assert!(!format!("{call:?}").contains("hunter2"));
    let masked = vim25::soap::encode_request_masked(
        &call,
        <methods::Login as vim25::Method>::method(),
        Version::LATEST,
    );
    let masked = String::from_utf8(masked).expect("UTF-8");
    assert!(masked.contains("<password>***</password>") && !masked.contains("hunter2"), "{masked}");
    let device = VirtualDevice { key: 7, ..Default::default() };
    assert_eq!(format!("{device:?}"), "VirtualDevice { key: 7 }");
}
