//! `ExtensionManager`: what has registered itself with a vCenter.

use vim25::methods::{FindExtension, RegisterExtension, UnregisterExtension, UpdateExtension};
use vim25::types::{Extension, NotFound};
use vim25::{DateTime, Poly, Value};

use crate::dispatch::Dispatch;
use crate::fault::Fault;
use crate::product::Product;
use crate::store::{At, ManagedObject, Property};

use super::described::labelled;

/// Key and name of what every vCenter comes with.
const SHIPPED: &[(&str, &str)] = &[
    ("com.vmware.vim.sms", "VMware vCenter Storage Monitoring Service"),
    ("com.vmware.vim.stats.report", "Performance charts service"),
    ("com.vmware.vim.eam", "vSphere ESX Agent Manager"),
    ("com.vmware.vcIntegrity", "VMware vSphere Lifecycle Manager"),
];

/// Keeps what is registered.
#[derive(Clone)]
pub(super) struct ExtensionManager {
    extensions: Vec<Extension>,
}

impl ExtensionManager {
    /// With what a vCenter of this release comes with.
    pub(super) fn new(product: Product, started: &DateTime) -> Self {
        let shipped = SHIPPED.iter().map(|(key, name)| Extension {
            description: Poly::new(labelled(name)),
            key: (*key).into(),
            company: Some("VMware, Inc.".into()),
            version: product.version().into(),
            last_heartbeat_time: started.clone(),
            ..Default::default()
        });
        Self { extensions: shipped.collect() }
    }

    fn find(&self, key: &str) -> Option<&Extension> {
        self.extensions.iter().find(|extension| extension.key == key)
    }

    fn place(&self, key: &str) -> Result<usize, Fault> {
        let place = self.extensions.iter().position(|extension| extension.key == key);
        let missing = || format!("There is no extension '{key}'.");
        place.ok_or_else(|| Fault::new(NotFound::default(), missing()))
    }
}

impl ManagedObject for ExtensionManager {
    fn kind(&self) -> &'static str {
        "ExtensionManager"
    }

    fn property<'a>(&'a self, name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        match name {
            "extensionList" => {
                Property::of(Value::objects_of("Extension", self.extensions.iter().cloned()))
            }
            _ => None,
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<FindExtension>(|call, asked| {
        let snapshot = call.snapshot();
        let manager = snapshot.get::<ExtensionManager>(call.this());
        let manager = manager.ok_or_else(|| Fault::object_not_found(call.this()))?;
        Ok(manager.find(&asked.extension_key).cloned().map(Box::new))
    });
    dispatch.add::<RegisterExtension>(|call, asked| {
        call.commit(|tx| {
            let now = tx.timestamp();
            let manager = tx.edit::<ExtensionManager>(call.this())?;
            let key = &asked.extension.key;
            if key.is_empty() || manager.find(key).is_some() {
                return Err(Fault::invalid_argument("extension.key"));
            }
            let extension = Extension { last_heartbeat_time: now, ..asked.extension };
            manager.extensions.push(extension);
            Ok(())
        })
    });
    dispatch.add::<UpdateExtension>(|call, asked| {
        call.commit(|tx| {
            let now = tx.timestamp();
            let manager = tx.edit::<ExtensionManager>(call.this())?;
            let place = manager.place(&asked.extension.key)?;
            manager.extensions[place] = Extension { last_heartbeat_time: now, ..asked.extension };
            Ok(())
        })
    });
    dispatch.add::<UnregisterExtension>(|call, asked| {
        call.commit(|tx| {
            let manager = tx.edit::<ExtensionManager>(call.this())?;
            let place = manager.place(&asked.extension_key)?;
            manager.extensions.remove(place);
            Ok(())
        })
    });
}
