//! The privileges that exist although no method of the schema asks for them on its own object.
//!
//! They are needed on an argument of a method, guard parts of what it does, such as one kind of change in a
//! specification, or belong to services beside the vim25 API.

use vim25::Str;

use crate::product::Role;

/// Groups of privileges, each with the names in it.
type Groups = &'static [(&'static str, &'static [&'static str])];

/// Those that a vCenter and a host by itself define.
const EVERYWHERE: Groups = &[
    ("Alarm", &["Acknowledge", "Create", "DisableActions", "ToggleEnableOnEntity"]),
    ("Authorization", &["ModifyPermissions"]),
    (
        "Cryptographer",
        &[
            "Access",
            "AddDisk",
            "Clone",
            "Decrypt",
            "Encrypt",
            "EncryptNew",
            "ManageEncryptionPolicy",
            "Migrate",
            "Recrypt",
        ],
    ),
    ("DVPortgroup", &["Delete", "Ipfix", "Modify", "PolicyOp", "ScopeOp"]),
    ("DVSwitch", &["Delete", "HostOp", "Ipfix", "Move", "PolicyOp", "PortSetting", "Vspan"]),
    (
        "Datacenter",
        &["Delete", "IpPoolConfig", "IpPoolQueryAllocations", "IpPoolReleaseIp", "Move", "Rename"],
    ),
    (
        "Datastore",
        &["AllocateSpace", "Browse", "FileManagement", "Move", "UpdateVirtualMachineMetadata"],
    ),
    ("EAM", &["Config", "Modify", "View"]),
    ("ExternalStatsProvider", &["Register", "Unregister", "Update"]),
    ("Folder", &["Move", "Rename"]),
    (
        "Global",
        &[
            "CancelTask",
            "CapacityPlanning",
            "DisableMethods",
            "EnableMethods",
            "GlobalTag",
            "Health",
            "Proxy",
            "ScriptAction",
            "SetCustomField",
            "SystemTag",
        ],
    ),
    ("Host.Config", &["GuestStore", "Quarantine", "Snmp", "SystemManagement"]),
    ("Host.Hbr", &["HbrManagement"]),
    (
        "Host.Inventory",
        &["DeleteCluster", "MoveCluster", "MoveHost", "RemoveHostFromCluster", "RenameCluster"],
    ),
    ("Host.Local", &["CreateVM", "DeleteVM", "InstallAgent", "ReconfigVM"]),
    ("Network", &["Assign", "Config", "Move"]),
    ("Profile", &["View"]),
    (
        "Resource",
        &[
            "ApplyRecommendation",
            "AssignVAppToPool",
            "AssignVMToPool",
            "DeletePool",
            "HotMigrate",
            "MovePool",
            "RenamePool",
        ],
    ),
    ("ScheduledTask", &["Create"]),
    ("StoragePod", &["Config"]),
    (
        "VApp",
        &[
            "ApplicationConfig",
            "AssignResourcePool",
            "AssignVApp",
            "AssignVM",
            "Delete",
            "InstanceConfig",
            "ManagedByConfig",
            "Move",
            "PullFromUrls",
            "Rename",
            "ResourceConfig",
        ],
    ),
    ("VRMPolicy", &["Query", "Update"]),
    (
        "VirtualMachine.Config",
        &[
            "AddNewDisk",
            "AddRemoveDevice",
            "AdvancedConfig",
            "Annotation",
            "CPUCount",
            "ChangeTracking",
            "DiskExtend",
            "DiskLease",
            "EditDevice",
            "HostUSBDevice",
            "ManagedBy",
            "Memory",
            "MksControl",
            "RawDevice",
            "Rename",
            "Resource",
            "SwapPlacement",
            "ToggleForkParent",
            "Unlock",
        ],
    ),
    (
        "VirtualMachine.GuestOperations",
        &["Execute", "Modify", "ModifyAliases", "Query", "QueryAliases"],
    ),
    ("VirtualMachine.Hbr", &["ConfigureReplication", "MonitorReplication", "ReplicaManagement"]),
    (
        "VirtualMachine.Interact",
        &[
            "Backup",
            "DeviceConnection",
            "DnD",
            "Pause",
            "SESparseMaintenance",
            "SetCDMedia",
            "SetFloppyMedia",
            "SuspendToMemory",
        ],
    ),
    ("VirtualMachine.Inventory", &["CreateFromExisting", "Move"]),
    (
        "VirtualMachine.Namespace",
        &["Event", "EventNotify", "Management", "ModifyContent", "Query", "ReadContent"],
    ),
    (
        "VirtualMachine.Provisioning",
        &[
            "CloneTemplate",
            "CreateTemplateFromVM",
            "DeployTemplate",
            "DiskRandomAccess",
            "FileRandomAccess",
            "GetVmFiles",
            "PutVmFiles",
        ],
    ),
];

