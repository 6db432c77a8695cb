//! Which disturbances strike a call: [`Disturbances`].

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use serde::Serialize;
use vim25::{MoRef, mo};

use crate::fault::Fault;

use super::rule::{Kind, Rule};

/// What strikes one call. Several rules add up.
#[derive(Debug, Default)]
pub(crate) struct Strike {
    pub(crate) delay: Duration,
    pub(crate) fault: Option<Fault>,
    pub(crate) expire_sessions: bool,
    pub(crate) cut: bool,
    pub(crate) unavailable: bool,
    pub(crate) drop_response: bool,
    pub(crate) upload: Option<UploadTrouble>,
}

/// What goes wrong with an upload half-way.
#[derive(Clone, Debug)]
pub(crate) struct UploadTrouble {
    pub(crate) after_bytes: u64,
    /// The fault that ends it; the connection is cut when there is none.
    pub(crate) fault: Option<Fault>,
}

/// A rule with its counters, as the control endpoint shows it.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Counted {
    #[serde(flatten)]
    rule: Rule,
    fitting_calls: u64,
    strikes: u64,
}

struct State {
    rules: Vec<Counted>,
    random: u64,
}

/// The rules in force.
pub(crate) struct Disturbances {
    state: Mutex<State>,
}

impl Disturbances {
    pub(crate) fn new(rules: Vec<Rule>, seed: u64) -> Self {
        let rules = rules.into_iter().map(counted).collect();
        Self { state: Mutex::new(State { rules, random: seed }) }
    }

    pub(crate) fn replace(&self, rules: Vec<Rule>) {
        self.state().rules = rules.into_iter().map(counted).collect();
    }

    pub(crate) fn add(&self, rule: Rule) {
        self.state().rules.push(counted(rule));
    }

    pub(crate) fn list(&self) -> Vec<Counted> {
        self.state().rules.clone()
    }

    /// What strikes this call, `now` after the mock's start; counts it.
    pub(crate) fn strike(&self, method: &str, object: &MoRef, now: Duration) -> Strike {
        let mut strike = Strike::default();
        let mut state = self.state();
        let State { rules, random } = &mut *state;
        for counted in rules {
            if !fits(&counted.rule, method, object) || !is_time(&counted.rule, now) {
                continue;
            }
            counted.fitting_calls += 1;
            if !is_due(counted, random) {
                continue;
            }
            counted.strikes += 1;
            apply(&counted.rule.kind, &mut strike);
        }
        strike
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn counted(rule: Rule) -> Counted {
    Counted { rule, fitting_calls: 0, strikes: 0 }
}

fn fits(rule: &Rule, method: &str, object: &MoRef) -> bool {
    rule.method.as_deref().is_none_or(|wanted| wanted == method)
        && rule.managed.as_deref().is_none_or(|wanted| mo::is_a(&object.kind, wanted))
        && rule.object.as_deref().is_none_or(|wanted| wanted == object.value)
}

fn is_time(rule: &Rule, now: Duration) -> bool {
    rule.after_millis.is_none_or(|millis| now >= Duration::from_millis(millis))
        && rule.until_millis.is_none_or(|millis| now < Duration::from_millis(millis))
}

fn is_due(counted: &Counted, random: &mut u64) -> bool {
    let rule = &counted.rule;
    rule.nth.is_none_or(|nth| nth == counted.fitting_calls)
        && rule.times.is_none_or(|times| counted.strikes < times)
        && rule.probability.is_none_or(|chance| draw(random) < chance)
}

/// The next of a fixed sequence of numbers from 0 to 1 (xorshift).
#[expect(clippy::cast_precision_loss, reason = "a chance needs no 64 bits")]
fn draw(random: &mut u64) -> f64 {
    *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *random;
    mixed ^= mixed >> 30;
    mixed = mixed.wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed ^= mixed >> 27;
    (mixed >> 11) as f64 / (1u64 << 53) as f64
}

fn apply(kind: &Kind, strike: &mut Strike) {
    match kind {
        Kind::Fault { fault, message } => {
            strike.fault = Some(Fault::by_name(fault, message.as_deref()));
        }
        Kind::Delay { millis } => strike.delay += Duration::from_millis(*millis),
        Kind::CutUpload { after_bytes } => {
            strike.upload = Some(UploadTrouble { after_bytes: *after_bytes, fault: None });
        }
        Kind::FailUpload { after_bytes, fault } => {
            let fault = Some(Fault::by_name(fault, None));
            strike.upload = Some(UploadTrouble { after_bytes: *after_bytes, fault });
        }
        Kind::DropResponse => strike.drop_response = true,
        Kind::Cut => strike.cut = true,
        Kind::ExpireSessions => strike.expire_sessions = true,
        Kind::Unavailable => strike.unavailable = true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object() -> MoRef {
        MoRef::new("ClusterComputeResource", "domain-c8")
    }

    #[test]
    fn a_rule_strikes_the_call_it_names_and_no_other() {
        let fault = Kind::Fault { fault: "TaskInProgress".into(), message: None };
        let rules = Disturbances::new(vec![Rule::new(fault).on("AddHost_Task").nth(2)], 1);
        let struck = |method| rules.strike(method, &object(), Duration::ZERO).fault.is_some();
        assert_eq!(
            [
                struck("AddHost_Task"),
                struck("Login"),
                struck("AddHost_Task"),
                struck("AddHost_Task")
            ],
            [false, false, true, false]
        );
    }

    #[test]
    fn a_rule_strikes_within_its_time() {
        let (after_millis, until_millis) = (Some(1000), Some(2000));
        let rule = Rule { after_millis, until_millis, ..Rule::new(Kind::Unavailable) };
        let rules = Disturbances::new(vec![rule], 1);
        let struck =
            |millis| rules.strike("Login", &object(), Duration::from_millis(millis)).unavailable;
        assert_eq!([999, 1000, 1999, 2000].map(struck), [false, true, true, false]);
    }

    #[test]
    fn chance_repeats_with_the_seed() {
        let rule = Rule { probability: Some(0.5), ..Rule::new(Kind::Cut) };
        let drawn = |seed| {
            let rules = Disturbances::new(vec![rule.clone()], seed);
            (0..64)
                .map(|_| rules.strike("Login", &object(), Duration::ZERO).cut)
                .collect::<Vec<_>>()
        };
        assert_eq!(drawn(5), drawn(5));
        assert_ne!(drawn(5), drawn(6));
        let cuts = drawn(5).into_iter().filter(|cut| *cut).count();
        assert!((16..48).contains(&cuts), "{cuts}");
    }

    #[test]
    fn rules_are_read_from_json_and_a_base_type_fits_its_extensions() {
        let rule: Rule = serde_json::from_str(
            r#"{"kind": "delay", "millis": 250, "type": "ComputeResource", "times": 1}"#,
        )
        .unwrap();
        let rules = Disturbances::new(vec![rule], 1);
        let delay = || rules.strike("Rename_Task", &object(), Duration::ZERO).delay.as_millis();
        assert_eq!([delay(), delay()], [250, 0]);
        assert!(serde_json::from_str::<Rule>(r#"{"kind": "nonsense"}"#).is_err());
    }
}
