//! The server as a client meets it: TLS, keep-alive, compression, cut connections, and the start contract.

#![expect(clippy::unwrap_used, reason = "a failed step of a test ends it")]

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::Arc;

use flate2::read::GzDecoder;
use mock_vcenter::Mock;
use mock_vcenter::disturb::{Kind, Rule};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

const CONTENT: &str = concat!(
    r#"<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Body>"#,
    r#"<RetrieveServiceContent xmlns="urn:vim25"><_this type="ServiceInstance">ServiceInstance"#,
    r#"</_this></RetrieveServiceContent></e:Body></e:Envelope>"#
);

async fn connect(address: std::net::SocketAddr, ca_pem: &str) -> TlsStream<TcpStream> {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(ca_pem.as_bytes()).unwrap()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(roots)
        .with_no_client_auth();
    let stream = TcpStream::connect(address).await.unwrap();
    let name = ServerName::try_from("127.0.0.1").unwrap();
    TlsConnector::from(Arc::new(config)).connect(name, stream).await.unwrap()
}

/// Head and body of one answer; `None` when the connection ends first.
async fn exchange(
    stream: &mut TlsStream<TcpStream>,
    head: &str,
    body: &str,
) -> Option<(String, Vec<u8>)> {
    let length = body.len();
    let request = format!("{head}\r\nHost: mock\r\nContent-Length: {length}\r\n\r\n{body}");
    stream.write_all(request.as_bytes()).await.ok()?;
    let mut got = Vec::new();
    loop {
        let mut part = [0; 4096];
        let count = stream.read(&mut part).await.ok().filter(|count| *count > 0)?;
        got.extend_from_slice(&part[..count]);
        let Some(end) = got.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8(got[..end].to_vec()).unwrap().to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
        let length: usize = length.parse().unwrap();
        if got.len() == end + 4 + length {
            return Some((head, got.split_off(end + 4)));
        }
    }
}

#[tokio::test]
async fn one_connection_serves_many_calls_and_compresses_when_asked() {
    let mock = Mock::builder().start().await.unwrap();
    let mut stream = connect(mock.address(), mock.ca_pem()).await;
    let post = "POST /sdk HTTP/1.1\r\nSOAPAction: \"urn:vim25/8.0.2.0\"";
    let (head, plain) = exchange(&mut stream, post, CONTENT).await.unwrap();
    assert!(head.starts_with("http/1.1 200 ok"), "{head}");
    assert!(head.contains("content-type: text/xml; charset=utf-8"), "{head}");
    assert!(!head.contains("content-encoding"), "{head}");
    let zipped = format!("{post}\r\nAccept-Encoding: gzip, deflate");
    let (head, packed) = exchange(&mut stream, &zipped, CONTENT).await.unwrap();
    assert!(head.contains("content-encoding: gzip"), "{head}");
    let mut unpacked = Vec::new();
    GzDecoder::new(&*packed).read_to_end(&mut unpacked).unwrap();
    assert_eq!(unpacked, plain);
    assert!(packed.len() < plain.len());
    let (head, body) =
        exchange(&mut stream, "GET /api/content/library HTTP/1.1", "").await.unwrap();
    assert!(head.starts_with("http/1.1 404"), "{head}");
    assert!(body.starts_with(b"{"));
    mock.stop().await;
}

#[tokio::test]
async fn an_action_that_is_no_version_uri_says_nothing() {
    let mock = Mock::builder().start().await.unwrap();
    let mut stream = connect(mock.address(), mock.ca_pem()).await;
    for (action, status) in [("vim25", "200"), ("urn:vim25/7.0", "200"), ("urn:vim25/99.0", "500")]
    {
        let post = format!("POST /sdk HTTP/1.1\r\nSOAPAction: {action}");
        let (head, _) = exchange(&mut stream, &post, CONTENT).await.unwrap();
        assert!(head.starts_with(&format!("http/1.1 {status}")), "{action}: {head}");
    }
    mock.stop().await;
}

#[tokio::test]
async fn a_cut_closes_the_connection_without_an_answer() {
    let rule = Rule::new(Kind::Cut).on("RetrieveServiceContent").times(1);
    let mock = Mock::builder().disturb(rule).start().await.unwrap();
    let post = "POST /sdk HTTP/1.1";
    let mut stream = connect(mock.address(), mock.ca_pem()).await;
    assert!(exchange(&mut stream, post, CONTENT).await.is_none());
    let mut stream = connect(mock.address(), mock.ca_pem()).await;
    assert!(exchange(&mut stream, post, CONTENT).await.is_some());
}

#[tokio::test]
async fn a_stopped_server_answers_no_more() {
    let mock = Mock::builder().start().await.unwrap();
    let (address, pem) = (mock.address(), mock.ca_pem().to_owned());
    let mut idle = connect(address, &pem).await;
    mock.stop().await;
    assert!(TcpStream::connect(address).await.is_err());
    assert!(exchange(&mut idle, "POST /sdk HTTP/1.1", CONTENT).await.is_none());
}

#[tokio::test]
async fn wrong_settings_are_named() {
    let model = Mock::builder().model("nonsense").start().await.unwrap_err();
    assert!(model.to_string().contains("`nonsense`") && model.to_string().contains("empty"));
    let release = Mock::builder().release("1.0").start().await.unwrap_err();
    assert!(release.to_string().contains("8.0.3"));
    assert!(Mock::builder().listen("nowhere").start().await.is_err());
}

#[test]
fn the_binary_announces_one_line_and_ends_well_on_sigterm() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_mock-vcenter"))
        .args(["-l", "127.0.0.1:0", "--model", "empty", "--time-scale", "10"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    stdout.read_line(&mut line).unwrap();
    let pid = child.id();
    assert!(line.starts_with("export GOVC_URL=https://user:pass@127.0.0.1:"), "{line}");
    assert!(line.ends_with(&format!("/sdk GOVC_SIM_PID={pid}\n")), "{line}");
    assert!(Command::new("kill").arg(pid.to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "");
}
