//! The dispatch table: [`Dispatch`].

use std::any::Any;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;

use vim25::descriptor::MethodDesc;
use vim25::types::MethodNotFound;
use vim25::{DataObject, Method, mo, soap};

use crate::fault::Fault;

use super::call::Call;
use super::coverage::Coverage;

/// The encoded answer of a call.
pub(crate) type Encoded = Result<Vec<u8>, Fault>;
type Pending = Pin<Box<dyn Future<Output = Encoded> + Send>>;

type Prompt = dyn Fn(&Call, Box<dyn DataObject>) -> Encoded + Send + Sync;
type Waiting = dyn Fn(Call, Box<dyn DataObject>) -> Pending + Send + Sync;

enum Handler {
    Prompt(Box<Prompt>),
    Waiting(Box<Waiting>),
}

/// What answers which method of which managed type.
#[derive(Default)]
pub struct Dispatch {
    handlers: BTreeMap<(&'static str, &'static str), Handler>,
}

impl Dispatch {
    /// Answers `M` on all objects that have it. A later registration replaces an earlier one.
    pub fn add<M: Method>(
        &mut self,
        handler: impl Fn(&Call, M) -> Result<M::Output, Fault> + Send + Sync + 'static,
    ) {
        self.add_for::<M>(M::method().managed, handler);
    }

    /// Answers `M` on objects of type `kind` and what extends it.
    pub fn add_for<M: Method>(
        &mut self,
        kind: &'static str,
        handler: impl Fn(&Call, M) -> Result<M::Output, Fault> + Send + Sync + 'static,
    ) {
        let prompt = move |call: &Call, body: Box<dyn DataObject>| {
            let output = handler(call, parameters(body)?)?;
            Ok(soap::encode_response::<M>(&output, call.version()))
        };
        self.handlers.insert((kind, M::method().name), Handler::Prompt(Box::new(prompt)));
    }

    /// Answers `M` after waiting for something; for long polls.
    pub fn add_waiting<M: Method, F>(
        &mut self,
        handler: impl Fn(Call, M) -> F + Send + Sync + 'static,
    ) where
        F: Future<Output = Result<M::Output, Fault>> + Send + 'static,
    {
        let waiting = move |call: Call, body: Box<dyn DataObject>| -> Pending {
            let version = call.version();
            match parameters::<M>(body) {
                Err(fault) => Box::pin(std::future::ready(Err(fault))),
                Ok(parameters) => {
                    let answer = handler(call, parameters);
                    Box::pin(async move {
                        answer.await.map(|output| soap::encode_response::<M>(&output, version))
                    })
                }
            }
        };
        let method = M::method();
        self.handlers.insert((method.managed, method.name), Handler::Waiting(Box::new(waiting)));
    }

    /// What is modelled and what is not, over the whole schema.
    #[must_use]
    pub fn coverage(&self) -> Coverage {
        Coverage::of(|kind, method| self.handlers.contains_key(&(kind, method)))
    }

    /// Calls the handler of the method, found from the object's own type upwards.
    pub(crate) async fn answer(&self, call: Call, body: Box<dyn DataObject>) -> Encoded {
        let (kind, method) = (call.this().kind.clone(), call.method());
        if !mo::is_a(&kind, method.managed) {
            return Err(not_a_method_of(&call));
        }
        let found = mo::ancestry(&kind)
            .find_map(|described| self.handlers.get(&(described.name, method.name)));
        match found {
            None => Err(not_modelled(&kind, method)),
            Some(Handler::Prompt(handler)) => handler(&call, body),
            Some(Handler::Waiting(handler)) => handler(call, body).await,
        }
    }
}

fn parameters<M: Method>(body: Box<dyn DataObject>) -> Result<M, Fault> {
    let body: Box<dyn Any> = body;
    match body.downcast::<M>() {
        Ok(parameters) => Ok(*parameters),
        Err(_) => Err(Fault::system_error("The request was read as another method's.")),
    }
}

fn not_a_method_of(call: &Call) -> Fault {
    let (receiver, method) = (call.this().clone(), call.method().name);
    let message = format!("'{}' has no method {method}", receiver.kind);
    let mut detail = MethodNotFound::default();
    detail.receiver = receiver;
    detail.method = method.into();
    Fault::new(detail, message)
}

fn not_modelled(kind: &str, method: &MethodDesc) -> Fault {
    Fault::not_supported(format!("{kind}.{} is not supported by this server", method.name))
}
