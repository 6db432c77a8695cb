//! Values for a package's properties, held against what the package declares.

use std::collections::HashMap;
use std::net::IpAddr;

use crate::descriptor::{Descriptor, Property, PropertyKind, Qualifier};

/// What is wrong with the values given for properties. Never holds a value, as it may be a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PropertyProblem {
    /// The package has no such property.
    #[error("the package has no property `{0}`")]
    Unknown(String),
    /// The vendor does not let it be set.
    #[error("the package does not let the property `{0}` be set")]
    NotConfigurable(String),
    /// It has no default and needs a value.
    #[error("the property `{0}` needs a value")]
    Missing(String),
    /// The value is not what the property takes.
    #[error("the property `{key}` must be {expected}")]
    Wrong {
        /// The property's key.
        key: String,
        /// What it takes.
        expected: String,
    },
}

impl Descriptor {
    /// What is wrong with `given` when `option` is chosen. A value of `None` is one that is given but not known yet,
    /// such as a secret while planning.
    pub fn check_properties<'a>(
        &self,
        given: impl IntoIterator<Item = (&'a str, Option<&'a str>)>,
        option: Option<&str>,
    ) -> Vec<PropertyProblem> {
        let given: Vec<_> = given.into_iter().collect();
        let properties: HashMap<&str, &Property> =
            self.properties().map(|property| (property.key.as_str(), property)).collect();
        let mut problems = Vec::new();
        for (key, value) in &given {
            problems.extend(match properties.get(key) {
                None => Some(PropertyProblem::Unknown((*key).to_owned())),
                Some(property) if !property.user_configurable => {
                    Some(PropertyProblem::NotConfigurable((*key).to_owned()))
                }
                Some(property) => value.and_then(|value| property.check(value).err()),
            });
        }
        for property in self.properties() {
            let is_given = given.iter().any(|(key, _)| *key == property.key);
            let default = property.default_for(option).unwrap_or_default();
            if !is_given && default.is_empty() && property.needs_value() {
                problems.push(PropertyProblem::Missing(property.key.clone()));
            }
        }
        problems
    }

    /// The value of every property that has one: as given, else its default with `option` chosen. In the order of
    /// the descriptor.
    pub fn property_values<'a>(
        &'a self,
        given: &HashMap<&str, &'a str>,
        option: Option<&str>,
    ) -> Vec<(&'a str, &'a str)> {
        let value = |property: &'a Property| {
            let own = given.get(property.key.as_str()).copied();
            Some((property.key.as_str(), own.or_else(|| property.default_for(option))?))
        };
        self.properties().filter_map(value).collect()
    }
}

impl Property {
    /// Whether it takes this value.
    ///
    /// # Errors
    /// [`PropertyProblem::Wrong`].
    pub fn check(&self, value: &str) -> Result<(), PropertyProblem> {
        let wrong = |expected: String| PropertyProblem::Wrong { key: self.key.clone(), expected };
        let fits = match &self.kind {
            PropertyKind::Boolean => {
                ["true", "false"].iter().any(|b| value.eq_ignore_ascii_case(b))
            }
            PropertyKind::Integer { least, greatest } => {
                value.parse::<i128>().is_ok_and(|number| (*least..=*greatest).contains(&number))
            }
            PropertyKind::Real => value.parse::<f64>().is_ok_and(f64::is_finite),
            PropertyKind::Text | PropertyKind::Other(_) => true,
        };
        if !fits {
            return Err(wrong(self.kind.in_words()));
        }
        if value.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            return Err(wrong("without control characters".to_owned()));
        }
        let broken = self.qualifiers.iter().find(|qualifier| !qualifier.admits(value));
        broken.map_or(Ok(()), |qualifier| Err(wrong(qualifier.in_words())))
    }

    /// Whether it cannot be left without a value.
    pub fn needs_value(&self) -> bool {
        let has_empty = match self.kind {
            PropertyKind::Integer { .. } | PropertyKind::Real => false,
            PropertyKind::Text | PropertyKind::Boolean | PropertyKind::Other(_) => true,
        };
        // Without an address, appliances ask a DHCP server.
        let mut others = self.qualifiers.iter().filter(|one| **one != Qualifier::Address);
        self.user_configurable && !(has_empty && others.all(|one| one.admits("")))
    }
}

impl PropertyKind {
    fn in_words(&self) -> String {
        match self {
            PropertyKind::Boolean => "`true` or `false`".to_owned(),
            PropertyKind::Integer { least, greatest } => {
                format!("a whole number from {least} to {greatest}")
            }
            PropertyKind::Real => "a number".to_owned(),
            PropertyKind::Text | PropertyKind::Other(_) => "text".to_owned(),
        }
    }
}

