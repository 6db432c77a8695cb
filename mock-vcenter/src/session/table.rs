//! The sessions of a server: [`Sessions`].

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use sha1::{Digest, Sha1};
use vim25::Str;

use super::account::{Account, Privileges};

/// vCenter and ESXi drop a session that was idle for so long.
pub(crate) const IDLE_LIMIT: Duration = Duration::from_secs(30 * 60);

/// One session.
#[derive(Debug)]
pub(crate) struct Session {
    /// What the API calls it.
    pub(crate) key: Str,
    pub(crate) user: Str,
    pub(crate) privileges: Privileges,
}

struct Kept {
    session: Arc<Session>,
    cookie: Str,
    opened: Duration,
    last_active: Duration,
}

/// All sessions, by key.
#[derive(Default)]
pub(crate) struct Sessions {
    kept: Mutex<BTreeMap<Str, Kept>>,
    made: Mutex<u64>,
}

impl Sessions {
    /// Opens a session; returns it with its cookie. `now` is the clock's elapsed time.
    pub(crate) fn open(
        &self,
        key: Str,
        account: &Account,
        seed: u64,
        now: Duration,
    ) -> (Arc<Session>, Str) {
        let cookie = self.new_cookie(seed);
        let session = Arc::new(Session {
            key: key.clone(),
            user: account.name.clone(),
            privileges: account.privileges.clone(),
        });
        let kept = Kept {
            session: session.clone(),
            cookie: cookie.clone(),
            opened: now,
            last_active: now,
        };
        self.kept().insert(key, kept);
        (session, cookie)
    }

    /// The session of a cookie, if it has not been idle for too long; counts as activity.
    pub(crate) fn touch(&self, cookie: &str, now: Duration) -> Option<Arc<Session>> {
        let mut kept = self.kept();
        let found = kept.values_mut().find(|kept| kept.cookie == cookie)?;
        if now.saturating_sub(found.last_active) >= IDLE_LIMIT {
            return None;
        }
        found.last_active = now;
        Some(found.session.clone())
    }

    /// Renews a session by its key, when a long call ends.
    pub(crate) fn renew(&self, key: &str, now: Duration) {
        if let Some(kept) = self.kept().get_mut(key) {
            kept.last_active = now;
        }
    }

    /// How long the session has been idle; `None` when there is none.
    pub(crate) fn idle(&self, key: &str, now: Duration) -> Option<Duration> {
        self.kept().get(key).map(|kept| now.saturating_sub(kept.last_active))
    }

    /// When a session was opened and when it was used last, by the clock's elapsed time.
    pub(crate) fn times(&self, key: &str) -> Option<(Duration, Duration)> {
        self.kept().get(key).map(|kept| (kept.opened, kept.last_active))
    }

    /// Forgets a session. False when there was none.
    pub(crate) fn close(&self, key: &str) -> bool {
        self.kept().remove(key).is_some()
    }

    /// Keys and users of all sessions.
    pub(crate) fn list(&self) -> Vec<(Str, Str)> {
        self.kept()
            .values()
            .map(|kept| (kept.session.key.clone(), kept.session.user.clone()))
            .collect()
    }

    /// A key for a session that the inventory knows nothing of.
    pub(crate) fn new_key(&self, seed: u64) -> Str {
        self.new_cookie(seed ^ 0x5e55)
    }

    fn new_cookie(&self, seed: u64) -> Str {
        let mut made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        *made += 1;
        let digest = Sha1::digest(format!("{seed}/{made}"));
        let mut text = String::with_capacity(40);
        for byte in digest {
            let _ = write!(text, "{byte:02x}");
        }
        text.into()
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<Str, Kept>> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_is_found_until_it_was_idle_for_half_an_hour() {
        let sessions = Sessions::default();
        let account = Account::administrator("user", "pass");
        let minutes = |count: u64| Duration::from_secs(60 * count);
        let (session, cookie) = sessions.open("key".into(), &account, 1, minutes(0));
        assert_eq!(cookie.len(), 40);
        assert_eq!(
            sessions.touch(&cookie, minutes(29)).map(|found| found.key.clone()),
            Some(session.key.clone())
        );
        assert!(sessions.touch(&cookie, minutes(58)).is_some());
        assert!(sessions.touch(&cookie, minutes(88)).is_none());
        assert!(sessions.touch("another", minutes(1)).is_none());
    }

    #[test]
    fn cookies_differ_and_repeat_with_the_seed() {
        let account = Account::administrator("user", "pass");
        let cookies = || {
            let sessions = Sessions::default();
            let open = |key: &str| sessions.open(key.into(), &account, 9, Duration::ZERO).1;
            (open("a"), open("b"))
        };
        assert_eq!(cookies(), cookies());
        assert_ne!(cookies().0, cookies().1);
    }
}
