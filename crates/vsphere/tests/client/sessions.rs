//! How sessions begin, survive and end, and what is sent again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use vim25::types as t;
use vim25::{DateTime, MoRef, methods};
use vsphere::{CallProblem, Client, ConnectError, Delivery, Reader};

use crate::fake::{Answer, Fake, fault, html, moref, ok, reply};

fn current_time() -> methods::CurrentTime {
    let this = MoRef::new("ServiceInstance", "ServiceInstance");
    methods::CurrentTime { this, ..Default::default() }
}

fn create_folder() -> methods::CreateFolder {
    methods::CreateFolder { this: moref("Folder", "f"), name: "x".into(), ..Default::default() }
}

/// A server whose `method` answers each of `answers` once, then the usual thing.
fn failing(method: &'static str, answers: Vec<Answer>) -> Arc<Fake> {
    let mut answers = answers.into_iter();
    Fake::scripted(move |call| {
        if call.method.name != method {
            return None;
        }
        answers.next().or_else(|| match method {
            "CreateFolder" => Some(reply::<methods::CreateFolder>(&moref("Folder", "new"))),
            _ => None,
        })
    })
}

#[tokio::test(start_paused = true)]
async fn a_session_negotiates_logs_in_once_and_logs_out() {
    let fake = Fake::new();
    let client = fake.connect().await.unwrap();
    assert_eq!(client.reader().version().id(), "8.0.2.0");
    assert!(client.reader().is_vcenter());
    client.reader().invoke(&current_time()).await.unwrap();
    client.close().await.unwrap();
    client.close().await.unwrap();
    assert_eq!(fake.log(), ["GET", "RetrieveServiceContent", "Login", "CurrentTime", "Logout"]);
    let actions = fake.state.lock().unwrap().actions.clone();
    assert!(actions.iter().all(|action| action == "\"urn:vim25/8.0.2.0\""), "{actions:?}");
    let error = client.reader().invoke(&current_time()).await.unwrap_err();
    assert!(matches!(error.problem(), CallProblem::Closed));
    assert_eq!(error.delivery(), Delivery::NotSent);
}

#[tokio::test(start_paused = true)]
async fn a_wrong_password_is_sent_once() {
    let fake = Fake::new();
    fake.state.lock().unwrap().password = "another".to_owned();
    let error = fake.connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::WrongPassword { .. }), "{error}");
    assert_eq!(
        error.to_string(),
        "`vc.test:443` refused user `operator`: wrong user name or password"
    );
    assert_eq!(fake.count("Login"), 1);
}

#[tokio::test(start_paused = true)]
async fn an_expired_password_is_not_called_a_wrong_one() {
    let fake = Fake::new();
    fake.state.lock().unwrap().expired = true;
    let error = fake.connect().await.unwrap_err();
    assert_eq!(
        error.to_string(),
        "`vc.test:443` refused user `operator`: the password has expired"
    );
    assert!(error.hint().unwrap().contains("set a new password"));
    assert_eq!(fake.count("Login"), 1);
}

#[tokio::test(start_paused = true)]
async fn something_that_is_no_vsphere_server_is_told_apart() {
    let fake = Fake::new();
    let page = ok(b"<html><body>welcome</body></html>".to_vec());
    fake.state.lock().unwrap().gets.push_back(page);
    let error = fake.connect().await.unwrap_err();
    assert!(matches!(error, ConnectError::Versions { .. }), "{error}");
    assert!(error.hint().unwrap().contains("vCenter"));
}

#[tokio::test(start_paused = true)]
async fn many_callers_of_a_lost_session_share_one_new_login() {
    let fake = Fake::new();
    let client = fake.connect().await.unwrap();
    fake.expire();
    let calls: Vec<_> = (0..8)
        .map(|_| {
            let reader = client.reader();
            tokio::spawn(async move { reader.invoke(&current_time()).await })
        })
        .collect();
    for call in calls {
        call.await.unwrap().unwrap();
    }
    assert_eq!(fake.count("Login"), 2);
    assert_eq!(client.writer().invoke(&current_time()).await.unwrap(), DateTime::from_text("now"));
}

#[tokio::test(start_paused = true)]
async fn a_refused_new_login_is_not_tried_again() {
    let fake = Fake::new();
    let client = fake.connect().await.unwrap();
    fake.state.lock().unwrap().password = "changed".to_owned();
    fake.expire();
    for _ in 0..3 {
        let error = client.reader().invoke(&current_time()).await.unwrap_err();
        assert!(matches!(error.problem(), CallProblem::Relogin(_)), "{error}");
    }
    assert_eq!(fake.count("Login"), 2);
}

