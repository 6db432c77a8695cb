//! What ends an import: the reason that the server has comes before what a call met.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use vim25::types as t;
use vim25::{MoRef, Poly, Value, methods};
use vsphere::Client;
use vsphere::objects::ResourcePool;
use vsphere::transfer::{Import, Lease, LeaseError, ReadyLease};

use crate::collector::localized;
use crate::fake::{Answer, Fake, fault, moref, reply};

fn object() -> MoRef {
    moref("HttpNfcLease", "lease-1")
}

/// A server with a ready lease that it takes no more signs of life for. Once `deaf`, it tells no changes.
async fn refusing(deaf: Arc<AtomicBool>) -> (Arc<Fake>, Client, Lease, ReadyLease) {
    answering(deaf, || fault(&t::InvalidState::default())).await
}

/// The same with this answer to signs of life and completions.
async fn answering(
    deaf: Arc<AtomicBool>,
    answer: impl Fn() -> Answer + Send + 'static,
) -> (Arc<Fake>, Client, Lease, ReadyLease) {
    let fake = Fake::scripted(move |call| match call.method.name {
        "ImportVApp" => Some(reply::<methods::ImportVApp>(&object())),
        "HttpNfcLeaseAbort" => Some(reply::<methods::HttpNfcLeaseAbort>(&())),
        "HttpNfcLeaseProgress" | "HttpNfcLeaseComplete" => Some(answer()),
        "WaitForUpdatesEx" if deaf.load(Ordering::Relaxed) => Some(Answer::Never),
        _ => None,
    });
    let info = t::HttpNfcLeaseInfo { lease: object(), lease_timeout: 300, ..Default::default() };
    fake.collector.set(&object(), "info", Value::object(info));
    fake.collector.set(&object(), "state", "ready");
    let client = fake.connect().await.unwrap();
    let pool = ResourcePool::new(moref("ResourcePool", "pool"));
    let lease = Lease::import(&client.writer(), &pool, Import::default()).await.unwrap();
    let ready = lease.ready(Duration::from_secs(60), |_| ()).await.unwrap();
    (fake, client, lease, ready)
}

fn give_up(fake: &Fake) {
    let reason = localized(Poly::new(t::NoDiskSpace::default()));
    fake.collector.set(&object(), "error", Value::object(reason));
    fake.collector.set(&object(), "state", "error");
}

async fn kept(lease: &Lease, ready: &ReadyLease) -> LeaseError {
    let endless = std::future::pending::<Result<(), LeaseError>>();
    lease.keep_while(ready, || 1, endless).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn a_sign_of_life_that_is_refused_asks_the_lease_why() {
    let deaf = Arc::new(AtomicBool::new(false));
    let (fake, _client, lease, ready) = refusing(Arc::clone(&deaf)).await;
    deaf.store(true, Ordering::Relaxed);
    give_up(&fake);
    let error = kept(&lease, &ready).await;
    assert!(error.fault::<t::NoDiskSpace>().is_some(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_completion_that_is_refused_asks_the_lease_why() {
    let (fake, _client, lease, _) = refusing(Arc::default()).await;
    give_up(&fake);
    let error = lease.complete().await.unwrap_err();
    assert!(error.fault::<t::NoDiskSpace>().is_some(), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_says_nothing_is_told_by_what_the_call_met() {
    let (_fake, _client, lease, ready) = refusing(Arc::default()).await;
    let error = kept(&lease, &ready).await;
    assert!(matches!(error, LeaseError::Lost(_)), "{error}");
    let error = lease.complete().await.unwrap_err();
    assert!(matches!(error, LeaseError::Call(_)), "{error}");
}

#[tokio::test(start_paused = true)]
async fn a_completion_whose_answer_is_lost_asks_the_lease_whether_it_is_done() {
    for (state, is_done) in [("done", true), ("ready", false)] {
        let (fake, _client, lease, _) = answering(Arc::default(), || Answer::Lost).await;
        fake.collector.set(&object(), "state", state);
        assert_eq!(lease.complete().await.is_ok(), is_done, "{state}");
        assert_eq!(fake.count("HttpNfcLeaseComplete"), 1, "it is not asked for twice");
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_timed_out_is_told_as_expired() {
    let (fake, _client, lease, ready) = refusing(Arc::default()).await;
    let reason = localized(Poly::new(t::Timedout::default()));
    fake.collector.set(&object(), "error", Value::object(reason));
    fake.collector.set(&object(), "state", "error");
    let error = kept(&lease, &ready).await;
    assert!(matches!(error, LeaseError::Expired(_)), "{error}");
    assert!(error.hint().is_some());
}
