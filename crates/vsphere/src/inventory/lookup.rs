//! Looking things up in the tree.

use vim25::MoRef;

use super::path::{self, Wanted};
use super::tree::{Entry, Inventory};
use super::{FindError, Kind};
use crate::percent::unescape;

/// How many look-alikes an error lists.
const CANDIDATES: usize = 5;

impl Inventory {
    /// Chooses the datacenter that relative paths and names are looked up in.
    ///
    /// # Errors
    /// When there is no such datacenter, or more than one.
    pub fn set_default_datacenter(&mut self, text: &str) -> Result<(), FindError> {
        self.default_datacenter = Some(self.find(Kind::Datacenter, text)?);
        Ok(())
    }

    /// The one object of `kind` that `text` names.
    ///
    /// # Errors
    /// When none or several fit; both list candidates.
    pub fn find(&self, kind: Kind, text: &str) -> Result<MoRef, FindError> {
        let found = self.find_all(kind, text)?;
        match found.as_slice() {
            [one] => Ok(one.clone()),
            [] => Err(self.not_found(kind, text)),
            several => Err(FindError::Ambiguous {
                kind,
                wanted: text.to_owned(),
                candidates: self.sorted_paths(several),
            }),
        }
    }

    /// The one object of `kind` that `text` names, or `None`. Only doubt is an error.
    ///
    /// # Errors
    /// When several fit, or an id is that of something else.
    pub fn find_optional(&self, kind: Kind, text: &str) -> Result<Option<MoRef>, FindError> {
        match self.find(kind, text) {
            Ok(found) => Ok(Some(found)),
            Err(FindError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects of `kind` that `text` names, in the order of their paths. A pattern that fits nothing
    /// is no error.
    ///
    /// # Errors
    /// When an id is that of something else, or of an FT secondary.
    pub fn find_all(&self, kind: Kind, text: &str) -> Result<Vec<MoRef>, FindError> {
        if let Some((managed, id)) = path::typed_id(text) {
            return self.by_id(kind, text, &MoRef::new(managed, id)).map(|found| vec![found]);
        }
        let mut found = self.by_path(kind, &path::parse(text));
        if found.is_empty() {
            let id = self.entries.iter().find(|entry| entry.object.value == text);
            if let Some(entry) = id {
                found.push(self.by_id(kind, text, &entry.object)?);
            }
        }
        found.sort_by_cached_key(|object| self.path(object));
        found.dedup();
        Ok(found)
    }

    fn by_id(&self, kind: Kind, text: &str, object: &MoRef) -> Result<MoRef, FindError> {
        let wanted = text.to_owned();
        let entry = self.entry(object).ok_or_else(|| self.not_found(kind, text))?;
        if !kind.covers(&object.kind) {
            return Err(FindError::OtherKind { kind, wanted, found: object.kind.to_string() });
        }
        if entry.is_secondary() {
            let primary = self.primary_of(entry);
            return Err(FindError::Secondary { wanted, primary, secondary: object.clone() });
        }
        Ok(object.clone())
    }

    fn by_path(&self, kind: Kind, wanted: &Wanted) -> Vec<MoRef> {
        let fitting = |entry: &&Entry| {
            let names = self.names(entry);
            match wanted {
                Wanted::Absolute(levels) => path::fits(levels, &names),
                Wanted::Relative(levels) => self
                    .below_folder(kind, entry, &names)
                    .is_some_and(|names| path::fits(levels, names)),
                Wanted::Bare(level) => {
                    level.fits(&entry.name) && self.in_default_datacenter(kind, entry)
                }
            }
        };
        let mut found: Vec<MoRef> = self
            .entries
            .iter()
            .filter(|entry| entry.object != self.root && !entry.is_secondary())
            .filter(|entry| kind.covers(&entry.object.kind))
            .filter(fitting)
            .map(|entry| entry.object.clone())
            .collect();
        if kind == Kind::Host && found.is_empty() && !matches!(wanted, Wanted::Bare(_)) {
            // `/DC/host/esx1` is the compute resource of a standalone host; its host has the same name.
            found = self.standalone_hosts(wanted);
        }
        found
    }

    fn standalone_hosts(&self, wanted: &Wanted) -> Vec<MoRef> {
        let resources = self.by_path(Kind::ComputeResource, wanted);
        let standalone =
            |parent: &MoRef| resources.contains(parent) && !Kind::Cluster.covers(&parent.kind);
        self.entries
            .iter()
            .filter(|entry| Kind::Host.covers(&entry.object.kind))
            .filter(|entry| entry.parent.as_ref().is_some_and(standalone))
            .map(|entry| entry.object.clone())
            .collect()
    }

    /// The part of a path below the datacenter and its folder, if it is in the right one.
    fn below_folder<'n, 'a>(
        &self,
        kind: Kind,
        entry: &Entry,
        names: &'n [&'a str],
    ) -> Option<&'n [&'a str]> {
        if !self.in_default_datacenter(kind, entry) {
            return None;
        }
        let Some(folder) = kind.folder() else { return Some(names) };
        let datacenter = self.datacenter_of(&entry.object)?;
        let depth = self.ancestors(datacenter).count() + 1;
        let (first, rest) = names.get(depth..)?.split_first()?;
        (*first == folder).then_some(rest)
    }

    fn in_default_datacenter(&self, kind: Kind, entry: &Entry) -> bool {
        match &self.default_datacenter {
            Some(datacenter) if kind.folder().is_some() => {
                self.datacenter_of(&entry.object) == Some(datacenter)
            }
            _ => true,
        }
    }

    fn primary_of(&self, secondary: &Entry) -> String {
        let uuid = secondary.secondary_of.as_deref();
        let primary = self
            .entries
            .iter()
            .find(|entry| !entry.is_secondary() && entry.instance_uuid.as_deref() == uuid);
        primary.and_then(|entry| self.path(&entry.object)).unwrap_or_else(|| secondary.name.clone())
    }

    fn not_found(&self, kind: Kind, text: &str) -> FindError {
        let wanted = unescape(text.rsplit('/').next().unwrap_or(text)).to_lowercase();
        let mut near: Vec<(usize, String)> = self
            .entries
            .iter()
            .filter(|entry| entry.object != self.root && !entry.is_secondary())
            .filter(|entry| kind.covers(&entry.object.kind))
            .filter_map(|entry| {
                let distance = distance(&wanted, &entry.name.to_lowercase());
                Some((distance, self.path(&entry.object)?))
            })
            .collect();
        near.sort();
        // Where there is little to choose from, all of it is worth showing.
        let few = near.len() <= CANDIDATES;
        let limit = wanted.chars().count() / 2 + 1;
        let candidates = near
            .into_iter()
            .filter(|(distance, _)| few || *distance <= limit)
            .take(CANDIDATES)
            .map(|(_, path)| path)
            .collect();
        FindError::NotFound { kind, wanted: text.to_owned(), candidates }
    }

    fn sorted_paths(&self, objects: &[MoRef]) -> Vec<String> {
        let path = |object: &MoRef| self.path(object).unwrap_or_else(|| object.to_string());
        let mut paths: Vec<String> = objects.iter().map(path).collect();
        paths.sort();
        paths
    }
}

fn distance(wanted: &str, name: &str) -> usize {
    // One being a part of the other is closer than any spelling mistake.
    if !wanted.is_empty() && (name.contains(wanted) || wanted.contains(name)) {
        return 0;
    }
    strsim::damerau_levenshtein(wanted, name)
}

#[cfg(test)]
#[path = "lookup_tests.rs"]
mod tests;
