//! The tokenizer against quick-xml: on whole and on damaged documents both see the same.

use quick_xml::XmlVersion;
use quick_xml::events::Event;
use quick_xml::reader::Reader;

use super::{Limits, Token, Tokens};

const DOCUMENTS: &[&str] = &[
    "<?xml version=\"1.0\"?>\n<a x='1' y:type=\"b>c\"><b/>text &amp; more<![CDATA[<raw>&]]></a>\n",
    "<a><!-- a <comment> --><b  c = \"d\" />\r\n<e>\rx&#65;&#x42;</e ></a>",
    "<s:Envelope xmlns:s=\"urn:x\"><s:Body><r xsi:type=\"X\"><v>1</v><v>2</v></r></s:Body></s:Envelope>",
    "<a>\u{e4}\u{1f600}<b>&lt;&gt;&quot;&apos;</b></a>",
];

/// What a document holds: tags with attributes, text joined, ends.
type Seen = Option<Vec<String>>;

fn push_text(seen: &mut Vec<String>, text: &str) {
    match seen.last_mut() {
        Some(last) if last.starts_with('\'') => last.push_str(text),
        _ => seen.push(format!("'{text}")),
    }
}

fn ours(document: &str) -> Seen {
    let mut tokens = Tokens::new(document.as_bytes(), &Limits::default()).ok()?;
    let mut seen = Vec::new();
    loop {
        match tokens.next().ok()? {
            Token::Open(tag) => {
                let attributes: Vec<_> = tag.attributes().collect();
                seen.push(format!("<{} {attributes:?}", tag.name()));
            }
            Token::Close => seen.push(">".to_owned()),
            Token::Text(text) if !text.is_empty() => push_text(&mut seen, &text),
            Token::Text(_) => {}
            Token::End => return Some(seen),
        }
    }
}

fn theirs(document: &str) -> Seen {
    let mut reader = Reader::from_str(document.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let (mut seen, mut depth) = (Vec::new(), 0);
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                depth += 1;
                let attributes = tag
                    .attributes()
                    .map(|a| {
                        let a = a.ok()?;
                        let value = a.normalized_value(XmlVersion::Implicit1_0).ok()?.into_owned();
                        Some((a.key.0.to_owned(), value))
                    })
                    .collect::<Option<Vec<_>>>()?;
                seen.push(format!("<{} {attributes:?}", tag.local_name().into_inner()));
            }
            Event::End(_) => {
                depth -= 1;
                seen.push(">".to_owned());
            }
            Event::Text(text) => push_text(&mut seen, &text.xml10_content()),
            Event::CData(text) => push_text(&mut seen, &text.xml10_content()),
            Event::GeneralRef(r) => match r.resolve_char_ref().ok()? {
                Some(c) => push_text(&mut seen, &c.to_string()),
                None => {
                    let name = r.xml10_content();
                    push_text(&mut seen, quick_xml::escape::resolve_predefined_entity(&name)?);
                }
            },
            Event::DocType(_) => return None,
            Event::Eof => return (depth == 0).then_some(seen),
            _ => {}
        }
    }
}

#[test]
fn whole_documents_are_seen_as_quick_xml_sees_them() {
    for document in DOCUMENTS {
        let seen = ours(document);
        assert!(seen.is_some(), "{document}");
        assert_eq!(seen, theirs(document), "{document}");
    }
}

/// Damages a document at places that a small generator picks, so that every run is the same.
#[test]
fn damaged_documents_are_never_seen_differently_from_quick_xml() {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut random = |below: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state % below as u64).unwrap_or(0)
    };
    let pieces = [
        "<",
        ">",
        "/",
        "&",
        ";",
        "\"",
        "'",
        "=",
        "]]>",
        "<![CDATA[",
        "<!--",
        "-->",
        " ",
        "a",
        "\r",
        "&amp;",
        "</",
        "/>",
        "?>",
    ];
    let (mut both, mut rounds) = (0, 0);
    for document in DOCUMENTS {
        for _ in 0..5_000 {
            let mut chars: Vec<char> = document.chars().collect();
            for _ in 0..=random(2) {
                let at = random(chars.len());
                let piece: Vec<char> = pieces[random(pieces.len())].chars().collect();
                let cut = at + random(3).min(chars.len() - at);
                chars.splice(at..cut, piece);
            }
            let damaged: String = chars.into_iter().collect();
            rounds += 1;
            if let (Some(a), Some(b)) = (ours(&damaged), theirs(&damaged)) {
                assert_eq!(a, b, "{damaged}");
                both += 1;
            }
        }
    }
    assert!(both > rounds / 20, "too few damaged documents are still readable: {both} of {rounds}");
}
