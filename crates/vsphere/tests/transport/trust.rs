//! Whose certificate is believed, on every single connection.

use std::error::Error as _;
use std::path::Path;
use std::time::Duration;

use vsphere::tls::{
    Fingerprint, HostCertificate, NoticeSink, TlsFloor, TlsOptions, Trust, TrustProblem,
    UnknownServer, client_config, read_certificate,
};
use vsphere::transport::{HttpTransport, Limits, Transport, TransportError};
use vsphere::{Address, Client, ConnectError, Delivery, Endpoint, Notice};

use crate::server::{Authority, Behaviour, Identity, Server, answer};

static ONLY_TLS12: &[&rustls::SupportedProtocolVersion] = &[&rustls::version::TLS12];

fn hello() -> Behaviour {
    Behaviour::Send(answer("", b"hello"))
}

/// Answers and closes, so that the next request needs a new connection.
fn hello_and_close() -> Behaviour {
    Behaviour::SendAndClose(answer("connection: close\r\n", b"hello"))
}

fn ca_file(folder: &Path, authority: &Authority) -> Trust {
    let file = folder.join("ca.pem");
    std::fs::write(&file, &authority.pem).unwrap();
    Trust::CaFile(file)
}

fn transport(server: &Server, trust: Trust, notices: &NoticeSink) -> HttpTransport {
    let tls = client_config(&TlsOptions::from(trust), &server.authority(), notices).unwrap();
    server.transport(tls, Limits::default())
}

async fn ask(server: &Server, trust: Trust) -> Result<Vec<u8>, TransportError> {
    let transport = transport(server, trust, &NoticeSink::default());
    transport.exchange(&server.get()).await.map(|response| response.body)
}

/// The problem of an exchange that must not have sent anything.
fn problem(outcome: Result<Vec<u8>, TransportError>, server: &Server) -> TrustProblem {
    let error = outcome.unwrap_err();
    assert!(matches!(error, TransportError::Untrusted { .. }), "{error:?}");
    assert_eq!((error.delivery(), error.is_permanent()), (Delivery::NotSent, true));
    assert_eq!(server.requests(), Vec::<String>::new(), "a request was sent to a stranger");
    error.source().unwrap().downcast_ref::<TrustProblem>().unwrap().clone()
}

#[tokio::test]
async fn certificates_are_verified_against_the_ca_file() {
    let folder = tempfile::tempdir().unwrap();
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let trust = || ca_file(folder.path(), &ours);

    let server = Server::start(ours.issue("localhost", 2090), hello()).await;
    assert_eq!(ask(&server, trust()).await.unwrap(), b"hello");

    let identity = theirs.issue("localhost", 2090);
    let presented = Fingerprint::of(&identity.certificate);
    let server = Server::start(identity, hello()).await;
    let found = problem(ask(&server, trust()).await, &server);
    assert_eq!(found, TrustProblem::UnknownIssuer { presented });

    let server = Server::start(ours.issue("elsewhere.test", 2090), hello()).await;
    let found = problem(ask(&server, trust()).await, &server);
    let TrustProblem::WrongName { issued_for, .. } = &found else { panic!("{found}") };
    assert_eq!(*issued_for, ["elsewhere.test"]);

    let server = Server::start(ours.itself.clone(), hello()).await;
    let found = problem(ask(&server, trust()).await, &server);
    let presented = Fingerprint::of(&ours.itself.certificate);
    assert_eq!(found, TrustProblem::OfAuthority { presented }, "{found}");
    assert!(found.hint().contains("pin it"), "{}", found.hint());

    let server = Server::start(ours.issue("localhost", 2020), hello()).await;
    let found = problem(ask(&server, trust()).await, &server);
    assert!(matches!(found, TrustProblem::Expired { .. }), "{found}");
    assert!(!found.hint().is_empty());
}

#[tokio::test]
async fn a_pin_demands_this_certificate_and_nothing_else() {
    let authority = Authority::new("nobody");
    let old = authority.issue("elsewhere.test", 2020);
    let pinned = Fingerprint::of(&old.certificate);
    let server = Server::start(old, hello()).await;
    assert_eq!(ask(&server, Trust::Pin(pinned)).await.unwrap(), b"hello");

    let other = authority.issue("localhost", 2090);
    let presented = Fingerprint::of(&other.certificate);
    let server = Server::start(other, hello()).await;
    let found = problem(ask(&server, Trust::Pin(pinned)).await, &server);
    assert_eq!(found, TrustProblem::NotThePinned { pinned, presented });
}

#[tokio::test]
async fn a_pinned_certificate_without_its_key_is_refused() {
    let authority = Authority::new("nobody");
    let genuine = authority.issue("localhost", 2090);
    let pinned = Fingerprint::of(&genuine.certificate);
    let thief = Identity { certificate: genuine.certificate, ..authority.issue("localhost", 2090) };
    let server = Server::start(thief, hello()).await;
    let error = ask(&server, Trust::Pin(pinned)).await.unwrap_err();
    assert_eq!((error.delivery(), error.is_permanent()), (Delivery::NotSent, true), "{error:?}");
    assert!(server.requests().is_empty());
    assert!(
        read_certificate("localhost", server.address.port(), Duration::from_secs(20))
            .await
            .is_err()
    );
}

