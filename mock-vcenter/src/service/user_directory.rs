//! `UserDirectory`: the accounts of the server, searched as a directory. It has no groups.

use vim25::methods::RetrieveUserGroups;
use vim25::types::{NotFound, UserSearchResult};
use vim25::{Poly, Value};

use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::Role;
use crate::store::{At, ManagedObject, Property};

/// The domain that every vCenter has.
const OWN_DOMAIN: &str = "vsphere.local";

/// Shows the domains.
#[derive(Clone)]
pub(super) struct UserDirectory {
    pub(super) role: Role,
}

impl ManagedObject for UserDirectory {
    fn kind(&self) -> &'static str {
        "UserDirectory"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        let domains: &[&str] = if self.role == Role::Vcenter { &[OWN_DOMAIN] } else { &[] };
        match name {
            "domainList" => {
                let names = domains.iter().map(|domain| Value::from(*domain));
                Property::of(Value::array_of("string", names))
            }
            _ => None,
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<RetrieveUserGroups>(search);
}

/// Domain and name of an account: `DOMAIN\name`, `name@domain`, or a name alone.
fn parts(account: &str) -> (Option<&str>, &str) {
    if let Some((domain, name)) = account.split_once('\\') {
        return (Some(domain), name);
    }
    match account.split_once('@') {
        Some((name, domain)) => (Some(domain), name),
        None => (None, account),
    }
}

fn search(call: &Call, asked: RetrieveUserGroups) -> Result<Vec<Poly<UserSearchResult>>, Fault> {
    let core = call.core();
    let own = (core.product.role() == Role::Vcenter).then_some(OWN_DOMAIN);
    let domain_of = |account: &str| parts(account).0.map(str::to_owned);
    let is_in = |account: &str, wanted: &str| {
        let domain = domain_of(account).or_else(|| own.map(str::to_owned));
        domain.is_some_and(|domain| domain.eq_ignore_ascii_case(wanted))
    };
    let accounts = || core.accounts.iter().map(|account| &account.name);
    let domain = asked.domain.as_deref().filter(|domain| !domain.is_empty());
    if let Some(wanted) = domain {
        let is_own = own.is_some_and(|own| own.eq_ignore_ascii_case(wanted));
        if !is_own && !accounts().any(|account| is_in(account, wanted)) {
            return Err(not_found(wanted));
        }
    }
    if let Some(group) = &asked.belongs_to_group {
        return Err(not_found(group));
    }
    if let Some(user) = &asked.belongs_to_user {
        return if accounts().any(|account| account == user) {
            Ok(Vec::new())
        } else {
            Err(not_found(user))
        };
    }
    let is_wanted = |account: &str| {
        let (whole, text) = (account.to_lowercase(), asked.search_str.to_lowercase());
        let is_name = whole == text || parts(&whole).1 == text.as_str();
        if asked.exact_match { is_name } else { whole.contains(text.as_str()) }
    };
    let found = accounts().filter(|account| {
        asked.find_users && domain.is_none_or(|wanted| is_in(account, wanted)) && is_wanted(account)
    });
    let result = |account: &vim25::Str| UserSearchResult {
        principal: account.clone(),
        full_name: Some(account.clone()),
        group: false,
        ..Default::default()
    };
    Ok(found.map(|account| Poly::new(result(account))).collect())
}

fn not_found(what: &str) -> Fault {
    Fault::new(NotFound::default(), format!("The directory has no '{what}'."))
}
