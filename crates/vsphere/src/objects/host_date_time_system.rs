//! `HostDateTimeSystem`: the clock of a host and where it gets its time from.

use vim25::methods;
use vim25::types::{HostDateTimeConfig, HostDateTimeInfo};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The date and time of a host.
    HostDateTimeSystem
}

impl HostDateTimeSystem {
    /// How the clock is set up; `None` when the host does not show it.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn retrieve_info(
        &self,
        reader: &Reader,
    ) -> Result<Option<HostDateTimeInfo>, CallError> {
        let seen = reader.retrieve(&self.0, &["dateTimeInfo"]).await?;
        Ok(seen.object::<HostDateTimeInfo>("dateTimeInfo").cloned())
    }

    /// The keys of the time zones that the host knows.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query_time_zones(&self, reader: &Reader) -> Result<Vec<String>, CallError> {
        let this = self.0.clone();
        let call = methods::QueryAvailableTimeZones { this, ..Default::default() };
        let zones = reader.invoke(&call).await?;
        Ok(zones.into_iter().map(|zone| zone.key.to_string()).collect())
    }

    /// Changes what `config` sets; the rest stays.
    ///
    /// # Errors
    /// `HostConfigFault`, `InvalidArgument`.
    pub async fn update_config(
        &self,
        writer: &Writer,
        config: HostDateTimeConfig,
    ) -> Result<(), CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::UpdateDateTimeConfig { this, config, ..Default::default() }).await
    }
}
