//! What `/api` and `/rest` write differently.

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

/// Which of the two a server speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// From 7.0 U2 on.
    Api,
    /// From 6.5 on; answers are wrapped.
    Rest,
}

/// The wrapping of the older one.
#[derive(Deserialize)]
struct Wrapped<T> {
    value: T,
}

impl Dialect {
    /// Where sessions are made and ended.
    pub(super) fn session_path(self) -> &'static str {
        match self {
            Self::Api => "/api/session",
            Self::Rest => "/rest/com/vmware/cis/session",
        }
    }

    /// The path of something of tagging, with the id of one thing and an action on it.
    pub(super) fn tagging_path(self, what: &str, id: Option<&str>, action: Option<&str>) -> String {
        let (root, mark, query) = match self {
            Self::Api => ("/api/cis/tagging", "", "action"),
            Self::Rest => ("/rest/com/vmware/cis/tagging", "id:", "~action"),
        };
        let id = id.map(|id| format!("/{mark}{}", escaped(id))).unwrap_or_default();
        let action = action.map(|action| format!("?{query}={action}")).unwrap_or_default();
        format!("{root}/{what}{id}{action}")
    }

    /// What an answer holds. `null` where a list is due is the empty list: servers written in Go send it.
    pub(super) fn read<T: DeserializeOwned>(self, body: &[u8]) -> Result<T, serde_json::Error> {
        self.read_as_it_is(body).or_else(|error| match self.read_as_it_is::<Value>(body) {
            Ok(Value::Null) => serde_json::from_slice(b"[]").map_err(|_| error),
            _ => Err(error),
        })
    }

    fn read_as_it_is<T: DeserializeOwned>(self, body: &[u8]) -> Result<T, serde_json::Error> {
        match self {
            Self::Api => serde_json::from_slice(body),
            Self::Rest => serde_json::from_slice::<Wrapped<T>>(body).map(|wrapped| wrapped.value),
        }
    }
}

/// An id comes from the server and goes into a path: it must not lead elsewhere.
fn escaped(id: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_~:".contains(&byte);
    let mut path = String::with_capacity(id.len());
    for byte in id.bytes() {
        if plain(byte) {
            path.push(char::from(byte));
        } else {
            path.push_str(&format!("%{byte:02X}"));
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_written_as_each_server_reads_them_and_ids_lead_nowhere_else() {
        let path = |dialect: Dialect| dialect.tagging_path("tag", Some("urn:a/../b?c"), Some("x"));
        assert_eq!(path(Dialect::Api), "/api/cis/tagging/tag/urn:a%2F%2E%2E%2Fb%3Fc?action=x");
        assert_eq!(
            path(Dialect::Rest),
            "/rest/com/vmware/cis/tagging/tag/id:urn:a%2F%2E%2E%2Fb%3Fc?~action=x"
        );
        assert_eq!(Dialect::Api.tagging_path("category", None, None), "/api/cis/tagging/category");
    }

    #[test]
    fn answers_are_bare_or_wrapped() {
        assert_eq!(Dialect::Api.read::<String>(b"\"a\"").unwrap(), "a");
        assert_eq!(Dialect::Rest.read::<Vec<String>>(b"{\"value\":[\"a\"]}").unwrap(), ["a"]);
        assert!(Dialect::Rest.read::<String>(b"\"a\"").is_err());
    }

    #[test]
    fn null_is_the_empty_list_and_nothing_else() {
        let none: [String; 0] = [];
        assert_eq!(Dialect::Api.read::<Vec<String>>(b"null").unwrap(), none);
        assert_eq!(Dialect::Rest.read::<Vec<String>>(b"{\"value\":null}").unwrap(), none);
        assert!(Dialect::Api.read::<String>(b"null").is_err());
        assert!(Dialect::Rest.read::<String>(b"{\"value\":null}").is_err());
        assert!(Dialect::Rest.read::<Vec<String>>(b"{}").is_err(), "nothing is said");
        assert!(Dialect::Rest.read::<Vec<String>>(b"null").is_err(), "the value is missing");
    }
}
