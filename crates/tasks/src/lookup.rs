//! Finds the datacenter and cluster that a task names: in the inventory, else in the forecast.
//!
//! Not finding something is an observation: [`Place::Nowhere`] becomes a block with the candidates.

use orchestrator::{Reason, TaskError};
use vim25::MoRef;
use vsphere::{FindError, Inventory, Kind, Reader};

use crate::forecast::Known;
use crate::trouble::reading;

/// Where something named in a playbook is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Place {
    /// It exists.
    Here {
        object: MoRef,
        name: String,
    },
    /// An earlier task will make it.
    Coming {
        name: String,
    },
    Nowhere(FindError),
}

impl Place {
    pub(crate) fn object(&self) -> Option<&MoRef> {
        match self {
            Self::Here { object, .. } => Some(object),
            Self::Coming { .. } | Self::Nowhere(_) => None,
        }
    }

    /// Its name; empty for what is nowhere.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Here { name, .. } | Self::Coming { name } => name,
            Self::Nowhere(_) => "",
        }
    }

    pub(crate) fn is_coming(&self) -> bool {
        matches!(self, Self::Coming { .. })
    }
}

/// A reason for a block.
pub(crate) fn reason(
    code: &'static str,
    what: impl Into<String>,
    cause: impl Into<String>,
    fix: impl Into<String>,
) -> Reason {
    Reason { code, what: what.into(), cause: cause.into(), fix: fix.into() }
}

/// The block for something that is not there, or not clear.
pub(crate) fn not_found(what: impl Into<String>, error: &FindError) -> Reason {
    let (code, fix) = match error {
        FindError::NotFound { .. } => (
            "not-found",
            "write the name of one that exists, its path, or name in `needs:` the task that makes it",
        ),
        FindError::Ambiguous { .. } => (
            "ambiguous-name",
            "write the full path of the one you mean, or its id such as `VirtualMachine:vm-12`",
        ),
        FindError::NoTag { .. } => ("no-tag", "write it as `Category/Name`, as vCenter has it"),
        FindError::NoAttribute { .. } => {
            ("no-attribute", "write its name as vCenter has it, or define it there first")
        }
        FindError::OtherKind { .. } => ("wrong-kind", "write the id or path of the right object"),
        FindError::Secondary { .. } => ("ft-secondary-named", "name the primary VM instead"),
    };
    reason(code, what, error.to_string(), fix)
}

/// Reads the name tree.
pub(crate) async fn inventory(reader: &Reader) -> Result<Inventory, TaskError> {
    reader.inventory().await.map_err(|error| {
        let server = reader.url().authority();
        reading(&format!("the inventory of {server}")).failed(error)
    })
}

/// The datacenter that `text` names; without a text, the only one there is. Afterwards names are looked up
/// in that datacenter.
pub(crate) fn datacenter(inventory: &mut Inventory, known: &Known, text: Option<&str>) -> Place {
    match inventory.find(Kind::Datacenter, text.unwrap_or("*")) {
        Ok(object) => {
            // The id is certain to be found again.
            let _ = inventory.set_default_datacenter(&object.to_string());
            let name = inventory.name(&object).unwrap_or_default().to_owned();
            Place::Here { object, name }
        }
        Err(error) => coming_datacenter(known, text).unwrap_or(Place::Nowhere(error)),
    }
}

fn coming_datacenter(known: &Known, text: Option<&str>) -> Option<Place> {
    let wanted = text.map(last_level);
    let mut fitting =
        known.datacenters.iter().filter(|name| wanted.is_none_or(|wanted| wanted == *name));
    let name = fitting.next()?.clone();
    fitting.next().is_none().then_some(Place::Coming { name })
}

/// The cluster that `text` names in `datacenter`.
pub(crate) fn cluster(
    inventory: &Inventory,
    known: &Known,
    datacenter: &Place,
    text: &str,
) -> Place {
    let coming = || {
        let name = last_level(text);
        let coming = known.cluster(datacenter.name(), name)?;
        (!coming.exists).then(|| Place::Coming { name: name.to_owned() })
    };
    if datacenter.is_coming() {
        let wanted = text.to_owned();
        let error = FindError::NotFound { kind: Kind::Cluster, wanted, candidates: Vec::new() };
        return coming().unwrap_or(Place::Nowhere(error));
    }
    match inventory.find(Kind::Cluster, text) {
        Ok(object) => {
            let name = inventory.name(&object).unwrap_or_default().to_owned();
            Place::Here { object, name }
        }
        Err(error) => coming().unwrap_or(Place::Nowhere(error)),
    }
}

/// The last level of a path, or the name itself.
pub(crate) fn last_level(text: &str) -> &str {
    text.trim_end_matches('/').rsplit('/').next().unwrap_or(text)
}

/// The datastore in a path such as `[shared1] vm1/vm1.vmx`; empty when there is none.
pub(crate) fn datastore_of(path: &str) -> &str {
    let inner = path.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    inner.map_or("", |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use vsphere::inventory::Entry;

    use super::*;
    use crate::forecast::ClusterToCome;

    fn lab() -> Inventory {
        let root = MoRef::new("Folder", "group-d1");
        let datacenter = MoRef::new("Datacenter", "datacenter-2");
        let folder = MoRef::new("Folder", "group-h4");
        let cluster = MoRef::new("ClusterComputeResource", "domain-c7");
        Inventory::new(
            root.clone(),
            vec![
                Entry::new(root.clone(), "Datacenters", None),
                Entry::new(datacenter.clone(), "Lab", Some(root)),
                Entry::new(folder.clone(), "host", Some(datacenter)),
                Entry::new(cluster, "Old", Some(folder)),
            ],
        )
    }

    #[test]
    fn what_exists_comes_before_what_will_come() {
        let mut inventory = lab();
        let known = Known {
            datacenters: vec!["New".to_owned()],
            clusters: vec![ClusterToCome {
                datacenter: "Lab".to_owned(),
                name: "C".to_owned(),
                ..ClusterToCome::default()
            }],
            ..Known::default()
        };
        let lab = datacenter(&mut inventory, &known, None);
        assert!(matches!(&lab, Place::Here { name, .. } if name == "Lab"));
        assert!(datacenter(&mut inventory.clone(), &known, Some("/New")).is_coming());
        assert!(cluster(&inventory, &known, &lab, "Old").object().is_some());
        assert!(cluster(&inventory, &known, &lab, "C").is_coming());
        let Place::Nowhere(error) = cluster(&inventory, &known, &lab, "Odl") else { panic!() };
        let block = not_found("cannot add `esx1`", &error);
        assert!(block.cause.contains("`/Lab/host/Old`"), "{block:?}");
    }
}
