//! The table of `vmkernel`.

use playbook::{Capability, Field, Kind, Privilege};

use super::service::NAMES;
use crate::per_host::{DATACENTER, HOST};

const FIELDS: &[Field] = &[
    HOST,
    DATACENTER,
    Field::with_default("device", Kind::Text, "vmk0", "The VMkernel adapter."),
    Field::required(
        "services",
        Kind::List(&Kind::Choice(NAMES)),
        "Traffic that the adapter carries. Fault Tolerance needs `vmotion` and `fault_tolerance_logging`.",
    ),
    Field::with_default(
        "exclusive",
        Kind::Boolean,
        "false",
        "Take all other traffic from this adapter.",
    ),
];

/// What `vmkernel` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: ft-network\n    vmkernel:\n      host: [esx1.lab.local, esx2.lab.local]\n      \
              device: vmk0\n      services: [vmotion, fault_tolerance_logging]\n",
    privileges: &[Privilege { id: "Host.Config.Network", on: "each host" }],
    methods: &[
        "RetrievePropertiesEx",
        "QueryNetConfig",
        "SelectVnicForNicType",
        "DeselectVnicForNicType",
    ],
    manual_steps: "3 per host: open the host's networking, edit the port, tick the traffic",
    ..Capability::new(
        "vmkernel",
        "A VMkernel adapter carries vMotion, FT logging or other traffic.",
    )
};
