//! One option of a host or vCenter: what it is, what it should be, and setting it.
//!
//! The server takes a value only in the very type that the option has (`xsd:int` is not `xsd:long`), so the
//! declared value is put into the type of the present one. Shared with capabilities that set options of
//! their own.

use std::fmt;

use orchestrator::{Change, PlannedStep, StepOutcome, StepScope, TaskError, limits};
use vim25::{MoRef, Value};
use vsphere::objects::OptionManager;
use vsphere::{Reader, Writer};

use crate::outcome::outcome;
use crate::trouble::{Doing, reading};

/// What a playbook wants an option to be, before its type is known.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Wanted {
    Boolean(bool),
    Integer(i64),
    Number(f64),
    Text(String),
}

/// Setting one option.
#[derive(Clone, PartialEq)]
pub(crate) struct SetOption {
    pub(crate) manager: MoRef,
    /// The host or vCenter.
    pub(crate) owner: String,
    pub(crate) key: String,
    /// In the option's own type.
    pub(crate) value: Value,
}

impl Wanted {
    /// In the type of `present`; `None` when it does not fit into it.
    pub(crate) fn typed_as(&self, present: &Value) -> Option<Value> {
        let whole = || match self {
            Self::Integer(number) => Some(*number),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Boolean(_) | Self::Number(_) => None,
        };
        Some(match present {
            Value::Bool(_) => Value::Bool(self.truth()?),
            Value::Byte(_) => Value::Byte(whole()?.try_into().ok()?),
            Value::Short(_) => Value::Short(whole()?.try_into().ok()?),
            Value::Int(_) => Value::Int(whole()?.try_into().ok()?),
            Value::Long(_) => Value::Long(whole()?),
            Value::Float(_) => Value::Float(self.text().parse().ok()?),
            Value::Double(_) => Value::Double(self.text().parse().ok()?),
            Value::String(_) => Value::String(self.text().into()),
            Value::Text { type_name, .. } => {
                Value::Text { type_name: type_name.clone(), value: self.text().into() }
            }
            _ => return None,
        })
    }

    fn truth(&self) -> Option<bool> {
        match self {
            Self::Boolean(value) => Some(*value),
            Self::Text(text) => text.trim().parse().ok(),
            Self::Integer(_) | Self::Number(_) => None,
        }
    }

    pub(crate) fn text(&self) -> String {
        match self {
            Self::Boolean(value) => value.to_string(),
            Self::Integer(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(text) => text.clone(),
        }
    }
}

/// What values an option takes, in words.
pub(crate) fn takes(present: &Value) -> &'static str {
    match present {
        Value::Bool(_) => "`true` or `false`",
        Value::Byte(_) => "a whole number from -128 to 127",
        Value::Short(_) => "a whole number from -32768 to 32767",
        Value::Int(_) => "a whole number of 32 bits",
        Value::Long(_) => "a whole number",
        Value::Float(_) | Value::Double(_) => "a number",
        _ => "text",
    }
}

/// Whether the value of an option may be a password, by the option's name.
pub(super) fn may_be_secret(key: &str) -> bool {
    let key = key.to_lowercase();
    ["password", "passphrase", "secret"].iter().any(|word| key.contains(word))
}

/// A value for people. What may be a password is not shown.
pub(crate) fn shown(key: &str, value: &Value) -> String {
    if may_be_secret(key) {
        return "(hidden)".to_owned();
    }
    match value {
        Value::Bool(value) => value.to_string(),
        Value::Float(value) => value.to_string(),
        Value::Double(value) => value.to_string(),
        value => match (value.as_i64(), value.as_str()) {
            (Some(number), _) => number.to_string(),
            (None, Some("")) => "(empty)".to_owned(),
            (None, Some(text)) => text.to_owned(),
            (None, None) => format!("{value:?}"),
        },
    }
}

/// The step that brings an option to `value`; `None` when it is there.
pub(crate) fn step(
    manager: &MoRef,
    owner: &str,
    key: &str,
    (present, value): (&Value, Value),
) -> Option<PlannedStep<SetOption>> {
    if *present == value {
        return None;
    }
    let change = Change::of(key, shown(key, present), shown(key, &value));
    let (manager, name) = (manager.clone(), owner.to_owned());
    let payload = SetOption { manager, owner: name, key: key.to_owned(), value };
    let step = PlannedStep::update(owner, format!("set option `{key}`"), payload);
    Some(step.changes([change]).takes(limits::HOST, owner))
}

/// Reads one option; `None` when there is none of that name.
pub(crate) async fn read(
    manager: &MoRef,
    owner: &str,
    key: &str,
    reader: &Reader,
) -> Result<Option<Value>, TaskError> {
    let value = OptionManager::new(manager.clone()).query_option(reader, key).await;
    value.map_err(|error| reading(&format!("{key} of {owner}")).failed(error))
}

/// Sets an option and reads it again.
pub(crate) async fn set(
    step: &SetOption,
    writer: &Writer,
    scope: &StepScope,
) -> Result<StepOutcome, TaskError> {
    let SetOption { manager, owner, key, value } = step;
    let what = format!("cannot set option `{key}` of");
    let doing = Doing::new("option-set", &what, owner);
    let there = read(manager, owner, key, writer).await?.as_ref() == Some(value);
    if !there {
        let manager_object = OptionManager::new(manager.clone());
        let set = manager_object.update_option(writer, key, value.clone()).await;
        set.map_err(|error| doing.failed(error))?;
        let now = read(manager, owner, key, writer).await?;
        if now.as_ref() != Some(value) {
            let now = now.map_or("nothing".to_owned(), |now| shown(key, &now));
            return Err(doing
                .error()
                .caused_by(format!("it was accepted, and the value is {now}")));
        }
    }
    Ok(outcome(scope, !there, format!("`{key}` is {}", shown(key, value))))
}

impl fmt::Debug for SetOption {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = shown(&self.key, &self.value);
        write!(f, "SetOption({} of {} = {value})", self.key, self.owner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_takes_the_type_of_the_present_one_or_none() {
        use Wanted::{Boolean, Integer, Text};
        let text = |text: &str| Text(text.to_owned());
        let string = |text: &str| Value::String(text.into());
        let table = [
            (Integer(1), Value::Long(0), Some(Value::Long(1))),
            (Integer(1), Value::Int(0), Some(Value::Int(1))),
            (Integer(1 << 40), Value::Int(0), None),
            (Integer(1 << 40), Value::Long(0), Some(Value::Long(1 << 40))),
            (text("7"), Value::Int(0), Some(Value::Int(7))),
            (text("7 "), Value::Long(0), Some(Value::Long(7))),
            (text("seven"), Value::Long(0), None),
            (Boolean(true), Value::Long(0), None),
            (Boolean(true), Value::Bool(false), Some(Value::Bool(true))),
            (Integer(1), Value::Bool(false), None),
            (Integer(514), string(""), Some(string("514"))),
            (Boolean(true), string(""), Some(string("true"))),
            (text("udp://a:514"), string(""), Some(string("udp://a:514"))),
        ];
        for (wanted, present, typed) in table {
            assert_eq!(wanted.typed_as(&present), typed, "{wanted:?} as {present:?}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_shown() {
        let value = Value::String("hunter2".into());
        let key = "config.vpxd.Password".to_owned();
        let step = SetOption { manager: MoRef::default(), owner: "vc".to_owned(), key, value };
        assert!(!format!("{step:?}").contains("hunter2"));
        assert_eq!(shown("UserVars.Banner", &step.value), "hunter2");
    }
}
