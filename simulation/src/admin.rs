//! Another admin with a client of their own: [`Admin`] speaks SOAP straight to the mock, and shares no code with the
//! agent but the types.

use std::sync::Arc;

use mock_vcenter::{Asked, InProcess};
use vim25::methods::{Login, Logout};
use vim25::soap::{self, Limits};
use vim25::{Method, MoRef, Version};

use crate::lab::{OTHER, PASSWORD};

/// One visit of another admin.
pub(crate) struct Admin {
    server: Arc<InProcess>,
    cookie: String,
}

impl Admin {
    /// Logs in; an empty-handed admin when the server does not let them.
    pub(crate) async fn log_in(server: Arc<InProcess>) -> Result<Self, String> {
        let mut admin = Self { server, cookie: String::new() };
        let login = Login {
            this: manager(),
            user_name: OTHER.into(),
            password: PASSWORD.into(),
            ..Default::default()
        };
        admin.call(login).await?;
        Ok(admin)
    }

    /// Leaves.
    pub(crate) async fn log_out(mut self) {
        let _ = self.call(Logout { this: manager(), ..Default::default() }).await;
    }

    /// Calls a method; an error is the type of the fault, or what the network did.
    pub(crate) async fn call<M: Method>(&mut self, asked: M) -> Result<M::Output, String> {
        // Without a version of its own, the server speaks its newest.
        let asked = Asked {
            method: "POST".to_owned(),
            target: "/sdk".to_owned(),
            headers: vec![("cookie".to_owned(), self.cookie.clone())],
            body: soap::encode_request(&asked, Version::LATEST, None),
        };
        let answered = self.server.ask(asked).await.ok_or("no answer")?;
        let given = answered.headers.iter().find(|(name, _)| name == "set-cookie");
        if let Some((_, cookie)) = given {
            cookie.split(';').next().unwrap_or_default().clone_into(&mut self.cookie);
        }
        let reply = soap::decode_response::<M>(&answered.body, &Limits::default());
        let fault = |fault: Box<soap::SoapFault>| {
            fault
                .detail
                .map_or_else(|| "a fault".to_owned(), |detail| detail.type_name().to_owned())
        };
        reply.map_err(|_| format!("HTTP {}", answered.status))?.map_err(fault)
    }
}

fn manager() -> MoRef {
    MoRef::new("SessionManager", "SessionManager")
}
