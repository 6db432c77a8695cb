//! Filters in a query: `names=a&names=b`, `filter.names=a`, `filter.names.1=a&filter.names.2=b`.

use std::collections::{BTreeMap, BTreeSet};

use crate::endpoint::url;

/// What a list is to be narrowed to, by the name of the filter.
pub(super) struct Filter(BTreeMap<String, BTreeSet<String>>);

impl Filter {
    pub(super) fn read(query: &str) -> Self {
        let mut wanted: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (Some(key), Some(value)) =
                (url::decoded(key), url::decoded(&value.replace('+', " ")))
            else {
                continue;
            };
            let key = key.strip_prefix("filter.").unwrap_or(&key);
            let numbered = key.rsplit_once('.').filter(|(_, number)| number.parse::<u32>().is_ok());
            let name = numbered.map_or(key, |(name, _)| name);
            wanted.entry(name.to_owned()).or_default().insert(value);
        }
        Self(wanted)
    }

    /// Whether one of `values` is wanted; anything is where the filter does not say.
    pub(super) fn takes<T: AsRef<str>>(
        &self,
        name: &str,
        values: impl IntoIterator<Item = T>,
    ) -> bool {
        match self.0.get(name) {
            Some(wanted) => values.into_iter().any(|value| wanted.contains(value.as_ref())),
            None => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_to_write_a_filter_is_understood() {
        for query in [
            "names=a&names=b%20c",
            "filter.names=a&filter.names=b+c",
            "filter.names.1=a&filter.names.2=b%20c",
        ] {
            let filter = Filter::read(query);
            assert!(filter.takes("names", ["b c"]) && filter.takes("names", ["x", "a"]), "{query}");
            assert!(!filter.takes("names", ["b"]) && !filter.takes("names", [""; 0]), "{query}");
            assert!(filter.takes("vms", ["any"]), "{query}");
        }
    }
}
