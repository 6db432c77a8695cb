//! The one cookie of a SOAP session.
//!
//! Servers set it at different moments (some before the login, some even on a failed login), so the
//! newest one always wins and there is one [`SessionCookie`] per session, not a jar per process.

use std::sync::{Mutex, PoisonError};

use secrecy::{ExposeSecret, SecretString};

use super::HttpResponse;

const NAME: &str = "vmware_soap_session";

/// Holds the newest session cookie. Its `Debug` form never shows the value.
#[derive(Debug, Default)]
pub struct SessionCookie(Mutex<Option<SecretString>>);

impl SessionCookie {
    /// Keeps the cookie that `response` sets, if it sets one; one that it deletes is forgotten.
    pub fn absorb(&self, response: &HttpResponse) {
        for header in response.header_values("set-cookie") {
            let pair = header.split(';').next().unwrap_or_default().trim();
            let Some((NAME, value)) = pair.split_once('=') else { continue };
            let kept = !value.trim_matches('"').is_empty();
            *self.slot() = kept.then(|| SecretString::from(value));
        }
    }

    /// The value of the `Cookie` header to send, if there is a session.
    #[must_use]
    pub fn header(&self) -> Option<String> {
        self.slot().as_ref().map(|value| format!("{NAME}={}", value.expose_secret()))
    }

    /// Forgets the cookie.
    pub fn clear(&self) {
        *self.slot() = None;
    }

    fn slot(&self) -> std::sync::MutexGuard<'_, Option<SecretString>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(cookies: &[&str]) -> HttpResponse {
        let headers =
            cookies.iter().map(|text| ("set-cookie".to_owned(), (*text).to_owned())).collect();
        HttpResponse { status: 200, headers, body: Vec::new() }
    }

    #[test]
    fn the_newest_session_cookie_wins_and_others_are_ignored() {
        let cookie = SessionCookie::default();
        assert_eq!(cookie.header(), None);
        cookie.absorb(&answer(&["vmware_soap_session=\"aa\"; Path=/; HttpOnly; Secure;"]));
        cookie.absorb(&answer(&["other=1", "vmware_soap_session=\"bb\"; Path=/"]));
        cookie.absorb(&answer(&["route=9; Path=/"]));
        assert_eq!(cookie.header().as_deref(), Some("vmware_soap_session=\"bb\""));
        assert!(!format!("{cookie:?}").contains("bb"));
        cookie.absorb(&answer(&["vmware_soap_session=\"\"; Max-Age=0"]));
        assert_eq!(cookie.header(), None);
    }
}
