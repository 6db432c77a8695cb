//! Agreeing to licence agreements: by a digest of what was agreed to.

use crate::descriptor::Descriptor;
use crate::digest::{Algorithm, Digest};

impl Descriptor {
    /// SHA-256 of all licence agreements, as lower-case hexadecimal digits; nothing when there are none.
    ///
    /// It stands for the words alone and stays the same when a package is written anew: of each text, line ends become
    /// line feeds and white space at both ends goes; the texts, in the order of the descriptor, are joined by a form
    /// feed and taken as UTF-8. For a single agreement that is `sha256sum` of its trimmed text.
    pub fn eula_sha256(&self) -> Option<String> {
        if self.eulas.is_empty() {
            return None;
        }
        let texts: Vec<String> = self.eulas.iter().map(|eula| plain(&eula.text)).collect();
        Some(Digest::of(Algorithm::Sha256, texts.join("\u{c}").as_bytes()).hex())
    }
}

fn plain(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n").trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha256(eulas: &str) -> Option<String> {
        let text = format!(
            "<Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1'><VirtualSystem id='v'>{eulas}\
             </VirtualSystem></Envelope>"
        );
        Descriptor::read(text.as_bytes()).unwrap().eula_sha256()
    }

    #[test]
    fn the_digest_stands_for_the_words() {
        let section = |text: &str| format!("<EulaSection><License>{text}</License></EulaSection>");
        assert_eq!(sha256(""), None);
        // From `printf 'Be kind.\nAlways.' | sha256sum`.
        let known = "74334704ed43a49981fe3a9dfeb0eb43bf2c99d583a3c0329c8648f5f6ce790f";
        let kind = sha256(&section("Be kind.\nAlways.")).unwrap();
        assert_eq!(kind, known);
        assert_eq!(sha256(&section("\r\n  Be kind.&#13;&#10;Always.\n")).unwrap(), kind);
        assert_ne!(sha256(&section("Be kind. Always.")).unwrap(), kind);
        let twice = format!("{}{}", section("Be kind."), section("Always."));
        assert_ne!(sha256(&twice).unwrap(), kind);
    }
}
