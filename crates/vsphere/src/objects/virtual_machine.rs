//! `VirtualMachine`: Fault Tolerance and power.
//!
//! All calls but the query are for the primary; a secondary refuses them.

use vim25::types::{
    FaultToleranceConfigSpec, LocalizedMethodFault, UsbScanCodeSpec, VirtualMachineConfigSpec,
};
use vim25::{MoRef, methods};

use super::managed_object::managed_object;
use crate::{CallError, Reader, Writer};

managed_object! {
    /// A virtual machine.
    VirtualMachine
}

impl VirtualMachine {
    /// Types on the VM's keyboard. From 6.5 on. Returns how many key events were taken.
    ///
    /// # Errors
    /// `InvalidPowerState`, `NotSupported` on hosts that cannot.
    pub async fn put_usb_scan_codes(
        &self,
        writer: &Writer,
        spec: UsbScanCodeSpec,
    ) -> Result<i32, CallError> {
        let call = methods::PutUsbScanCodes { this: self.0.clone(), spec, ..Default::default() };
        writer.invoke(&call).await
    }

    /// What in the VM itself is against Fault Tolerance; empty when nothing is. Hosts and licences are
    /// not looked at. From 6.0 on.
    ///
    /// # Errors
    /// `NotSupported` for a template, `InvalidState`, `VmConfigFault`.
    pub async fn query_fault_tolerance_compatibility(
        &self,
        reader: &Reader,
    ) -> Result<Vec<LocalizedMethodFault>, CallError> {
        let call = methods::QueryFaultToleranceCompatibilityEx {
            this: self.0.clone(),
            for_legacy_ft: Some(false),
            ..Default::default()
        };
        reader.invoke(&call).await
    }

    /// Starts turning Fault Tolerance on. The task's success does not mean that the VM is protected:
    /// the secondary is powered on and synchronised afterwards.
    ///
    /// # Errors
    /// When the call is refused; most refusals come from the task.
    pub async fn issue_create_secondary(
        &self,
        writer: &Writer,
        host: Option<MoRef>,
        spec: Option<FaultToleranceConfigSpec>,
    ) -> Result<MoRef, CallError> {
        let call = methods::CreateSecondaryVMExTask {
            this: self.0.clone(),
            host,
            spec: spec.map(Box::new),
            ..Default::default()
        };
        writer.invoke(&call).await
    }

    /// Starts turning Fault Tolerance off, which removes the secondary.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_turn_off_fault_tolerance(
        &self,
        writer: &Writer,
    ) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::TurnOffFaultToleranceForVMTask { this, ..Default::default() }).await
    }

    /// Starts resuming Fault Tolerance with this `secondary`, on `host` or where the server likes.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_enable_secondary(
        &self,
        writer: &Writer,
        secondary: MoRef,
        host: Option<MoRef>,
    ) -> Result<MoRef, CallError> {
        let (this, vm) = (self.0.clone(), secondary);
        writer
            .invoke(&methods::EnableSecondaryVMTask { this, vm, host, ..Default::default() })
            .await
    }

    /// Starts suspending Fault Tolerance; the secondary stays, switched off.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_disable_secondary(
        &self,
        writer: &Writer,
        secondary: MoRef,
    ) -> Result<MoRef, CallError> {
        let (this, vm) = (self.0.clone(), secondary);
        writer.invoke(&methods::DisableSecondaryVMTask { this, vm, ..Default::default() }).await
    }

    /// Starts a test of failover: `secondary` becomes the primary of the pair, and a new secondary is started.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_make_primary(
        &self,
        writer: &Writer,
        secondary: MoRef,
    ) -> Result<MoRef, CallError> {
        let (this, vm) = (self.0.clone(), secondary);
        writer.invoke(&methods::MakePrimaryVMTask { this, vm, ..Default::default() }).await
    }

    /// Starts a test of losing `secondary`: it is ended, and started again.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_terminate_secondary(
        &self,
        writer: &Writer,
        secondary: MoRef,
    ) -> Result<MoRef, CallError> {
        let (this, vm) = (self.0.clone(), Some(secondary));
        let call = methods::TerminateFaultTolerantVMTask { this, vm, ..Default::default() };
        writer.invoke(&call).await
    }

    /// Starts powering on, on `host` or where the server likes.
    ///
    /// # Errors
    /// When the call is refused.
    pub async fn issue_power_on(
        &self,
        writer: &Writer,
        host: Option<MoRef>,
    ) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::PowerOnVMTask { this, host, ..Default::default() }).await
    }

    /// Starts changing the configuration.
    ///
    /// # Errors
    /// When the call is refused; most refusals come from the task.
    pub async fn issue_reconfigure(
        &self,
        writer: &Writer,
        spec: VirtualMachineConfigSpec,
    ) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::ReconfigVMTask { this, spec, ..Default::default() }).await
    }

    /// Starts deleting the VM with its disks.
    ///
    /// # Errors
    /// `InvalidPowerState` when it is on.
    pub async fn issue_destroy(&self, writer: &Writer) -> Result<MoRef, CallError> {
        let this = self.0.clone();
        writer.invoke(&methods::DestroyTask { this, ..Default::default() }).await
    }

    /// Answers the question that the VM waits for.
    ///
    /// # Errors
    /// `InvalidArgument` when there is no such question or choice any more.
    pub async fn answer(
        &self,
        writer: &Writer,
        question: &str,
        choice: &str,
    ) -> Result<(), CallError> {
        let call = methods::AnswerVM {
            this: self.0.clone(),
            question_id: question.into(),
            answer_choice: choice.into(),
            ..Default::default()
        };
        writer.invoke(&call).await
    }
}
