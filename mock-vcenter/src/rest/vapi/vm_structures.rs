//! Structures of one VM with its parts.

use super::shape::{Field, Shape, Structure, field, optional};

pub(super) const VM: Structure = Structure {
    name: "com.vmware.vcenter.VM.info",
    fields: &[
        field("guest_OS"),
        field("name"),
        optional("identity").structure(&IDENTITY),
        field("power_state"),
        optional("instant_clone_frozen"),
        field("hardware").structure(&HARDWARE),
        field("boot").structure(&BOOT),
        field("boot_devices"),
        field("cpu").structure(&CPU),
        field("memory").structure(&MEMORY),
        parts("disks", &DISK),
        parts("nics", &NIC),
        parts("cdroms", &CDROM),
        parts("floppies", &FLOPPY),
        parts("parallel_ports", &PARALLEL_PORT),
        parts("serial_ports", &SERIAL_PORT),
        parts("sata_adapters", &SATA_ADAPTER),
        parts("scsi_adapters", &SCSI_ADAPTER),
        optional("nvme_adapters").of(Shape::Map(&NVME_ADAPTER)),
    ],
};

const fn parts(name: &'static str, structure: &'static Structure) -> Field {
    field(name).of(Shape::Map(structure))
}

const IDENTITY: Structure = Structure {
    name: "com.vmware.vcenter.vm.identity.info",
    fields: &[field("name"), field("bios_uuid"), field("instance_uuid")],
};

const HARDWARE: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.info",
    fields: &[
        field("version"),
        field("upgrade_policy"),
        optional("upgrade_version"),
        field("upgrade_status"),
        optional("upgrade_error"),
    ],
};

const BOOT: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.boot.info",
    fields: &[
        field("type"),
        optional("efi_legacy_boot"),
        optional("network_protocol"),
        field("delay"),
        field("retry"),
        field("retry_delay"),
        field("enter_setup_mode"),
    ],
};

const CPU: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.cpu.info",
    fields: &[
        field("count"),
        field("cores_per_socket"),
        field("hot_add_enabled"),
        field("hot_remove_enabled"),
    ],
};

const MEMORY: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.memory.info",
    fields: &[
        field("size_MiB"),
        field("hot_add_enabled"),
        optional("hot_add_increment_size_MiB"),
        optional("hot_add_limit_MiB"),
    ],
};

const IDE_ADDRESS: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.ide_address_info",
    fields: &[field("primary"), field("master")],
};

const BUS_AND_UNIT: &[Field] = &[field("bus"), field("unit")];

const SCSI_ADDRESS: Structure =
    Structure { name: "com.vmware.vcenter.vm.hardware.scsi_address_info", fields: BUS_AND_UNIT };

const SATA_ADDRESS: Structure =
    Structure { name: "com.vmware.vcenter.vm.hardware.sata_address_info", fields: BUS_AND_UNIT };

const NVME_ADDRESS: Structure =
    Structure { name: "com.vmware.vcenter.vm.hardware.nvme_address_info", fields: BUS_AND_UNIT };

const DISK: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.disk.info",
    fields: &[
        field("label"),
        field("type"),
        optional("ide").structure(&IDE_ADDRESS),
        optional("scsi").structure(&SCSI_ADDRESS),
        optional("sata").structure(&SATA_ADDRESS),
        optional("nvme").structure(&NVME_ADDRESS),
        field("backing").structure(&Structure {
            name: "com.vmware.vcenter.vm.hardware.disk.backing_info",
            fields: &[field("type"), optional("vmdk_file")],
        }),
        optional("capacity"),
    ],
};

const NIC: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.ethernet.info",
    fields: &[
        field("label"),
        field("type"),
        optional("upt_compatibility_enabled"),
        field("mac_type"),
        optional("mac_address"),
        optional("pci_slot_number"),
        field("wake_on_lan_enabled"),
        field("backing").structure(&NIC_BACKING),
        field("state"),
        field("start_connected"),
        field("allow_guest_control"),
    ],
};

const NIC_BACKING: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.ethernet.backing_info",
    fields: &[
        field("type"),
        optional("network"),
        optional("network_name"),
        optional("host_device"),
        optional("distributed_switch_uuid"),
        optional("distributed_port"),
        optional("connection_cookie"),
        optional("opaque_network_type"),
        optional("opaque_network_id"),
    ],
};

const CDROM: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.cdrom.info",
    fields: &[
        field("type"),
        field("label"),
        optional("ide").structure(&IDE_ADDRESS),
        optional("sata").structure(&SATA_ADDRESS),
        field("backing").structure(&Structure {
            name: "com.vmware.vcenter.vm.hardware.cdrom.backing_info",
            fields: &[
                field("type"),
                optional("iso_file"),
                optional("host_device"),
                optional("auto_detect"),
                optional("device_access_type"),
            ],
        }),
        field("state"),
        field("start_connected"),
        field("allow_guest_control"),
    ],
};

const FLOPPY: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.floppy.info",
    fields: &[
        field("label"),
        field("backing").structure(&Structure {
            name: "com.vmware.vcenter.vm.hardware.floppy.backing_info",
            fields: &[
                field("type"),
                optional("image_file"),
                optional("host_device"),
                optional("auto_detect"),
            ],
        }),
        field("state"),
        field("start_connected"),
        field("allow_guest_control"),
    ],
};

const PARALLEL_PORT: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.parallel.info",
    fields: &[
        field("label"),
        field("backing").structure(&Structure {
            name: "com.vmware.vcenter.vm.hardware.parallel.backing_info",
            fields: &[
                field("type"),
                optional("file"),
                optional("host_device"),
                optional("auto_detect"),
            ],
        }),
        field("state"),
        field("start_connected"),
        field("allow_guest_control"),
    ],
};

const SERIAL_PORT: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.serial.info",
    fields: &[
        field("label"),
        field("yield_on_poll"),
        field("backing").structure(&Structure {
            name: "com.vmware.vcenter.vm.hardware.serial.backing_info",
            fields: &[
                field("type"),
                optional("file"),
                optional("host_device"),
                optional("auto_detect"),
                optional("pipe"),
                optional("no_rx_loss"),
                optional("network_location"),
                optional("proxy"),
            ],
        }),
        field("state"),
        field("start_connected"),
        field("allow_guest_control"),
    ],
};

const SATA_ADAPTER: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.adapter.sata.info",
    fields: &[field("label"), field("type"), field("bus"), optional("pci_slot_number")],
};

const SCSI_ADAPTER: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.adapter.scsi.info",
    fields: &[
        field("label"),
        field("type"),
        field("scsi").structure(&SCSI_ADDRESS),
        optional("pci_slot_number"),
        field("sharing"),
    ],
};

const NVME_ADAPTER: Structure = Structure {
    name: "com.vmware.vcenter.vm.hardware.adapter.nvme.info",
    fields: &[field("label"), field("bus"), optional("pci_slot_number")],
};
