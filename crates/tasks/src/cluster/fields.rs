//! The table of `cluster`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

use super::spec::{FT_VCPUS, FT_VMS};

const PERCENT: Kind = Kind::Integer { min: 0, max: 100 };

const ADMISSION: &[Field] = &[
    Field::optional(
        "enabled",
        Kind::Boolean,
        "Refuse power-ons that leave no reserve for a failure.",
    ),
    Field::optional(
        "policy",
        Kind::Choice(&["failover_resources", "failover_level", "failover_hosts"]),
        "Keep a share of the resources, whole slots, or whole hosts free. For Fault Tolerance on two hosts \
         `failover_resources` is the usual choice: full memory reservations make slots large.",
    ),
    Field::optional(
        "failures_to_tolerate",
        Kind::Integer { min: 1, max: 31 },
        "How many hosts may fail.",
    ),
    Field::optional("cpu_percent", PERCENT, "CPU kept free; replaces `failures_to_tolerate`."),
    Field::optional(
        "memory_percent",
        PERCENT,
        "Memory kept free; replaces `failures_to_tolerate`.",
    ),
    Field::optional("hosts", Kind::List(&Kind::Text), "Hosts kept free, for `failover_hosts`."),
    Field::optional(
        "tolerated_degradation_percent",
        PERCENT,
        "How much slower VMs may become after a failure. From vCenter 6.5 on.",
    ),
];

const HEARTBEAT: &[Field] = &[
    Field::optional(
        "policy",
        Kind::Choice(&["automatic", "preferred", "only"]),
        "Choose any, prefer those listed, or use only those listed.",
    ),
    Field::optional(
        "datastores",
        Kind::List(&Kind::Text),
        "Datastores that hosts of the cluster share. They are known only after the hosts were added: put \
         this into a second `cluster` task that needs them.",
    ),
];

const HA: &[Field] = &[
    Field::with_default("enabled", Kind::Boolean, "true", "HA is on. Fault Tolerance needs it."),
    Field::optional("host_monitoring", Kind::Boolean, "React when a host fails."),
    Field::optional("admission_control", Kind::Record(ADMISSION), "Reserve for failures."),
    Field::optional(
        "vm_monitoring",
        Kind::Choice(&["disabled", "vm", "vm_and_application"]),
        "Restart VMs that stop giving signs of life.",
    ),
    Field::optional(
        "restart_priority",
        Kind::Choice(&["disabled", "lowest", "low", "medium", "high", "highest"]),
        "In which order VMs are restarted.",
    ),
    Field::optional(
        "isolation_response",
        Kind::Choice(&["none", "power_off", "shutdown"]),
        "What happens to VMs of a host that sees no other.",
    ),
    Field::optional("component_protection", Kind::Boolean, "React when a host loses its storage."),
    Field::optional(
        "heartbeat_datastores",
        Kind::Record(HEARTBEAT),
        "Second way to see that a host lives.",
    ),
    Field::with_default(
        "advanced_options",
        Kind::Map(&Kind::Text),
        "{}",
        "HA's advanced options by name, such as `das.ignoreInsufficientHbDatastore: true`. Others that are \
         set stay as they are.",
    ),
];

const LIMIT: Kind = Kind::Integer { min: 0, max: 1000 };

const FT: &[Field] = &[
    Field::optional(
        "max_vms_per_host",
        LIMIT,
        "FT VMs per host (`das.maxftvmsperhost`), primaries and secondaries counted; 0 checks nothing. \
         vCenter uses 4 when it is not set.",
    ),
    Field::optional(
        "max_vcpus_per_host",
        LIMIT,
        "vCPUs of FT VMs per host (`das.maxftvcpusperhost`), primaries and secondaries counted; 0 checks \
         nothing. vCenter uses 8 when it is not set.",
    ),
];

const DRS: &[Field] = &[
    Field::optional("enabled", Kind::Boolean, "DRS is on. Left out, it is off in a new cluster."),
    Field::optional(
        "automation",
        Kind::Choice(&["manual", "partially_automated", "fully_automated"]),
        "What DRS does by itself.",
    ),
];

const FIELDS: &[Field] = &[
    Field::required("name", Kind::Text, "Name of the cluster."),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Name or path of its datacenter. May be left out when there is only one.",
    ),
    Field::with_default(
        "profile",
        Kind::Choice(&["ui-6.0", "ui-7.0", "ui-8.0"]),
        "ui-8.0",
        "The release whose wizard gives all settings that are not declared. A new cluster gets all of them; \
         on one that exists they are enforced only when the profile is written down.",
    ),
    Field::optional("ha", Kind::Record(HA), "High availability."),
    Field::optional("ft", Kind::Record(FT), "Limits of Fault Tolerance."),
    Field::optional(
        "swapfile",
        Kind::Choice(&["vm_directory", "host_local"]),
        "Where VMs keep their swap files.",
    ),
    Field::optional("drs", Kind::Record(DRS), "Distributed resource scheduling."),
    Field::optional(
        "evc",
        Kind::Text,
        "EVC mode as vCenter calls it, such as `intel-ivybridge`, or `disabled`. Left out, EVC stays as it \
         is. Set while the cluster is empty, before hosts are added.",
    ),
];

/// What `cluster` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: cluster\n    cluster:\n      name: FT-Cluster\n      datacenter: Lab\n      \
              evc: intel-ivybridge\n      ft: { max_vms_per_host: 8, max_vcpus_per_host: 16 }\n",
    privileges: &[
        Privilege { id: "Host.Inventory.CreateCluster", on: "the datacenter's host folder" },
        Privilege { id: "Host.Inventory.EditCluster", on: "the cluster" },
    ],
    methods: &[
        "RetrievePropertiesEx",
        "CreateClusterEx",
        "ReconfigureComputeResource_Task",
        "EvcManager",
        "CheckConfigureEvcMode_Task",
        "ConfigureEvcMode_Task",
        "DisableEvcMode_Task",
    ],
    manual_steps: "9: log in, new cluster, name and HA, five pages, finish",
    rule: Some(rule),
    ..Capability::new("cluster", "A cluster exists, with HA, EVC and FT limits as declared.")
};

fn rule(args: &Args) -> Vec<Mistake> {
    let mut mistakes = Vec::new();
    let admission = args.record("ha").record("admission_control");
    let shares = admission.given("cpu_percent") || admission.given("memory_percent");
    if shares && admission.given("failures_to_tolerate") {
        mistakes.push(Mistake::new(
            "ha",
            "admission control is given both a number of failures and percentages",
            "keep either `failures_to_tolerate` or the percentages",
        ));
    }
    let given: Vec<&str> =
        args.record("ha").map("advanced_options").iter().map(|(key, _)| key.as_str()).collect();
    for (option, field) in [(FT_VMS, "max_vms_per_host"), (FT_VCPUS, "max_vcpus_per_host")] {
        if given.contains(&option) && args.record("ft").given(field) {
            mistakes.push(Mistake::new(
                "ft",
                format!("`{field}` and the advanced option `{option}` are the same thing"),
                "remove one of them",
            ));
        }
    }
    mistakes
}
