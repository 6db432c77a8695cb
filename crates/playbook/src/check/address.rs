//! Reads addresses of servers: a URL or a host becomes the URL of the API.

use std::net::Ipv6Addr;

/// Where the API answers when the address names no path.
const API_PATH: &str = "/sdk";

/// Why an address cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BadAddress {
    /// It carries a user name or password.
    User,
    /// It starts with something else than `https://`.
    Scheme,
    /// The host or port cannot be read.
    Host,
}

/// The URL of the API, from a URL as it was written.
pub(super) fn from_url(url: &str) -> Result<String, BadAddress> {
    let rest = strip_https(url);
    let (authority, path) = split_authority(rest.unwrap_or(url));
    if authority.contains('@') {
        return Err(BadAddress::User);
    }
    if rest.is_none() {
        return Err(BadAddress::Scheme);
    }
    if !is_authority(authority) || path.contains(char::is_whitespace) {
        return Err(BadAddress::Host);
    }
    let path = if matches!(path, "" | "/") { API_PATH } else { path };
    Ok(format!("https://{authority}{path}"))
}

/// The URL of the API, from a host with or without port.
pub(super) fn from_host(host: &str) -> Result<String, BadAddress> {
    match host {
        _ if host.contains('@') => Err(BadAddress::User),
        _ if host.contains("://") => Err(BadAddress::Scheme),
        _ if !is_authority(host) => Err(BadAddress::Host),
        _ => Ok(format!("https://{host}{API_PATH}")),
    }
}

fn strip_https(url: &str) -> Option<&str> {
    let scheme = url.get(..8)?;
    scheme.eq_ignore_ascii_case("https://").then(|| &url[8..])
}

fn split_authority(rest: &str) -> (&str, &str) {
    let rest = rest.strip_prefix("http://").unwrap_or(rest);
    rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()))
}

fn is_authority(authority: &str) -> bool {
    if let Some(rest) = authority.strip_prefix('[') {
        let Some((address, port)) = rest.split_once(']') else { return false };
        return address.parse::<Ipv6Addr>().is_ok()
            && (port.is_empty() || port.strip_prefix(':').is_some_and(is_port));
    }
    let (host, port) = authority.split_once(':').unwrap_or((authority, "443"));
    let clean = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !host.is_empty() && host.chars().all(clean) && is_port(port)
}

fn is_port(port: &str) -> bool {
    port.bytes().all(|byte| byte.is_ascii_digit()) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_the_url_of_the_api_or_say_why_not() {
        let good = [
            ("https://vc.lab", "https://vc.lab/sdk"),
            ("HTTPS://vc.lab:8989/", "https://vc.lab:8989/sdk"),
            ("https://[fe80::1]:443/sdk", "https://[fe80::1]:443/sdk"),
        ];
        for (url, api) in good {
            assert_eq!(from_url(url).as_deref(), Ok(api));
        }
        let bad = [
            ("https://me:pw@vc", BadAddress::User),
            ("http://me@vc", BadAddress::User),
            ("http://vc", BadAddress::Scheme),
            ("vc.lab", BadAddress::Scheme),
            ("https://", BadAddress::Host),
            ("https://vc:0", BadAddress::Host),
            ("https://vc:99999", BadAddress::Host),
            ("https://v c/sdk", BadAddress::Host),
            ("https://[nonsense]", BadAddress::Host),
        ];
        for (url, why) in bad {
            assert_eq!(from_url(url), Err(why), "{url}");
        }
        assert_eq!(from_host("10.0.0.1:443").as_deref(), Ok("https://10.0.0.1:443/sdk"));
        assert_eq!(from_host("https://vc"), Err(BadAddress::Scheme));
        assert_eq!(from_host("vc/sdk"), Err(BadAddress::Host));
    }
}
