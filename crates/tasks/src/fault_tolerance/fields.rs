//! The table of `fault_tolerance`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

const SECONDARY: &[Field] = &[
    Field::with_default(
        "host",
        Kind::Text,
        "auto",
        "Host of the secondary, or `auto`: chosen for all VMs together, within the limits per host, memory, \
         storage and rules, and spread evenly. Must be another than the primary's.",
    ),
    Field::optional(
        "datastore",
        Kind::Text,
        "Datastore of the secondary's configuration and of disks that are not listed. Left out, those of \
         the primary are used.",
    ),
    Field::optional(
        "datastores",
        Kind::List(&Kind::Text),
        "Names and patterns of datastores among which one is chosen by free space for every file that no \
         other field places; another than the primary's where possible.",
    ),
    Field::optional(
        "metadata_datastore",
        Kind::Text,
        "Datastore of the tie-breaker file; both hosts must reach it. Left out, it is `datastore`.",
    ),
    Field::with_default(
        "disks",
        Kind::Map(&Kind::Text),
        "{}",
        "Datastore for single disks, by the disk's label (`Hard disk 1`) or key (`2000`).",
    ),
];

const SELECT: &[Field] = &[
    Field::optional("folder", Kind::Text, "In this folder or below it; name, path or pattern."),
    Field::optional("resource_pool", Kind::Text, "In this resource pool or vApp, or below it."),
    Field::optional("cluster", Kind::Text, "In this cluster."),
    Field::optional("host", Kind::Text, "On this host."),
    Field::with_default(
        "attribute",
        Kind::Map(&Kind::Text),
        "{}",
        "Custom attributes by name, each with a pattern for its value. All must fit.",
    ),
    Field::optional(
        "tag",
        Kind::OneOf(&[Kind::Text, Kind::List(&Kind::Text)]),
        "Tag with its category (`Tier/Gold`), or a list of tags that must all be attached. Read over the REST API, \
         which vCenter has from 6.5 on.",
    ),
    Field::optional(
        "file",
        Kind::Text,
        "File with one VM a line, or a table (CSV) with the VMs in its first column. They count like `vms`.",
    ),
];

const WAVES: &[Field] = &[
    Field::with_default(
        "canary",
        Kind::Integer { min: 0, max: 1000 },
        "1",
        "So many VMs go first, running ones with little to copy. Nobody else is begun before they ended; if all of \
         them fail, nobody else is begun at all. 0 for none.",
    ),
    Field::with_default(
        "growth",
        Kind::Integer { min: 1, max: 1000 },
        "4",
        "How many times bigger each wave is than the one before. No wave waits for the end of another: each VM \
         that ends well makes room for so many.",
    ),
];

const STOP_AFTER: &[Field] = &[
    Field::optional("failures", Kind::Integer { min: 1, max: 1_000_000 }, "So many VMs failed."),
    Field::with_default(
        "percent",
        Kind::Integer { min: 1, max: 100 },
        "25",
        "So many percent of the VMs that ended failed; counts once ten ended.",
    ),
    Field::with_default(
        "same_cause",
        Kind::Integer { min: 1, max: 1_000_000 },
        "5",
        "So many VMs failed one after the other for the same cause.",
    ),
];

const FIELDS: &[Field] = &[
    Field::with_default(
        "vms",
        Kind::List(&Kind::Text),
        "[]",
        "Virtual machines by name, path or pattern (`web-*`). A pattern leaves out templates and VMs that a \
         solution manages.",
    ),
    Field::optional(
        "select",
        Kind::Record(SELECT),
        "VMs by where they are, by tags or by custom attributes, beside those of `vms`; all that is written must hold. \
         Templates, secondaries and VMs that a solution manages are left out.",
    ),
    Field::with_default(
        "except",
        Kind::List(&Kind::Text),
        "[]",
        "Names, paths and patterns of VMs that are left out, whatever else they fit.",
    ),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Datacenter in which the VMs are looked up. May be left out when there is only one.",
    ),
    Field::optional("cluster", Kind::Text, "Cluster that all the VMs must be in, as a safeguard."),
    Field::optional("secondary", Kind::Record(SECONDARY), "Where secondaries go."),
    Field::with_default(
        "warnings",
        Kind::OneOf(&[Kind::Choice(&["accept", "refuse"]), Kind::List(&Kind::Text)]),
        "accept",
        "What vCenter only warns about: accept it, refuse it, or accept only the listed reasons, such as \
         `[insufficientBandwidth]`.",
    ),
    Field::optional(
        "waves",
        Kind::Record(WAVES),
        "In which order the VMs are taken on. Left out, up to 16 VMs are taken on at once, and more in waves with \
         the defaults.",
    ),
    Field::optional(
        "stop_after",
        Kind::Record(STOP_AFTER),
        "When no further VM is begun; those that were are finished. VMs that are blocked do not count.",
    ),
    Field::with_default(
        "compatibility",
        Kind::Choice(&["auto", "ask", "own_rules"]),
        "auto",
        "What a plan looks at: `ask` asks vCenter about each VM that nothing else speaks against, which takes a \
         call for each; `own_rules` reads properties only, in bulk; `auto` asks about up to 200 VMs. Right before \
         it is turned on, vCenter is asked about a VM in any case.",
    ),
    Field::with_default(
        "remediate",
        Kind::List(&Kind::Choice(&["cdrom", "floppy", "hot_plug", "memory_reservation"])),
        "[]",
        "What is in the way and may be changed before turning on, each as a step of its own: `cdrom` and `floppy` \
         disconnect drives that are devices of a host or client, `hot_plug` switches off adding CPUs and memory \
         while it runs (the VM must be off), `memory_reservation` reserves all of its memory.",
    ),
    Field::with_default(
        "within",
        Kind::Duration,
        "2h",
        "How long one VM may take, the copy of its disks included.",
    ),
];

/// What `fault_tolerance` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: protect\n    fault_tolerance:\n      vms: [vm1, vm2]\n      cluster: FT-Cluster\n      \
              secondary: { host: auto, datastore: shared1 }\n",
    privileges: &[
        Privilege { id: "VirtualMachine.Config.QueryFTCompatibility", on: "each VM" },
        Privilege { id: "VirtualMachine.Interact.CreateSecondary", on: "each VM" },
        Privilege { id: "VirtualMachine.Interact.EnableSecondary", on: "each VM, to resume" },
        Privilege { id: "Datastore.AllocateSpace", on: "the secondary's datastores" },
        Privilege { id: "VirtualMachine.Config.EditDevice", on: "each VM, to remedy drives" },
        Privilege { id: "VirtualMachine.Config.Settings", on: "each VM, to remedy hot plug" },
        Privilege { id: "VirtualMachine.Config.Resource", on: "each VM, to remedy reservations" },
        Privilege { id: "Resource.ApplyRecommendation", on: "the cluster, where DRS is manual" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "QueryFaultToleranceCompatibilityEx",
        "CreateSecondaryVMEx_Task",
        "EnableSecondaryVM_Task",
        "ReconfigVM_Task",
        "ApplyRecommendation",
    ],
    manual_steps: "5 per VM: turn on, accept warnings, choose datastores, choose the host, finish",
    rule: Some(rule),
    ..Capability::new(
        "fault_tolerance",
        "Virtual machines are protected by a secondary on another host.",
    )
};

fn rule(args: &Args) -> Vec<Mistake> {
    if args.given("vms") || args.opt_record("select").is_some() {
        return Vec::new();
    }
    let hint = "name them in `vms`, or say with `select` where they are";
    vec![Mistake::new("vms", "no virtual machines are declared", hint)]
}
