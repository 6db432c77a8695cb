//! One object laid over another: what it has set counts, what it leaves out stays.

use vim25::object::overlaid;
use vim25::types::{
    ToolsConfigInfo, VirtualDevice, VirtualDisk, VirtualDiskFlatVer2BackingInfo,
    VirtualDiskRawDiskMappingVer1BackingInfo, VirtualMachineConfigInfo, VirtualMachineConfigSpec,
};
use vim25::{Poly, methods, soap};

#[test]
fn set_members_count_by_name_and_objects_within_are_overlaid_in_turn() {
    let mut info = VirtualMachineConfigInfo { name: "vm1".into(), ..Default::default() };
    info.annotation = Some("old".into());
    info.tools = Some(Box::new(ToolsConfigInfo {
        after_power_on: Some(true),
        tools_version: Some(7),
        ..Default::default()
    }));
    let spec = VirtualMachineConfigSpec {
        annotation: Some("new".into()),
        alternate_guest_name: Some("other".into()),
        num_cp_us: Some(3),
        tools: Some(Box::new(ToolsConfigInfo {
            after_power_on: Some(false),
            ..Default::default()
        })),
        ..Default::default()
    };
    let found = overlaid(&info, &spec);
    assert_eq!((found.name.as_str(), found.annotation.as_deref()), ("vm1", Some("new")));
    assert_eq!(found.alternate_guest_name, "other");
    let tools = found.tools.unwrap();
    assert_eq!((tools.after_power_on, tools.tools_version), (Some(false), Some(7)));
}

#[test]
fn an_object_of_another_type_and_a_list_replace_the_whole() {
    let flat = VirtualDiskFlatVer2BackingInfo { uuid: Some("u".into()), ..Default::default() };
    let mut old = VirtualDisk { iofilter: vec!["a".into(), "b".into()], ..Default::default() };
    old.backing = Some(Poly::new(flat.clone()));
    let mut new = VirtualDisk { iofilter: vec!["c".into()], ..Default::default() };
    new.backing = Some(Poly::new(VirtualDiskRawDiskMappingVer1BackingInfo::default()));
    let found = overlaid(&old, &new);
    assert_eq!(found.iofilter, ["c"]);
    assert_eq!(found.backing, new.backing);
    new.backing = Some(Poly::new(VirtualDiskFlatVer2BackingInfo::default()));
    new.iofilter.clear();
    let found = overlaid(&old, &new);
    assert_eq!(found.iofilter, ["a", "b"]);
    let backing = found.backing.clone().unwrap();
    let backing = backing.downcast_ref::<VirtualDiskFlatVer2BackingInfo>().unwrap();
    assert_eq!(backing.uuid, flat.uuid);
}

#[test]
fn a_required_member_that_the_wire_left_out_stays() {
    let request = "<ReconfigVM_Task xmlns='urn:vim25'><_this type='VirtualMachine'>vm-1</_this><spec>\
                   <deviceChange><operation>edit</operation><device xsi:type='VirtualDisk'><key>2000</key></device>\
                   </deviceChange></spec></ReconfigVM_Task>";
    let envelope = format!(
        "<e:Envelope xmlns:e='http://schemas.xmlsoap.org/soap/envelope/' \
         xmlns:xsi='http://www.w3.org/2001/XMLSchema-instance'><e:Body>{request}</e:Body></e:Envelope>"
    );
    let read = soap::decode_request(envelope.as_bytes(), &soap::Limits::default()).unwrap();
    let asked = read.body.as_type::<methods::ReconfigVMTask>().unwrap();
    let edit: &Poly<VirtualDevice> = &asked.spec.device_change[0].device;
    let mut old = VirtualDisk { capacity_in_kb: 4096, ..Default::default() };
    old.key = 2000;
    let found = overlaid(&old, edit.as_object());
    assert_eq!((found.key, found.capacity_in_kb), (2000, 4096));
}
