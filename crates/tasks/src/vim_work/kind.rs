//! Kinds of vim tasks that capabilities begin, with the names by which they are known.

use vim25::types::TaskInfo;

/// A kind of vim task.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Kind {
    /// The method on the wire, which a vim task that a client began is called by.
    pub(crate) method: &'static str,
    /// The id of its description, which every vim task has.
    pub(crate) description: &'static str,
}

impl Kind {
    /// Whether a vim task is of this kind.
    pub(crate) fn is_of(self, info: &TaskInfo) -> bool {
        info.name.as_deref() == Some(self.method) || info.description_id == self.description
    }

    /// The kind that this method begins.
    pub(crate) fn of_method(method: &str) -> Option<Self> {
        kinds::ALL.iter().copied().find(|kind| kind.method == method)
    }
}

/// All of them.
pub(crate) mod kinds {
    use super::Kind;

    macro_rules! kinds {
        ($($name:ident: $method:literal, $description:literal;)*) => {
            $(pub(crate) const $name: Kind = Kind { method: $method, description: $description };)*
            /// To look one up by its method.
            pub(crate) const ALL: &[Kind] = &[$($name),*];
        };
    }

    kinds! {
        ADD_HOST: "AddHost_Task", "ClusterComputeResource.addHost";
        ADD_STANDALONE_HOST: "AddStandaloneHost_Task", "Folder.addStandaloneHost";
        CONFIGURE_EVC: "ConfigureEvcMode_Task", "cluster.EVCManager.configureEvc";
        CREATE_SECONDARY: "CreateSecondaryVMEx_Task", "VirtualMachine.createSecondaryEx";
        CREATE_SECONDARY_OLD: "CreateSecondaryVM_Task", "VirtualMachine.createSecondary";
        DESTROY: "Destroy_Task", "VirtualMachine.destroy";
        DISABLE_EVC: "DisableEvcMode_Task", "cluster.EVCManager.disableEvc";
        DISABLE_SECONDARY: "DisableSecondaryVM_Task", "VirtualMachine.disableSecondary";
        ENABLE_SECONDARY: "EnableSecondaryVM_Task", "VirtualMachine.enableSecondary";
        MAKE_PRIMARY: "MakePrimaryVM_Task", "VirtualMachine.makePrimary";
        POWER_ON: "PowerOnVM_Task", "VirtualMachine.powerOn";
        RECONFIGURE_CLUSTER: "ReconfigureComputeResource_Task", "ComputeResource.reconfigureEx";
        RECONFIGURE_FOR_DAS: "ReconfigureHostForDAS_Task", "DasConfig.ConfigureHost";
        RECONFIGURE_VM: "ReconfigVM_Task", "VirtualMachine.reconfigure";
        RECONNECT_HOST: "ReconnectHost_Task", "HostSystem.reconnect";
        TERMINATE: "TerminateFaultTolerantVM_Task", "VirtualMachine.terminateFaultTolerantVM";
        TURN_OFF: "TurnOffFaultToleranceForVM_Task", "VirtualMachine.turnOffFaultTolerance";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vim_task_is_known_by_its_method_or_by_its_description() {
        let task = |name: Option<&str>, description: &str| TaskInfo {
            name: name.map(Into::into),
            description_id: description.into(),
            ..Default::default()
        };
        let kind = kinds::POWER_ON;
        assert!(kind.is_of(&task(Some("PowerOnVM_Task"), "unheard of")));
        assert!(kind.is_of(&task(None, "VirtualMachine.powerOn")));
        assert!(!kind.is_of(&task(Some("PowerOffVM_Task"), "VirtualMachine.powerOff")));
        assert!(!kind.is_of(&task(None, "")));
    }

    #[test]
    fn every_method_exists_and_begins_a_vim_task_of_one_kind() {
        for kind in kinds::ALL {
            assert_eq!(vsphere::Effect::of(kind.method), vsphere::Effect::Mutates);
            assert!(kind.method.ends_with("_Task"), "{kind:?}");
            assert_eq!(Kind::of_method(kind.method), Some(*kind));
        }
    }
}
