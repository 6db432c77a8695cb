//! The address of a log host, such as `ssl://log.lab:1514`.

use std::fmt;

/// Where a host sends its log. Equal when it is the same place, however it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct LogHost {
    scheme: &'static str,
    /// Name or address in lower case; IPv6 in brackets.
    host: String,
    port: u16,
    /// `?formatter=...` and the like, which newer releases take.
    query: String,
}

const SCHEMES: [(&str, u16); 3] = [("udp", 514), ("tcp", 514), ("ssl", 1514)];

impl LogHost {
    /// Reads an address; a bare name means UDP, as it does for the host. `None` when it is none.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = text.split_once("://").unwrap_or(("udp", text));
        let scheme = scheme.to_ascii_lowercase();
        let (scheme, usual) = *SCHEMES.iter().find(|(known, _)| *known == scheme)?;
        let (rest, query) = rest.find('?').map_or((rest, ""), |at| rest.split_at(at));
        let (host, port) = match rest.rfind(']') {
            Some(end) => rest.split_at(end + 1),
            None => rest.find(':').map_or((rest, ""), |at| rest.split_at(at)),
        };
        let port = match port.strip_prefix(':') {
            Some(port) => port.parse().ok().filter(|port| *port > 0)?,
            None if port.is_empty() => usual,
            None => return None,
        };
        let fits = |c: char| c.is_ascii_alphanumeric() || "-._:[]%".contains(c);
        let plain = !host.is_empty() && host.chars().all(fits) && !query.contains([',', ' ']);
        plain.then(|| Self { scheme, host: host.to_ascii_lowercase(), port, query: query.into() })
    }

    /// All of a value that the server holds; `None` when one of them is not understood.
    pub(super) fn parse_all(text: &str) -> Option<Vec<Self>> {
        text.split(',').filter(|one| !one.trim().is_empty()).map(Self::parse).collect()
    }

    /// Protocol and port that the firewall has to let out.
    pub(super) fn way(&self) -> (&'static str, i32) {
        (if self.scheme == "udp" { "udp" } else { "tcp" }, self.port.into())
    }
}

impl fmt::Display for LogHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}:{}{}", self.scheme, self.host, self.port, self.query)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_place_is_equal_however_it_is_written() {
        let table = [
            ("udp://log.lab:514", Some("udp://log.lab:514")),
            ("log.lab", Some("udp://log.lab:514")),
            ("LOG.lab:5514", Some("udp://log.lab:5514")),
            ("SSL://log.lab", Some("ssl://log.lab:1514")),
            ("tcp://[fd00::1]", Some("tcp://[fd00::1]:514")),
            ("tcp://[fd00::1]:515", Some("tcp://[fd00::1]:515")),
            ("ssl://a:1514?formatter=RFC_5424", Some("ssl://a:1514?formatter=RFC_5424")),
            ("http://log.lab", None),
            ("udp://", None),
            ("udp://log.lab:0", None),
            ("udp://log.lab:x", None),
            ("udp://a b", None),
        ];
        for (text, expected) in table {
            let shown = LogHost::parse(text).map(|host| host.to_string());
            assert_eq!(shown.as_deref(), expected, "{text}");
        }
        assert_eq!(LogHost::parse_all(" ,").unwrap(), []);
        assert_eq!(LogHost::parse_all("a,tcp://b").unwrap().len(), 2);
        assert_eq!(LogHost::parse_all("a,gopher://b"), None);
    }
}
