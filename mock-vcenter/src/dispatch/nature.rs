//! Whether a method reads or changes something: [`Nature`].
//!
//! The schema's privileges do not say it (`QueryConnectionInfo` and `CreateDisk_Task` ask for the same one),
//! so it is decided by name. What belongs to the session only (filters, views, collectors, login) counts as
//! reading: it leaves the inventory as it was.

use serde::Serialize;
use vim25::descriptor::MethodDesc;

/// What a method does to the inventory and its configuration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Nature {
    /// Looks only.
    Read,
    /// May change something.
    Mutating,
}

const READING_VERBS: &[&str] = &[
    "Are",
    "Can",
    "Check",
    "Continue",
    "Current",
    "Estimate",
    "Fetch",
    "Find",
    "Get",
    "Has",
    "Is",
    "List",
    "Login",
    "Lookup",
    "Parse",
    "Query",
    "Read",
    "Recommend",
    "Retrieve",
    "Search",
    "Validate",
    "WaitFor",
    "get",
    "query",
];

const READING_METHODS: &[&str] = &[
    "AcquireGenericServiceTicket",
    "BrowseDiagnosticLog",
    "CancelRetrievePropertiesEx",
    "CancelWaitForUpdates",
    "CloneSession",
    "CloseInventoryViewFolder",
    "CreateCollectorForEvents",
    "CreateCollectorForTasks",
    "CreateCollectorWithInfoFilterForTasks",
    "CreateContainerView",
    "CreateDescriptor",
    "CreateFilter",
    "CreateImportSpec",
    "CreateInventoryView",
    "CreateListView",
    "CreateListViewFromView",
    "CreatePropertyCollector",
    "DestroyCollector",
    "DestroyPropertyCollector",
    "DestroyPropertyFilter",
    "DestroyView",
    "DoesCustomizationSpecExist",
    "EvcManager",
    "HttpNfcLeaseGetManifest",
    "InitiateFileTransferFromGuest",
    "Logout",
    "ModifyListView",
    "OpenInventoryViewFolder",
    "PlaceVm",
    "ResetCollector",
    "ResetListView",
    "ResetListViewFromView",
    "RewindCollector",
    "SessionIsActive",
    "SetCollectorPageSize",
    "SetLocale",
];

impl Nature {
    /// The nature of a method.
    #[must_use]
    pub fn of(method: &MethodDesc) -> Self {
        let name = method.name;
        let reads = READING_METHODS.contains(&name)
            || READING_VERBS.iter().any(|verb| begins_with_word(name, verb));
        if reads { Self::Read } else { Self::Mutating }
    }
}

/// True when `name` starts with `word` and goes on with another word.
fn begins_with_word(name: &str, word: &str) -> bool {
    name.strip_prefix(word)
        .is_some_and(|rest| !rest.starts_with(|next: char| next.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_told_apart_by_what_they_do() {
        let nature = |name: &str| Nature::of(vim25::registry::find_method(name).unwrap());
        for name in [
            "QueryConnectionInfo",
            "RetrievePropertiesEx",
            "WaitForUpdatesEx",
            "CreateFilter",
            "CreateContainerView",
            "DestroyView",
            "Login",
            "Logout",
            "Fetch",
            "FindByInventoryPath",
            "CheckConfigureEvcMode_Task",
            "EvcManager",
            "QueryFaultToleranceCompatibilityEx",
            "CurrentTime",
        ] {
            assert_eq!(nature(name), Nature::Read, "{name}");
        }
        for name in [
            "AddHost_Task",
            "CreateClusterEx",
            "CreateSecondaryVMEx_Task",
            "SelectVnicForNicType",
            "UpdateOptions",
            "ConfigureEvcMode_Task",
            "CancelTask",
            "CreateDisk_Task",
            "TerminateSession",
            "RefreshFirewall",
        ] {
            assert_eq!(nature(name), Nature::Mutating, "{name}");
        }
    }
}
