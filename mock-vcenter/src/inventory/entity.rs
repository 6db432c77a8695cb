//! What every managed entity has: [`Entity`].

use vim25::enums::ManagedEntityStatus;
use vim25::types::{CustomFieldValue, Event};
use vim25::{MoRef, Poly, Str, Value};

use crate::behaviour::custom_fields_manager::CustomFieldsManager;
use crate::store::{At, Links, Property};
use crate::task::TASK_OF;

/// The link from an entity to its parent.
pub const CHILD_OF: &str = "child of";

/// The facts that `ManagedEntity` adds to every object of the inventory.
#[derive(Clone)]
pub struct Entity {
    /// The name as the API shows it: `%`, `/` and `\` escaped, see [`escaped_name`].
    pub name: Str,
    /// Where it hangs in the tree; `None` for the root.
    pub parent: Option<MoRef>,
    /// The state shown as a colour.
    pub overall_status: ManagedEntityStatus,
    /// The state of the configuration; red with an issue.
    pub config_issue: Vec<Poly<Event>>,
    /// Methods that are refused in the present state.
    pub disabled_method: Vec<Str>,
    /// Values of custom fields.
    pub custom_value: Vec<Poly<CustomFieldValue>>,
}

impl Entity {
    /// An entity below `parent`.
    #[must_use]
    pub fn new(name: &str, parent: Option<&MoRef>) -> Self {
        Self {
            name: escaped_name(name),
            parent: parent.cloned(),
            overall_status: ManagedEntityStatus::Green,
            config_issue: Vec::new(),
            disabled_method: Vec::new(),
            custom_value: Vec::new(),
        }
    }

    /// The property `name` of `ManagedEntity` and what it extends.
    #[must_use]
    pub fn property<'a>(&'a self, name: &str, at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "name" => Property::of(self.name.clone()),
            "parent" => Property::of(self.parent.clone()?),
            "overallStatus" => Property::of(Value::constant(&self.overall_status)),
            "configStatus" => Property::of(Value::constant(&self.config_status())),
            "configIssue" => {
                let issues = self.config_issue.iter().cloned();
                let values = issues.map(|issue| Value::Object(issue.into_box()));
                Property::of(Value::array_of("Event", values))
            }
            "recentTask" => Property::refs(at.referrers(TASK_OF)),
            "effectiveRole" => Property::of(Value::array_of("int", [Value::from(-1)])),
            "disabledMethod" => {
                let names = self.disabled_method.iter().cloned();
                Property::of(Value::array_of("string", names.map(Value::String)))
            }
            "customValue" | "value" => {
                let fields = self.custom_value.iter().cloned();
                let values = fields.map(|field| Value::Object(field.into_box()));
                Property::of(Value::array_of("CustomFieldValue", values))
            }
            "alarmActionsEnabled" => Property::of(true),
            "permission" => Property::of(Value::array_of("Permission", [])),
            "declaredAlarmState" | "triggeredAlarmState" => {
                Property::of(Value::array_of("AlarmState", []))
            }
            "availableField" => {
                let fields = CustomFieldsManager::available(&at.this().kind, at);
                Property::of(Value::objects_of("CustomFieldDef", fields.into_iter().cloned()))
            }
            "tag" => Property::of(Value::array_of("Tag", [])),
            _ => None,
        }
    }

    /// The links of `ManagedEntity`.
    pub fn links(&self, links: &mut Links) {
        links.add_all(CHILD_OF, &self.parent);
    }

    fn config_status(&self) -> ManagedEntityStatus {
        if self.config_issue.is_empty() {
            ManagedEntityStatus::Green
        } else {
            ManagedEntityStatus::Red
        }
    }
}

/// A name as vSphere stores it. What is escaped already stays as it is.
#[must_use]
pub fn escaped_name(name: &str) -> Str {
    let mut escaped = String::with_capacity(name.len());
    for (at, letter) in name.char_indices() {
        let code = name.get(at..at + 3).unwrap_or_default().to_ascii_lowercase();
        match letter {
            '/' => escaped.push_str("%2f"),
            '\\' => escaped.push_str("%5c"),
            '%' if !matches!(code.as_str(), "%25" | "%2f" | "%5c") => escaped.push_str("%25"),
            other => escaped.push(other),
        }
    }
    escaped.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_once() {
        for (name, escaped) in [
            ("plain", "plain"),
            ("a/b", "a%2fb"),
            ("a%2fb", "a%2fb"),
            ("50%", "50%25"),
            ("c:\\d", "c:%5cd"),
            ("ä%", "ä%25"),
        ] {
            assert_eq!(escaped_name(name), escaped);
        }
    }
}
