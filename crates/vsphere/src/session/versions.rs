//! The versions of the API that a server offers.
//!
//! [`offered`] reads `vimServiceVersions.xml`, [`newest_common`] picks from it. Version ids are names:
//! a server's current one may be `uA046D008`, which only its prior versions make usable.

use quick_xml::Reader;
use quick_xml::events::Event;
use vim25::Version;

/// Names longer than this are no versions; deeper or longer documents are not this document.
const MAX_ID: usize = 64;
const MAX_EVENTS: usize = 20_000;

/// Why the list of versions is not understood. Trying again does not help.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum VersionsError {
    /// It is not the document that a vSphere server sends.
    #[error("the list of API versions is not understood ({0})")]
    NotUnderstood(String),
    /// It names no version that we know.
    #[error("the server offers no API version known here (it offers {})", .0.join(", "))]
    NothingInCommon(Vec<String>),
}

/// The ids that `document` lists for the namespace `urn:vim25`: the current one, then the prior ones.
pub(crate) fn offered(document: &[u8]) -> Result<Vec<String>, VersionsError> {
    let text = std::str::from_utf8(document)
        .map_err(|_| VersionsError::NotUnderstood("not UTF-8".to_owned()))?;
    let mut reader = Reader::from_str(text);
    let mut reading = Reading::default();
    for _ in 0..MAX_EVENTS {
        match reader.read_event() {
            Err(error) => return Err(VersionsError::NotUnderstood(error.to_string())),
            Ok(Event::DocType(_)) => {
                return Err(VersionsError::NotUnderstood("it has a DOCTYPE".to_owned()));
            }
            Ok(Event::Eof) => return reading.finish(),
            Ok(Event::Start(start)) => reading.open(local(start.name().as_ref())),
            Ok(Event::End(end)) => reading.close(local(end.name().as_ref())),
            Ok(Event::Text(text)) => reading.text(text.as_ref()),
            Ok(_) => {}
        }
    }
    Err(VersionsError::NotUnderstood("it is too long".to_owned()))
}

/// The newest version that both sides know.
pub(crate) fn newest_common(offered: &[String]) -> Result<Version, VersionsError> {
    Version::all()
        .rev()
        .find(|version| offered.iter().any(|id| id == version.id()))
        .ok_or_else(|| VersionsError::NothingInCommon(offered.to_vec()))
}

#[derive(Default)]
struct Reading {
    rooted: bool,
    text: String,
    namespace: String,
    versions: Vec<String>,
    vim25: Vec<String>,
}

impl Reading {
    fn open(&mut self, name: &str) {
        self.text.clear();
        match name {
            "namespaces" => self.rooted = true,
            "namespace" => {
                self.namespace.clear();
                self.versions.clear();
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.text.len() + text.len() <= MAX_ID {
            self.text.push_str(text);
        }
    }

    fn close(&mut self, name: &str) {
        let text = std::mem::take(&mut self.text);
        match name {
            "name" => self.namespace = text.trim().to_owned(),
            "version" => self.versions.push(text.trim().to_owned()),
            "namespace" if self.namespace == "urn:vim25" => {
                self.vim25.append(&mut self.versions);
            }
            _ => {}
        }
    }

    fn finish(self) -> Result<Vec<String>, VersionsError> {
        if self.vim25.is_empty() {
            let found = if self.rooted { "no `urn:vim25` in it" } else { "another document" };
            return Err(VersionsError::NotUnderstood(found.to_owned()));
        }
        Ok(self.vim25)
    }
}

fn local(name: &str) -> &str {
    name.rsplit(':').next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(current: &str, priors: &[&str]) -> Vec<u8> {
        let priors: String = priors.iter().map(|id| format!("<version>{id}</version>")).collect();
        format!(
            "<?xml version=\"1.0\"?>\n<namespaces version=\"1.0\">\n <namespace>\n  \
             <name>urn:vim25</name>\n  <version>{current}</version>\n  \
             <priorVersions>{priors}</priorVersions>\n </namespace>\n <namespace>\
             <name>urn:vim2</name><version>2.0</version></namespace>\n</namespaces>"
        )
        .into_bytes()
    }

    #[test]
    fn the_newest_version_known_to_both_is_chosen() {
        let table = [
            ("uA046D008", &["8.0.2.0", "8.0.1.0", "7.0.3.2"][..], "8.0.2.0"),
            ("6.5", &["6.0", "5.5", "5.1"][..], "6.5"),
            // A future server lists what we know among its prior versions, in any order.
            ("12.0.0.0", &["5.5", "9.0.0.0", "8.0.3.0"][..], "9.0.0.0"),
        ];
        for (current, priors, expected) in table {
            let offered = offered(&document(current, priors)).unwrap();
            assert_eq!(offered.len(), priors.len() + 1);
            assert_eq!(newest_common(&offered).unwrap().id(), expected);
        }
    }

    #[test]
    fn what_is_no_list_of_versions_is_refused() {
        for text in [
            "",
            "<html><body>503 Service Unavailable</body></html>",
            "<namespaces><namespace><name>urn:pbm</name><version>2.0</version></namespace></namespaces>",
            "<!DOCTYPE x [<!ENTITY a \"b\">]><namespaces/>",
            "<namespaces><namespace></x>",
        ] {
            let outcome = offered(text.as_bytes());
            assert!(matches!(outcome, Err(VersionsError::NotUnderstood(_))), "{text}: {outcome:?}");
        }
        let unknown = offered(&document("uX", &["uY"])).unwrap();
        assert!(matches!(newest_common(&unknown), Err(VersionsError::NothingInCommon(_))));
    }
}
