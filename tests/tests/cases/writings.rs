//! Looks for secrets in bytes, however they are written: plain, escaped for XML, JSON, URLs and Rust, in Base64 and
//! in UTF-16.

use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use e2e::Outcome;

/// How a secret can be written.
pub(crate) fn writings(secret: &str) -> Vec<String> {
    let xml = secret.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let quoted = xml.replace('"', "&quot;").replace('\'', "&apos;");
    let html = xml.replace('"', "&quot;").replace('\'', "&#x27;");
    let percent = |keep: &dyn Fn(u8) -> bool| -> String {
        let byte = |byte: u8| match keep(byte) {
            true => char::from(byte).to_string(),
            false => format!("%{byte:02X}"),
        };
        secret.bytes().map(byte).collect()
    };
    let json = serde_json::to_string(secret).unwrap();
    let mut all = vec![
        secret.to_owned(),
        xml,
        quoted,
        html,
        percent(&|byte| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte)),
        percent(&|byte| byte.is_ascii_alphanumeric() || b"-._~!$&'()*+,;=:@".contains(&byte)),
        json[1..json.len() - 1].to_owned(),
        format!("{secret:?}")[1..].trim_end_matches('"').to_owned(),
    ];
    // In Base64 a text looks different by where it begins; its inner part is told by its own bytes alone.
    for encode in [STANDARD, URL_SAFE] {
        for before in 0..3 {
            let encoded = encode.encode(format!("{}{secret}", "x".repeat(before)));
            let from = if before == 0 { 0 } else { 4 };
            all.push(encoded[from..encoded.len() - 4].to_owned());
        }
    }
    all
}

/// What to look for, by its bytes.
///
/// Each byte is a char of its own, so that the standard library's search does it, which is fast also in tests.
pub(crate) struct Secrets(Vec<(String, String)>);

impl Secrets {
    pub(crate) fn of(secrets: &[&str]) -> Self {
        let mut all = Vec::new();
        for writing in secrets.iter().flat_map(|secret| writings(secret)) {
            let wide = || writing.encode_utf16();
            let little: Vec<u8> = wide().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = wide().flat_map(u16::to_be_bytes).collect();
            all.push((writing.clone(), chars(writing.as_bytes())));
            all.push((format!("{writing} in UTF-16"), chars(&little)));
            all.push((format!("{writing} in UTF-16"), chars(&big)));
        }
        Self(all)
    }

    /// Demands that these bytes have none of them, and no cookie of a session.
    #[track_caller]
    pub(crate) fn are_not_in(&self, what: &str, bytes: &[u8]) {
        let text = chars(bytes);
        if let Some((writing, wanted)) = self.0.iter().find(|(_, wanted)| text.contains(wanted)) {
            let before = text.split(wanted.as_str()).next().unwrap_or_default();
            let before: String = before.chars().rev().take(200).collect();
            panic!("{what} has `{writing}` after:\n{}", before.chars().rev().collect::<String>());
        }
        let cookie = cookie_in(bytes);
        assert_eq!(cookie, None, "{what} has what may be the cookie of a session");
    }

    /// Demands that neither output of a run has one.
    #[track_caller]
    pub(crate) fn are_not_said(&self, outcome: &Outcome) {
        self.are_not_in("stdout", outcome.stdout.as_bytes());
        self.are_not_in("stderr", outcome.stderr.as_bytes());
    }

    /// Demands that no file below a folder has one, but for those whose names are given; says how many were read.
    #[track_caller]
    pub(crate) fn are_in_no_file(&self, folder: &Path, but: &[&str]) -> usize {
        let mut read = 0;
        for entry in folder.read_dir().unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            if but.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                read += self.are_in_no_file(&path, but);
            } else if path.is_file() {
                self.are_not_in(&path.to_string_lossy(), &std::fs::read(&path).unwrap());
                read += 1;
            }
        }
        read
    }
}

fn chars(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| char::from(*byte)).collect()
}

/// The mock's cookies are 40 hexadecimal digits.
fn cookie_in(bytes: &[u8]) -> Option<String> {
    let digits = |byte: &u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte);
    let runs = bytes.split(|byte| !digits(byte)).filter(|run| run.len() == 40);
    runs.map(|run| String::from_utf8_lossy(run).into_owned()).next()
}

#[test]
fn a_secret_is_found_however_it_is_written() {
    let secret = "a<b>&\"'/+%é\\z";
    let secrets = Secrets::of(&[secret]);
    let found = |bytes: &[u8]| secrets.0.iter().any(|(_, wanted)| chars(bytes).contains(wanted));
    let utf16: Vec<u8> = format!("x{secret}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    assert!(found(&utf16) && found(format!("--{secret}--").as_bytes()));
    assert!(found(STANDARD.encode(format!("user:{secret}")).as_bytes()));
    assert!(found(serde_json::json!({ "p": secret }).to_string().as_bytes()));
    assert!(found(b"a&lt;b&gt;&amp;&quot;&apos;/+%\xc3\xa9\\z"));
    assert!(!found(b"nothing of it"));
    assert!(cookie_in(format!("x={};", "0a".repeat(20)).as_bytes()).is_some());
    assert!(cookie_in("0a".repeat(32).as_bytes()).is_none());
}
