//! The JSON schema for editors is made from the catalogue.

mod toy;

use expect_test::expect_file;
use playbook::json_schema;

#[test]
fn the_schema_names_every_key_and_its_kind() {
    let schema = json_schema(toy::CATALOGUE);
    let mut text = serde_json::to_string_pretty(&schema).expect("a schema is plain data");
    text.push('\n');
    expect_file!["toy/schema.json"].assert_eq(&text);
}

#[test]
fn every_reference_inside_the_schema_leads_somewhere() {
    let schema = json_schema(toy::CATALOGUE);
    let text = schema.to_string();
    for part in text.split("\"$ref\":\"#").skip(1) {
        let pointer = part.split('"').next().unwrap_or_default();
        assert!(schema.pointer(pointer).is_some(), "{pointer} leads nowhere");
    }
    assert!(text.contains("$ref"));
}
