//! Who is told that a server does not answer, and when, while its work is followed.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use vsphere::{Client, Silence, WaitError};

use crate::fake::{Answer, Fake, moref};

/// A server that can be taken down, and what is told of it.
struct Lab {
    fake: Arc<Fake>,
    client: Client,
    down: Arc<AtomicBool>,
    told: Arc<Mutex<Vec<Silence>>>,
}

impl Lab {
    /// While it is down, `answer` is the answer to every call.
    async fn new(answer: fn() -> Answer) -> Self {
        let down = Arc::new(AtomicBool::new(false));
        let is_down = Arc::clone(&down);
        let fake = Fake::scripted(move |_| is_down.load(Ordering::Acquire).then(answer));
        fake.collector.set(&vm(), "state", "off");
        let client = fake.connect().await.unwrap();
        let told: Arc<Mutex<Vec<Silence>>> = Arc::default();
        let hears = Arc::clone(&told);
        client.on_silence(move |silence| hears.lock().unwrap().push(silence));
        Self { fake, client, down, told }
    }

    fn waits(&self) -> tokio::task::JoinHandle<Result<(), WaitError>> {
        let reader = self.client.reader();
        tokio::spawn(async move {
            let on = |seen: &vsphere::ObjectProperties| (seen.text("state")? == "on").then_some(());
            reader.wait_until(&vm(), &["state"], Duration::from_secs(3600), on).await
        })
    }

    fn told(&self) -> Vec<Silence> {
        self.told.lock().unwrap().clone()
    }

    fn is_down(&self, down: bool) {
        self.down.store(down, Ordering::Release);
    }
}

fn vm() -> vim25::MoRef {
    moref("VirtualMachine", "vm-1")
}

async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_is_gone_is_told_of_within_seconds_and_once_and_again_when_it_is_back() {
    let lab = Lab::new(|| Answer::NotSent).await;
    let waiter = lab.waits();
    pass(60).await;
    assert_eq!(lab.told(), []);
    let before = SystemTime::now();
    lab.is_down(true);
    lab.fake.collector.answer_next_wait(Answer::Lost);
    pass(10).await;
    let told = lab.told();
    let [Silence::Lasts { since, until, cause }] = &told[..] else { panic!("{told:?}") };
    assert_eq!(until.duration_since(*since).unwrap(), Duration::from_secs(300));
    // The time of day is this machine's, while the test's own time jumps.
    let error = before.duration_since(*since).unwrap_or_default();
    assert!(error < Duration::from_secs(10), "{error:?}");
    assert!(cause.contains("vc.test:443"), "{cause}");
    pass(60).await;
    assert_eq!(lab.told(), told, "once is enough");
    lab.is_down(false);
    lab.fake.collector.set(&vm(), "state", "on");
    waiter.await.unwrap().unwrap();
    let [_, Silence::Ended { lasted }] = lab.told()[..] else { panic!("{:?}", lab.told()) };
    assert!((70..80).contains(&lasted.as_secs()), "{lasted:?}");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_alone_is_not_told() {
    let lab = Lab::new(|| Answer::NotSent).await;
    let waiter = lab.waits();
    pass(1).await;
    lab.fake.collector.answer_next_wait(Answer::Lost);
    pass(60).await;
    lab.fake.collector.set(&vm(), "state", "on");
    waiter.await.unwrap().unwrap();
    assert_eq!(lab.told(), []);
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_calls_and_never_answers_is_told_of_when_the_answer_is_late() {
    let lab = Lab::new(|| Answer::Never).await;
    let waiter = lab.waits();
    pass(1).await;
    lab.is_down(true);
    let began = tokio::time::Instant::now();
    // The wait that is parked ends within 30 s; the next one is never answered.
    pass(30 + 30 + 10).await;
    let told = lab.told();
    let [Silence::Lasts { cause, .. }] = &told[..] else { panic!("{told:?}") };
    assert!(cause.contains("WaitForUpdatesEx"), "{cause}");
    let error = waiter.await.unwrap().unwrap_err();
    assert!(error.is_unanswered(), "{error}");
    // As long as was told, and no longer because a call hangs.
    let spent = began.elapsed().as_secs();
    assert!((355..365).contains(&spent), "{spent}");
    // Who asks later has all the patience again, and hears when it is over.
    lab.is_down(false);
    lab.fake.collector.set(&vm(), "state", "on");
    lab.waits().await.unwrap().unwrap();
    assert!(matches!(lab.told()[..], [_, Silence::Ended { .. }]), "{:?}", lab.told());
}

#[tokio::test(start_paused = true)]
async fn who_watches_after_somebody_gave_up_in_an_outage_has_all_the_patience_and_is_told() {
    let lab = Lab::new(|| Answer::NotSent).await;
    let first = lab.waits();
    pass(1).await;
    lab.is_down(true);
    lab.fake.collector.answer_next_wait(Answer::Lost);
    pass(5).await;
    // Nobody watches any more when the outage ends, and when the next begins.
    first.abort();
    pass(60).await;
    lab.is_down(false);
    pass(600).await;
    let told = lab.told().len();
    lab.is_down(true);
    let second = lab.waits();
    pass(100).await;
    assert!(!second.is_finished(), "it is borne for five minutes");
    assert_eq!(lab.told().len(), told + 1, "{:?}", lab.told());
    lab.is_down(false);
    lab.fake.collector.set(&vm(), "state", "on");
    second.await.unwrap().unwrap();
    assert!(matches!(lab.told().last(), Some(Silence::Ended { .. })), "{:?}", lab.told());
}
