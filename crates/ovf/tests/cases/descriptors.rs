//! Descriptors as different tools write them.

use ovf::{Capacity, Compression, Descriptor, Edition, PropertyKind};

/// In the manner of ovftool: everything with prefixes, texts in a table of strings.
const PREFIXED: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<!--Generated for a test-->
<ovf:Envelope xml:lang="en-US" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
  xmlns:vmw="http://www.vmware.com/schema/ovf" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
  <ovf:References>
    <ovf:File ovf:href="box-disk1.vmdk" ovf:id="file1" ovf:size="68096"/>
    <ovf:File ovf:href="box-disk2.vmdk.gz" ovf:id="file2" ovf:compression="gzip" ovf:chunkSize="7340032" ovf:size="9000000"/>
  </ovf:References>
  <ovf:DiskSection><ovf:Info>Disks</ovf:Info>
    <ovf:Disk ovf:capacity="16" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="vmdisk1" ovf:fileRef="file1"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized" ovf:populatedSize="1000"/>
    <ovf:Disk ovf:capacity="${data.size}" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="vmdisk2" ovf:parentRef="vmdisk1"/>
  </ovf:DiskSection>
  <ovf:NetworkSection><ovf:Info>Nets</ovf:Info>
    <ovf:Network ovf:name="Management"><ovf:Description ovf:msgid="net.desc"/></ovf:Network>
  </ovf:NetworkSection>
  <vmw:ExtraSection ovf:required="false"><ovf:Info>x</ovf:Info></vmw:ExtraSection>
  <ovf:DeploymentOptionSection>
    <ovf:Configuration ovf:id="small"><ovf:Label ovf:msgid="small.label">Small</ovf:Label><ovf:Description>For tests</ovf:Description></ovf:Configuration>
    <ovf:Configuration ovf:id="large" ovf:default="true"><ovf:Label>Large</ovf:Label><ovf:Description/></ovf:Configuration>
  </ovf:DeploymentOptionSection>
  <ovf:VirtualSystem ovf:id="box"><ovf:Info>A box</ovf:Info><ovf:Name>The Box</ovf:Name>
    <ovf:OperatingSystemSection ovf:id="101" vmw:osType="otherLinux64Guest"><ovf:Info/><ovf:Description>Other Linux (64-bit)</ovf:Description></ovf:OperatingSystemSection>
    <ovf:VirtualHardwareSection ovf:transport="com.vmware.guestInfo iso"><ovf:Info/>
      <ovf:System><vssd:ElementName>Virtual Hardware Family</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-07 vmx-08</vssd:VirtualSystemType></ovf:System>
      <ovf:Item><rasd:AllocationUnits>hertz * 10^6</rasd:AllocationUnits><rasd:ElementName>CPU</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></ovf:Item>
      <ovf:Item ovf:configuration="large"><rasd:ElementName>CPU</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>8</rasd:VirtualQuantity></ovf:Item>
      <ovf:Item><rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits><rasd:ElementName>RAM</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>4096</rasd:VirtualQuantity></ovf:Item>
      <ovf:Item><rasd:Connection>Management</rasd:Connection><rasd:ElementName>Net</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID><rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></ovf:Item>
      <ovf:Item><rasd:ElementName>Disk</rasd:ElementName><rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID><rasd:ResourceType>17</rasd:ResourceType></ovf:Item>
    </ovf:VirtualHardwareSection>
    <ovf:AnnotationSection><ovf:Info/><ovf:Annotation>Handle with care</ovf:Annotation></ovf:AnnotationSection>
    <ovf:ProductSection ovf:class="net" ovf:instance="1"><ovf:Info/><ovf:Product>Box</ovf:Product><ovf:Vendor>Acme</ovf:Vendor><ovf:Version>5.1</ovf:Version><ovf:FullVersion>5.1.1-233</ovf:FullVersion>
      <ovf:Category>Network</ovf:Category>
      <ovf:Property ovf:key="ip" ovf:type="string" ovf:userConfigurable="true" vmw:qualifiers="Ip"><ovf:Label>Address</ovf:Label></ovf:Property>
      <ovf:Property ovf:key="root" ovf:type="string" ovf:userConfigurable="true" ovf:password="true" ovf:qualifiers="MinLen(8)"/>
    </ovf:ProductSection>
    <ovf:EulaSection><ovf:Info/><ovf:License ovf:msgid="eula">Ignored, as the strings have it</ovf:License></ovf:EulaSection>
  </ovf:VirtualSystem>
  <ovf:Strings xml:lang="de-DE"><ovf:Msg ovf:msgid="eula">Sei nett.</ovf:Msg><ovf:Msg ovf:msgid="net.desc">Verwaltung</ovf:Msg></ovf:Strings>
  <ovf:Strings xml:lang="en-US"><ovf:Msg ovf:msgid="eula">Be kind.
