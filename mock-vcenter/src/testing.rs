//! A server without its listener, for tests: [`Rig`] calls methods as a client does, through the whole endpoint
//! and on a stepped clock, but without TLS.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper::header::{COOKIE, HeaderMap, HeaderName, HeaderValue, SET_COOKIE};
use vim25::methods::{Fetch, Login};
use vim25::soap::{self, Limits, SoapFault};
use vim25::{Method, MoRef, Value, Version};

use crate::builder::MockBuilder;
use crate::clock::{Clock, Pace};
use crate::core::Core;
use crate::endpoint::Endpoint;
use crate::mock::Mock;
use crate::product::Role;
use crate::session::session_manager_id;
use crate::store::Transaction;
use crate::transport::{Answer, BodyStream, Exchange, HttpRequest};
use crate::{Fault, Product};

/// A client of a server in the same process. Clones share the server, not the session.
pub(crate) struct Rig {
    pub(crate) core: Arc<Core>,
    cookie: Mutex<Option<String>>,
    pub(crate) version: Version,
}

impl Rig {
    /// A server with this model, without a session.
    pub(crate) fn anonymous(model: &str) -> Self {
        Self::of(Mock::builder().model(model))
    }

    pub(crate) fn of(builder: MockBuilder) -> Self {
        Self::with_core(builder.clock(Pace::Stepped).build().unwrap())
    }

    pub(crate) fn with_core(core: Arc<Core>) -> Self {
        let version = core.product.api();
        Self { core, cookie: Mutex::default(), version }
    }

    /// A server with this model and a session of the administrator.
    pub(crate) async fn logged_in(model: &str) -> Self {
        let rig = Self::anonymous(model);
        rig.login("user", "pass").await.unwrap();
        rig
    }

    /// Another client of the same server, logged in.
    pub(crate) async fn another(&self) -> Self {
        let rig = Self { core: self.core.clone(), cookie: Mutex::default(), version: self.version };
        rig.login("user", "pass").await.unwrap();
        rig
    }

    pub(crate) async fn login(&self, user: &str, password: &str) -> Result<(), Box<SoapFault>> {
        let login = Login {
            this: session_manager_id(&self.core.product),
            user_name: user.into(),
            password: password.into(),
            ..Default::default()
        };
        self.call(login).await.map(drop)
    }

    /// Forgets the session, as a client that starts anew.
    pub(crate) fn forget_cookie(&self) {
        *self.cookie.lock().unwrap() = None;
    }

    /// Calls a method.
    pub(crate) async fn call<M: Method>(&self, asked: M) -> Result<M::Output, Box<SoapFault>> {
        let body = soap::encode_request(&asked, self.version, None);
        let (status, body) = self.post(body, &format!("urn:vim25/{}", self.version)).await.unwrap();
        let reply = soap::decode_response::<M>(&body, &Limits::default()).unwrap();
        assert_eq!(status, if reply.is_ok() { 200 } else { 500 });
        reply
    }

    /// Posts an envelope; `None` when the connection is cut.
    pub(crate) async fn post(&self, body: Vec<u8>, action: &str) -> Option<(u16, Vec<u8>)> {
        let mut headers = HeaderMap::new();
        headers
            .insert(HeaderName::from_static("soapaction"), HeaderValue::from_str(action).unwrap());
        if let Some(cookie) = self.cookie.lock().unwrap().as_deref() {
            headers.insert(COOKIE, HeaderValue::from_str(cookie).unwrap());
        }
        match self.send(hyper::Method::POST, "/sdk", headers, body).await {
            Answer::Cut | Answer::File(_) => None,
            Answer::Reply(response) => {
                if let Some(cookie) = response.headers().get(SET_COOKIE) {
                    let cookie = cookie.to_str().unwrap().split(';').next().unwrap();
                    *self.cookie.lock().unwrap() = Some(cookie.to_owned());
                }
                Some((response.status().as_u16(), response.into_body()))
            }
        }
    }

    pub(crate) async fn send(
        &self,
        method: hyper::Method,
        path: &str,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Answer {
        let request = HttpRequest {
            method,
            path: path.split('?').next().unwrap_or_default().to_owned(),
            query: path.split_once('?').map_or("", |(_, query)| query).to_owned(),
            headers,
            stream: BodyStream::of(body.clone()),
            body,
            peer: SocketAddr::from((Ipv4Addr::LOCALHOST, 50_000)),
        };
        Endpoint(self.core.clone()).answer(request).await
    }

    /// One property; `None` when unset.
    pub(crate) async fn fetch(&self, object: &MoRef, property: &str) -> Option<Value> {
        let asked = Fetch { this: object.clone(), prop: property.into(), ..Default::default() };
        self.call(asked).await.unwrap()
    }

    pub(crate) fn clock(&self) -> &Clock {
        self.core.clock()
    }

    pub(crate) fn advance(&self, seconds: u64) {
        self.clock().advance(Duration::from_secs(seconds));
    }

    /// Changes the state behind the clients' backs.
    pub(crate) fn commit<T>(
        &self,
        change: impl FnOnce(&mut Transaction<'_>) -> Result<T, Fault>,
    ) -> T {
        self.core.store.commit(&crate::store::Origin::default(), change).unwrap()
    }

    /// Lets other tasks of the runtime run until they wait for something.
    pub(crate) async fn settle(&self) {
        for _ in 0..64 {
            tokio::task::yield_now().await;
        }
    }

    pub(crate) fn root(&self) -> MoRef {
        crate::inventory::root_folder_id(&self.core.product)
    }

    pub(crate) fn collector(&self) -> MoRef {
        let product: Product = self.core.product;
        MoRef::new("PropertyCollector", product.id("propertyCollector", "ha-property-collector"))
    }

    /// The first object of a managed type.
    pub(crate) fn first(&self, kind: &str) -> MoRef {
        self.core.store.snapshot().of_kind(kind).first().cloned().unwrap()
    }
}

impl Drop for Rig {
    /// Timers keep the store and its files alive; the last client takes them along.
    fn drop(&mut self) {
        if Arc::strong_count(&self.core) == 1 {
            self.clock().clear();
        }
    }
}

/// The type of the fault that answered.
pub(crate) fn fault_type<T>(reply: Result<T, Box<SoapFault>>) -> String {
    match reply {
        Ok(_) => "no fault".to_owned(),
        Err(fault) => fault.detail.map_or_else(String::new, |detail| detail.type_name().to_owned()),
    }
}

#[test]
fn a_rig_plays_a_vcenter_by_default() {
    assert_eq!(Rig::anonymous("empty").core.product.role(), Role::Vcenter);
}
