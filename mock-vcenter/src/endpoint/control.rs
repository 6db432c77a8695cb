//! `/mock/...`: what a test or a demonstration may ask of the mock itself. Loopback only.
//!
//! | path | verbs |
//! | --- | --- |
//! | `calls` | GET the call log, DELETE to empty it |
//! | `coverage` | GET which methods are modelled |
//! | `clock` | GET time and pace, POST `{"advanceMillis": N}` or `{"scale": F}` (0 stands still) |
//! | `disturb` | GET rules with counters, POST a rule or a list to add, PUT a list to replace, DELETE all |
//! | `hazards` | GET failures of tasks, PUT a list to replace |
//! | `behaviour` | GET settings of the behaviour, PUT an object with those to change |
//! | `hosts` | GET hosts, POST `{"host": NAME, "power": "fail"}` or `"recover"` |
//! | `guests` | GET guests of VMs and what was typed on their consoles |
//! | `sessions` | GET keys and users, DELETE to end all |
//! | `ssh` | GET where the management appliance answers SSH, and whether it does now |

use std::sync::PoisonError;
use std::time::Duration;

use hyper::{Method, Response, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};
use vim25::DateTime;

use crate::appliance;
use crate::behaviour::control;
use crate::clock::Pace;
use crate::core::Core;
use crate::disturb::Rule;
use crate::store::Origin;
use crate::task::{TaskHazard, TaskHazards};
use crate::transport::HttpRequest;

use super::reply;

type Outcome = Result<Json, (StatusCode, String)>;

pub(super) fn answer(core: &Core, topic: &str, request: &HttpRequest) -> Response<Vec<u8>> {
    if !request.peer.ip().is_loopback() {
        return reply::not_found(&request.path);
    }
    let outcome = match topic {
        "calls" => calls(core, &request.method),
        "coverage" => Ok(json!(core.dispatch.coverage())),
        "clock" => clock(core, request),
        "disturb" => disturb(core, request),
        "hazards" => hazards(core, request),
        "behaviour" => behaviour(core, request),
        "guests" => Ok(control::guests(&core.store)),
        "hosts" => hosts(core, request),
        "sessions" => sessions(core, &request.method),
        "ssh" => ssh(core, &request.method),
        _ => return reply::not_found(&request.path),
    };
    match outcome {
        Ok(body) => reply::json(StatusCode::OK, &body),
        Err((status, message)) => reply::json(status, &json!({ "error": message })),
    }
}

fn calls(core: &Core, method: &Method) -> Outcome {
    match *method {
        Method::GET => Ok(json!(core.calls.list())),
        Method::DELETE => {
            core.calls.clear();
            Ok(json!([]))
        }
        _ => Err(wrong_verb()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct ClockChange {
    scale: Option<f64>,
    advance_millis: Option<u64>,
}

fn clock(core: &Core, request: &HttpRequest) -> Outcome {
    let clock = core.clock();
    match request.method {
        Method::GET => {}
        Method::POST | Method::PUT => {
            let change: ClockChange = parse(&request.body)?;
            if let Some(scale) = change.scale {
                let pace = Pace::from_factor(scale).ok_or_else(|| {
                    (StatusCode::BAD_REQUEST, format!("{scale} is no usable scale"))
                })?;
                clock.set_pace(pace);
            }
            if let Some(millis) = change.advance_millis {
                clock.advance(Duration::from_millis(millis));
            }
        }
        _ => return Err(wrong_verb()),
    }
    Ok(json!({
        "elapsedMillis": u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        "now": DateTime::from_system_time(clock.now()).as_str(),
        "scale": clock.pace().factor(),
        "pendingTimers": clock.pending(),
    }))
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMore<T> {
    More(Vec<T>),
    One(T),
}

impl<T> OneOrMore<T> {
    fn into_vec(self) -> Vec<T> {
        match self {
            Self::More(all) => all,
            Self::One(one) => vec![one],
        }
    }
}

fn disturb(core: &Core, request: &HttpRequest) -> Outcome {
    let rules = &core.disturbances;
    match request.method {
        Method::GET => {}
        Method::POST => {
            for rule in parse::<OneOrMore<Rule>>(&request.body)?.into_vec() {
                rules.add(rule);
            }
        }
        Method::PUT => rules.replace(parse::<OneOrMore<Rule>>(&request.body)?.into_vec()),
        Method::DELETE => rules.replace(Vec::new()),
        _ => return Err(wrong_verb()),
    }
    Ok(json!(rules.list()))
}

fn hazards(core: &Core, request: &HttpRequest) -> Outcome {
    match request.method {
        Method::GET => {}
        Method::PUT => {
            let hazards: Vec<TaskHazard> = parse(&request.body)?;
            let set = core.store.commit(&Origin::default(), |tx| {
                tx.edit::<TaskHazards>(&TaskHazards::id())?.0 = hazards;
                Ok(())
            });
            set.map_err(|fault| (StatusCode::INTERNAL_SERVER_ERROR, fault.to_string()))?;
        }
        _ => return Err(wrong_verb()),
    }
    let snapshot = core.store.snapshot();
    Ok(json!(snapshot.get::<TaskHazards>(&TaskHazards::id()).map(|hazards| &hazards.0)))
}

fn behaviour(core: &Core, request: &HttpRequest) -> Outcome {
    match request.method {
        Method::GET => {}
        Method::PUT | Method::POST => control::change_settings(&core.store, &request.body)
            .map_err(|error| (StatusCode::BAD_REQUEST, error))?,
        _ => return Err(wrong_verb()),
    }
    Ok(control::settings(&core.store))
}

fn hosts(core: &Core, request: &HttpRequest) -> Outcome {
    match request.method {
        Method::GET => {}
        Method::PUT | Method::POST => control::change_host(&core.store, &request.body)
            .map_err(|error| (StatusCode::BAD_REQUEST, error))?,
        _ => return Err(wrong_verb()),
    }
    Ok(control::hosts(&core.store))
}

fn ssh(core: &Core, method: &Method) -> Outcome {
    if *method != Method::GET {
        return Err(wrong_verb());
    }
    let address = *core.ssh.lock().unwrap_or_else(PoisonError::into_inner);
    let vm = appliance::present(&core.store.snapshot());
    Ok(json!({
        "address": address.map(|address| address.to_string()),
        "appliance": vm.map(|vm| vm.value.to_string()),
    }))
}

fn sessions(core: &Core, method: &Method) -> Outcome {
    match *method {
        Method::GET => {
            let list = core.sessions.list().into_iter();
            let list = list.map(|(key, user)| json!({ "key": &*key, "user": &*user }));
            Ok(Json::Array(list.collect()))
        }
        Method::DELETE => Ok(json!({ "ended": core.end_all_sessions() })),
        _ => Err(wrong_verb()),
    }
}

fn parse<T: DeserializeOwned>(body: &[u8]) -> Result<T, (StatusCode, String)> {
    serde_json::from_slice(body).map_err(|error| (StatusCode::BAD_REQUEST, error.to_string()))
}

fn wrong_verb() -> (StatusCode, String) {
    (StatusCode::METHOD_NOT_ALLOWED, "the path does not know this verb".to_owned())
}
