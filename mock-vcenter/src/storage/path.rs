//! Paths on a datastore: [`DatastorePath`], as in `[datastore1] vm1/vm1.vmdk`, and [`FilePath`], the part after
//! the bracket.

use std::fmt;

/// Where a file is on its datastore: names without `..` and slashes; a `.` on the way says nothing. The empty path is
/// the datastore itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(Vec<String>);

impl FilePath {
    /// The path in `text`; `None` for one that leads elsewhere or that no datastore could hold.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let parts = text.split('/').filter(|part| !matches!(*part, "" | "."));
        let parts: Vec<String> = parts.map(str::to_owned).collect();
        let is_name =
            |part: &String| part != ".." && part.len() <= 255 && !part.contains(['\0', '\\']);
        (parts.len() <= 64 && parts.iter().all(is_name)).then_some(Self(parts))
    }

    /// True for the datastore itself.
    #[must_use]
    pub fn is_root(&self) -> bool {
        self.0.is_empty()
    }

    /// The directory it is in; the root is in itself.
    #[must_use]
    pub fn parent(&self) -> Self {
        Self(self.0[..self.0.len().saturating_sub(1)].to_vec())
    }

    /// The last name; empty for the root.
    #[must_use]
    pub fn name(&self) -> &str {
        self.0.last().map_or("", String::as_str)
    }

    /// The names on the way.
    #[must_use]
    pub fn parts(&self) -> &[String] {
        &self.0
    }

    /// A file or directory in this one.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        let mut parts = self.0.clone();
        parts.extend(name.split('/').filter(|part| !part.is_empty()).map(str::to_owned));
        Self(parts)
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join("/"))
    }
}

/// A place on a datastore.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DatastorePath {
    /// Name of the datastore.
    pub datastore: String,
    /// Where on it.
    pub path: FilePath,
}

impl DatastorePath {
    /// The path in `[datastore] directory/file`; `None` for anything else.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (datastore, path) = text.trim().strip_prefix('[')?.split_once(']')?;
        if datastore.is_empty() {
            return None;
        }
        Some(Self { datastore: datastore.to_owned(), path: FilePath::parse(path.trim_start())? })
    }

    /// What is called `name` in this directory.
    #[must_use]
    pub fn join(&self, name: &str) -> Self {
        Self { path: self.path.join(name), datastore: self.datastore.clone() }
    }
}

impl fmt::Display for DatastorePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}] {}", self.datastore, self.path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_on_their_datastore() {
        for (text, expected) in [
            ("[ds1] vm1/vm1.vmdk", Some("[ds1] vm1/vm1.vmdk")),
            ("[ds 1]vm1//a b", Some("[ds 1] vm1/a b")),
            ("[ds1]", Some("[ds1] ")),
            ("[ds1] /vm1/", Some("[ds1] vm1")),
            ("[ds1] ../x", None),
            ("[ds1] a/./b", Some("[ds1] a/b")),
            ("[ds1] .", Some("[ds1] ")),
            ("[ds1] a\\..\\b", None),
            ("[] a", None),
            ("ds1/a", None),
        ] {
            let read = DatastorePath::parse(text).map(|path| path.to_string());
            assert_eq!(read.as_deref(), expected, "{text}");
        }
    }
}
