//! The session of the REST API: opened when something is first asked, renewed once when it has ended, closed with
//! the client. However many ask at the same time, there is one login.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use super::dialect::Dialect;
use super::error::{RestError, RestProblem};
use super::exchange::{Request, exchange};
use super::question::{Form, Question};
use crate::effect::Effect;
use crate::session::{Credentials, Session};
use crate::transport::Verb;

/// The header that carries a session.
const SESSION: &str = "vmware-api-session-id";

/// The session, or its absence.
#[derive(Default)]
pub(crate) struct RestSession(Mutex<State>);

#[derive(Default)]
enum State {
    #[default]
    Out,
    In(Arc<Token>),
    /// The server refused the credentials, or has no such API; it is not asked again.
    Refused(RestError),
}

struct Token {
    dialect: Dialect,
    secret: SecretString,
}

impl RestSession {
    /// Asks `question` in the session of `session`'s server.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        session: &Session,
        question: Question<'_>,
    ) -> Result<T, RestError> {
        let token = self.token(session, question.in_words(), None).await?;
        let (token, answer) = match send(session, &token, question).await {
            Err(error) if error.is_not_authenticated() => {
                let token = self.token(session, question.in_words(), Some(&token)).await?;
                let answer = send(session, &token, question).await?;
                (token, answer)
            }
            outcome => (token, outcome?),
        };
        let read = token.dialect.read(&answer);
        read.map_err(|error| RestError::new(question.in_words(), error))
    }

    /// A token that is not `stale`.
    async fn token(
        &self,
        session: &Session,
        wanted: &str,
        stale: Option<&Arc<Token>>,
    ) -> Result<Arc<Token>, RestError> {
        let mut state = self.0.lock().await;
        if session.closed.is_cancelled() {
            return Err(RestError::new(wanted, RestProblem::Closed));
        }
        match &*state {
            State::In(token) if stale.is_none_or(|stale| !Arc::ptr_eq(stale, token)) => {
                return Ok(Arc::clone(token));
            }
            State::Refused(error) => return Err(error.about(wanted)),
            State::In(_) | State::Out => {}
        }
        match log_in(session, wanted).await {
            Ok(token) => {
                let token = Arc::new(token);
                *state = State::In(Arc::clone(&token));
                Ok(token)
            }
            Err(error) => {
                if matches!(error.problem(), RestProblem::WrongPassword | RestProblem::NoApi) {
                    *state = State::Refused(error.clone());
                }
                Err(error)
            }
        }
    }

    /// Ends the session, if there is one. A login that is on its way is waited for.
    pub(crate) async fn close(&self, session: &Session) {
        let State::In(token) = std::mem::take(&mut *self.0.lock().await) else { return };
        let request = Request {
            wanted: "the end of the session",
            verb: Verb::Delete,
            path: token.dialect.session_path(),
            headers: vec![(SESSION, token.secret.expose_secret().to_owned())],
            body: Vec::new(),
            effect: Effect::SessionLocal,
        };
        match exchange(&session.wire, &request).await {
            Err(error) if !error.is_not_authenticated() => {
                tracing::warn!(reason = %error.problem(), "the REST session was not ended");
            }
            _ => {}
        }
    }
}

async fn send(
    session: &Session,
    token: &Token,
    question: Question<'_>,
) -> Result<Vec<u8>, RestError> {
    let Form { verb, path, body } = question.form(token.dialect);
    let request = Request {
        wanted: question.in_words(),
        verb,
        path: &path,
        headers: vec![(SESSION, token.secret.expose_secret().to_owned())],
        body,
        effect: Effect::Read,
    };
    exchange(&session.wire, &request).await
}

/// Logs in where there is something to log in to. A refused password is not sent anywhere else.
async fn log_in(session: &Session, wanted: &str) -> Result<Token, RestError> {
    let Credentials { username, password } = session.credentials();
    for dialect in [Dialect::Api, Dialect::Rest] {
        let pair = format!("{username}:{}", password.expose_secret());
        let request = Request {
            wanted,
            verb: Verb::Post,
            path: dialect.session_path(),
            headers: vec![
                ("authorization", format!("Basic {}", STANDARD.encode(pair))),
                // Without a cookie nothing but this header carries the session.
                ("vmware-use-header-authn", "true".to_owned()),
            ],
            body: Vec::new(),
            effect: Effect::SessionLocal,
        };
        let token = match exchange(&session.wire, &request).await {
            Ok(body) => dialect.read::<String>(&body),
            Err(error) if error.is_not_there() => continue,
            Err(error) if error.is_not_authenticated() => {
                return Err(RestError::new(wanted, RestProblem::WrongPassword));
            }
            Err(error) => return Err(error),
        };
        let token = token.map_err(|error| RestError::new(wanted, error))?;
        return Ok(Token { dialect, secret: token.into() });
    }
    Err(RestError::new(wanted, RestProblem::NoApi))
}
