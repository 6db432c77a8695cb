//! A message from its arrival to the call log: disturbance, session, then the operation.

use std::sync::Arc;

use hyper::StatusCode;
use serde_json::Value as Json;

use crate::core::Core;
use crate::dispatch::Nature;
use crate::endpoint::{FileCall, reply};
use crate::product::Role;
use crate::rest::dialect::{Resource, Success};
use crate::rest::operation::Operation;
use crate::rest::refusal::{Kind, Refusal};
use crate::rest::server::caller;
use crate::rest::session;
use crate::session::Session;
use crate::transport::{Answer, HttpRequest};

use super::message::{Identity, Invocation, result};
use super::service::{Plan, Served, not_found};
use super::shape::{Shape, error, full_name};

/// Whether the server has this protocol: a vCenter since 6.0.
pub(crate) fn speaks(core: &Core) -> bool {
    core.product.role() == Role::Vcenter && is_since(core, "6.0")
}

fn is_since(core: &Core, release: &str) -> bool {
    vim25::Version::parse(release).is_some_and(|since| core.product.api().knows(since))
}

/// Answers a message. The status says that there is an answer, whatever it is.
pub(crate) async fn answer(core: &Arc<Core>, request: HttpRequest) -> Answer {
    match Invocation::read(&request.body) {
        Ok(invocation) => invoke(core, &request, invocation).await,
        Err(malformed) => {
            let call = match FileCall::begin(core, &request, "/api", "").await {
                Ok(call) => call.of_nature(Nature::Read),
                Err(answer) => return answer,
            };
            let reply = Answer::Reply(reply::json(StatusCode::OK, &malformed.body()));
            call.end_with(core, None, Some(malformed.name()), reply)
        }
    }
}

async fn invoke(core: &Arc<Core>, request: &HttpRequest, invocation: Invocation) -> Answer {
    let Invocation { id, service, operation, identity, input } = invocation;
    let served = Served::named(&service, &operation).filter(|it| is_since(core, it.since()));
    let plan = match served {
        Some(served) => served.plan(input),
        None => Err(not_found(&service, &operation)),
    };
    let name = served.map_or("/api".to_owned(), |served| format!("/api {}", served.name()));
    let about = plan.as_ref().ok().and_then(|plan| plan.asked.id.clone()).unwrap_or_default();
    let call = match FileCall::begin(core, request, &name, &about).await {
        Ok(call) => call,
        Err(answer) => return answer,
    };
    let todo = plan.as_ref().ok().and_then(|plan| Operation::of(&plan.method, &plan.asked));
    // A session changes nothing of the inventory.
    let call = call.of_nature(todo.map_or(Nature::Read, Operation::nature));
    let caller = Caller::of(core, identity);
    let session = caller.session.clone();
    let outcome = match (&call.strike.fault, plan) {
        (Some(fault), _) => Err(Refusal::new(Kind::InternalServerError, fault.message.to_string())),
        // Who may not ask at all is not told what is wrong with the question.
        (None, Err(_)) if served.is_some() && session.is_none() => Err(Refusal::unauthenticated()),
        (None, Err(refusal)) => Err(refusal),
        (None, Ok(plan)) => caller.carry_out(core, request, plan, todo).await,
    };
    let shape = served.map_or(Shape::Plain, Served::answer);
    let outcome = outcome.and_then(|success| written(success, shape));
    let fault = outcome.as_ref().err().map(full_name);
    let body = result(&id, outcome.map_err(|refusal| error(&refusal)));
    let reply = Answer::Reply(reply::json(StatusCode::OK, &body));
    call.end_with(core, session.as_deref(), fault, reply)
}

fn written(success: Success, shape: Shape) -> Result<Json, Refusal> {
    match success {
        Success::Found(found) => shape.write(found),
        Success::Made(id) => shape.write(Json::String(id)),
        Success::Nothing => Ok(Json::Null),
    }
}

/// Who calls: somebody in a session, somebody with a password, or nobody.
struct Caller {
    session: Option<Arc<Session>>,
    credentials: Option<(String, String)>,
}

impl Caller {
    fn of(core: &Core, identity: Identity) -> Self {
        let (session, credentials) = match identity {
            Identity::Session(token) => (session::named(core, &token), None),
            Identity::Password(user, password) => (None, Some((user, password))),
            Identity::Nobody => (None, None),
        };
        Self { session, credentials }
    }

    async fn carry_out(
        self,
        core: &Arc<Core>,
        request: &HttpRequest,
        plan: Plan,
        todo: Option<Operation>,
    ) -> Result<Success, Refusal> {
        let Plan { method, asked, body } = plan;
        let unknown = || Refusal::new(Kind::OperationNotFound, "The operation is not modelled.");
        if asked.resource == Resource::Session {
            let session = self.session.as_deref();
            let served = session::serve(core, &method, &asked, self.credentials, session);
            return served.ok_or_else(unknown)?;
        }
        let todo = todo.ok_or_else(unknown)?;
        let session = self.session.ok_or_else(Refusal::unauthenticated)?;
        todo.run(core, &asked, caller(request, session), Ok(body)).await
    }
}
