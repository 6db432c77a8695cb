//! The JSON schema for editors is made from the catalogue, and a catalogue itself can be checked.

mod toy;

use expect_test::expect_file;
use playbook::{Capability, Field, Kind, catalogue_mistakes, json_schema};

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

#[test]
fn mistakes_of_a_catalogue_are_found() {
    const FIELDS: &[Field] = &[
        Field::with_default("wait", Kind::Duration, "5", "A while."),
        Field::with_default("size", Kind::Integer { min: 1, max: 2 }, "3", "Its size."),
        Field::with_default("on", Kind::Boolean, "true", ""),
        Field::optional("on", Kind::List(&Kind::Record(INNER)), "Twice."),
    ];
    const INNER: &[Field] =
        &[Field::with_default("color", Kind::Choice(&["red"]), "blue", "Its colour.")];
    static BAD: &[Capability] = &[
        Capability {
            fields: FIELDS,
            example: "- bad: { siez: 1 }\n",
            ..Capability::new("bad", "It is bad.")
        },
        Capability::new("when", ""),
    ];
    assert_eq!(catalogue_mistakes(toy::CATALOGUE), Vec::<String>::new());
    let found = catalogue_mistakes(BAD).join("\n");
    for part in [
        "bad.wait",
        "bad.size",
        "`bad.on` has no",
        "`bad.on` is declared twice",
        "bad.on.color",
        "example of `bad`",
        "`when` is taken",
        "`when` has no",
    ] {
        assert!(found.contains(part), "{part} is missing in\n{found}");
    }
}
