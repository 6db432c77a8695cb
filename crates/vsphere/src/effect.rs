//! What a method does to the world, for every method of the API.
//!
//! One table. A method that is not in it mutates: a forgotten entry costs a retry, never a second effect.
//! The same table implements [`ReadOnly`], so the compiler knows which calls a
//! [`Reader`](crate::Reader) may send. Methods that start a vim task are listed as reading when that task
//! only checks.

use vim25::{Method, methods};

/// What a method does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Looks only. May be repeated.
    Read,
    /// Changes nothing but this session's own objects on the server (views, filters, cursors).
    SessionLocal,
    /// May change anything.
    Mutates,
}

impl Effect {
    /// Of the method with this name on the wire.
    #[must_use]
    pub fn of(method: &str) -> Self {
        let listed = |list: &[&str]| list.iter().any(|name| is_name_of(name, method));
        if listed(READ) {
            Self::Read
        } else if listed(SESSION_LOCAL) || method == "Login" || method == "Logout" {
            Self::SessionLocal
        } else {
            Self::Mutates
        }
    }
}

/// Methods that a [`Reader`](crate::Reader) may send. It cannot be implemented elsewhere.
pub trait ReadOnly: Method + sealed::Sealed {}

mod sealed {
    /// Keeps [`super::ReadOnly`] closed.
    pub trait Sealed {}
}

/// Rust names lack the underscore of `_Task`.
fn is_name_of(rust: &str, wire: &str) -> bool {
    match wire.strip_suffix("_Task") {
        Some(stem) => rust.strip_suffix("Task") == Some(stem),
        None => rust == wire,
    }
}

macro_rules! read_only {
    ($list:ident: $($method:ident,)*) => {
        const $list: &[&str] = &[$(stringify!($method)),*];
        $(
            impl sealed::Sealed for methods::$method {}
            impl ReadOnly for methods::$method {}
        )*
    };
}

