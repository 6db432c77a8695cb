//! A toy catalogue that has a field of every kind.

use playbook::{Args, Capability, Field, Kind, Mistake, Settled};

const HA: &[Field] = &[
    Field::with_default("enabled", Kind::Boolean, "true", "Whether it is on."),
    Field::with_default("level", Kind::Choice(&["low", "high"]), "low", "How much."),
    Field::optional("datastores", Kind::List(&Kind::Text), "For heartbeats."),
];

const BOX: &[Field] = &[
    Field::required("name", Kind::Text, "Its name."),
    Field::with_default("size", Kind::Integer { min: 1, max: 8 }, "4", "How large."),
    Field::with_default("sealed", Kind::Boolean, "false", "Whether it is closed."),
    Field::optional("color", Kind::Choice(&["red", "green", "blue"]), "Its colour."),
    Field::with_default("wait", Kind::Duration, "5m", "How long to wait."),
    Field::optional("labels", Kind::Map(&Kind::Text), "Free labels."),
    Field::optional("password", Kind::Secret, "Key of the lock."),
    Field::optional("from", Kind::Connection, "Where it comes from."),
    Field::optional("extra", Kind::Any, "Anything."),
    Field::optional(
        "lid",
        Kind::OneOf(&[Kind::Choice(&["none"]), Kind::Record(LID)]),
        "What closes it.",
    ),
    Field::optional("ha", Kind::Record(HA), "Protection."),
    Field::optional("slots", Kind::List(&Kind::Record(LID)), "What is inside."),
];

const LID: &[Field] = &[
    Field::required("material", Kind::Text, "What it is made of."),
    Field::optional("hinges", Kind::Integer { min: 0, max: 3 }, "How many."),
];

/// The capabilities.
pub(crate) static CATALOGUE: &[Capability] = &[
    Capability {
        fields: BOX,
        example: "- box: { name: a }\n",
        rule: Some(sealed_boxes_have_lids),
        settles: Some(boxes_have_one_size),
        ..Capability::new("box", "A box stands where it should.")
    },
    Capability::new("broom", "Everything is clean."),
];

fn sealed_boxes_have_lids(args: &Args) -> Vec<Mistake> {
    if args.boolean("sealed") && !args.given("lid") {
        let what = "a sealed box needs a lid";
        return vec![Mistake::new("sealed", what, "add `lid`, or remove `sealed`")];
    }
    Vec::new()
}

/// A size of a box is settled, and its colour for a while.
fn boxes_have_one_size(args: &Args) -> Vec<Settled> {
    let of = |field: &'static str, value: String, passing| Settled {
        object: format!("box `{}`", args.text("name")),
        setting: format!("`{field}`"),
        shown: Some(vec![value.clone()]),
        value,
        span: args.span(field),
        passing,
    };
    let size = args.given("size").then(|| of("size", args.integer("size").to_string(), false));
    let color = args.given("color").then(|| of("color", args.text("color").to_owned(), true));
    size.into_iter().chain(color).collect()
}