#[tokio::test(start_paused = true)]
async fn a_call_that_needs_more_than_a_session_causes_no_new_login() {
    let fake = Fake::scripted(|call| {
        (call.method.name == "CreateFolder").then(|| fault(&t::NotAuthenticated::default()))
    });
    let client = fake.connect().await.unwrap();
    let error = client.writer().invoke(&create_folder()).await.unwrap_err();
    assert!(error.is_not_authenticated());
    assert_eq!((fake.count("Login"), fake.count("CreateFolder")), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn a_lost_session_does_not_lose_a_mutating_call_nor_double_it() {
    let fake = failing("CreateFolder", Vec::new());
    let client = fake.connect().await.unwrap();
    fake.expire();
    let made = client.writer().invoke(&create_folder()).await.unwrap();
    assert_eq!(made, moref("Folder", "new"));
    // Once refused for lack of a session, once carried out.
    assert_eq!((fake.count("Login"), fake.count("CreateFolder")), (2, 2));
}

#[tokio::test(start_paused = true)]
async fn only_what_is_safe_is_sent_again() {
    // Reads are repeated when they did not arrive, when the answer was lost, and behind a gateway.
    let read = vec![Answer::NotSent, Answer::Lost, html(503)];
    let fake = failing("CurrentTime", read);
    let client = fake.connect().await.unwrap();
    client.reader().invoke(&current_time()).await.unwrap();
    assert_eq!(fake.count("CurrentTime"), 4);

    // A change is repeated only when it certainly did not arrive.
    let fake = failing("CreateFolder", vec![Answer::NotSent]);
    let client = fake.connect().await.unwrap();
    client.writer().invoke(&create_folder()).await.unwrap();
    assert_eq!(fake.count("CreateFolder"), 2);

    for (answer, delivery) in [
        (Answer::Lost, Delivery::Unknown),
        (html(503), Delivery::Unknown),
        (html(404), Delivery::Answered),
        (fault(&t::DuplicateName::default()), Delivery::Answered),
    ] {
        let fake = failing("CreateFolder", vec![answer]);
        let client = fake.connect().await.unwrap();
        let error = client.writer().invoke(&create_folder()).await.unwrap_err();
        assert_eq!(error.delivery(), delivery, "{:?}", error.problem());
        assert_eq!(fake.count("CreateFolder"), 1);
    }
}

#[tokio::test(start_paused = true)]
async fn repeats_end() {
    let fake =
        Fake::scripted(|call| (call.method.name == "CurrentTime").then_some(Answer::NotSent));
    let client = fake.connect().await.unwrap();
    let error = client.reader().invoke(&current_time()).await.unwrap_err();
    assert_eq!(error.delivery(), Delivery::NotSent);
    assert_eq!(fake.count("CurrentTime"), 4);
    assert_eq!(error.to_string(), "cannot call `CurrentTime` on `ServiceInstance:ServiceInstance`");
}

#[tokio::test(start_paused = true)]
async fn an_idle_session_is_kept_alive_until_it_is_closed() {
    let fake = Fake::new();
    let client = fake.connect().await.unwrap();
    tokio::time::sleep(Duration::from_secs(599)).await;
    assert_eq!(fake.count("CurrentTime"), 0);
    tokio::time::sleep(Duration::from_secs(1_300)).await;
    assert!((2..=3).contains(&fake.count("CurrentTime")), "{:?}", fake.log());
    client.close().await.unwrap();
    let before = fake.log().len();
    tokio::time::sleep(Duration::from_secs(7_200)).await;
    assert_eq!(fake.log().len(), before);
}

#[tokio::test(start_paused = true)]
async fn closing_does_not_wait_for_a_server_that_hangs() {
    let fake = Fake::scripted(|call| (call.method.name == "Logout").then_some(Answer::Never));
    let client = fake.connect().await.unwrap();
    let began = tokio::time::Instant::now();
    client.close().await.unwrap();
    assert!(began.elapsed() < Duration::from_secs(6));
}

#[tokio::test(start_paused = true)]
async fn a_dropped_client_logs_out() {
    let fake = Fake::new();
    drop(fake.connect().await.unwrap());
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert_eq!(fake.count("Logout"), 1);
}

#[tokio::test(start_paused = true)]
async fn a_method_that_the_server_is_too_old_for_is_not_sent() {
    let fake = Fake::new();
    let old = "<namespaces><namespace><name>urn:vim25</name><version>5.5</version></namespace></namespaces>";
    fake.state.lock().unwrap().gets.push_back(ok(old.as_bytes().to_vec()));
    let client = fake.connect().await.unwrap();
    let call = methods::CreateSecondaryVMExTask {
        this: moref("VirtualMachine", "vm-1"),
        ..Default::default()
    };
    let error = client.writer().invoke(&call).await.unwrap_err();
    assert!(matches!(error.problem(), CallProblem::TooOld { spoken: "5.5", .. }), "{error:?}");
    assert_eq!(fake.count("CreateSecondaryVMEx_Task"), 0);
}

#[tokio::test(start_paused = true)]
async fn readers_and_writers_can_be_shared_between_threads() {
    fn shareable<T: Send + Sync + 'static>(_: &T) {}
    let fake = Fake::new();
    let client: Client = fake.connect().await.unwrap();
    let reader: Reader = client.reader();
    shareable(&client);
    shareable(&reader);
    let count = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&count);
    tokio::spawn(async move {
        reader.invoke(&current_time()).await.unwrap();
        counted.fetch_add(1, Ordering::SeqCst);
    })
    .await
    .unwrap();
    assert_eq!(count.load(Ordering::SeqCst), 1);
}
