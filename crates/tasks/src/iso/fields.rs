//! The table of `iso`.

use playbook::{Args, Capability, Field, Kind, Mistake, Privilege};

const FIELDS: &[Field] = &[
    Field::optional(
        "image",
        Kind::Text,
        "The image: a file, relative to the playbook. Left out, it must be at `path` already.",
    ),
    Field::optional(
        "datacenter",
        Kind::Text,
        "Datacenter of datastore and VM. May be left out when there is only one.",
    ),
    Field::optional(
        "datastore",
        Kind::Text,
        "Datastore that holds the image. May be left out when there is only one.",
    ),
    Field::optional(
        "path",
        Kind::Text,
        "Where it is on the datastore. Left out, `iso/` and the name of the file.",
    ),
    Field::optional(
        "vm",
        Kind::Text,
        "VM whose CD-ROM drive it is put into. Left out, it is only sent.",
    ),
    Field::with_default(
        "state",
        Kind::Choice(&["inserted", "ejected"]),
        "inserted",
        "Whether the image is in the drive. An ejected image stays on its datastore.",
    ),
];

/// What `iso` is to validation, `explain` and the reference.
pub(crate) const CAPABILITY: Capability = Capability {
    fields: FIELDS,
    example: "  - id: dvd\n    iso:\n      image: tools.iso\n      datastore: datastore1\n      vm: appliance\n",
    privileges: &[
        Privilege { id: "Datastore.Browse", on: "the datastore" },
        Privilege { id: "Datastore.FileManagement", on: "the datastore" },
        Privilege { id: "VirtualMachine.Config.EditDevice", on: "the VM" },
        Privilege { id: "VirtualMachine.Interact.SetCDMedia", on: "the VM" },
        Privilege { id: "VirtualMachine.Interact.AnswerQuestion", on: "the VM" },
    ],
    methods: &["RetrievePropertiesEx", "MakeDirectory", "ReconfigVM_Task", "AnswerVM"],
    manual_steps: "1: mount the image in the VM",
    rule: Some(rule),
    ..Capability::new("iso", "An image is on a datastore and in a VM's CD-ROM drive.")
};

/// Steps to mount an image by hand.
pub(super) const MOUNT: u32 = 1;

fn rule(args: &Args) -> Vec<Mistake> {
    let given = |field| args.opt_text(field).is_some();
    let mut mistakes = Vec::new();
    if args.text("state") == "ejected" {
        if !given("vm") {
            let what = "nothing says whose drive is emptied";
            mistakes.push(Mistake::new("vm", what, "write the VM as `vm`"));
        }
    } else if !given("image") && !given("path") {
        let what = "nothing says which image";
        mistakes.push(Mistake::new(
            "image",
            what,
            "write a file as `image`, or its `path` on the datastore",
        ));
    }
    let climbs = args.text("path").split('/').any(|level| level == "..");
    if climbs || args.text("path").contains(['[', ']']) {
        let what = "`path` is not the plain path of a file on the datastore";
        mistakes.push(Mistake::new("path", what, "write a path such as `iso/tools.iso`"));
    }
    mistakes
}