Always.</ovf:Msg></ovf:Strings>
</ovf:Envelope>"#;

/// In the manner of VirtualBox: the default namespace, and attributes with a prefix for the same.
const UNPREFIXED: &str = r#"<?xml version="1.0"?>
<Envelope ovf:version="2.0" xml:lang="en-US" xmlns="http://schemas.dmtf.org/ovf/envelope/2"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/2"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData"
  xmlns:sasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_StorageAllocationSettingData.xsd"
  xmlns:vbox="http://www.virtualbox.org/ovf/machine">
  <References><File ovf:id="file1" ovf:href="box-disk001.vmdk"/></References>
  <DiskSection><Info/><Disk ovf:capacity="2147483648" ovf:diskId="vmdisk1" ovf:fileRef="file1"/></DiskSection>
  <NetworkSection><Info/><Network ovf:name="NAT"><Description>Logical network</Description></Network></NetworkSection>
  <VirtualSystem ovf:id="vm"><Info/>
    <VirtualHardwareSection><Info/>
      <System><vssd:VirtualSystemType>virtualbox-2.2</vssd:VirtualSystemType></System>
      <Item><rasd:Caption>1 virtual CPU</rasd:Caption><rasd:InstanceID>1</rasd:InstanceID><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity></Item>
      <Item><rasd:AllocationUnits>MegaBytes</rasd:AllocationUnits><rasd:InstanceID>2</rasd:InstanceID><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>512</rasd:VirtualQuantity></Item>
      <StorageItem><sasd:Caption>disk1</sasd:Caption><sasd:HostResource>/disk/vmdisk1</sasd:HostResource><sasd:InstanceID>3</sasd:InstanceID><sasd:ResourceType>17</sasd:ResourceType></StorageItem>
    </VirtualHardwareSection>
    <vbox:Machine><EulaSection xmlns="http://www.virtualbox.org/ovf/machine"><License>no</License></EulaSection></vbox:Machine>
  </VirtualSystem>
</Envelope>"#;

#[test]
fn a_descriptor_with_prefixes_is_read() {
    let box_ = Descriptor::read(PREFIXED.as_bytes()).unwrap();
    assert_eq!((box_.edition, box_.is_collection), (Edition::V1, false));
    assert_eq!(box_.files[0].size, Some(68096));
    let second = &box_.files[1];
    assert_eq!((second.chunk_size, &second.compression), (Some(7_340_032), &Compression::Gzip));
    assert_eq!(box_.disks[0].capacity, Capacity::Bytes(16 << 30));
    let sized = Capacity::Property { key: "data.size".into(), unit: 1 << 30 };
    assert_eq!(
        (&box_.disks[1].capacity, box_.disks[1].parent.as_deref()),
        (&sized, Some("vmdisk1"))
    );
    // Only German has it, which is better than nothing.
    assert_eq!(box_.networks[0].description.as_deref(), Some("Verwaltung"));
    assert_eq!(box_.default_option().map(|option| option.label.as_str()), Some("Large"));
    assert_eq!(box_.annotation.as_deref(), Some("Handle with care"));
    assert_eq!(box_.eulas[0].text, "Be kind.\nAlways.");
    let product = box_.product().unwrap();
    assert_eq!(product.full_version.as_deref(), Some("5.1.1-233"));
    assert_eq!(box_.default_name(), Some("Box"));
}

