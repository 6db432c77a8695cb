//! Structures of sessions, tagging, and the lists of the inventory.

use super::shape::{Shape, Structure, field, optional};

pub(super) const SESSION: Structure = Structure {
    name: "com.vmware.cis.session.info",
    fields: &[field("user"), field("created_time"), field("last_accessed_time")],
};

pub(super) const CATEGORY: Structure = Structure {
    name: "com.vmware.cis.tagging.category_model",
    fields: &[
        field("id"),
        field("name"),
        field("description"),
        field("cardinality"),
        field("associable_types"),
        field("used_by"),
    ],
};

pub(super) const TAG: Structure = Structure {
    name: "com.vmware.cis.tagging.tag_model",
    fields: &[
        field("id"),
        field("category_id"),
        field("name"),
        field("description"),
        field("used_by"),
    ],
};

pub(super) const OBJECT: Structure =
    Structure { name: "com.vmware.vapi.std.dynamic_ID", fields: &[field("type"), field("id")] };

const OBJECTS: Shape = Shape::List(&Shape::Structure(&OBJECT));

pub(super) const OBJECT_TO_TAGS: Structure = Structure {
    name: "com.vmware.cis.tagging.tag_association.object_to_tags",
    fields: &[field("object_id").structure(&OBJECT), field("tag_ids")],
};

pub(super) const TAG_TO_OBJECTS: Structure = Structure {
    name: "com.vmware.cis.tagging.tag_association.tag_to_objects",
    fields: &[field("tag_id"), field("object_ids").of(OBJECTS)],
};

const MESSAGE: Structure = Structure {
    name: "com.vmware.vapi.std.localizable_message",
    fields: &[
        field("id"),
        field("default_message"),
        field("args"),
        optional("params"),
        optional("localized"),
    ],
};

pub(super) const BATCH: Structure = Structure {
    name: "com.vmware.cis.tagging.tag_association.batch_result",
    fields: &[
        field("success"),
        field("error_messages").of(Shape::List(&Shape::Structure(&MESSAGE))),
    ],
};

pub(super) const CLUSTER: Structure = Structure {
    name: "com.vmware.vcenter.cluster.summary",
    fields: &[field("cluster"), field("name"), field("ha_enabled"), field("drs_enabled")],
};

pub(super) const DATACENTER: Structure = Structure {
    name: "com.vmware.vcenter.datacenter.summary",
    fields: &[field("datacenter"), field("name")],
};

pub(super) const DATASTORE: Structure = Structure {
    name: "com.vmware.vcenter.datastore.summary",
    fields: &[
        field("datastore"),
        field("name"),
        field("type"),
        optional("free_space"),
        optional("capacity"),
    ],
};

pub(super) const FOLDER: Structure = Structure {
    name: "com.vmware.vcenter.folder.summary",
    fields: &[field("folder"), field("name"), field("type")],
};

pub(super) const HOST: Structure = Structure {
    name: "com.vmware.vcenter.host.summary",
    fields: &[field("host"), field("name"), field("connection_state"), optional("power_state")],
};

pub(super) const NETWORK: Structure = Structure {
    name: "com.vmware.vcenter.network.summary",
    fields: &[field("network"), field("name"), field("type")],
};

pub(super) const RESOURCE_POOL: Structure = Structure {
    name: "com.vmware.vcenter.resource_pool.summary",
    fields: &[field("resource_pool"), field("name")],
};

pub(super) const VM: Structure = Structure {
    name: "com.vmware.vcenter.VM.summary",
    fields: &[
        field("vm"),
        field("name"),
        field("power_state"),
        optional("cpu_count"),
        optional("memory_size_MiB"),
    ],
};

pub(super) const POWER: Structure = Structure {
    name: "com.vmware.vcenter.vm.power.info",
    fields: &[field("state"), optional("clean_power_off")],
};

pub(super) const VERSION: Structure = Structure {
    name: "com.vmware.appliance.system.version.version_struct",
    fields: &[
        field("version"),
        field("product"),
        field("build"),
        field("type"),
        field("summary"),
        field("releasedate"),
        field("install_time"),
    ],
};
