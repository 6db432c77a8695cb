//! `OptionManager` of a host: its advanced options. The server's own settings are left to
//! [`OptionManager`](crate::service::OptionManager).

use vim25::MoRef;
use vim25::methods::{QueryOptions, UpdateOptions};

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::server::options::NotSet;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::service::{OptionManager, invalid_name, query_settings, update_settings};

/// What a user needs to change them.
const PRIVILEGE: &str = "Host.Config.AdvancedConfig";

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryOptions>(|call, asked| {
        if is_servers_own(call) {
            return query_settings(call, asked);
        }
        let host = host_of(call)?;
        let name = asked.name.as_deref().unwrap_or_default();
        let snapshot = call.snapshot();
        let host = snapshot.get::<HostSystem>(&host);
        let found = host.map(|host| host.server.options.find(name)).unwrap_or_default();
        if found.is_empty() { Err(invalid_name(name)) } else { Ok(found) }
    });
    dispatch.add::<UpdateOptions>(|call, asked| {
        if is_servers_own(call) {
            return update_settings(call, asked);
        }
        update(call, &host_of(call)?, &asked)
    });
}

fn is_servers_own(call: &Call) -> bool {
    call.snapshot().get::<OptionManager>(call.this()).is_some()
}

/// Sets one after the other: what came before the first that is refused stays set.
fn update(call: &Call, host: &MoRef, asked: &UpdateOptions) -> Result<(), Fault> {
    if !call.may(PRIVILEGE) {
        return Err(Fault::no_permission(call.this(), PRIVILEGE));
    }
    let refused = call.commit(|tx| {
        let options = &mut tx.edit::<HostSystem>(host)?.server.options;
        let refused = asked.changed_value.iter().find_map(|change| {
            match options.set(&change.key, change.value.as_ref()) {
                Ok(()) => None,
                Err(NotSet::Unknown) => Some(invalid_name(&change.key)),
                Err(NotSet::BadValue) => Some(Fault::invalid_argument(&change.key)),
            }
        });
        Ok(refused)
    })?;
    refused.map_or(Ok(()), Err)
}
