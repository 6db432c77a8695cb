//! Which services and operations there are, and what each is below `/rest`: a verb, a resource, an action, a body.

use hyper::Method;
use serde_json::Value as Json;

use crate::endpoint::url;
use crate::rest::dialect::{Asked, Dialect, Resource};
use crate::rest::refusal::{Kind, Refusal};
use crate::rest::vcenter::Listed;

use super::shape::{Shape, Structure};
use super::structures as known;
use super::vm_structures;

/// A service.
struct Service {
    name: &'static str,
    resource: Resource,
    /// What its operations call the identifier of the one thing that they are about.
    id: &'static str,
    operations: &'static [Row],
}

/// An operation: its name, what it is about, what it answers.
struct Row(&'static str, About, Shape);

/// How much of a resource an operation is about.
#[derive(Clone, Copy, PartialEq, Eq)]
enum About {
    All,
    One,
}

use About::{All, One};

const NOTHING: Shape = Shape::Plain;
const IDS: Shape = Shape::Plain;
const BATCH: Shape = Shape::Structure(&known::BATCH);

const CATEGORY: &[Row] = &[
    Row("create", All, Shape::Plain),
    Row("get", One, Shape::Structure(&known::CATEGORY)),
    Row("update", One, NOTHING),
    Row("delete", One, NOTHING),
    Row("list", All, IDS),
    Row("list_used_categories", All, IDS),
    Row("add_to_used_by", One, NOTHING),
    Row("remove_from_used_by", One, NOTHING),
    Row("revoke_propagating_permissions", One, NOTHING),
];

const TAG: &[Row] = &[
    Row("create", All, Shape::Plain),
    Row("get", One, Shape::Structure(&known::TAG)),
    Row("update", One, NOTHING),
    Row("delete", One, NOTHING),
    Row("list", All, IDS),
    Row("list_used_tags", All, IDS),
    Row("list_tags_for_category", All, IDS),
    Row("add_to_used_by", One, NOTHING),
    Row("remove_from_used_by", One, NOTHING),
    Row("revoke_propagating_permissions", One, NOTHING),
];

const ASSOCIATION: &[Row] = &[
    Row("attach", One, NOTHING),
    Row("detach", One, NOTHING),
    Row("attach_tag_to_multiple_objects", One, BATCH),
    Row("detach_tag_from_multiple_objects", One, BATCH),
    Row("attach_multiple_tags_to_object", All, BATCH),
    Row("detach_multiple_tags_from_object", All, BATCH),
    Row("list_attached_objects", One, Shape::List(&Shape::Structure(&known::OBJECT))),
    Row(
        "list_attached_objects_on_tags",
        All,
        Shape::List(&Shape::Structure(&known::TAG_TO_OBJECTS)),
    ),
    Row("list_attached_tags", All, IDS),
    Row(
        "list_attached_tags_on_objects",
        All,
        Shape::List(&Shape::Structure(&known::OBJECT_TO_TAGS)),
    ),
    Row("list_attachable_tags", All, IDS),
];

const fn list(shape: &'static Shape) -> Row {
    Row("list", All, Shape::List(shape))
}

/// A service that lists objects of the inventory.
const fn listing(name: &'static str, kind: Listed, operations: &'static [Row]) -> Service {
    Service { name, resource: Resource::Inventory(kind), id: "", operations }
}

const SERVICES: &[Service] = &[
    Service {
        name: "com.vmware.cis.session",
        resource: Resource::Session,
        id: "",
        operations: &[
            Row("create", All, Shape::Secret),
            Row("get", All, Shape::Structure(&known::SESSION)),
            Row("delete", All, NOTHING),
        ],
    },
    Service {
        name: "com.vmware.cis.tagging.category",
        resource: Resource::Category,
        id: "category_id",
        operations: CATEGORY,
    },
    Service {
        name: "com.vmware.cis.tagging.tag",
        resource: Resource::Tag,
        id: "tag_id",
        operations: TAG,
    },
    Service {
        name: "com.vmware.cis.tagging.tag_association",
        resource: Resource::Association,
        id: "tag_id",
        operations: ASSOCIATION,
    },
    listing("com.vmware.vcenter.cluster", Listed::Cluster, &[list(&of(&known::CLUSTER))]),
    listing("com.vmware.vcenter.datacenter", Listed::Datacenter, &[list(&of(&known::DATACENTER))]),
    listing("com.vmware.vcenter.datastore", Listed::Datastore, &[list(&of(&known::DATASTORE))]),
    listing("com.vmware.vcenter.folder", Listed::Folder, &[list(&of(&known::FOLDER))]),
    listing("com.vmware.vcenter.host", Listed::Host, &[list(&of(&known::HOST))]),
    listing("com.vmware.vcenter.network", Listed::Network, &[list(&of(&known::NETWORK))]),
    listing(
        "com.vmware.vcenter.resource_pool",
        Listed::ResourcePool,
        &[list(&of(&known::RESOURCE_POOL))],
    ),
    Service {
        name: "com.vmware.vcenter.VM",
        resource: Resource::Inventory(Listed::Vm),
        id: "vm",
        operations: &[list(&of(&known::VM)), Row("get", One, Shape::Structure(&vm_structures::VM))],
    },
    Service {
        name: "com.vmware.vcenter.vm.power",
        resource: Resource::VmPower,
        id: "vm",
        operations: &[
            Row("get", One, Shape::Structure(&known::POWER)),
            Row("start", One, NOTHING),
            Row("stop", One, NOTHING),
            Row("reset", One, NOTHING),
            Row("suspend", One, NOTHING),
        ],
    },
    Service {
        name: "com.vmware.appliance.system.version",
        resource: Resource::ApplianceVersion,
        id: "",
        operations: &[Row("get", All, Shape::Structure(&known::VERSION))],
    },
];

const fn of(structure: &'static Structure) -> Shape {
    Shape::Structure(structure)
}

/// An operation that is modelled.
#[derive(Clone, Copy)]
pub(super) struct Served {
    service: &'static Service,
    row: &'static Row,
}

/// What is to be done for a call.
pub(super) struct Plan {
    pub(super) method: Method,
    pub(super) asked: Asked,
    pub(super) body: Json,
}

impl Served {
    /// The operation of this name; `None` when it is not modelled.
    pub(super) fn named(service: &str, operation: &str) -> Option<Self> {
        let service = SERVICES.iter().find(|known| known.name == service)?;
        let row = service.operations.iter().find(|row| row.0 == operation)?;
        Some(Self { service, row })
    }

    /// All that are modelled.
    #[cfg(test)]
    pub(super) fn all() -> impl Iterator<Item = Self> {
        let rows = |service: &'static Service| {
            service.operations.iter().map(move |row| Self { service, row })
        };
        SERVICES.iter().flat_map(rows)
    }

    pub(super) fn name(self) -> String {
        format!("{}.{}", self.service.name, self.row.0)
    }

    pub(super) fn answer(self) -> Shape {
        self.row.2
    }

    /// The release that brought it.
    pub(super) fn since(self) -> &'static str {
        match self.service.resource {
            Resource::Session | Resource::Category | Resource::Tag | Resource::Association => "6.0",
            Resource::Inventory(_) | Resource::VmPower | Resource::ApplianceVersion => "6.5",
        }
    }

    /// What it is below `/rest`, with this input.
    pub(super) fn plan(self, mut input: Json) -> Result<Plan, Refusal> {
        let Row(operation, about, _) = self.row;
        let (method, action) = match *operation {
            "create" => (Method::POST, None),
            "get" | "list" => (Method::GET, None),
            "update" => (Method::PATCH, None),
            "delete" => (Method::DELETE, None),
            other => (Method::POST, Some(other.replace('_', "-"))),
        };
        let id = match about {
            All => None,
            One => match input[self.service.id].take() {
                Json::String(id) => Some(id),
                _ => return Err(missing(self.service.id)),
            },
        };
        let query = query(&input["filter"])?;
        let resource = self.service.resource;
        let asked = Asked { dialect: Dialect::Rest, resource, id, action, query };
        Ok(Plan { method, asked, body: input })
    }
}

/// The refusal of what there is not.
pub(super) fn not_found(service: &str, operation: &str) -> Refusal {
    let message = format!("The operation {operation} of the service {service} is not modelled.");
    Refusal::new(Kind::OperationNotFound, message)
}

fn missing(field: &str) -> Refusal {
    Refusal::invalid(format!("The structure operation-input has no text in its field {field}."))
}

/// A filter, as it stands behind the question mark.
fn query(filter: &Json) -> Result<String, Refusal> {
    let fields = match filter {
        Json::Null => return Ok(String::new()),
        Json::Object(fields) => fields,
        _ => return Err(Refusal::invalid("The filter is no structure.")),
    };
    let mut pairs = Vec::new();
    for (name, wanted) in fields {
        let one = std::slice::from_ref(wanted);
        for value in wanted.as_array().map_or(one, Vec::as_slice) {
            let text = match value {
                Json::String(text) => text.clone(),
                Json::Bool(_) | Json::Number(_) => value.to_string(),
                _ => return Err(Refusal::invalid(format!("The filter {name} is not plain."))),
            };
            pairs.push(format!("{}={}", url::encoded(name), url::encoded(&text)));
        }
    }
    Ok(pairs.join("&"))
}
