//! Which VMs a declaration means: those that are named or listed, those that are selected by where they are, and
//! not those that are left out.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use orchestrator::TaskError;
use vim25::MoRef;
use vsphere::{FindError, Inventory, Kind, Reader};

use super::read_vms::is_plain_pattern;
use super::select::{Select, chosen, left_out};

/// What texts and places come to.
#[derive(Debug, Default)]
pub(super) struct Choice<'a> {
    /// VMs, each once, with the text that it was found by.
    pub(super) objects: Vec<(MoRef, &'a str)>,
    /// Texts that fit no VM.
    pub(super) missing: Vec<(String, FindError)>,
    /// Texts of which it is not clear what they mean.
    pub(super) unknown: Vec<(String, FindError)>,
    /// VMs that would have been chosen, but are left out by name.
    pub(super) excepted: Vec<MoRef>,
}

/// Finds the VMs of `texts` and of `select`.
pub(super) async fn choose<'a>(
    texts: impl Iterator<Item = &'a String>,
    select: &Select,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Choice<'a>, TaskError> {
    let mut choice = Choice::default();
    for text in texts {
        choice.add(text, inventory);
    }
    match chosen(select, reader, inventory).await? {
        Ok(found) => choice.objects.extend(found.into_iter().map(|object| (object, "*"))),
        Err(unknown) => choice.unknown.push(unknown),
    }
    match left_out(select, inventory) {
        Ok(out) => choice.leave_out(&out),
        Err(unknown) => choice.unknown.push(unknown),
    }
    choice.each_once();
    Ok(choice)
}

impl<'a> Choice<'a> {
    fn add(&mut self, text: &'a str, inventory: &Inventory) {
        let wanted = text.to_owned();
        match inventory.find_all(Kind::VirtualMachine, text) {
            Ok(found) if found.is_empty() => {
                let error = inventory.find(Kind::VirtualMachine, text).err();
                self.missing.extend(error.map(|error| (wanted, error)));
            }
            Ok(found) if found.len() > 1 && is_plain_pattern(text) => {
                let error = inventory.find(Kind::VirtualMachine, text).err();
                self.unknown.extend(error.map(|error| (wanted, error)));
            }
            Ok(found) => self.objects.extend(found.into_iter().map(|object| (object, text))),
            Err(error) => self.unknown.push((wanted, error)),
        }
    }

    fn leave_out(&mut self, out: &HashSet<MoRef>) {
        let (gone, kept) =
            std::mem::take(&mut self.objects).into_iter().partition(|(vm, _)| out.contains(vm));
        self.objects = kept;
        let gone: Vec<(MoRef, &str)> = gone;
        let gone: BTreeSet<MoRef> = gone.into_iter().map(|(vm, _)| vm).collect();
        self.excepted.extend(gone);
    }

    /// A VM that is named and also fits a pattern counts as named, in the place where it came first.
    fn each_once(&mut self) {
        let named: BTreeMap<_, _> =
            self.objects.iter().filter(|(_, text)| is_plain_pattern(text)).cloned().collect();
        let mut known = BTreeSet::new();
        self.objects.retain(|(object, _)| known.insert(object.clone()));
        for (object, text) in &mut self.objects {
            *text = named.get(object).copied().unwrap_or(*text);
        }
    }
}
