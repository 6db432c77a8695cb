//! No server can hold the client, fill its memory, or lead it elsewhere.

use std::io::Write as _;
use std::time::{Duration, Instant};

use flate2::Compression;
use flate2::write::GzEncoder;
use vsphere::Delivery;
use vsphere::tls::{Fingerprint, NoticeSink, TlsOptions, Trust, client_config};
use vsphere::transport::{HttpResponse, Limits, TimeoutPhase, Transport, TransportError};

use crate::server::{Authority, Behaviour, Server, answer};

const SHORT: Duration = Duration::from_millis(80);

fn limits() -> Limits {
    let second = Duration::from_secs(20);
    Limits {
        connect: second,
        first_byte: second,
        idle: second,
        total: second,
        body: 1 << 20,
        stall: second,
    }
}

async fn exchange(
    behaviour: Behaviour,
    limits: Limits,
) -> (Result<HttpResponse, TransportError>, Server) {
    let identity = Authority::new("any").issue("localhost", 2090);
    let pin = Trust::Pin(Fingerprint::of(&identity.certificate));
    let server = Server::start(identity, behaviour).await;
    let options = TlsOptions::from(pin);
    let tls = client_config(&options, &server.authority(), &NoticeSink::default()).unwrap();
    let transport = server.transport(tls, limits);
    let outcome = transport.exchange(&server.get()).await;
    (outcome, server)
}

fn gzip(bytes: usize) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(&vec![b' '; bytes]).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn compressed_answers_are_unpacked_within_the_bound() {
    let body = answer("content-encoding: gzip\r\n", &gzip(100_000));
    let (outcome, _) = exchange(Behaviour::Send(body), limits()).await;
    assert_eq!(outcome.unwrap().body.len(), 100_000);

    // 64 MiB in 64 KiB.
    let bomb = gzip(64 << 20);
    assert!(bomb.len() < 100_000);
    let body = answer("content-encoding: gzip\r\n", &bomb);
    let (outcome, _) = exchange(Behaviour::Send(body), limits()).await;
    assert!(matches!(outcome, Err(TransportError::TooLarge { .. })), "{outcome:?}");
}

#[tokio::test]
async fn endless_bodies_and_heads_are_cut_off() {
    let chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    let chunk = [b"4000\r\n".as_slice(), &[b'x'; 0x4000], b"\r\n"].concat();
    let (outcome, _) = exchange(Behaviour::Forever(chunked, chunk), limits()).await;
    assert!(matches!(outcome, Err(TransportError::TooLarge { .. })), "{outcome:?}");

    let announced = b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n".to_vec();
    let (outcome, _) = exchange(Behaviour::Stall(announced), limits()).await;
    assert!(matches!(outcome, Err(TransportError::TooLarge { .. })), "{outcome:?}");

    let head = b"HTTP/1.1 200 OK\r\n".to_vec();
    let line = format!("x-more: {}\r\n", "y".repeat(1000)).into_bytes();
    let (outcome, _) = exchange(Behaviour::Forever(head, line), limits()).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, TransportError::Broken { .. }), "{error:?}");
    assert_eq!(error.delivery(), Delivery::Unknown);
}

#[tokio::test]
async fn slow_servers_are_left() {
    let part = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec();
    let table = [
        (Vec::new(), Limits { first_byte: SHORT, ..limits() }, TimeoutPhase::FirstByte),
        (
            b"HTTP/1.1 200 OK\r\nx-".to_vec(),
            Limits { first_byte: SHORT, ..limits() },
            TimeoutPhase::FirstByte,
        ),
        (part.clone(), Limits { idle: SHORT, ..limits() }, TimeoutPhase::Idle),
        (part, Limits { total: SHORT * 4, ..limits() }, TimeoutPhase::Total),
    ];
    for (sent, limits, expected) in table {
        let began = Instant::now();
        let (outcome, _) = exchange(Behaviour::Stall(sent), limits).await;
        let error = outcome.unwrap_err();
        let TransportError::Timeout { phase, .. } = &error else { panic!("{error:?}") };
        assert_eq!(*phase, expected);
        assert_eq!(error.delivery(), Delivery::Unknown);
        assert!(began.elapsed() < Duration::from_secs(15));
    }
}

#[tokio::test]
async fn redirects_are_shown_and_not_followed() {
    let moved =
        b"HTTP/1.1 302 Found\r\nlocation: https://localhost:1/ui\r\ncontent-length: 0\r\n\r\n";
    let (outcome, server) = exchange(Behaviour::Send(moved.to_vec()), limits()).await;
    assert_eq!(outcome.unwrap().status, 302);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_no_answer() {
    let part = b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec();
    let (outcome, _) = exchange(Behaviour::SendAndClose(part), limits()).await;
    let error = outcome.unwrap_err();
    assert!(matches!(error, TransportError::Broken { .. }), "{error:?}");
}

#[tokio::test]
async fn a_server_that_is_not_there_was_not_sent_anything() {
    let (outcome, server) = exchange(Behaviour::Send(answer("", b"ok")), limits()).await;
    outcome.unwrap();
    let port = {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        listener.local_addr().unwrap().port()
    };
    let options = TlsOptions::from(Trust::Insecure);
    let tls = client_config(&options, "localhost", &NoticeSink::default()).unwrap();
    let transport = server.transport(tls, limits());
    let mut request = server.get();
    request.url = format!("https://127.0.0.1:{port}/sdk");
    let error = transport.exchange(&request).await.unwrap_err();
    assert!(matches!(error, TransportError::Unreachable { .. }), "{error:?}");
    assert_eq!((error.delivery(), error.is_permanent()), (Delivery::NotSent, false));
}
