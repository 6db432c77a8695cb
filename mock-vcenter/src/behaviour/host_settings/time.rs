//! The methods of `HostDateTimeSystem`. A host's clock is the mock's own, moved by what was set.

use std::time::{Duration, SystemTime};

use vim25::DateTime;
use vim25::methods::{
    QueryAvailableTimeZones, QueryDateTime, RefreshDateTimeSystem, TestTimeService, UpdateDateTime,
    UpdateDateTimeConfig,
};
use vim25::types::HostDateTimeSystemServiceTestResult;

use crate::behaviour::host_system::{HostSystem, host_of};
use crate::behaviour::server::time::zones;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryDateTime>(|call, _| {
        let ahead = seen(call, |host| host.server.time.ahead_millis)?;
        let now = call.store().clock().now();
        Ok(DateTime::from_system_time(moved(now, ahead)))
    });
    dispatch.add::<QueryAvailableTimeZones>(|_, _| Ok(zones().collect()));
    dispatch.add::<UpdateDateTime>(|call, asked| {
        let host = host_of(call)?;
        let wanted = asked.date_time.to_system_time();
        let wanted = wanted.ok_or_else(|| Fault::invalid_argument("dateTime"))?;
        call.commit(|tx| {
            let ahead = millis_between(tx.now(), wanted);
            tx.edit::<HostSystem>(&host)?.server.time.ahead_millis = ahead;
            Ok(())
        })
    });
    dispatch.add::<UpdateDateTimeConfig>(|call, asked| {
        let host = host_of(call)?;
        call.commit(|tx| {
            let time = &mut tx.edit::<HostSystem>(&host)?.server.time;
            time.apply(&asked.config).map_err(Fault::invalid_argument)
        })
    });
    dispatch.add::<RefreshDateTimeSystem>(|_, _| Ok(()));
    dispatch.add::<TestTimeService>(|call, _| {
        let works =
            seen(call, |host| host.server.time.has_source() && host.server.services.runs("ntpd"))?;
        let report = if works { "The time is synchronized." } else { "No time source answers." };
        let result = HostDateTimeSystemServiceTestResult {
            working_normally: works,
            report: vec![report.into()],
            ..Default::default()
        };
        Ok(Some(Box::new(result)))
    });
}

fn seen<T>(call: &Call, look: impl FnOnce(&HostSystem) -> T) -> Result<T, Fault> {
    let id = host_of(call)?;
    let snapshot = call.snapshot();
    snapshot.get::<HostSystem>(&id).map(look).ok_or_else(|| Fault::object_not_found(&id))
}

fn moved(now: SystemTime, millis: i64) -> SystemTime {
    let by = Duration::from_millis(millis.unsigned_abs());
    let moved = if millis < 0 { now.checked_sub(by) } else { now.checked_add(by) };
    moved.unwrap_or(now)
}

fn millis_between(from: SystemTime, to: SystemTime) -> i64 {
    let millis = |span: Duration| i64::try_from(span.as_millis()).unwrap_or(i64::MAX);
    match to.duration_since(from) {
        Ok(ahead) => millis(ahead),
        Err(behind) => -millis(behind.duration()),
    }
}
