//! Waiting on paused time, at a door that opens after some knocks.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, SystemTime};

use orchestrator::{BoxFuture, NoSink, TokioClock};
use playbook::{SecretError, SecretRef, SecretSource, check_args};
use secrecy::SecretString;
use vsphere::transport::{Probe, TransportError};

use super::*;
use crate::declared::Declared;
use crate::endpoints::Endpoints;
use crate::plan_words::shown;
use crate::wait_for::CAPABILITY;

/// Refuses this many times.
#[derive(Debug)]
struct Door(AtomicU32);

impl Door {
    fn knock(&self) -> Result<(), TransportError> {
        let left = |left: u32| left.checked_sub(1);
        match self.0.try_update(Ordering::Relaxed, Ordering::Relaxed, left) {
            Ok(_) => Err(TransportError::Unreachable {
                server: "esx1:22".to_owned(),
                cause: "connection refused".into(),
            }),
            Err(_) => Ok(()),
        }
    }
}

impl Probe for Door {
    fn tcp<'a>(
        &'a self,
        _host: &'a str,
        _port: u16,
        _within: Duration,
    ) -> BoxFuture<'a, Result<(), TransportError>> {
        Box::pin(async { self.knock() })
    }

    fn https<'a>(
        &'a self,
        _server: &'a str,
        _url: &'a str,
        _within: Duration,
    ) -> BoxFuture<'a, Result<u16, TransportError>> {
        // It restarts: first nothing, then an error of its proxy, then itself.
        Box::pin(async { Ok(self.knock().map_or(503, |()| 200)) })
    }
}

struct NoSecrets;

impl SecretSource for NoSecrets {
    fn resolve(&self, _reference: &SecretRef) -> Result<SecretString, SecretError> {
        Ok(SecretString::default())
    }
}

fn reader(refusals: u32) -> VsphereReader {
    let reader = VsphereReader::new(Endpoints::new([]), Arc::new(NoSecrets));
    reader.probing(Arc::new(Door(AtomicU32::new(refusals))))
}

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

async fn waited(yaml: &str, refusals: u32) -> (Result<StepOutcome, TaskError>, Duration) {
    let clock = Arc::new(TokioClock::starting_at(SystemTime::UNIX_EPOCH));
    let scope = StepScope::detached(clock.clone(), Arc::new(NoSink));
    let world = reader(refusals);
    let outcome =
        wait(&spec(yaml), On { task: "wait", connection: "default", world: &world }, None, &scope)
            .await;
    (outcome, orchestrator::Clock::monotonic(&*clock))
}

const TCP: &str = "{ tcp: 'esx1:22', timeout: 60s, interval: 7s }";

#[tokio::test(start_paused = true)]
async fn it_ends_with_the_first_look_that_finds_it_so() {
    let (outcome, took) = waited(TCP, 3).await;
    assert_eq!(outcome.unwrap(), StepOutcome::already_done("it takes connections"));
    assert_eq!(took, Duration::from_secs(21));
    let (outcome, took) = waited("{ https: 'https://esx1/sdk' }", 2).await;
    assert_eq!(outcome.unwrap().proof(), "it answers with HTTP status 200");
    assert_eq!(took, Duration::from_secs(10));
}

#[tokio::test(start_paused = true)]
async fn it_ends_at_its_timeout_with_what_was_seen_last() {
    let (outcome, took) = waited(TCP, 1000).await;
    let error = outcome.unwrap_err();
    assert_eq!(took, Duration::from_secs(60), "the last look is at the very end");
    assert_eq!(error.code, "wait-timed-out");
    let cause = std::error::Error::source(&error).unwrap().to_string();
    assert_eq!(cause, "after 1 min: connection refused");
}

#[tokio::test(start_paused = true)]
async fn a_plan_looks_once_and_never_waits() {
    let before = tokio::time::Instant::now();
    let declared = spec(TCP);
    for (refusals, expected) in [
        (0, "= it takes connections"),
        (
            1,
            "wait until `esx1:22` takes connections \
             (seen now: connection refused -> as declared, within 1 min)",
        ),
    ] {
        let world = reader(refusals);
        let on = On { task: "wait", connection: "default", world: &world };
        let seen = declared.observe(on).await.unwrap();
        assert_eq!(shown(&declared.plan("default", &seen).items), [expected]);
    }
    assert_eq!(before.elapsed(), Duration::ZERO);
}

#[test]
fn only_one_clear_condition_can_be_declared() {
    for yaml in [
        "{}",
        "{ tcp: 'a:1', https: 'https://a' }",
        "{ tcp: a }",
        "{ tcp: 'a:0' }",
        "{ tcp: 'fd00::1:22' }",
        "{ https: 'http://a' }",
        "{ https: 'https://user:secret@a/' }",
        "{ tcp: 'a:1', interval: 0s }",
        "{ property: { object: a, path: b } }",
        "{ property: { object: a, path: b, equals: 1, matches: '*' } }",
        "{ property: { object: a, path: b, equals: [1] } }",
        "{ guest: { vm: a, password: { env: P }, command: b, prints: ' ' } }",
        "{ tcp: 'a:1', guest: { vm: a, password: { env: P }, command: b, prints: c } }",
    ] {
        assert!(check_args(&CAPABILITY, yaml).is_err(), "{yaml}");
    }
    for yaml in [
        "{ tcp: '[fd00::1]:22' }",
        "{ https: 'https://a:8443/x?y' }",
        "{ property: { object: a, path: b, equals: true } }",
        "{ property: { object: a, path: b, matches: 'x*' } }",
    ] {
        assert!(check_args(&CAPABILITY, yaml).is_ok(), "{yaml}");
    }
}
