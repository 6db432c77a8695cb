//! Taking apart what stands in a URL.

/// Text with `%20` and the like resolved; `None` when that is no UTF-8.
pub(crate) fn decoded(text: &str) -> Option<String> {
    let bytes = text.as_bytes();
    let mut plain = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (bytes[at], code) {
            (b'%', Some(byte)) => {
                plain.push(byte);
                at += 3;
            }
            (byte, _) => {
                plain.push(byte);
                at += 1;
            }
        }
    }
    String::from_utf8(plain).ok()
}

/// The value of `name` in a query, where `+` stands for a space.
pub(crate) fn parameter(query: &str, name: &str) -> Option<String> {
    let mut pairs = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pairs.find(|(key, _)| *key == name)?;
    decoded(&value.replace('+', " "))
}

/// Text for the path or the query of a URL.
pub(crate) fn encoded(text: &str) -> String {
    let mut encoded = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_and_paths_are_decoded() {
        assert_eq!(decoded("a%20b%2fc%zz%").as_deref(), Some("a b/c%zz%"));
        assert_eq!(decoded("%ff"), None);
        let query = "dcPath=ha-datacenter&dsName=data+store%201";
        assert_eq!(parameter(query, "dsName").as_deref(), Some("data store 1"));
        assert_eq!(parameter(query, "Name"), None);
        assert_eq!(decoded(&encoded("ä b/c?")).as_deref(), Some("ä b/c?"));
    }
}
