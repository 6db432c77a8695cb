//! A call in the form in which it is carried.

use std::time::Duration;

use vim25::descriptor::MethodDesc;
use vim25::{MoRef, Version};

use crate::effect::Effect;

/// A call that is already encoded, so that what carries it is not generic.
pub(crate) struct RawCall {
    pub(crate) method: &'static MethodDesc,
    pub(crate) object: MoRef,
    pub(crate) operation_id: String,
    pub(crate) version: Version,
    pub(crate) effect: Effect,
    /// The whole envelope. May hold a password: never shown.
    pub(crate) envelope: Vec<u8>,
    /// How much longer than usual the server may think.
    pub(crate) extra_patience: Duration,
    /// Sends of this call at most; the retry policy may allow fewer.
    pub(crate) attempts: u32,
}
