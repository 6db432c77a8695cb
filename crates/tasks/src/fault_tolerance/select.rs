//! Which VMs are meant besides those that are named: by folder, pool, cluster, host, custom attribute, tag, or a
//! list in a file.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use orchestrator::TaskError;
use playbook::Args;
use vim25::MoRef;
use vim25::types::{CustomFieldDef, CustomFieldStringValue};
use vsphere::inventory::{matches_pattern, nearest};
use vsphere::{CallError, FindError, Inventory, Kind, ObjectProperties, Reader, TagName};

use crate::trouble::{Doing, reading};

/// What is declared under `select` and `except`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Select {
    /// Where a VM has to be: a kind of place, and its name, path or pattern. All of them must hold.
    pub places: Vec<(Kind, String)>,
    /// Custom attributes with patterns for their values.
    pub attributes: BTreeMap<String, String>,
    /// Tags as `Category/Name`. All of them must be attached.
    pub tags: Vec<String>,
    /// A file with one VM a line.
    pub file: Option<String>,
    /// Names, paths and patterns of VMs that are left out whatever else they fit.
    pub except: Vec<String>,
}

/// The fields of `select` that are places.
const PLACES: [(&str, Kind); 4] = [
    ("folder", Kind::Folder),
    ("resource_pool", Kind::ResourcePool),
    ("cluster", Kind::Cluster),
    ("host", Kind::Host),
];

impl From<&Args> for Select {
    fn from(args: &Args) -> Self {
        let select = args.record("select");
        let place = |(field, kind): (&str, Kind)| Some((kind, select.opt_text(field)?.to_owned()));
        let attributes = select.map("attribute").iter();
        Self {
            places: PLACES.into_iter().filter_map(place).collect(),
            attributes: attributes
                .filter_map(|(name, value)| Some((name.clone(), value.as_text()?.to_owned())))
                .collect(),
            tags: tags(select),
            file: select.opt_text("file").map(str::to_owned),
            except: args.texts("except").into_iter().map(str::to_owned).collect(),
        }
    }
}

/// One tag, or a list of them.
fn tags(select: &Args) -> Vec<String> {
    match select.opt_text("tag") {
        Some(tag) => vec![tag.to_owned()],
        None => select.texts("tag").into_iter().map(str::to_owned).collect(),
    }
}

impl Select {
    /// Whether VMs are chosen by where they are or by an attribute.
    pub(super) fn chooses(&self) -> bool {
        !self.places.is_empty() || !self.attributes.is_empty() || !self.tags.is_empty()
    }

    /// Whether a VM that is still to come is left out.
    pub(super) fn leaves_out(&self, name: &str) -> bool {
        self.except.iter().any(|text| matches_pattern(text, name))
    }
}

/// Bytes that a list of VMs may have.
const LONGEST: u64 = 4 << 20;

/// The VMs that a file lists: one a line, of a table the first column. Empty lines, lines that begin with `#` and
/// a heading are passed over.
pub(super) fn read_list(path: &Path) -> Result<Vec<String>, TaskError> {
    let shown = path.display().to_string();
    let doing =
        Doing::new("ft-list-unreadable", "cannot read the list of virtual machines", &shown);
    let failed = |cause: std::io::Error| doing.error().caused_by(cause);
    let mut text = String::new();
    let file = File::open(path).map_err(failed)?;
    file.take(LONGEST + 1).read_to_string(&mut text).map_err(failed)?;
    if text.len() as u64 > LONGEST {
        return Err(doing.error().caused_by(format!("it has more than {LONGEST} bytes")));
    }
    Ok(listed(&text))
}

fn listed(text: &str) -> Vec<String> {
    let lines = text.trim_start_matches('\u{feff}').lines().map(str::trim);
    let names = lines.filter(|line| !line.is_empty() && !line.starts_with('#')).map(first_cell);
    let names: Vec<String> = names.filter(|name| !name.is_empty()).collect();
    let is_heading = |name: &String| {
        ["name", "vm", "vm name", "path"].iter().any(|word| name.eq_ignore_ascii_case(word))
    };
    let skip = usize::from(names.first().is_some_and(is_heading));
    names.into_iter().skip(skip).collect()
}

