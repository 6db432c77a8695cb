//! The manifest (`.mf`): a digest for each file of the package.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::digest::{Algorithm, Digest};
use crate::names;

/// Most bytes of a manifest, and of a certificate file.
pub(crate) const MAX_BYTES: u64 = 4 << 20;

/// Digests of the files of a package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    name: String,
    text: Vec<u8>,
    digests: HashMap<String, Digest>,
}

/// A manifest that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ManifestError {
    /// A line that is no digest.
    #[error("line {line} of the manifest `{name}` is not `SHA..(FILE)= DIGEST`")]
    Line {
        /// The manifest.
        name: String,
        /// Counted from 1.
        line: usize,
    },
    /// Two digests that contradict each other.
    #[error("the manifest `{name}` has two different digests for `{file}`")]
    Contradiction {
        /// The manifest.
        name: String,
        /// The file.
        file: String,
    },
    /// No digest at all.
    #[error("the manifest `{0}` lists no file")]
    Empty(String),
    /// Larger than any real one.
    #[error("the manifest `{0}` is too large")]
    TooLarge(String),
    /// It lists a file that the package does not have.
    #[error("the manifest `{name}` lists `{file}`, which the package does not have")]
    Extra {
        /// The manifest.
        name: String,
        /// The file.
        file: String,
    },
    /// It leaves a file out, so nothing vouches for it.
    #[error("the manifest `{name}` has no digest for `{file}`")]
    Uncovered {
        /// The manifest.
        name: String,
        /// The file.
        file: String,
    },
}

impl Manifest {
    /// Reads a manifest. Line ends, the case of digits and spaces do not matter. A file may be listed with several
    /// algorithms; the strongest counts.
    pub(crate) fn read(name: &str, text: Vec<u8>) -> Result<Self, ManifestError> {
        let told = String::from_utf8_lossy(&text);
        let told = told.strip_prefix('\u{feff}').unwrap_or(&told);
        let mut all: HashMap<(String, Algorithm), Digest> = HashMap::new();
        for (number, line) in told.lines().enumerate() {
            if line.trim().is_empty() {
                continue;
            }
            let wrong = || ManifestError::Line { name: name.to_owned(), line: number + 1 };
            let (algorithm, file, hex) = entry(line).ok_or_else(wrong)?;
            let digest = Digest::from_hex(algorithm, hex).ok_or_else(wrong)?;
            match all.entry((names::plain(file).to_owned(), algorithm)) {
                Entry::Occupied(first) if *first.get() != digest => {
                    let (name, file) = (name.to_owned(), file.to_owned());
                    return Err(ManifestError::Contradiction { name, file });
                }
                Entry::Occupied(_) => {}
                Entry::Vacant(free) => drop(free.insert(digest)),
            }
        }
        let digests = strongest(all);
        if digests.is_empty() {
            return Err(ManifestError::Empty(name.to_owned()));
        }
        Ok(Manifest { name: name.to_owned(), text, digests })
    }

    /// Its name in the package.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The digest of a file, by its name in the package.
    pub fn digest(&self, file: &str) -> Option<&Digest> {
        self.digests.get(file)
    }

    /// The algorithms of its digests, each once, weakest first.
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let used = |one: &Algorithm| self.digests.values().any(|digest| digest.algorithm == *one);
        Algorithm::ALL.into_iter().filter(used).collect()
    }

    /// The text as it lies in the package, which is what is signed.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// The digest that must be there.
    pub(crate) fn required(&self, file: &str) -> Result<&Digest, ManifestError> {
        self.digest(file).ok_or_else(|| ManifestError::Uncovered {
            name: self.name.clone(),
            file: file.to_owned(),
        })
    }

    /// Whether all files that it lists are there.
    pub(crate) fn check_extra(&self, is_there: impl Fn(&str) -> bool) -> Result<(), ManifestError> {
        let mut extra: Vec<&String> = self.digests.keys().filter(|file| !is_there(file)).collect();
        extra.sort();
        match extra.first() {
            Some(file) => {
                Err(ManifestError::Extra { name: self.name.clone(), file: (*file).clone() })
            }
            None => Ok(()),
        }
    }
}

/// Algorithm, file and hexadecimal digits of a line such as `SHA256(a.ovf)= 00ff`.
pub(crate) fn entry(line: &str) -> Option<(Algorithm, &str, &str)> {
    let (before, hex) = line.rsplit_once('=')?;
    let (algorithm, file) = before.trim_end().strip_suffix(')')?.split_once('(')?;
    Some((Algorithm::named(algorithm)?, file, hex.trim()))
}

fn strongest(all: HashMap<(String, Algorithm), Digest>) -> HashMap<String, Digest> {
    let mut digests: HashMap<String, Digest> = HashMap::new();
    for ((file, algorithm), digest) in all {
        let weaker = digests.get(&file).is_none_or(|other| other.algorithm < algorithm);
        if weaker {
            digests.insert(file, digest);
        }
    }
    digests
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Manifest, ManifestError> {
        Manifest::read("a.mf", text.as_bytes().to_vec())
    }

    #[test]
    fn manifests_of_all_writers_are_read() {
        let sha1 = Digest::of(Algorithm::Sha1, b"a").hex();
        let sha256 = Digest::of(Algorithm::Sha256, b"b").hex().to_uppercase();
        let sha512 = Digest::of(Algorithm::Sha512, b"c").hex();
        let text = format!(
            "SHA1(a (1).ovf)= {sha1}\r\nSHA256(b.vmdk)={sha256}\r\n\r\nSHA2-512 (./c) = {sha512}\n"
        );
        let manifest = read(&text).unwrap();
        assert_eq!(manifest.digest("a (1).ovf"), Some(&Digest::of(Algorithm::Sha1, b"a")));
        assert_eq!(manifest.digest("b.vmdk"), Some(&Digest::of(Algorithm::Sha256, b"b")));
        assert_eq!(manifest.digest("c"), Some(&Digest::of(Algorithm::Sha512, b"c")));
        assert_eq!(manifest.algorithms(), Algorithm::ALL);
        assert_eq!(manifest.digest("d"), None);
    }

    #[test]
    fn the_strongest_digest_counts_and_contradictions_do_not_pass() {
        let one = Digest::of(Algorithm::Sha1, b"a").hex();
        let other = Digest::of(Algorithm::Sha1, b"b").hex();
        let strong = Digest::of(Algorithm::Sha256, b"a");
        let both = format!("SHA256(a)= {}\nSHA1(a)= {one}\nSHA1(a)= {one}\n", strong.hex());
        assert_eq!(read(&both).unwrap().digest("a"), Some(&strong));
        let twice = format!("SHA1(a)= {one}\nSHA1(a)= {other}\n");
        assert!(matches!(read(&twice), Err(ManifestError::Contradiction { .. })));
    }

    #[test]
    fn a_line_that_is_no_digest_is_told_by_its_number() {
        let good = format!("SHA1(a)= {}\n", Digest::of(Algorithm::Sha1, b"a").hex());
        for bad in ["MD5(a)= 00", "SHA1(a)= 00", "SHA1(a) 00", "SHA1 a = 00", "hello", "SHA1()="] {
            let wrong = ManifestError::Line { name: "a.mf".into(), line: 2 };
            assert_eq!(read(&format!("{good}{bad}")), Err(wrong), "{bad}");
        }
        assert_eq!(read("\r\n"), Err(ManifestError::Empty("a.mf".into())));
    }
}
