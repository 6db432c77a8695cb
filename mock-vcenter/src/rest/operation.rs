//! What can be asked besides sessions, whatever the protocol: which operation it is, and carrying it out.

use std::sync::Arc;

use hyper::Method;
use serde_json::Value as Json;

use crate::core::Core;
use crate::dispatch::{Caller, Nature};

use super::dialect::{Asked, Success};
use super::refusal::{Kind, Refusal};
use super::tagging;
use super::vcenter;

/// An operation that is modelled.
#[derive(Clone, Copy, Debug)]
pub(super) enum Operation {
    Tagging(tagging::Operation),
    Vcenter(vcenter::Operation),
}

impl Operation {
    /// Which one is asked for; `None` when it is not modelled.
    pub(super) fn of(method: &Method, asked: &Asked) -> Option<Self> {
        let of_tagging = || tagging::Operation::of(method, asked).map(Self::Tagging);
        vcenter::Operation::of(method, asked).map(Self::Vcenter).or_else(of_tagging)
    }

    pub(super) fn nature(self) -> Nature {
        match self {
            Self::Tagging(operation) => operation.nature(),
            Self::Vcenter(operation) => operation.nature(),
        }
    }

    /// Does it, if whoever calls may. A body that cannot be read counts where one is needed.
    pub(super) async fn run(
        self,
        core: &Arc<Core>,
        asked: &Asked,
        caller: Caller,
        body: Result<Json, Refusal>,
    ) -> Result<Success, Refusal> {
        match self {
            Self::Tagging(operation) => {
                if let Some(privilege) = operation.privilege(asked.resource)
                    && !caller.may(privilege)
                {
                    let message = format!("The privilege {privilege} is missing.");
                    return Err(Refusal::new(Kind::Unauthorized, message));
                }
                let body = match operation {
                    tagging::Operation::Create | tagging::Operation::Update => {
                        let update = operation == tagging::Operation::Update;
                        asked.dialect.specification(update, body?)
                    }
                    _ => body?,
                };
                tagging::run(core, operation, asked, body)
            }
            Self::Vcenter(operation) => vcenter::run(core, operation, asked, caller).await,
        }
    }
}
