//! The table of `datacenter`.

use playbook::{Capability, Field, Kind, Privilege};

const FIELDS: &[Field] = &[
    Field::required("name", Kind::Text, "Name of the datacenter."),
    Field::optional(
        "folder",
        Kind::Text,
        "Folder of datacenters it is in, as a path such as `/Europe/Berlin`. Missing folders are made. \
         Left out, the datacenter may be anywhere and is made at the top.",
    ),
];

/// What `datacenter` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: lab\n    datacenter:\n      name: Lab\n",
    privileges: &[
        Privilege { id: "Datacenter.Create", on: "the folder it is made in, or the root" },
        Privilege { id: "Folder.Create", on: "the folder above, if `folder` has missing levels" },
    ],
    methods: &["RetrievePropertiesEx", "CreateFolder", "CreateDatacenter"],
    manual_steps: "none of the document's list; by hand: new datacenter, then its name",
    ..Capability::new("datacenter", "A datacenter exists.")
};
