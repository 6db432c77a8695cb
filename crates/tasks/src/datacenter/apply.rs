//! Makes a datacenter.

use orchestrator::{StepOutcome, StepScope, TaskError};
use vsphere::Writer;
use vsphere::objects::Folder;

use super::observe::{deepest_folder, look};
use super::spec::Spec;
use crate::lookup;
use crate::outcome::outcome;
use crate::trouble::Doing;

pub(super) async fn apply(
    spec: &Spec,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let doing = Doing::new("datacenter-create", "cannot create datacenter", &spec.name);
    let inventory = lookup::inventory(writer).await?;
    let root = &writer.content().root_folder;
    if let Some(path) = look(spec, &inventory, root).path {
        return Ok(outcome(scope, false, format!("exists as `{path}`")));
    }
    let levels = spec.folder.as_deref().unwrap_or(&[]);
    let (deepest, depth) = deepest_folder(&inventory, root, levels);
    let mut folder = Folder::new(deepest);
    for level in &levels[depth..] {
        folder = folder.create_folder(writer, level).await.map_err(|error| doing.failed(error))?;
    }
    folder.create_datacenter(writer, &spec.name).await.map_err(|error| doing.failed(error))?;
    let after = look(spec, &lookup::inventory(writer).await?, root);
    match after.path {
        Some(path) => Ok(StepOutcome::changed(format!("exists as `{path}`"))),
        None => {
            Err(doing.error().caused_by("vCenter took the order, but the datacenter is not there"))
        }
    }
}
