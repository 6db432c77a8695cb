//! A server that answers what a test tells it to, behind the client's transport seam.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use vim25::soap::{self, Limits, Request, decode_request, encode_fault, encode_response};
use vim25::types as t;
use vim25::{DataObject, DateTime, Method, MoRef, Version, methods};
use vsphere::transport::{
    HttpRequest, HttpResponse, TimeoutPhase, Transport, TransportError, Verb,
};
use vsphere::{BoxFuture, Client, ConnectError, Endpoint, Surroundings};

use crate::collector::Collector;

pub(crate) const PASSWORD: &str = "canary-pass-7231";

/// What a test makes the server do with one call.
pub(crate) enum Answer {
    /// A full answer.
    Reply(HttpResponse),
    /// The connection is refused.
    NotSent,
    /// The call is lost after it was sent.
    Lost,
    /// Nothing ever comes.
    Never,
}

type Script = Box<dyn FnMut(&Request) -> Option<Answer> + Send>;
type RestScript = Box<dyn FnMut(&HttpRequest) -> HttpResponse + Send>;

pub(crate) struct State {
    pub(crate) log: Vec<String>,
    pub(crate) actions: Vec<String>,
    pub(crate) valid: Option<String>,
    pub(crate) password: String,
    /// The password has expired.
    pub(crate) expired: bool,
    pub(crate) sessions: u32,
    pub(crate) script: Script,
    rest: Option<RestScript>,
    pub(crate) gets: VecDeque<HttpResponse>,
}

/// The server.
pub(crate) struct Fake {
    pub(crate) state: Mutex<State>,
    pub(crate) collector: Collector,
}

impl Fake {
    pub(crate) fn new() -> Arc<Self> {
        Self::scripted(|_| None)
    }

    /// `script` sees every call after the session check and may answer it.
    pub(crate) fn scripted(
        script: impl FnMut(&Request) -> Option<Answer> + Send + 'static,
    ) -> Arc<Self> {
        let state = State {
            log: Vec::new(),
            actions: Vec::new(),
            valid: None,
            password: PASSWORD.to_owned(),
            expired: false,
            sessions: 0,
            script: Box::new(script),
            rest: None,
            gets: VecDeque::new(),
        };
        Arc::new(Self { state: Mutex::new(state), collector: Collector::default() })
    }

    /// Answers what is asked beside SOAP.
    pub(crate) fn serve_rest(
        &self,
        script: impl FnMut(&HttpRequest) -> HttpResponse + Send + 'static,
    ) {
        self.state.lock().unwrap().rest = Some(Box::new(script));
    }

    pub(crate) async fn connect(self: &Arc<Self>) -> Result<Client, ConnectError> {
        let url = "https://vc.test/sdk".parse::<vsphere::Address>().unwrap().url;
        let endpoint = Endpoint::new(url, "operator", PASSWORD.into());
        let transport: Arc<dyn Transport> = Arc::clone(self) as _;
        Client::connect_over(endpoint, transport, Surroundings::default()).await
    }

    pub(crate) fn count(&self, method: &str) -> usize {
        self.state.lock().unwrap().log.iter().filter(|name| *name == method).count()
    }

    pub(crate) fn log(&self) -> Vec<String> {
        self.state.lock().unwrap().log.clone()
    }

    /// The server forgets the session and all that it owned.
    pub(crate) fn expire(&self) {
        self.state.lock().unwrap().valid = None;
        self.collector.forget_session();
    }

    fn get(&self) -> HttpResponse {
        let versions = "<namespaces version=\"1.0\"><namespace><name>urn:vim25</name>\
            <version>uA046D008</version><priorVersions><version>8.0.2.0</version>\
            <version>7.0.0.0</version></priorVersions></namespace></namespaces>";
        let mut state = self.state.lock().unwrap();
        state.log.push("GET".to_owned());
        state.gets.pop_front().unwrap_or_else(|| ok(versions.as_bytes().to_vec()))
    }

