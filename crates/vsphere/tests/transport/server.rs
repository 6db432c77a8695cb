//! A TLS server on loopback that presents what a test wants and answers raw bytes.

use std::io;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::SupportedProtocolVersion;
use rustls::crypto::ring;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use vsphere::transport::{HttpRequest, HttpTransport, Limits, Verb};

/// An authority of a test.
pub(crate) struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pub(crate) pem: String,
    /// Its own certificate, as if it were a server's.
    pub(crate) itself: Identity,
}

impl Authority {
    pub(crate) fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.distinguished_name.push(rcgen::DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let certificate = params.self_signed(&key).unwrap();
        let itself = Identity {
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
            versions: rustls::ALL_VERSIONS,
        };
        Self { pem: certificate.pem(), itself, issuer: Issuer::new(params, key) }
    }

    /// A certificate for `name`, valid until the end of `year`.
    pub(crate) fn issue(&self, name: &str, year: i32) -> Identity {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::new(vec![name.to_owned()]).unwrap();
        params.not_before = date_time_ymd(2015, 1, 1);
        params.not_after = date_time_ymd(year, 12, 31);
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity {
            certificate: certificate.der().clone(),
            key: key.serialize_der(),
            versions: rustls::ALL_VERSIONS,
        }
    }
}

/// A certificate and a key, which need not belong together.
#[derive(Clone)]
pub(crate) struct Identity {
    pub(crate) certificate: CertificateDer<'static>,
    pub(crate) key: Vec<u8>,
    /// The TLS versions it speaks.
    pub(crate) versions: &'static [&'static SupportedProtocolVersion],
}

/// What the server does with a request.
#[derive(Clone)]
pub(crate) enum Behaviour {
    /// Sends this and keeps the connection.
    Send(Vec<u8>),
    /// Sends the first and then the second over and over.
    Forever(Vec<u8>, Vec<u8>),
    /// Sends this and then nothing more.
    Stall(Vec<u8>),
    /// Sends this and closes the connection.
    SendAndClose(Vec<u8>),
}

struct Shared {
    identity: Mutex<Identity>,
    behaviour: Mutex<Behaviour>,
    /// When set, the identity that replaces the first one after one answer.
    swap: Mutex<Option<Identity>>,
    requests: Mutex<Vec<String>>,
    connections: Mutex<u32>,
}

/// A running server; it ends with the runtime.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    shared: Arc<Shared>,
}

impl Server {
    pub(crate) async fn start(identity: Identity, behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared {
            identity: Mutex::new(identity),
            behaviour: Mutex::new(behaviour),
            swap: Mutex::new(None),
            requests: Mutex::default(),
            connections: Mutex::default(),
        });
        let serving = Arc::clone(&shared);
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                *serving.connections.lock().unwrap() += 1;
                tokio::spawn(serve(socket, Arc::clone(&serving)));
            }
        });
        Self { address, shared }
    }

    pub(crate) fn swap_after_one_answer(&self, identity: Identity) {
        *self.shared.swap.lock().unwrap() = Some(identity);
    }

    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap().clone()
    }

    pub(crate) fn connections(&self) -> u32 {
        *self.shared.connections.lock().unwrap()
    }

    pub(crate) fn authority(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    pub(crate) fn get(&self) -> HttpRequest {
        HttpRequest {
            verb: Verb::Get,
            url: format!("https://{}/sdk", self.authority()),
            headers: Vec::new(),
            body: Vec::new(),
            extra_patience: std::time::Duration::ZERO,
        }
    }

    pub(crate) fn transport(&self, tls: rustls::ClientConfig, limits: Limits) -> HttpTransport {
        HttpTransport::new(&self.authority(), tls, limits, None).unwrap()
    }
}

#[derive(Debug)]
struct Presents(Arc<CertifiedKey>);

impl ResolvesServerCert for Presents {
    fn resolve(&self, _hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0))
    }
}

fn acceptor(identity: &Identity) -> TlsAcceptor {
    let provider = Arc::new(ring::default_provider());
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(identity.key.clone()));
    let key = provider.key_provider.load_private_key(key).unwrap();
    let certified = CertifiedKey::new(vec![identity.certificate.clone()], key);
    let config = rustls::ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(identity.versions)
        .unwrap()
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(Presents(Arc::new(certified))));
    TlsAcceptor::from(Arc::new(config))
}

async fn serve(socket: TcpStream, shared: Arc<Shared>) -> io::Result<()> {
    let acceptor = acceptor(&shared.identity.lock().unwrap().clone());
    let mut stream = acceptor.accept(socket).await?;
    loop {
        let mut request = Vec::new();
        while !is_whole(&request) {
            let mut piece = [0_u8; 4096];
            let read = stream.read(&mut piece).await?;
            if read == 0 {
                return Ok(());
            }
            request.extend_from_slice(&piece[..read]);
        }
        shared.requests.lock().unwrap().push(String::from_utf8_lossy(&request).into_owned());
        let behaviour = shared.behaviour.lock().unwrap().clone();
        match behaviour {
            Behaviour::Send(bytes) => stream.write_all(&bytes).await?,
            Behaviour::SendAndClose(bytes) => {
                stream.write_all(&bytes).await?;
                if let Some(next) = shared.swap.lock().unwrap().take() {
                    *shared.identity.lock().unwrap() = next;
                }
                return stream.shutdown().await;
            }
            Behaviour::Stall(bytes) => {
                stream.write_all(&bytes).await?;
                stream.flush().await?;
                std::future::pending::<()>().await;
            }
            Behaviour::Forever(first, again) => {
                stream.write_all(&first).await?;
                loop {
                    stream.write_all(&again).await?;
                }
            }
        }
        stream.flush().await?;
    }
}

/// Has the head ended, and all of the body come?
fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
    });
    body.len() >= length.unwrap_or(0)
}

/// An answer with this body and these extra headers.
pub(crate) fn answer(headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n{headers}\r\n", body.len());
    [head.as_bytes(), body].concat()
}