#[tokio::test]
async fn an_unknown_server_is_refused_unless_first_use_is_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("known_hosts");
    let trust = |unknown| Trust::KnownHosts { file: file.clone(), unknown };
    let authority = Authority::new("nobody");
    let identity = authority.issue("localhost", 2090);
    let fingerprint = Fingerprint::of(&identity.certificate);
    let server = Server::start(identity, hello_and_close()).await;

    let found = problem(ask(&server, trust(UnknownServer::Refuse)).await, &server);
    assert!(matches!(found, TrustProblem::UnknownServer { .. }), "{found}");
    assert!(!file.exists(), "a refused server was written down");

    let notices = NoticeSink::default();
    let first = transport(&server, trust(UnknownServer::TrustOnFirstUse), &notices);
    first.exchange(&server.get()).await.unwrap();
    first.exchange(&server.get()).await.unwrap();
    let told = notices.lock().unwrap().clone();
    let [Notice::TrustedOnFirstUse { fingerprint: shown, .. }] = told.as_slice() else {
        panic!("{told:?}")
    };
    assert_eq!(*shown, fingerprint);

    // From now on it is known, also to who would refuse strangers.
    assert_eq!(ask(&server, trust(UnknownServer::Refuse)).await.unwrap(), b"hello");
    server.swap_after_one_answer(authority.issue("localhost", 2090));
    first.exchange(&server.get()).await.unwrap();
    let before = server.requests().len();
    for unknown in [UnknownServer::Refuse, UnknownServer::TrustOnFirstUse] {
        let error = ask(&server, trust(unknown)).await.unwrap_err();
        let problem = error.source().unwrap().downcast_ref::<TrustProblem>().unwrap().clone();
        assert!(matches!(problem, TrustProblem::Changed { .. }), "{problem}");
    }
    assert!(first.exchange(&server.get()).await.is_err());
    assert_eq!(server.requests().len(), before);
}

#[tokio::test]
async fn a_certificate_swapped_before_the_login_gets_no_credentials() {
    let folder = tempfile::tempdir().unwrap();
    let authority = Authority::new("nobody");
    let versions = b"<namespaces><namespace><name>urn:vim25</name><version>8.0.2.0</version>\
        </namespace></namespaces>";
    let behaviour = Behaviour::SendAndClose(answer("connection: close\r\n", versions));
    let server = Server::start(authority.issue("localhost", 2090), behaviour).await;
    server.swap_after_one_answer(authority.issue("localhost", 2090));

    let address: Address = format!("https://{}/sdk", server.authority()).parse().unwrap();
    let mut endpoint = Endpoint::new(address.url, "operator", "canary-pass-5512".into());
    endpoint.tls = TlsOptions::from(Trust::KnownHosts {
        file: folder.path().join("known_hosts"),
        unknown: UnknownServer::TrustOnFirstUse,
    });
    let error = Client::connect(endpoint).await.unwrap_err();
    assert!(matches!(error, ConnectError::Unreachable { .. }), "{error:?}");
    assert!(error.hint().unwrap().contains("somebody else may be answering"));
    let requests = server.requests();
    assert_eq!(requests.len(), 1, "{requests:?}");
    assert!(!requests[0].contains("canary-pass-5512"));
}

#[tokio::test]
async fn insecure_is_possible_and_loud() {
    let server =
        Server::start(Authority::new("nobody").issue("elsewhere.test", 2020), hello()).await;
    let notices = NoticeSink::default();
    let transport = transport(&server, Trust::Insecure, &notices);
    transport.exchange(&server.get()).await.unwrap();
    let told = notices.lock().unwrap().clone();
    assert_eq!(told, [Notice::Insecure { server: server.authority() }]);
    assert!(told[0].to_string().contains("NOT verified"));
}

#[tokio::test]
async fn connections_are_kept_and_tls_below_the_floor_is_not_spoken() {
    let mut identity = Authority::new("nobody").issue("localhost", 2090);
    let trust = Trust::Pin(Fingerprint::of(&identity.certificate));
    let options = TlsOptions { trust: trust.clone(), floor: TlsFloor::Tls13 };
    let server = Server::start(identity.clone(), hello()).await;
    let tls = client_config(&options, &server.authority(), &NoticeSink::default()).unwrap();
    let transport = server.transport(tls, Limits::default());
    for _ in 0..3 {
        transport.exchange(&server.get()).await.unwrap();
    }
    assert_eq!(server.connections(), 1);

    identity.versions = ONLY_TLS12;
    let server = Server::start(identity, hello()).await;
    assert_eq!(ask(&server, trust).await.unwrap(), b"hello");
    let tls = client_config(&options, &server.authority(), &NoticeSink::default()).unwrap();
    let transport = server.transport(tls, Limits::default());
    let error = transport.exchange(&server.get()).await.unwrap_err();
    assert!(matches!(error, TransportError::Handshake { .. }), "{error:?}");
}

#[tokio::test]
async fn a_hosts_certificate_can_be_read_without_trusting_it() {
    let identity = Authority::new("nobody").issue("elsewhere.test", 2020);
    let expected = HostCertificate::of(&identity.certificate);
    let server = Server::start(identity, hello()).await;
    let within = Duration::from_secs(20);
    let read = read_certificate("127.0.0.1", server.address.port(), within).await.unwrap();
    assert_eq!(read, expected);
    assert_eq!(read.sha1.to_string().len(), 59);
    assert!(read.pem.starts_with("-----BEGIN CERTIFICATE-----\n"));
    assert!(server.requests().is_empty());
}

#[test]
fn a_ca_file_without_certificates_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, "nothing\n").unwrap();
    for file in [file, folder.path().join("missing.pem")] {
        let options = TlsOptions::from(Trust::CaFile(file));
        assert!(client_config(&options, "vc:443", &NoticeSink::default()).is_err());
    }
}