read_only! {
    READ:
        AreAlarmActionsEnabled, BrowseDiagnosticLog, CheckAddHostEvcTask, CheckCloneTask,
        CheckCompatibilityTask, CheckConfigureEvcModeTask, CheckCustomizationSpec,
        CheckInstantCloneTask, CheckLicenseFeature, CheckMigrateTask, CheckPowerOnTask,
        CheckRelocateTask, CheckVmConfigTask, ComputeDiskPartitionInfo,
        ComputeDiskPartitionInfoForResize, CreateImportSpec, CurrentTime, DecodeLicense,
        EstimateDatabaseSize,
        EvcManager, ExtractOvfEnvironment, FetchAuditRecords, FetchDVPortKeys, FetchDVPorts,
        FetchSystemEventLog, FetchUserPrivilegeOnEntities, FindAllByDnsName, FindAllByIp,
        FindAllByUuid, FindAssociatedProfile, FindByDatastorePath, FindByDnsName,
        FindByInventoryPath, FindByIp, FindByUuid, FindChild, FindExtension, FindRulesForVm,
        GetAlarm, GetAlarmState, GetCryptoKeyStatus, GetCustomizationSpec, GetDefaultKmsCluster,
        GetPublicKey, GetResourceUsage, GetSiteInfo, GetSystemVMsRestrictedDatastores,
        GetVchaClusterHealth, GetVpcNetworkSpan, HasMonitoredEntity, HasPrivilegeOnEntities,
        HasPrivilegeOnEntity, HasProvider, HasUserPrivilegeOnEntities,
        InitiateFileTransferFromGuest, HttpNfcLeaseGetManifest, IsClusteredVmdkEnabled,
        IsGuestOsCustomizable, IsKmsClusterActive, IsSharedGraphicsActive,
        ListCACertificateRevocationLists, ListCACertificates, ListFilesInGuest, ListKeys,
        ListKmipServers,
        ListKmsClusters, ListProcessesInGuest, ListSmartCardTrustAnchors,
        ListTagsAttachedToVStorageObject,
        ListVStorageObject, ListVStorageObjectsAttachedToTag, LookupDvPortGroup,
        LookupVmOverheadMemory, ParseDescriptor, Query, QueryAnswerFileStatus,
        QueryAssignedLicenses, QueryAvailableDisksForVmfs, QueryAvailableDvsSpec,
        QueryAvailablePartition, QueryAvailablePerfMetric, QueryAvailableSsds,
        QueryAvailableTimeZones, QueryBootDevices, QueryBoundVnics, QueryCandidateNics,
        QueryChangedDiskAreas, QueryClusterDataEfficiencyCapacityState, QueryCmmds,
        QueryCompatibleHostForExistingDvs, QueryCompatibleHostForNewDvs,
        QueryCompatibleVmnicsFromHosts, QueryComplianceStatus, QueryConfigOption,
        QueryConfigOptionDescriptor, QueryConfigOptionEx, QueryConfigTarget,
        QueryConfiguredModuleOptionString, QueryConnectionInfo, QueryConnectionInfoViaSpec,
        QueryConnections, QueryCryptoKeyStatus, QueryDatastorePerformanceSummary, QueryDateTime,
        QueryDescriptions, QueryDirectoryInfo, QueryDiskMappings, QueryDisksForVsan,
        QueryDisksUsingFilter, QueryDvsByUuid, QueryDvsCheckCompatibility,
        QueryDvsCompatibleHostSpec, QueryDvsConfigTarget, QueryDvsFeatureCapability,
        QueryEvents, QueryExpressionMetadata, QueryExtensionIpAllocationUsage,
        QueryFaultToleranceCompatibility, QueryFaultToleranceCompatibilityEx, QueryFileLockInfo,
        QueryFilterEntities, QueryFilterInfoIds, QueryFilterList, QueryFilterName,
        QueryHealthUpdateInfos, QueryHealthUpdates, QueryHostConnectionInfo,
        QueryHostProfileMetadata, QueryHostStatus, QueryHostsWithAttachedLun,
        QueryIORMConfigOption, QueryIPAllocations, QueryIoFilterInfo, QueryIoFilterIssues,
        QueryIpPools, QueryLicenseSourceAvailability, QueryLicenseUsage,
        QueryLockdownExceptions, QueryManagedBy, QueryMaxQueueDepth, QueryMemoryOverhead,
        QueryMemoryOverheadEx, QueryMigrationDependencies, QueryModules, QueryMonitoredEntities,
        QueryNFSUser, QueryNetConfig, QueryNetworkHint,
        QueryObjectsOnPhysicalVsanDisk, QueryOptions, QueryPartitionCreateDesc,
        QueryPartitionCreateOptions, QueryPathSelectionPolicyOptions, QueryPerf,
        QueryPerfComposite, QueryPerfCounter, QueryPerfCounterByLevel, QueryPerfProviderSummary,
        QueryPhysicalVsanDisks, QueryPnicStatus, QueryPolicyMetadata,
        QueryProductLockerLocation, QueryProfileStructure, QueryProviderList, QueryProviderName,
        QueryResourceConfigOption, QueryServiceList, QueryStorageArrayTypePolicyOptions,
        QuerySupportedFeatures, QuerySupportedNetworkOffloadSpec, QuerySyncingVsanObjects,
        QuerySystemUsers, QueryTargetCapabilities, QueryTpmAttestationReport,
        QueryUnmonitoredHosts, QueryUnownedFiles, QueryUnresolvedVmfsVolume,
        QueryUnresolvedVmfsVolumes, QueryUsedVlanIdInDvs, QueryVMotionCompatibility,
        QueryVMotionCompatibilityExTask, QueryVirtualDiskFragmentation,
        QueryVirtualDiskGeometry, QueryVirtualDiskUuid, QueryVirtualDiskUuidEx,
        QueryVmfsConfigOption, QueryVmfsDatastoreCreateOptions, QueryVmfsDatastoreExpandOptions,
        QueryVmfsDatastoreExtendOptions, QueryVnicStatus, QueryVsanObjectUuidsByFilter,
        QueryVsanObjects, QueryVsanStatistics, QueryVsanUpgradeStatus, RecommendHostsForVm,
        RetrieveAllFlashCapabilities, RetrieveAllPermissions, RetrieveAnswerFile,
        RetrieveAnswerFileForProfile, RetrieveArgumentDescription, RetrieveCertificateInfoList,
        RetrieveClientCert, RetrieveDasAdvancedRuntimeInfo, RetrieveDescription,
        RetrieveDiskPartitionInfo, RetrieveDynamicPassthroughInfo, RetrieveEntityPermissions,
        RetrieveEntityScheduledTask, RetrieveFreeEpcMemory, RetrieveHardwareUptime,
        RetrieveHostAccessControlEntries, RetrieveHostCustomizations,
        RetrieveHostCustomizationsForProfile, RetrieveHostSpecification, RetrieveKmipServerCert,
        RetrieveKmipServersStatusTask, RetrieveObjectScheduledTask, RetrieveProductComponents,
        RetrieveProperties, RetrievePropertiesEx, RetrieveRolePermissions,
        RetrieveSelfSignedClientCert, RetrieveServiceContent, RetrieveServiceProviderEntities,
        RetrieveSnapshotDetails, RetrieveSnapshotInfo, RetrieveSupportedVsanFormatVersion,
        RetrieveUserGroups, RetrieveVStorageInfrastructureObjectPolicy, RetrieveVStorageObject,
        RetrieveVStorageObjectAssociations, RetrieveVStorageObjectState,
        RetrieveVendorDeviceGroupInfo, RetrieveVgpuDeviceInfo, RetrieveVgpuProfileInfo,
        SearchDatastoreSubFoldersTask, SearchDatastoreTask, SessionIsActive,
        ValidateCredentialsInGuest, ValidateHCIConfiguration, ValidateHost, ValidateMigration,
        ValidateStoragePodConfig,
}

