//! Recorded answers of real servers decode, and encode back to the same elements.
//!
//! The recordings are not part of the project. Where their folder is absent, the test says so and
//! passes; `LOCKSTEP_CAPTURES` names another folder.

use std::path::{Path, PathBuf};

use quick_xml::events::Event;
use quick_xml::reader::Reader;
use vim25::soap::{self, Limits};
use vim25::{DataObject, Value, Version};

use crate::cassette;

fn folder() -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures");
    let folder = std::env::var_os("LOCKSTEP_CAPTURES").map_or(beside, PathBuf::from);
    folder.is_dir().then_some(folder)
}

#[test]
fn every_recorded_answer_decodes_and_encodes_back_to_the_same_elements() {
    let Some(folder) = folder() else {
        println!("skipped: no folder of recordings (set LOCKSTEP_CAPTURES)");
        return;
    };
    let mut answers = 0;
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).unwrap().flatten().map(|f| f.path()).collect();
    files.sort();
    for path in files.iter().filter(|p| p.extension().is_some_and(|e| e == "yaml")) {
        let text = std::fs::read_to_string(path).unwrap();
        let found = cassette::exchanges(&text);
        assert!(!found.is_empty(), "{}: no exchanges", path.display());
        for exchange in found.iter().filter(|e| e.request.contains("Envelope")) {
            check(path, exchange);
            answers += 1;
        }
    }
    println!("{answers} answers checked");
    assert!(answers > 0, "no answers in {}", folder.display());
}

fn check(path: &Path, exchange: &cassette::Exchange) {
    let place = path.display();
    let request = soap::decode_request(exchange.request.as_bytes(), &Limits::default())
        .unwrap_or_else(|e| panic!("{place}: {e}\n{}", exchange.request));
    let answer = exchange.response.as_bytes();
    let version = Version::LATEST;
    let reply = soap::decode_answer(request.method, answer, &Limits::default())
        .unwrap_or_else(|e| panic!("{place}: {}: {e}", request.method.name));
    let encoded = match &reply {
        Ok(result) => soap::encode_answer(request.method, result, version),
        Err(fault) => {
            let detail = fault.detail.as_ref().expect("recorded faults have a detail");
            soap::encode_fault(&fault.code, &fault.message, detail.as_object(), version)
        }
    };
    assert_same_elements(
        &place.to_string(),
        &exchange.response,
        &String::from_utf8(encoded).expect("UTF-8"),
    );
    if let Ok(result) = &reply {
        for value in result.values() {
            assert_nothing_unknown(&place.to_string(), value);
        }
    }
}

/// Every element with its attributes, and every text.
fn elements(xml: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    reader.config_mut().expand_empty_elements = true;
    let mut found: Vec<String> = Vec::new();
    let mut text = String::new();
    loop {
        match reader.read_event().expect("well-formed") {
            Event::Eof => return found,
            Event::Start(tag) => {
                text.clear();
                let mut attributes: Vec<String> = tag
                    .attributes()
                    .flatten()
                    .filter(|a| !a.key.0.starts_with("xmlns"))
                    .map(|a| format!("{}={}", a.key.0, a.value))
                    .collect();
                attributes.sort();
                found.push(format!("<{} {}>", tag.name().0, attributes.join(" ")));
            }
            Event::End(tag) => {
                found.push(format!(
                    "{}</{}>",
                    text.split_whitespace().collect::<Vec<_>>().join(" "),
                    tag.name().0
                ));
                text.clear();
            }
            Event::Text(t) => text.push_str(&t.xml10_content()),
            Event::GeneralRef(r) => text.push_str(&format!("&{};", r.xml10_content())),
            _ => {}
        }
    }
}

fn assert_same_elements(place: &str, before: &str, after: &str) {
    let (before, after) = (elements(before), elements(after));
    for (index, (a, b)) in before.iter().zip(&after).enumerate() {
        assert_eq!(
            a,
            b,
            "{place}: element {index}, after {:?}",
            &before[index.saturating_sub(4)..index]
        );
    }
    assert_eq!(before.len(), after.len(), "{place}");
}

/// Recorded servers are not newer than the schema, so nothing may have been left untyped.
fn assert_nothing_unknown(place: &str, value: &Value) {
    match value {
        Value::Unknown(element) => panic!("{place}: untyped {element:?}"),
        Value::Array(array) => array.items.iter().for_each(|v| assert_nothing_unknown(place, v)),
        Value::Object(object) => assert_typed(place, &**object),
        _ => {}
    }
}

fn assert_typed(place: &str, object: &dyn DataObject) {
    let extra = object.extra().elements();
    assert!(extra.is_empty(), "{place}: `{}` kept {extra:?}", object.type_name());
}
