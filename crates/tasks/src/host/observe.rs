//! Reads what there is of a host: in the inventory, else by a preview through vCenter.

use orchestrator::{Reason, TaskError};
use vim25::MoRef;
use vsphere::{Inventory, Reader};

use super::connect::{Identity, connect_spec};
use super::present::{Present, look, look_in};
use super::preview::{Preview, check_evc, preview};
use super::spec::Spec;
use crate::declared::On;
use crate::evc;
use crate::forecast::{HostPreview, Known};
use crate::lookup::{self, Place, reason};
use crate::world::VsphereReader;

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Seen {
    pub(super) datacenter: Place,
    /// `None` for a standalone host.
    pub(super) cluster: Option<Place>,
    /// The host, if it is in the inventory.
    pub(super) present: Option<Present>,
    /// What vCenter says about the host; `None` when there is no datacenter to ask in the name of.
    pub(super) preview: Option<Preview>,
    /// What its CPUs lack.
    pub(super) evc: Option<Reason>,
}

pub(super) async fn observe(spec: &Spec, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
    let (reader, endpoint, known) = (on.world, on.reader().await?, on.known());
    let mut inventory = lookup::inventory(endpoint).await?;
    let datacenter = lookup::datacenter(&mut inventory, &known, spec.datacenter.as_deref());
    let named = spec.cluster.as_deref();
    let cluster = named.map(|name| lookup::cluster(&inventory, &known, &datacenter, name));
    let mut seen = Seen { datacenter, cluster, present: None, preview: None, evc: None };
    seen.present = look_in(&mut inventory, spec, endpoint).await?;
    if seen.present.is_none() && seen.has_a_place() {
        look_ahead(spec, &mut seen, &known, &inventory, (reader, endpoint)).await?;
        if seen.is_in_doubt() {
            // It may have joined while vCenter looked at it: an addition begun by a run that died goes on. Where that
            // cannot be told, what vCenter said stands: asking it again would try the password again.
            if let Ok(joined) = look(spec, endpoint).await {
                seen.present = joined;
            }
        }
        if !reader.is_patient() {
            seen.leave_to_earlier(spec);
        }
    }
    Ok(seen)
}

impl Seen {
    /// In a plan, what an earlier task makes is nothing wrong.
    fn leave_to_earlier(&mut self, spec: &Spec) {
        if let (Some(task), Some(Preview::Refused(why))) = (&spec.after, &self.preview)
            && matches!(why.code, "host-unreachable" | "host-login-refused")
        {
            self.preview = Some(Preview::NotYet(task.clone()));
        }
    }

    /// vCenter would not take it, or knows it already.
    fn is_in_doubt(&self) -> bool {
        match &self.preview {
            Some(Preview::Refused(_)) => true,
            Some(Preview::Ready { managed_by, .. }) => managed_by.is_some() || self.evc.is_some(),
            Some(Preview::NotYet(_)) | None => false,
        }
    }

    fn has_a_place(&self) -> bool {
        let nowhere = |place: &Place| matches!(place, Place::Nowhere(_));
        !nowhere(&self.datacenter) && !self.cluster.as_ref().is_some_and(nowhere)
    }
}

async fn look_ahead(
    spec: &Spec,
    seen: &mut Seen,
    known: &Known,
    inventory: &Inventory,
    (reader, endpoint): (&VsphereReader, &Reader),
) -> Result<(), TaskError> {
    // Any datacenter can ask; its own may still have to be made.
    let Some(asking) = seen.datacenter.object().or_else(|| any_datacenter(inventory)) else {
        return Ok(());
    };
    let declared = Identity::declared(&spec.trust);
    let connect = connect_spec(spec, declared.as_ref(), reader).await?;
    let found = preview(spec, connect, asking, endpoint).await?;
    if let Preview::Ready { identity, host, .. } = &found {
        let connect = connect_spec(spec, identity.as_ref(), reader).await?;
        seen.evc = match &seen.cluster {
            Some(Place::Here { object, .. }) => {
                check_evc(spec, connect, object, endpoint, inventory).await?
            }
            Some(Place::Coming { name }) => {
                let mode = known.cluster(seen.datacenter.name(), name);
                match mode.and_then(|cluster| cluster.evc_mode.as_deref()) {
                    Some(mode) => foresee_evc(spec, host, mode, &evc::supported(endpoint).await?),
                    None => None,
                }
            }
            _ => None,
        };
    }
    seen.preview = Some(found);
    Ok(())
}

fn any_datacenter(inventory: &Inventory) -> Option<&MoRef> {
    let datacenters = inventory.entries().iter().filter(|entry| entry.object.kind == "Datacenter");
    datacenters.map(|entry| &entry.object).next()
}

/// What the host's CPUs lack for a mode that its cluster will have.
pub(super) fn foresee_evc(
    spec: &Spec,
    host: &HostPreview,
    wanted: &str,
    modes: &[evc::Mode],
) -> Option<Reason> {
    let what = format!("cannot add host `{}`", spec.hostname);
    let fix = "declare an EVC mode of the cluster that all its hosts can reach";
    let Some(best) = host.max_evc_mode.as_deref() else {
        let cause = format!("its CPUs ({}) reach no EVC mode at all", host.cpu_model);
        return Some(reason("host-evc", what, cause, fix));
    };
    let (best, wanted) = (evc::find(modes, best)?, evc::find(modes, wanted)?);
    if best.covers(wanted) {
        return None;
    }
    let cause =
        format!("the cluster will have EVC mode `{}`, its CPUs reach `{}`", wanted.key, best.key);
    Some(reason("host-evc", what, cause, fix))
}
