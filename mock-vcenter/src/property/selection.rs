//! Which objects a filter is about: the traversal of `PropertyFilterSpec`.
//!
//! [`Plan`] is the checked form of a spec. Named selections may refer to each other in circles, so the walk
//! remembers which object it has visited with which selection and does each pair once.

use std::collections::{HashMap, HashSet};

use vim25::types::{
    InvalidType, ObjectSpec, PropertyFilterSpec, PropertySpec, SelectionSpec, TraversalSpec,
};
use vim25::{MoRef, Poly, Str, Version, mo};

use crate::fault::Fault;
use crate::store::Reading;

use super::path;
use super::reader::Wanted;

/// A traversal step.
struct Step {
    kind: Str,
    path: Str,
    skip: bool,
    next: Vec<usize>,
}

/// Where the walk starts.
struct Start {
    object: MoRef,
    skip: bool,
    next: Vec<usize>,
}

struct Properties {
    kind: Str,
    wanted: Wanted,
}

/// A checked filter spec.
pub(super) struct Plan {
    starts: Vec<Start>,
    steps: Vec<Step>,
    properties: Vec<Properties>,
    tolerates_missing: bool,
}

/// What a walk found.
#[derive(Default)]
pub(super) struct Selection {
    /// The selected objects, each once, in the order found.
    pub(super) objects: Vec<(MoRef, Wanted)>,
    /// Objects of the spec that do not exist.
    pub(super) missing: Vec<MoRef>,
}

impl Plan {
    /// Checks a spec for clients of `version`.
    ///
    /// # Errors
    /// `InvalidType`, `InvalidProperty` or `InvalidArgument`.
    pub(super) fn new(spec: &PropertyFilterSpec, version: Version) -> Result<Self, Fault> {
        let mut properties = Vec::new();
        for set in &spec.prop_set {
            properties.push(check_properties(set, version)?);
        }
        let mut steps = Vec::new();
        let mut starts = Vec::new();
        for object in &spec.object_set {
            starts.push(check_start(object, version, &mut steps)?);
        }
        let tolerates_missing = spec.report_missing_objects_in_results.unwrap_or(false);
        Ok(Self { starts, steps, properties, tolerates_missing })
    }

    /// Walks.
    ///
    /// # Errors
    /// `ManagedObjectNotFound` when an object of the spec does not exist and the spec does not tolerate it.
    pub(super) fn select(&self, reading: &Reading<'_>) -> Result<Selection, Fault> {
        let found = self.walk(reading);
        match found.missing.first() {
            Some(gone) if !self.tolerates_missing => Err(Fault::object_not_found(gone)),
            _ => Ok(found),
        }
    }

    /// Walks on behalf of a filter that exists: what has gone since leaves it quietly.
    pub(super) fn select_again(&self, reading: &Reading<'_>) -> Selection {
        let mut found = self.walk(reading);
        if !self.tolerates_missing {
            found.missing.clear();
        }
        found
    }

    fn walk(&self, reading: &Reading<'_>) -> Selection {
        let mut walk = Walk::default();
        for start in &self.starts {
            // The reading notes the dependency, so that a filter learns when the object goes.
            let _ = reading.property(&start.object, "");
            if !reading.snapshot.contains(&start.object) {
                walk.found.missing.push(start.object.clone());
                continue;
            }
            self.visit(&mut walk, &start.object, start.skip, &start.next);
            while let Some((object, step)) = walk.open.pop() {
                self.follow(reading, &mut walk, &object, &self.steps[step]);
            }
        }
        walk.found
    }

    fn visit(&self, walk: &mut Walk, object: &MoRef, skip: bool, next: &[usize]) {
        if !skip
            && walk.selected.insert(object.clone())
            && let Some(wanted) = self.wanted(object)
        {
            walk.found.objects.push((object.clone(), wanted));
        }
        for step in next.iter().rev() {
            if mo::is_a(&object.kind, &self.steps[*step].kind)
                && walk.visited.insert((object.clone(), *step))
            {
                walk.open.push((object.clone(), *step));
            }
        }
    }

    fn follow(&self, reading: &Reading<'_>, walk: &mut Walk, object: &MoRef, step: &Step) {
        let Some(value) = path::value_at(reading, object, &step.path) else { return };
        let targets = value.as_moref().into_iter().chain(value.morefs());
        for target in targets {
            if reading.snapshot.contains(target) {
                self.visit(walk, target, step.skip, &step.next);
            }
        }
    }

