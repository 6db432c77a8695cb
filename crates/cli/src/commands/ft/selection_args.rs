//! Options that say which virtual machines are meant.

use std::path::PathBuf;

use clap::Args;
use tasks::{Select, Selection};
use vsphere::Kind;

use crate::connection::refuse_password;
use crate::error::CliError;

/// Which virtual machines. All places and attributes that are given must hold; VMs that are named come on top.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct SelectionArgs {
    /// Name, path or id of a VM; `*` and `?` stand for other characters, such as `db-*` or `/DC/vm/prod/*`
    pub(crate) patterns: Vec<String>,
    /// VMs in this folder or below it; name, path or pattern
    #[arg(long, value_name = "FOLDER", help_heading = "Selection")]
    pub(crate) folder: Option<String>,
    /// VMs in this resource pool or vApp, or below it
    #[arg(long, value_name = "POOL", help_heading = "Selection")]
    pub(crate) pool: Option<String>,
    /// VMs in this cluster
    #[arg(long, value_name = "CLUSTER", help_heading = "Selection")]
    pub(crate) cluster: Option<String>,
    /// VMs that run on this host; of pairs, the primary
    #[arg(long, value_name = "HOST", help_heading = "Selection")]
    pub(crate) host: Option<String>,
    /// VMs with this tag, as `Category/Name`; when given several times, all must be attached
    #[arg(long, value_name = "TAG", help_heading = "Selection")]
    pub(crate) tag: Vec<String>,
    /// VMs whose custom attribute has a value that fits; may be given several times
    #[arg(long, value_name = "NAME=PATTERN", help_heading = "Selection")]
    pub(crate) attribute: Vec<String>,
    /// File with one VM a line, or a table (CSV) with the VMs in its first column
    #[arg(long, value_name = "FILE", help_heading = "Selection")]
    pub(crate) file: Option<PathBuf>,
    /// Leave out VMs that this names, whatever else they fit; may be given several times
    #[arg(long, value_name = "PATTERN", help_heading = "Selection")]
    pub(crate) except: Vec<String>,
}

impl SelectionArgs {
    /// What is meant. Empty when nothing is given.
    pub(crate) fn selection(&self) -> Result<Selection, CliError> {
        for pattern in &self.patterns {
            refuse_password(pattern, "PATTERN")?;
        }
        let places = [
            (Kind::Folder, &self.folder),
            (Kind::ResourcePool, &self.pool),
            (Kind::Cluster, &self.cluster),
            (Kind::Host, &self.host),
        ];
        let places = places.into_iter().filter_map(|(kind, text)| Some((kind, text.clone()?)));
        let attribute = |text: &String| {
            let (name, pattern) = text.split_once('=').ok_or_else(|| {
                CliError::new(format!("cannot read the attribute `{text}`"))
                    .hint("write it as NAME=PATTERN, such as `tier=gold*`")
            })?;
            Ok((name.to_owned(), pattern.to_owned()))
        };
        let select = Select {
            places: places.collect(),
            attributes: self.attribute.iter().map(attribute).collect::<Result<_, CliError>>()?,
            tags: self.tag.clone(),
            file: self.file.as_ref().map(|file| file.to_string_lossy().into_owned()),
            except: self.except.clone(),
        };
        Ok(Selection { vms: self.patterns.clone(), select, datacenter: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_have_a_name_and_a_pattern() {
        let args = |text: &str| SelectionArgs {
            attribute: vec![text.to_owned()],
            ..SelectionArgs::default()
        };
        let selection = args("tier=a=b").selection().unwrap();
        assert_eq!(selection.select.attributes["tier"], "a=b");
        assert!(!selection.is_empty());
        assert!(args("tier").selection().unwrap_err().text().contains("NAME=PATTERN"));
        assert!(SelectionArgs::default().selection().unwrap().is_empty());
    }
}
