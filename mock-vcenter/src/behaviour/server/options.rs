//! The advanced options of a host: [`Options`], the one source of its `OptionManager` and of `config.option`.

use std::sync::{Arc, LazyLock};

use vim25::types::{
    BoolOption, IntOption, LongOption, OptionDef, OptionType, OptionValue, StringOption,
};
use vim25::{Poly, Str, Value};

use super::option_table::{Kind, OPTIONS};

/// An option as far as it can change.
#[derive(Clone, Debug, PartialEq)]
struct Setting {
    key: &'static str,
    kind: &'static Kind,
    value: Value,
}

/// The advanced options of a host, by key.
#[derive(Clone, Debug, PartialEq)]
pub struct Options(Arc<Vec<Setting>>);

/// Why an option was not set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotSet {
    /// There is none of this name.
    Unknown,
    /// The value has another type, is out of range, or the option cannot be written.
    BadValue,
}

static INITIAL: LazyLock<Options> = LazyLock::new(|| {
    let mut settings: Vec<Setting> =
        OPTIONS.iter().map(|(key, kind)| Setting { key, kind, value: kind.initial() }).collect();
    settings.sort_by_key(|setting| setting.key);
    Options(Arc::new(settings))
});

impl Default for Options {
    fn default() -> Self {
        INITIAL.clone()
    }
}

impl Options {
    /// The value of an option.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        let place = self.place(key)?;
        self.0.get(place).map(|setting| &setting.value)
    }

    /// A number; 0 when there is none.
    #[must_use]
    pub fn number(&self, key: &str) -> i64 {
        match self.get(key) {
            Some(Value::Long(value)) => *value,
            Some(Value::Int(value)) => (*value).into(),
            _ => 0,
        }
    }

    /// Sets an option.
    ///
    /// # Errors
    /// When there is none, or the value does not fit: its type must be the option's own.
    pub fn set(&mut self, key: &str, value: Option<&Value>) -> Result<(), NotSet> {
        let place = self.place(key).ok_or(NotSet::Unknown)?;
        let setting = Arc::make_mut(&mut self.0).get_mut(place).ok_or(NotSet::Unknown)?;
        let value = value.filter(|value| setting.kind.takes(value)).ok_or(NotSet::BadValue)?;
        setting.value = value.clone();
        Ok(())
    }

    /// All options with their values.
    #[must_use]
    pub fn values(&self) -> Vec<Poly<OptionValue>> {
        self.0.iter().map(shown).collect()
    }

    /// The option called `name`, or those below it when it ends with a dot; all when it is empty.
    #[must_use]
    pub fn find(&self, name: &str) -> Vec<Poly<OptionValue>> {
        let wanted = |key: &str| {
            name.is_empty() || key == name || (name.ends_with('.') && key.starts_with(name))
        };
        self.0.iter().filter(|setting| wanted(setting.key)).map(shown).collect()
    }

    /// What each option takes.
    #[must_use]
    pub fn definitions(&self) -> Vec<OptionDef> {
        self.0.iter().map(|setting| definition(setting.key, setting.kind)).collect()
    }

    fn place(&self, key: &str) -> Option<usize> {
        self.0.binary_search_by(|setting| setting.key.cmp(key)).ok()
    }
}

fn shown(setting: &Setting) -> Poly<OptionValue> {
    let mut option = OptionValue::default();
    option.key = setting.key.into();
    option.value = Some(setting.value.clone());
    Poly::new(option)
}

impl Kind {
    fn initial(&self) -> Value {
        match *self {
            Self::Long { default, .. } => Value::Long(default),
            Self::Int { default, .. } => Value::Int(default),
            Self::Bool(default) => Value::Bool(default),
            Self::Text(default) | Self::Fixed(default) => Value::String(default.into()),
        }
    }

    fn takes(&self, value: &Value) -> bool {
        match (self, value) {
            (Self::Long { min, max, .. }, Value::Long(value)) => (min..=max).contains(&value),
            (Self::Int { min, max, .. }, Value::Int(value)) => (min..=max).contains(&value),
            (Self::Bool(_), Value::Bool(_)) | (Self::Text(_), Value::String(_)) => true,
            _ => false,
        }
    }

    fn described(&self) -> Poly<OptionType> {
        match *self {
            Self::Long { default, min, max } => {
                let mut kind = LongOption { min, max, ..Default::default() };
                kind.default_value = default;
                Poly::new(kind)
            }
            Self::Int { default, min, max } => {
                let mut kind = IntOption { min, max, ..Default::default() };
                kind.default_value = default;
                Poly::new(kind)
            }
            Self::Bool(default) => {
                let mut kind = BoolOption { supported: true, ..Default::default() };
                kind.default_value = default;
                Poly::new(kind)
            }
            Self::Text(default) | Self::Fixed(default) => {
                let mut kind = StringOption { default_value: default.into(), ..Default::default() };
                kind.value_is_readonly = Some(matches!(self, Self::Fixed(_)));
                Poly::new(kind)
            }
        }
    }
}

fn definition(key: &str, kind: &Kind) -> OptionDef {
    let mut definition = OptionDef { option_type: kind.described(), ..Default::default() };
    definition.key = key.into();
    definition.label = Str::from(key);
    definition.summary = Str::from(key);
    definition
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_value_must_be_exactly_the_options_own() {
        let mut options = Options::default();
        let mut set = |key: &str, value: Value| options.set(key, Some(&value));
        for (key, value, expected) in [
            ("UserVars.SuppressShellWarning", Value::Long(1), Ok(())),
            ("UserVars.SuppressShellWarning", Value::Int(1), Err(NotSet::BadValue)),
            ("UserVars.SuppressShellWarning", Value::Long(2), Err(NotSet::BadValue)),
            ("Syslog.global.defaultRotate", Value::Int(20), Ok(())),
            ("Syslog.global.defaultRotate", Value::Long(20), Err(NotSet::BadValue)),
            ("Syslog.global.logDirUnique", Value::Bool(true), Ok(())),
            ("Syslog.global.logDirUnique", "true".into(), Err(NotSet::BadValue)),
            ("Syslog.global.logHost", "udp://log:514".into(), Ok(())),
            ("ScratchConfig.CurrentScratchLocation", "/x".into(), Err(NotSet::BadValue)),
            ("Syslog.global.loghost", "x".into(), Err(NotSet::Unknown)),
        ] {
            assert_eq!(set(key, value.clone()), expected, "{key} {value:?}");
        }
        assert_eq!(set("UserVars.ESXiShellTimeOut", Value::Long(60)), Ok(()));
        assert_eq!(options.set("Syslog.global.logHost", None), Err(NotSet::BadValue));
        assert_eq!(options.number("UserVars.ESXiShellTimeOut"), 60);
    }

    #[test]
    fn a_trailing_dot_asks_for_what_is_below() {
        let options = Options::default();
        assert!(options.find("FT.").len() > 20);
        assert_eq!(options.find("FT.Vmknic").len(), 1);
        assert!(options.find("FT").is_empty());
        assert_eq!(options.find("").len(), options.definitions().len());
    }

    #[test]
    fn every_option_takes_the_value_it_begins_with_and_is_listed_once() {
        let options = Options::default();
        for pair in options.0.windows(2) {
            assert!(pair[0].key < pair[1].key, "{} is listed twice", pair[1].key);
        }
        for setting in options.0.iter() {
            let fits = setting.kind.takes(&setting.value) || matches!(setting.kind, Kind::Fixed(_));
            assert!(fits, "{}", setting.key);
        }
    }
}