/// The first cell of a line of a table, with `""` inside quotes for one quote.
fn first_cell(line: &str) -> String {
    let Some(quoted) = line.strip_prefix('"') else {
        return line.split([',', ';', '\t']).next().unwrap_or_default().trim().to_owned();
    };
    let mut cell = String::new();
    let mut letters = quoted.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if letters.peek() == Some(&'"') => {
                letters.next();
                cell.push('"');
            }
            '"' => break,
            other => cell.push(other),
        }
    }
    cell
}

/// What is chosen by place and attribute, in the order of the paths; what was not found is told.
pub(super) async fn chosen(
    select: &Select,
    reader: &Reader,
    inventory: &Inventory,
) -> Result<Result<Vec<MoRef>, (String, FindError)>, TaskError> {
    if !select.chooses() {
        return Ok(Ok(Vec::new()));
    }
    let mut places: Vec<HashSet<MoRef>> = Vec::new();
    for (kind, text) in &select.places {
        match inventory.find_all(*kind, text) {
            Ok(found) if !found.is_empty() => places.push(found.into_iter().collect()),
            Ok(_) => match inventory.find(*kind, text) {
                Ok(found) => places.push(HashSet::from([found])),
                Err(error) => return Ok(Err((text.clone(), error))),
            },
            Err(error) => return Ok(Err((text.clone(), error))),
        }
    }
    let tagged = match tagged(select, reader).await? {
        Ok(tagged) => tagged,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let failed = |error: CallError| reading("the virtual machines").failed(error);
    let entries = inventory.entries().iter();
    let vms = entries.filter(|one| one.object.kind == "VirtualMachine");
    let vms: Vec<MoRef> = vms.map(|one| one.object.clone()).collect();
    if vms.is_empty() {
        return Ok(Ok(vms));
    }
    let found = reader.retrieve_many(&vms, &["runtime.host", "resourcePool", "customValue"]).await;
    let found = found.map_err(failed)?;
    let keys = match attribute_keys(select, reader).await.map_err(failed)? {
        Ok(keys) => keys,
        Err(unknown) => return Ok(Err(unknown)),
    };
    let fits = |vm: &&ObjectProperties| {
        let above = above(vm, inventory);
        tagged.as_ref().is_none_or(|tagged| tagged.contains(&vm.object))
            && places.iter().all(|wanted| !wanted.is_disjoint(&above))
            && has_attributes(select, vm, &keys)
    };
    let mut fitting: Vec<MoRef> = found.iter().filter(fits).map(|vm| vm.object.clone()).collect();
    fitting.sort_by_cached_key(|vm| inventory.path(vm));
    Ok(Ok(fitting))
}

/// What has all the wanted tags; `None` when there are none.
async fn tagged(
    select: &Select,
    reader: &Reader,
) -> Result<Result<Option<HashSet<MoRef>>, (String, FindError)>, TaskError> {
    if select.tags.is_empty() {
        return Ok(Ok(None));
    }
    let mut wanted = Vec::new();
    for text in &select.tags {
        match text.parse::<TagName>() {
            Ok(tag) => wanted.push(tag),
            Err(_) => {
                let (wanted, candidates) = (text.clone(), Vec::new());
                return Ok(Err((text.clone(), FindError::NoTag { wanted, candidates })));
            }
        }
    }
    let shown = select.tags.join(", ");
    let found = reader.tagged(&wanted).await;
    let found = found.map_err(|error| reading("the tags of virtual machines").failed(error))?;
    Ok(found.map(Some).map_err(|error| (shown, error)))
}

/// All that a VM is in: folders, pools, its host and cluster.
fn above(vm: &ObjectProperties, inventory: &Inventory) -> HashSet<MoRef> {
    let direct = ["runtime.host", "resourcePool"].into_iter().filter_map(|path| vm.moref(path));
    let mut above: HashSet<MoRef> = HashSet::new();
    for start in direct {
        above.insert(start.clone());
        above.extend(inventory.ancestors(start).map(|entry| entry.object.clone()));
    }
    above.extend(inventory.ancestors(&vm.object).map(|entry| entry.object.clone()));
    above
}

/// The keys under which values of the wanted attributes are kept. One for VMs and one for all kinds may share a name.
async fn attribute_keys(
    select: &Select,
    reader: &Reader,
) -> Result<Result<HashMap<i32, String>, (String, FindError)>, CallError> {
    if select.attributes.is_empty() {
        return Ok(Ok(HashMap::new()));
    }
    // A host by itself has none.
    let defined: Vec<CustomFieldDef> = match reader.content().custom_fields_manager.clone() {
        None => Vec::new(),
        Some(fields) => {
            let found = reader.retrieve(&fields, &["field"]).await?;
            let fields = found.objects::<CustomFieldDef>("field");
            fields.filter(|field| is_for_vms(field)).cloned().collect()
        }
    };
    let is_known = |name: &&String| defined.iter().any(|field| field.name == name.as_str());
    if let Some(wanted) = select.attributes.keys().find(|name| !is_known(name)) {
        let names = defined.iter().map(|field| field.name.to_string()).collect();
        let candidates = nearest(wanted, names);
        let error = FindError::NoAttribute { wanted: wanted.clone(), candidates };
        return Ok(Err((wanted.clone(), error)));
    }
    let wanted = defined.iter().filter(|field| select.attributes.contains_key(field.name.as_str()));
    Ok(Ok(wanted.map(|field| (field.key, field.name.to_string())).collect()))
}

fn is_for_vms(field: &CustomFieldDef) -> bool {
    let kind = field.managed_object_type.as_deref();
    kind.is_none_or(|kind| vim25::mo::is_a("VirtualMachine", kind))
}

fn has_attributes(select: &Select, vm: &ObjectProperties, keys: &HashMap<i32, String>) -> bool {
    let values: Vec<(&String, &str)> = vm
        .objects::<CustomFieldStringValue>("customValue")
        .filter_map(|value| Some((keys.get(&value.key)?, value.value.as_str())))
        .collect();
    select.attributes.iter().all(|(name, pattern)| {
        values.iter().any(|(own, value)| *own == name && matches_pattern(pattern, value))
    })
}

/// The VMs that are left out by name.
pub(super) fn left_out(
    select: &Select,
    inventory: &Inventory,
) -> Result<HashSet<MoRef>, (String, FindError)> {
    let mut out = HashSet::new();
    for text in &select.except {
        let found = inventory.find_all(Kind::VirtualMachine, text);
        out.extend(found.map_err(|error| (text.clone(), error))?);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use vim25::Value;
    use vim25::types::CustomFieldValue;

    use super::*;

    #[test]
    fn a_list_may_be_a_table_with_a_heading_comments_and_quotes() {
        let table = [
            ("a\n\n# no\r\n  b  \n", vec!["a", "b"]),
            (
                "\u{feff}Name,owner\nweb-1,me\n\"odd, \"\"vm\"\"\",you\n",
                vec!["web-1", "odd, \"vm\""],
            ),
            ("vm;size\ndb-1;2\n", vec!["db-1"]),
            ("/DC/vm/a name\n", vec!["/DC/vm/a name"]),
            ("", vec![]),
        ];
        for (text, expected) in table {
            assert_eq!(listed(text), expected, "{text:?}");
        }
    }

    #[test]
    fn attributes_fit_by_name_and_pattern() {
        let value = |key: i32, value: &str| CustomFieldStringValue {
            base_: CustomFieldValue { key, ..Default::default() },
            value: value.into(),
        };
        let keys = HashMap::from([(101, "tier".to_owned()), (102, "owner".to_owned())]);
        let select = |attributes: &[(&str, &str)]| Select {
            attributes: attributes
                .iter()
                .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()))
                .collect(),
            ..Select::default()
        };
        let mut vm = ObjectProperties::new(MoRef::new("VirtualMachine", "vm-1"));
        let values = Value::objects_of("CustomFieldValue", [value(101, "gold-1")]);
        vm.set("customValue", Some(values));
        let table: [(&[(&str, &str)], bool); 4] = [
            (&[("tier", "gold-*")], true),
            (&[("tier", "silver")], false),
            (&[("owner", "*")], false),
            (&[("tier", "*"), ("owner", "me")], false),
        ];
        for (wanted, fits) in table {
            assert_eq!(has_attributes(&select(wanted), &vm, &keys), fits, "{wanted:?}");
        }
    }
}