/// Those that services of a vCenter add.
const OF_VCENTER: Groups = &[
    ("Authorization", &["ModifyPrivileges"]),
    ("AutoDeploy.Host", &["AssociateMachine"]),
    ("AutoDeploy.Profile", &["Create", "Edit"]),
    ("AutoDeploy.Rule", &["Create", "Delete", "Edit"]),
    ("AutoDeploy.RuleSet", &["Activate", "Edit"]),
    ("CertificateManagement", &["Administer", "Manage"]),
    ("Cns", &["Searchable"]),
    (
        "ContentLibrary",
        &[
            "AddCertToTrustStore",
            "AddLibraryItem",
            "AddSubscription",
            "CheckInTemplate",
            "CheckOutTemplate",
            "CreateLocalLibrary",
            "CreateSubscribedLibrary",
            "DeleteCertFromTrustStore",
            "DeleteLibraryItem",
            "DeleteLocalLibrary",
            "DeleteSubscribedLibrary",
            "DeleteSubscription",
            "DownloadSession",
            "EvictLibraryItem",
            "EvictSubscribedLibrary",
            "GetConfiguration",
            "ImportStorage",
            "ManageClusterRegistryResource",
            "ManageRegistry",
            "ManageRegistryProject",
            "ProbeSubscription",
            "PublishLibrary",
            "PublishLibraryItem",
            "ReadStorage",
            "SyncLibrary",
            "SyncLibraryItem",
            "TypeIntrospection",
            "UpdateConfiguration",
            "UpdateLibrary",
            "UpdateLibraryItem",
            "UpdateLocalLibrary",
            "UpdateSession",
            "UpdateSubscribedLibrary",
            "UpdateSubscription",
        ],
    ),
    // The server spells it so.
    ("Host.Inventory", &["ManageClusterLifecyle"]),
    (
        "InventoryService.Tagging",
        &[
            "AttachTag",
            "CreateCategory",
            "CreateScope",
            "CreateTag",
            "DeleteCategory",
            "DeleteScope",
            "DeleteTag",
            "EditCategory",
            "EditTag",
            "ModifyUsedByForCategory",
            "ModifyUsedByForTag",
            "ObjectAttachable",
        ],
    ),
    ("Namespaces", &["Configure", "Manage"]),
    ("StorageProfile", &["Update", "View"]),
    ("StorageViews", &["ConfigureService", "View"]),
    ("SupervisorServices", &["Manage"]),
    ("TransferService", &["Manage", "Monitor"]),
    (
        "vService",
        &["CreateDependency", "DestroyDependency", "ReconfigureDependency", "UpdateDependency"],
    ),
    ("vStats", &["CollectAny", "QueryAny", "Settings"]),
];

/// The ids of all of them on a server of this kind.
pub(super) fn beside_methods(role: Role) -> impl Iterator<Item = Str> {
    let of_vcenter = if role == Role::Vcenter { OF_VCENTER } else { &[] };
    EVERYWHERE.iter().chain(of_vcenter).flat_map(|(group, names)| {
        names.iter().map(move |name| Str::from(format!("{group}.{name}")))
    })
}
