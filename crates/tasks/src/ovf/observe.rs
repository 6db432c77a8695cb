//! Reads the package, the place it goes to, and the VM that may be there.

use orchestrator::TaskError;

use super::existing::{self, VmSeen};
use super::place::{self, PlaceSeen};
use super::source::{PackageSeen, Source, Unusable};
use super::spec::Spec;
use crate::declared::On;
use crate::lookup;
use crate::world::VsphereReader;

/// What was found.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(super) package: Result<PackageSeen, Unusable>,
    pub(super) place: PlaceSeen,
    pub(super) vm: VmSeen,
}

pub(super) async fn observe(spec: &Spec, on: On<'_, VsphereReader>) -> Result<Seen, TaskError> {
    let package = Source::of(spec, on.world).look().await;
    let reader = on.reader().await?;
    let mut inventory = lookup::inventory(reader).await?;
    let mut place = place::find(spec, reader, &mut inventory, &on.known()).await?;
    let vm = match &mut place {
        PlaceSeen::Here(place) => {
            let vm = existing::find(spec, reader, &inventory, place).await?;
            place.free = place.free.saturating_add(vm.gives_back(&place.datastore));
            vm
        }
        PlaceSeen::Coming(_) => VmSeen::None,
    };
    Ok(Seen { package, place, vm })
}
