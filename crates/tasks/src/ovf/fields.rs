//! The table of `ovf`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::spec::{Accepted, FORMATS};

const FIELDS: &[Field] = &[
    Field::required("name", Kind::Text, "Name of the VM."),
    Field::required(
        "source",
        Kind::Text,
        "The package: an `.ova` or `.ovf` file, relative to the playbook, or the `https` URL of one. The files of \
         an `.ovf` lie beside it.",
    ),
    Field::optional(
        "source_ca_file",
        Kind::Text,
        "Authorities (PEM) to trust for a `source` that is a URL, instead of the system's.",
    ),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Datacenter of the VM. May be left out when there is only one.",
    ),
    Field::optional("cluster", Kind::Text, "Cluster that runs it."),
    Field::optional(
        "host",
        Kind::Text,
        "Host that runs it. Needed for a cluster without DRS; on an ESXi host itself it is left out.",
    ),
    Field::optional(
        "resource_pool",
        Kind::Text,
        "Resource pool it takes its resources from. Left out, that of the cluster or host.",
    ),
    Field::optional("folder", Kind::Text, "Folder of VMs it is put in. Left out, the topmost."),
    Field::optional(
        "datastore",
        Kind::Text,
        "Datastore for its files. May be left out when there is only one.",
    ),
    Field::with_default(
        "disk_format",
        Kind::Choice(FORMATS),
        "thick-lazy",
        "How space for its disks is taken: all at once and zeroed later, all at once and zeroed now, or when \
         it is needed.",
    ),
    Field::with_default(
        "networks",
        Kind::Map(&Kind::Text),
        "{}",
        "For each network of the package, the network it is connected to.",
    ),
    Field::with_default(
        "properties",
        Kind::Map(&Kind::OneOf(&[Kind::Secret, Kind::Text])),
        "{}",
        "Values for properties of the package, or references to secrets.",
    ),
    Field::optional(
        "deployment_option",
        Kind::Text,
        "One of the package's deployment options. Left out, the package's default.",
    ),
    Field::optional(
        "accept_eula",
        Kind::Text,
        "Accepts the package's licence agreement: `sha256:` and its digest, as `lockstep ovf inspect` shows \
         it, or `yes` for whatever it says.",
    ),
    Field::with_default(
        "require_manifest",
        Kind::Boolean,
        "false",
        "Refuse a package without digests. Digests that are there are always verified.",
    ),
    Field::with_default("power_on", Kind::Boolean, "true", "The VM is powered on."),
    Field::with_default(
        "wait_for_tools",
        Kind::Boolean,
        "false",
        "Wait until VMware Tools run in the guest.",
    ),
    Field::with_default(
        "wait_for_address",
        Kind::Boolean,
        "false",
        "Wait until the guest has an IP address.",
    ),
    Field::with_default("timeout", Kind::Duration, "15m", "How long to wait for the guest."),
];

/// What `ovf` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: appliance\n    ovf:\n      name: appliance\n      source: appliance.ova\n      \
              datastore: datastore1\n      networks: { VM Network: VM Network }\n      properties:\n        \
              hostname: appliance.lab.local\n        password: { env: APPLIANCE_PASSWORD }\n      \
              accept_eula: yes\n",
    privileges: &[
        Privilege { id: "VApp.Import", on: "the resource pool and the folder" },
        Privilege { id: "Datastore.AllocateSpace", on: "the datastore" },
        Privilege { id: "Network.Assign", on: "the networks" },
        Privilege { id: "VirtualMachine.Config.AdvancedConfig", on: "the VM" },
        Privilege { id: "VirtualMachine.Interact.PowerOn", on: "the VM" },
        Privilege {
            id: "VirtualMachine.Inventory.Delete",
            on: "a VM whose deployment was not finished",
        },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "CreateImportSpec",
        "ImportVApp",
        "HttpNfcLeaseProgress",
        "HttpNfcLeaseComplete",
        "HttpNfcLeaseAbort",
        "ReconfigVM_Task",
        "PowerOnVM_Task",
        "Destroy_Task",
    ],
    manual_steps: "8: open the wizard, choose the file, read its details, accept the licence, name it, choose \
                   datastore and disk format, finish",
    rule: Some(rule),
    ..Capability::new("ovf", "A VM exists that was deployed from an OVF package.")
};

/// Steps to deploy a package by hand.
pub(super) const DEPLOY: u32 = 8;

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    if args.opt_text("accept_eula").is_some_and(|text| Accepted::of(text).is_none()) {
        let what = "`accept_eula` is neither a digest nor `yes`";
        let hint = "write `sha256:` and 64 hexadecimal digits, or `yes`";
        mistakes.push(Mistake::new("accept_eula", what, hint));
    }
    let source = args.text("source");
    if source.contains("://") && !source.starts_with("https://") {
        let what = "`source` is a URL that is not `https`";
        mistakes.push(Mistake::new("source", what, "write an `https` URL or the path of a file"));
    }
    let waits = args.boolean("wait_for_tools") || args.boolean("wait_for_address");
    if waits && args.opt_boolean("power_on") == Some(false) {
        let what = "a VM that is not powered on has no guest to wait for";
        mistakes.push(Mistake::new("power_on", what, "leave one of both out"));
    }
    mistakes
}
