//! `OptionManager`: the advanced options of a host, or the settings of a vCenter.

use vim25::types::{InvalidName, OptionValue};
use vim25::{Poly, Value, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// The options of a host or vCenter.
    OptionManager
}

impl OptionManager {
    /// The value of one option; `None` when there is no such option.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query_option(
        &self,
        reader: &Reader,
        key: &str,
    ) -> Result<Option<Value>, CallError> {
        let found = match self.query(reader, Some(key)).await {
            Err(error) if error.fault::<InvalidName>().is_some() => return Ok(None),
            found => found?,
        };
        Ok(found.into_iter().find(|(own, _)| own == key).map(|(_, value)| value))
    }

    /// The keys of all options that the server lists.
    ///
    /// # Errors
    /// When the call fails.
    pub async fn query_keys(&self, reader: &Reader) -> Result<Vec<String>, CallError> {
        let all = self.query(reader, None).await?;
        Ok(all.into_iter().map(|(key, _)| key).collect())
    }

    /// Sets one option. The value's type must be exactly that of the present value: `xsd:int` is not
    /// `xsd:long`.
    ///
    /// # Errors
    /// `InvalidName` for an unknown option, `InvalidArgument` for a value of another type or out of bounds.
    pub async fn update_option(
        &self,
        writer: &Writer,
        key: &str,
        value: Value,
    ) -> Result<(), CallError> {
        let changed = OptionValue { key: key.into(), value: Some(value), ..Default::default() };
        let changed_value = vec![Poly::new(changed)];
        let this = self.0.clone();
        writer.invoke(&methods::UpdateOptions { this, changed_value, ..Default::default() }).await
    }

    async fn query(
        &self,
        reader: &Reader,
        key: Option<&str>,
    ) -> Result<Vec<(String, Value)>, CallError> {
        let (this, name) = (self.0.clone(), key.map(Into::into));
        let call = methods::QueryOptions { this, name, ..Default::default() };
        let found = reader.invoke(&call).await?;
        let pair = |option: &OptionValue| {
            (option.key.to_string(), option.value.clone().unwrap_or_default())
        };
        Ok(found.iter().map(|option| pair(option)).collect())
    }
}
