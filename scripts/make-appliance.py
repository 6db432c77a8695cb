#!/usr/bin/env python3
"""Makes what `make demo-hardware` and its test deploy: a small appliance as an OVA, and the DVD that goes with it.

usage: make-appliance.py FOLDER

The appliance has one disk (made by qemu-img), a licence agreement, and the network properties that appliances of
VMware Studio have. The DVD is an ISO 9660 image with one file. Nothing in either of them runs; the mock plays it.
"""

import hashlib
import io
import pathlib
import subprocess
import sys
import tarfile

NAME = "ftSysMgt"
DISK = f"{NAME}-disk1.vmdk"

DESCRIPTOR = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
    xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>
    <File ovf:href="{disk}" ovf:id="file1" ovf:size="{size}"/>
  </References>
  <DiskSection>
    <Info>Disks</Info>
    <Disk ovf:capacity="8" ovf:capacityAllocationUnits="byte * 2^20" ovf:diskId="vmdisk1" ovf:fileRef="file1"
        ovf:format="http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized"/>
  </DiskSection>
  <NetworkSection>
    <Info>Networks</Info>
    <Network ovf:name="VM Network"><Description>Management</Description></Network>
  </NetworkSection>
  <VirtualSystem ovf:id="{name}">
    <Info>A management appliance</Info>
    <Name>{name}</Name>
    <OperatingSystemSection ovf:id="101"><Info>Linux</Info></OperatingSystemSection>
    <EulaSection><Info>Licence</Info><License>This appliance is for trying things out.</License></EulaSection>
    <VirtualHardwareSection ovf:transport="com.vmware.guestInfo">
      <Info>Hardware</Info>
      <System>
        <vssd:ElementName>Hardware</vssd:ElementName>
        <vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemIdentifier>{name}</vssd:VirtualSystemIdentifier>
        <vssd:VirtualSystemType>vmx-07</vssd:VirtualSystemType>
      </System>
      <Item>
        <rasd:ElementName>1 CPU</rasd:ElementName><rasd:InstanceID>1</rasd:InstanceID>
        <rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>1</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:AllocationUnits>byte * 2^20</rasd:AllocationUnits>
        <rasd:ElementName>1024 MB</rasd:ElementName><rasd:InstanceID>2</rasd:InstanceID>
        <rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>1024</rasd:VirtualQuantity>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address><rasd:ElementName>SCSI</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>lsilogic</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:ElementName>Disk 1</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/vmdisk1</rasd:HostResource><rasd:InstanceID>4</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:Address>0</rasd:Address><rasd:ElementName>IDE</rasd:ElementName><rasd:InstanceID>5</rasd:InstanceID>
        <rasd:ResourceType>5</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AddressOnParent>0</rasd:AddressOnParent><rasd:AutomaticAllocation>false</rasd:AutomaticAllocation>
        <rasd:ElementName>CD-ROM</rasd:ElementName><rasd:InstanceID>6</rasd:InstanceID>
        <rasd:Parent>5</rasd:Parent><rasd:ResourceType>15</rasd:ResourceType>
      </Item>
      <Item>
        <rasd:AutomaticAllocation>true</rasd:AutomaticAllocation><rasd:Connection>VM Network</rasd:Connection>
        <rasd:ElementName>Ethernet 1</rasd:ElementName><rasd:InstanceID>7</rasd:InstanceID>
        <rasd:ResourceSubType>E1000</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType>
      </Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"""


def both_endian(number: int, size: int) -> bytes:
    return number.to_bytes(size, "little") + number.to_bytes(size, "big")


def record(name: bytes, sector: int, size: int, flags: int) -> bytes:
    """One entry of a directory of ISO 9660."""
    body = bytes(1) + both_endian(sector, 4) + both_endian(size, 4) + bytes([126, 1, 1, 0, 0, 0, 0])
    body += bytes([flags, 0, 0]) + both_endian(1, 2) + bytes([len(name)]) + name
    body += bytes(len(name) % 2 == 0)
    return bytes([len(body) + 1]) + body


def dvd(path: pathlib.Path) -> None:
    content = b"The ft control software would be here.\n"
    root = record(b"\0", 19, 2048, 2) + record(b"\1", 19, 2048, 2) + record(b"README.TXT;1", 20, len(content), 0)
    text = lambda value, size: value.ljust(size).encode()
    volume = bytes([1]) + b"CD001" + bytes([1, 0]) + text("", 32) + text("FTSYS", 32) + bytes(8)
    volume += both_endian(21, 4) + bytes(32) + both_endian(1, 2) * 2 + both_endian(2048, 2)
    table = bytes([1, 0]) + (19).to_bytes(4, "little") + (1).to_bytes(2, "little") + bytes(2)
    volume += both_endian(len(table), 4) + (18).to_bytes(4, "little") + bytes(12)
    volume += record(b"\0", 19, 2048, 2) + text("", 128 * 4 + 37 * 3) + (b"0" * 16 + bytes(1)) * 4 + bytes([1])
    end = bytes([255]) + b"CD001" + bytes([1])
    sectors = [volume, end, table, root, content]
    path.write_bytes(bytes(16 * 2048) + b"".join(sector.ljust(2048, b"\0") for sector in sectors))


def appliance(folder: pathlib.Path) -> None:
    raw, disk = folder / "disk.raw", folder / DISK
    raw.write_bytes(b"".join(hashlib.sha256(block.to_bytes(4, "big")).digest() for block in range(1 << 18)))
    words = ["qemu-img", "convert", "-f", "raw", "-O", "vmdk", "-o", "subformat=streamOptimized"]
    subprocess.run([*words, str(raw), str(disk)], check=True)
    raw.unlink()
    descriptor = DESCRIPTOR.format(disk=DISK, size=disk.stat().st_size, name=NAME).encode()
    files = {f"{NAME}.ovf": descriptor, DISK: disk.read_bytes()}
    digests = "".join(f"SHA256({name})= {hashlib.sha256(data).hexdigest()}\n" for name, data in files.items())
    order = [(f"{NAME}.ovf", descriptor), (f"{NAME}.mf", digests.encode()), (DISK, files[DISK])]
    with tarfile.open(folder / f"{NAME}.ova", "w", format=tarfile.USTAR_FORMAT) as archive:
        for name, data in order:
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
    disk.unlink()


def main() -> None:
    folder = pathlib.Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    appliance(folder)
    dvd(folder / "ftSys.iso")


main()
