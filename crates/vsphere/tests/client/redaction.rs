//! No secret leaves through logs or errors, at any level.

use std::io;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;
use vim25::methods;
use vim25::soap::encode_fault;
use vim25::types::{HostConnectSpec, InvalidRequest};
use vsphere::transport::HttpResponse;

use crate::fake::{Answer, Fake, PASSWORD, moref, version};

#[derive(Clone, Default)]
struct Captured(Arc<Mutex<Vec<u8>>>);

impl io::Write for Captured {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Captured {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_repeats_a_password_does_not_get_it_shown() {
    const INNER: &str = "canary-host-9917";
    let fake = Fake::scripted(|call| {
        let said = format!("login root/{INNER} ({PASSWORD}) refused");
        let body = encode_fault("ServerFaultCode", &said, &InvalidRequest::default(), version());
        let reply = HttpResponse { status: 500, headers: Vec::new(), body };
        (call.method.name == "AddHost_Task").then_some(Answer::Reply(reply))
    });
    let client = fake.connect().await.unwrap();
    let spec = HostConnectSpec { password: Some(INNER.into()), ..Default::default() };
    let this = moref("ClusterComputeResource", "c");
    let call = methods::AddHostTask { this, spec, as_connected: true, ..Default::default() };
    let error = client.writer().invoke(&call).await.unwrap_err();
    let shown = format!("{error} {error:?} {}", error.problem());
    assert!(shown.contains("login root/<secret> (<secret>) refused"), "{shown}");
    assert!(!shown.contains(INNER) && !shown.contains(PASSWORD), "{shown}");
}

#[tokio::test(start_paused = true)]
async fn passwords_and_cookies_are_in_no_log_line_and_no_error() {
    // With a single subscriber, tracing asks only the thread that passes an event first, which may be one of
    // another test; a second one makes it ask them all.
    let _second = tracing::Dispatch::new(tracing::subscriber::NoSubscriber::default());
    let captured = Captured::default();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(captured.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);

    let fake = Fake::scripted(|call| (call.method.name == "AddHost_Task").then_some(Answer::Lost));
    let client = fake.connect().await.unwrap();
    let spec = HostConnectSpec {
        host_name: Some("esx1".into()),
        password: Some("canary-host-9917".into()),
        ..Default::default()
    };
    let this = moref("ClusterComputeResource", "c");
    let call = methods::AddHostTask { this, spec, as_connected: true, ..Default::default() };
    let error = client.writer().invoke(&call).await.unwrap_err();
    fake.expire();
    let _ = client.reader().retrieve(&moref("VirtualMachine", "vm-1"), &["name"]).await;
    client.close().await.unwrap();

    let log = String::from_utf8(captured.0.lock().unwrap().clone()).unwrap();
    assert!(log.contains("AddHost_Task") && log.contains("esx1"), "calls are traced:\n{log}");
    assert!(log.contains("operation_id") && log.contains("attempt"), "{log}");
    let shown = format!("{log}\n{error}\n{error:?}\n{call:?}\n{client:?}");
    for secret in [PASSWORD, "canary-host-9917", "canary-cookie"] {
        assert!(!shown.contains(secret), "`{secret}` leaked");
    }
}