impl Qualifier {
    /// Whether it is fulfilled.
    fn admits(&self, value: &str) -> bool {
        let length = value.chars().count() as u64;
        let number = value.parse::<f64>();
        match self {
            Qualifier::MinLength(least) => length >= *least,
            Qualifier::MaxLength(greatest) => length <= *greatest,
            Qualifier::MinValue(least) => number.is_ok_and(|number| number >= *least),
            Qualifier::MaxValue(greatest) => number.is_ok_and(|number| number <= *greatest),
            Qualifier::OneOf(values) => values.iter().any(|one| one == value),
            Qualifier::Address => value.is_empty() || value.parse::<IpAddr>().is_ok(),
        }
    }

    /// What it demands, to go on after "must be".
    pub fn in_words(&self) -> String {
        match self {
            Qualifier::MinLength(1) => "at least 1 character long".to_owned(),
            Qualifier::MinLength(least) => format!("at least {least} characters long"),
            Qualifier::MaxLength(greatest) => format!("at most {greatest} characters long"),
            Qualifier::MinValue(least) => format!("at least {least}"),
            Qualifier::MaxValue(greatest) => format!("at most {greatest}"),
            Qualifier::OneOf(values) => {
                let values: Vec<String> = values.iter().map(|one| format!("`{one}`")).collect();
                format!("one of {}", values.join(", "))
            }
            Qualifier::Address => "an IP address".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn descriptor() -> Descriptor {
        let text = r#"<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
            xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"><References/><VirtualSystem ovf:id="v">
            <ProductSection ovf:class="net" ovf:instance="1">
              <Property ovf:key="ip" ovf:type="string" ovf:userConfigurable="true" ovf:qualifiers="Ip"/>
              <Property ovf:key="mtu" ovf:type="uint16" ovf:userConfigurable="true"/>
            </ProductSection><ProductSection>
              <Property ovf:key="name" ovf:type="string" ovf:userConfigurable="true"
                        ovf:qualifiers="MinLen(1),MaxLen(4)"/>
              <Property ovf:key="mode" ovf:type="string" ovf:userConfigurable="true" ovf:value="a"
                        ovf:qualifiers='ValueMap{"a","b"}'/>
              <Property ovf:key="on" ovf:type="boolean" ovf:userConfigurable="true"/>
              <Property ovf:key="build" ovf:type="string" ovf:value="7"/>
              <Property ovf:key="size" ovf:type="uint8" ovf:userConfigurable="true">
                <Value ovf:value="9" ovf:configuration="large"/></Property>
            </ProductSection></VirtualSystem></Envelope>"#;
        Descriptor::read(text.as_bytes()).unwrap()
    }

    fn problems(given: &[(&str, &str)], option: Option<&str>) -> Vec<String> {
        let given = given.iter().map(|(key, value)| (*key, Some(*value)));
        descriptor().check_properties(given, option).iter().map(ToString::to_string).collect()
    }

    #[test]
    fn good_values_pass_and_defaults_fill_the_rest() {
        let given = [("net.mtu.1", "9000"), ("name", "äöüß"), ("on", "True"), ("net.ip.1", "::1")];
        assert_eq!(problems(&given, Some("large")), [""; 0]);
        let descriptor = descriptor();
        let values = descriptor.property_values(&HashMap::from([("name", "x")]), Some("large"));
        assert_eq!(values, [("name", "x"), ("mode", "a"), ("build", "7"), ("size", "9")]);
    }

    #[test]
    fn each_wrong_value_is_told_by_its_key_and_what_it_takes() {
        let good = [("net.mtu.1", "9000"), ("name", "x"), ("size", "1")];
        let cases = [
            ("ip", "1", "the package has no property `ip`"),
            ("build", "8", "the package does not let the property `build` be set"),
            ("name", "", "the property `name` must be at least 1 character long"),
            ("name", "abcde", "the property `name` must be at most 4 characters long"),
            ("name", "a\u{1}", "the property `name` must be without control characters"),
            (
                "net.mtu.1",
                "65536",
                "the property `net.mtu.1` must be a whole number from 0 to 65535",
            ),
            ("net.mtu.1", "", "the property `net.mtu.1` must be a whole number from 0 to 65535"),
            ("mode", "c", "the property `mode` must be one of `a`, `b`"),
            ("on", "1", "the property `on` must be `true` or `false`"),
            ("net.ip.1", "10.0.0", "the property `net.ip.1` must be an IP address"),
        ];
        for (key, value, told) in cases {
            let others = good.into_iter().filter(|(other, _)| *other != key);
            let given: Vec<_> = others.chain([(key, value)]).collect();
            assert_eq!(problems(&given, None), [told], "{key}={value}");
        }
    }

    #[test]
    fn what_cannot_be_empty_must_be_given() {
        let missing = |key| format!("the property `{key}` needs a value");
        assert_eq!(problems(&[], None), ["net.mtu.1", "name", "size"].map(missing));
        let unknown_yet = [("net.mtu.1", None), ("name", None), ("size", None)];
        assert_eq!(descriptor().check_properties(unknown_yet, None), []);
    }
}
