//! What the appliance says of itself.

use serde_json::{Value as Json, json};
use vim25::{DateTime, Str};

use crate::core::Core;

/// `appliance/system/version`.
pub(super) fn version(core: &Core) -> Json {
    let about = core.product.about(&Str::default());
    let started = core.clock().now() - core.clock().elapsed();
    let text = DateTime::from_system_time(started);
    let day = text.as_str().get(..10).unwrap_or_default();
    json!({
        "version": format!("{}.00000", about.version),
        "product": "VMware vCenter Server",
        "build": &*about.build,
        "type": "vCenter Server with an embedded Platform Services Controller",
        "summary": "",
        "releasedate": "",
        "install_time": format!("{day}T00:00:00.000Z"),
    })
}
