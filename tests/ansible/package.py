"""Makes a small OVA with one disk: package.py FOLDER. qemu-img writes the disk.

The disk's bytes are the same in every run; `disk.raw` stays beside the package, to be compared with.
"""

import hashlib
import pathlib
import random
import subprocess
import sys
import tarfile

MEGABYTE = 1 << 20
CAPACITY = 4 * MEGABYTE

DESCRIPTOR = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References><File ovf:id="file1" ovf:href="disk.vmdk" ovf:size="{size}"/></References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:diskId="disk1" ovf:fileRef="file1" ovf:capacity="{capacity}"
      ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="inside"><Description>The only one</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="machine">
    <Info>A machine</Info>
    <Name>machine</Name>
    <OperatingSystemSection ovf:id="101"><Info>Linux</Info></OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Family</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-13</vssd:VirtualSystemType>
      </System>
      {items}
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"""

ITEMS = (
    {"ElementName": "Processor", "InstanceID": 1, "ResourceType": 3, "VirtualQuantity": 1},
    {
        "AllocationUnits": "byte * 2^20",
        "ElementName": "Memory",
        "InstanceID": 2,
        "ResourceType": 4,
        "VirtualQuantity": 1024,
    },
    {
        "Address": 0,
        "ElementName": "Controller",
        "InstanceID": 3,
        "ResourceSubType": "VirtualSCSI",
        "ResourceType": 6,
    },
    {
        "AddressOnParent": 0,
        "ElementName": "Disk",
        "HostResource": "ovf:/disk/disk1",
        "InstanceID": 4,
        "Parent": 3,
        "ResourceType": 17,
    },
    {
        "AddressOnParent": 7,
        "Connection": "inside",
        "ElementName": "Adapter",
        "InstanceID": 5,
        "ResourceSubType": "VmxNet3",
        "ResourceType": 10,
    },
)


def item(members):
    inner = "".join(f"<rasd:{name}>{value}</rasd:{name}>" for name, value in members.items())
    return f"<Item>{inner}</Item>"


def main(folder):
    folder = pathlib.Path(folder)
    raw, disk = folder / "disk.raw", folder / "disk.vmdk"
    raw.write_bytes(random.Random(7).randbytes(MEGABYTE) + bytes(CAPACITY - MEGABYTE))
    convert = ["qemu-img", "convert", "-f", "raw", "-O", "vmdk"]
    subprocess.run([*convert, "-o", "subformat=streamOptimized", raw, disk], check=True)
    descriptor = folder / "machine.ovf"
    items = "\n      ".join(map(item, ITEMS))
    size = disk.stat().st_size
    descriptor.write_text(DESCRIPTOR.format(size=size, capacity=CAPACITY, items=items))
    digests = [
        f"SHA256({path.name})= {hashlib.sha256(path.read_bytes()).hexdigest()}\n"
        for path in (descriptor, disk)
    ]
    manifest = folder / "machine.mf"
    manifest.write_text("".join(digests))
    with tarfile.open(folder / "machine.ova", "w", format=tarfile.USTAR_FORMAT) as archive:
        for path in (descriptor, manifest, disk):
            archive.add(path, path.name)


if __name__ == "__main__":
    main(sys.argv[1])