    fn decide(&self, request: &HttpRequest, call: &Request) -> Option<Answer> {
        let mut state = self.state.lock().unwrap();
        let name = call.method.name;
        state.log.push(name.to_owned());
        let header = |wanted| {
            request.headers.iter().find(|(name, _)| *name == wanted).map(|(_, value)| value.clone())
        };
        state.actions.extend(header("soapaction"));
        if name == "RetrieveServiceContent" {
            return Some(reply::<methods::RetrieveServiceContent>(&content()));
        }
        if name == "Login" {
            return Some(state.log_in(call));
        }
        if state.valid.is_none() || header("cookie") != state.valid {
            return Some(fault(&t::NotAuthenticated::default()));
        }
        if let Some(answer) = (state.script)(call) {
            return Some(answer);
        }
        match name {
            "Logout" => {
                state.valid = None;
                Some(reply::<methods::Logout>(&()))
            }
            "CurrentTime" => Some(reply::<methods::CurrentTime>(&DateTime::from_text("now"))),
            _ => None,
        }
    }
}

impl State {
    fn log_in(&mut self, call: &Request) -> Answer {
        let login = call.body.as_type::<methods::Login>().unwrap();
        if self.expired {
            return fault(&t::PasswordExpired::default());
        }
        if login.password != self.password {
            return fault(&t::InvalidLogin::default());
        }
        self.sessions += 1;
        let cookie = format!("vmware_soap_session=\"canary-cookie-{}\"", self.sessions);
        self.valid = Some(cookie.clone());
        let Answer::Reply(mut response) = reply::<methods::Login>(&t::UserSession::default())
        else {
            unreachable!()
        };
        response.headers.push(("set-cookie".to_owned(), format!("{cookie}; Path=/; HttpOnly")));
        Answer::Reply(response)
    }
}

impl Transport for Fake {
    fn exchange<'a>(
        &'a self,
        request: &'a HttpRequest,
    ) -> BoxFuture<'a, Result<HttpResponse, TransportError>> {
        Box::pin(async move {
            // A connection takes a moment; without it nothing would ever run at the same time.
            tokio::task::yield_now().await;
            if request.url.contains("/api/") || request.url.contains("/rest/") {
                let mut state = self.state.lock().unwrap();
                let rest = state.rest.as_mut().expect("nothing is served beside SOAP");
                return Ok(rest(request));
            }
            if request.verb == Verb::Get {
                return Ok(self.get());
            }
            let call = decode_request(&request.body, &Limits::default()).unwrap();
            let answer = match self.decide(request, &call) {
                Some(answer) => answer,
                None => self.collector.answer(&call).await,
            };
            let server = "vc.test:443".to_owned();
            match answer {
                Answer::Reply(response) => Ok(response),
                Answer::NotSent => {
                    Err(TransportError::Unreachable { server, cause: "refused".into() })
                }
                Answer::Lost => Err(TransportError::Timeout {
                    server,
                    phase: TimeoutPhase::FirstByte,
                    within: std::time::Duration::from_secs(1),
                }),
                Answer::Never => std::future::pending().await,
            }
        })
    }
}

pub(crate) fn ok(body: Vec<u8>) -> HttpResponse {
    HttpResponse { status: 200, headers: Vec::new(), body }
}

pub(crate) fn html(status: u16) -> Answer {
    let body = b"<html><body>upstream connect error</body></html>".to_vec();
    Answer::Reply(HttpResponse { status, headers: Vec::new(), body })
}

pub(crate) fn reply<M: Method>(output: &M::Output) -> Answer {
    Answer::Reply(ok(encode_response::<M>(output, version())))
}

pub(crate) fn fault(fault: &dyn DataObject) -> Answer {
    let body = encode_fault("ServerFaultCode", "words of the server", fault, version());
    Answer::Reply(HttpResponse { status: 500, headers: Vec::new(), body })
}

pub(crate) fn version() -> Version {
    Version::parse("8.0.2.0").unwrap()
}

pub(crate) fn moref(kind: &str, value: &str) -> MoRef {
    MoRef::new(kind, value)
}

fn content() -> t::ServiceContent {
    let mut content = t::ServiceContent {
        root_folder: moref("Folder", "group-d1"),
        property_collector: moref("PropertyCollector", "propertyCollector"),
        session_manager: Some(moref("SessionManager", "SessionManager")),
        ..Default::default()
    };
    content.about.api_type = "VirtualCenter".into();
    content.about.full_name = "Fake vCenter".into();
    content
}

/// Asserts that the codec still has what these tests lean on.
#[test]
fn the_fake_speaks_the_wire_format() {
    let Answer::Reply(response) = fault(&t::InvalidLogin::default()) else { panic!() };
    let answer = soap::decode_response::<methods::Login>(&response.body, &Limits::default());
    assert!(answer.unwrap().unwrap_err().detail.is_some());
}
