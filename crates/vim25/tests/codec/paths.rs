//! Property paths on nested objects.

use vim25::path;
use vim25::types::{
    VirtualDevice, VirtualE1000, VirtualEthernetCard, VirtualHardware, VirtualMachineConfigInfo,
    VirtualMachineFileInfo,
};
use vim25::{Poly, Value};

fn config() -> VirtualMachineConfigInfo {
    let mut card = VirtualE1000::default();
    let ethernet: &mut VirtualEthernetCard = &mut card;
    ethernet.mac_address = Some("00:50:56:aa:bb:cc".into());
    ethernet.key = 4000;
    let other = VirtualDevice { key: 200, ..Default::default() };
    VirtualMachineConfigInfo {
        name: "vm1".into(),
        files: VirtualMachineFileInfo {
            vm_path_name: Some("[ds] a.vmx".into()),
            ..Default::default()
        },
        hardware: VirtualHardware {
            num_cpu: 2,
            device: vec![Poly::new(other), Poly::new(card)],
            ..Default::default()
        },
        ..Default::default()
    }
}

#[test]
fn members_keys_and_unset_members_are_found() {
    let config = config();
    let get = |p: &str| path::get(&config, p).expect("a path of the type");
    assert_eq!(get("name"), Some(Value::from("vm1")));
    assert_eq!(get("hardware.numCPU"), Some(Value::Int(2)));
    assert_eq!(get("files.vmPathName"), Some(Value::from("[ds] a.vmx")));
    assert_eq!(get("hardware.device[4000].macAddress"), Some(Value::from("00:50:56:aa:bb:cc")));
    assert_eq!(get("hardware.device[\"4000\"].key"), Some(Value::Int(4000)));
    assert_eq!(get("hardware.device[9].key"), None);
    assert_eq!(get("ftInfo.role"), None);
    assert_eq!(get("hardware.device").expect("set").items().len(), 2);
}

#[test]
fn a_path_that_the_type_lacks_is_an_error_that_names_it() {
    let config = config();
    for (wrong, member) in [
        ("nope", "nope"),
        ("hardware.nope", "nope"),
        ("name.nope", "nope"),
        ("ftInfo.nope", "nope"),
    ] {
        let error = path::get(&config, wrong).expect_err("no such path");
        assert_eq!(error.member, member, "{wrong}");
    }
}