#[test]
fn machines_and_properties_are_read() {
    let box_ = Descriptor::read(PREFIXED.as_bytes()).unwrap();
    let machine = &box_.systems[0];
    assert_eq!((machine.id.as_str(), machine.name.as_deref()), ("box", Some("The Box")));
    assert_eq!(machine.operating_system.as_deref(), Some("Other Linux (64-bit)"));
    assert_eq!(machine.hardware_versions, ["vmx-07", "vmx-08"]);
    assert_eq!(machine.transports, ["com.vmware.guestInfo", "iso"]);
    assert_eq!((machine.processors(None), machine.processors(Some("large"))), (Some(2), Some(8)));
    assert_eq!(machine.memory(None), Some(4 << 30));
    let network = machine.devices_of(10, None).next().unwrap();
    assert_eq!(
        (network.networks[0].as_str(), network.model.as_deref()),
        ("Management", Some("VmxNet3"))
    );
    assert_eq!(machine.devices_of(17, None).next().unwrap().backing, ["ovf:/disk/vmdisk1"]);
    let address = box_.property("net.ip.1").unwrap();
    assert_eq!(
        (address.label.as_deref(), address.category.as_deref()),
        (Some("Address"), Some("Network"))
    );
    assert_eq!(address.kind, PropertyKind::Text);
    assert!(address.check("10.0.0.1").is_ok() && address.check("10.0.0").is_err());
    let password = box_.property("net.root.1").unwrap();
    assert!(password.password && password.needs_value() && !address.needs_value());
}

#[test]
fn a_descriptor_of_edition_2_without_prefixes_is_read() {
    let vm = Descriptor::read(UNPREFIXED.as_bytes()).unwrap();
    assert_eq!(vm.edition, Edition::V2);
    assert_eq!(vm.disks[0].capacity, Capacity::Bytes(2 << 30));
    assert_eq!(
        (vm.systems[0].processors(None), vm.systems[0].memory(None)),
        (Some(1), Some(512 << 20))
    );
    assert_eq!(vm.systems[0].devices_of(17, None).next().unwrap().backing, ["/disk/vmdisk1"]);
    // A section of a stranger is none of ours.
    assert_eq!((vm.eulas.len(), vm.eula_sha256()), (0, None));
    assert_eq!(vm.default_name(), Some("vm"));
}

#[test]
fn several_machines_are_a_collection_with_all_that_is_in_it() {
    let eula = |text: &str| format!("<EulaSection><License>{text}</License></EulaSection>");
    let text = format!(
        "\u{feff}<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'><VirtualSystemCollection id='all'>{}\
         <VirtualSystem id='a'>{}</VirtualSystem><VirtualSystemCollection id='in'><VirtualSystem id='b'/>\
         </VirtualSystemCollection></VirtualSystemCollection></Envelope>",
        eula("one"),
        eula("two")
    );
    let all = Descriptor::read(text.as_bytes()).unwrap();
    assert!(all.is_collection);
    assert_eq!(all.systems.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(all.eulas.iter().map(|one| one.text.as_str()).collect::<Vec<_>>(), ["one", "two"]);
}

#[test]
fn descriptors_that_contradict_themselves_are_refused() {
    let cases = [
        ("", "has no `VirtualSystem`"),
        ("<References><File id='a'/></References>", "file `a` has no usable `href`"),
        ("<References><File href='a'/></References>", "`File` has no usable `id`"),
        ("<References><File id='a' href='x' chunkSize='9'/></References>", "no usable `size`"),
        ("<DiskSection><Disk diskId='d'/></DiskSection>", "disk `d` has no usable `capacity`"),
        (
            "<DiskSection><Disk diskId='d' capacity='1' fileRef='f'/></DiskSection>",
            "refers to file `f`",
        ),
        (
            "<DiskSection><Disk diskId='d' capacity='1' parentRef='p'/></DiskSection>",
            "refers to disk `p`",
        ),
        (
            "<DiskSection><Disk diskId='d' capacity='9999999999999' capacityAllocationUnits='byte * 2^40'/></DiskSection>",
            "no usable `capacity`",
        ),
        (
            "<NetworkSection><Network name='n'/><Network name='n'/></NetworkSection>",
            "two networks called `n`",
        ),
    ];
    for (sections, words) in cases {
        let machine = if sections.is_empty() { "" } else { "<VirtualSystem id='v'/>" };
        let text = format!(
            "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'>{sections}{machine}</Envelope>"
        );
        let refused = Descriptor::read(text.as_bytes()).unwrap_err().to_string();
        assert!(refused.contains(words), "{refused}");
    }
}