read_only! {
    SESSION_LOCAL:
        CancelRetrievePropertiesEx, CancelWaitForUpdates, CheckForUpdates,
        ContinueRetrievePropertiesEx, CreateCollectorForEvents, CreateCollectorForTasks,
        CreateContainerView, CreateFilter, CreateListView, CreatePropertyCollector,
        DestroyCollector, DestroyPropertyCollector, DestroyPropertyFilter, DestroyView,
        ModifyListView, ReadNextEvents, ReadNextTasks, ReadPreviousEvents, ReadPreviousTasks,
        ResetCollector, ResetListView, RewindCollector, SetCollectorPageSize, WaitForUpdates,
        WaitForUpdatesEx,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn effect_of<M: Method>() -> Effect {
        Effect::of(M::method().name)
    }

    #[test]
    fn methods_are_sorted_by_what_they_do() {
        assert_eq!(effect_of::<methods::RetrievePropertiesEx>(), Effect::Read);
        assert_eq!(effect_of::<methods::CheckConfigureEvcModeTask>(), Effect::Read);
        assert_eq!(effect_of::<methods::QueryFaultToleranceCompatibilityEx>(), Effect::Read);
        assert_eq!(effect_of::<methods::WaitForUpdatesEx>(), Effect::SessionLocal);
        assert_eq!(effect_of::<methods::Login>(), Effect::SessionLocal);
        assert_eq!(effect_of::<methods::CreateClusterEx>(), Effect::Mutates);
        assert_eq!(effect_of::<methods::AddHostTask>(), Effect::Mutates);
        assert_eq!(effect_of::<methods::CreateSecondaryVMExTask>(), Effect::Mutates);
        assert_eq!(effect_of::<methods::AcquireCloneTicket>(), Effect::Mutates);
        assert_eq!(Effect::of("NoSuchMethod"), Effect::Mutates);
    }
}