    /// The properties of all sets that fit the object; `None` when no set does.
    fn wanted(&self, object: &MoRef) -> Option<Wanted> {
        let mut fitting =
            self.properties.iter().filter(|set| mo::is_a(&object.kind, &set.kind)).peekable();
        fitting.peek()?;
        let mut paths: Vec<Str> = Vec::new();
        for set in fitting {
            match &set.wanted {
                Wanted::All => return Some(Wanted::All),
                Wanted::Paths(more) => {
                    for path in more {
                        if !paths.contains(path) {
                            paths.push(path.clone());
                        }
                    }
                }
            }
        }
        Some(Wanted::Paths(paths))
    }
}

#[derive(Default)]
struct Walk {
    found: Selection,
    selected: HashSet<MoRef>,
    visited: HashSet<(MoRef, usize)>,
    open: Vec<(MoRef, usize)>,
}

fn check_properties(set: &PropertySpec, version: Version) -> Result<Properties, Fault> {
    check_kind(&set.type_)?;
    if set.all.unwrap_or(false) {
        return Ok(Properties { kind: set.type_.clone(), wanted: Wanted::All });
    }
    let wrong = set.path_set.iter().find(|path| !path::exists(&set.type_, path, version));
    if let Some(path) = wrong {
        return Err(Fault::invalid_property(path));
    }
    let mut paths = set.path_set.clone();
    // Paths that share a property stand together, so that it is read once.
    paths.sort_by_cached_key(|path| {
        let head = path::split(path).0;
        set.path_set.iter().position(|other| path::split(other).0 == head)
    });
    paths.dedup();
    Ok(Properties { kind: set.type_.clone(), wanted: Wanted::Paths(paths) })
}

fn check_kind(kind: &Str) -> Result<(), Fault> {
    if mo::find(kind).is_some() {
        return Ok(());
    }
    let detail = InvalidType { argument: Some(kind.clone()), ..Default::default() };
    Err(Fault::new(detail, format!("'{kind}' is not a managed type.")))
}

/// Puts the traversals of one object spec into `steps`, names resolved.
fn check_start(spec: &ObjectSpec, version: Version, steps: &mut Vec<Step>) -> Result<Start, Fault> {
    let mut found = Vec::new();
    collect(&spec.select_set, &mut found);
    let first = steps.len();
    let mut named: HashMap<&str, usize> = HashMap::new();
    for (index, traversal) in found.iter().enumerate() {
        check_kind(&traversal.type_)?;
        if !path::exists(&traversal.type_, &traversal.path, version) {
            return Err(Fault::invalid_property(&traversal.path));
        }
        if let Some(name) = traversal.name.as_deref().filter(|name| !name.is_empty()) {
            named.entry(name).or_insert(first + index);
        }
    }
    let resolve = |set: &[Poly<SelectionSpec>]| -> Result<Vec<usize>, Fault> {
        set.iter()
            .map(|selection| match selection.downcast_ref::<TraversalSpec>() {
                Some(traversal) => position(&found, traversal).map(|index| first + index),
                None => named.get(selection.name.as_deref().unwrap_or_default()).copied(),
            })
            .collect::<Option<_>>()
            .ok_or_else(|| Fault::invalid_argument("specSet.objectSet.selectSet"))
    };
    for traversal in &found {
        let next = resolve(&traversal.select_set)?;
        steps.push(Step {
            kind: traversal.type_.clone(),
            path: traversal.path.clone(),
            skip: traversal.skip.unwrap_or(false),
            next,
        });
    }
    Ok(Start {
        object: spec.obj.clone(),
        skip: spec.skip.unwrap_or(false),
        next: resolve(&spec.select_set)?,
    })
}

fn collect<'s>(set: &'s [Poly<SelectionSpec>], found: &mut Vec<&'s TraversalSpec>) {
    for selection in set {
        if let Some(traversal) = selection.downcast_ref::<TraversalSpec>() {
            found.push(traversal);
            collect(&traversal.select_set, found);
        }
    }
}

fn position(found: &[&TraversalSpec], wanted: &TraversalSpec) -> Option<usize> {
    found.iter().position(|known| std::ptr::eq(*known, wanted))
}
