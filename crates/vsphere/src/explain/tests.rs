//! Words of faults.

use vim25::enums::VmFaultToleranceConfigIssueReasonForIssue;
use vim25::types as t;
use vim25::{IsA, MoRef};

use super::*;
use vim25::types::MethodFault;
use vim25::{DataObject, Poly};

fn explain<F: DataObject + IsA<MethodFault>>(fault: F) -> Explanation {
    explain_fault(&Poly::new(fault))
}

#[test]
fn a_missing_privilege_is_named_with_its_object() {
    let words = explain(t::NoPermission {
        object: Some(MoRef::new("Folder", "group-h4")),
        privilege_id: Some("Host.Inventory.CreateCluster".into()),
        ..Default::default()
    });
    assert_eq!(words.cause, "the user lacks `Host.Inventory.CreateCluster` on `Folder:group-h4`");
    assert!(words.fix.unwrap().contains("role"));
    assert_eq!(words.fault, "NoPermission");
}

#[test]
fn every_reason_of_the_schema_has_a_cause_and_a_remedy() {
    for (name, cause, fix) in ft_reason::REASONS {
        let known = VmFaultToleranceConfigIssueReasonForIssue::from(*name);
        let strange = matches!(known, VmFaultToleranceConfigIssueReasonForIssue::Unlisted(_));
        assert!(!strange, "`{name}` is not in the schema");
        assert!(!cause.is_empty() && !fix.is_empty(), "{name}");
    }
    let names: std::collections::BTreeSet<_> =
        ft_reason::REASONS.iter().map(|(name, _, _)| *name).collect();
    assert_eq!(names.len(), ft_reason::REASONS.len(), "a reason is listed twice");
    assert_eq!(names.len(), 39, "the schema has 39 reasons");

    let words = explain(t::VmFaultToleranceConfigIssue {
        reason: Some("hasSnapshots".into()),
        entity_name: Some("web-01".into()),
        ..Default::default()
    });
    assert_eq!(words.to_string(), "`web-01` has snapshots (VmFaultToleranceConfigIssue)");
    let strange = explain(t::VmFaultToleranceConfigIssue {
        reason: Some("incompatibleProduct".into()),
        ..Default::default()
    });
    assert!(strange.cause.contains("`incompatibleProduct`"), "{strange}");
}

#[test]
fn wrapped_faults_speak_for_their_wrappers() {
    let issue = |reason: &str, host: &str| t::LocalizedMethodFault {
        fault: Poly::new(t::VmFaultToleranceConfigIssue {
            reason: Some(reason.into()),
            entity_name: Some(host.into()),
            ..Default::default()
        }),
        ..Default::default()
    };
    let words = explain(t::VmFaultToleranceOpIssuesList {
        errors: vec![issue("missingFTLoggingNic", "esx2"), issue("haAgentIssue", "esx1")],
        ..Default::default()
    });
    assert_eq!(
        words.cause,
        "`esx2` has no VMkernel adapter for FT logging; the HA agent of `esx1` is not well"
    );
    assert_eq!(words.fault, "VmFaultToleranceConfigIssue");
}

#[test]
fn a_fault_without_words_shows_its_type_and_fields() {
    let words = explain(t::DvsNotAuthorized {
        session_extension_key: Some("com.example".into()),
        ..Default::default()
    });
    assert!(words.cause.contains("DvsNotAuthorized"), "{words}");
    assert!(words.cause.contains("com.example"), "{words}");
    assert_eq!(words.fix, None);
}

#[test]
fn words_of_a_base_type_keep_the_details_of_the_type_itself() {
    let words =
        explain(t::QuestionPending { text: "moved or copied?".into(), ..Default::default() });
    assert!(words.cause.contains("QuestionPending"), "{words}");
    assert!(words.cause.contains("moved or copied?"), "{words}");
    let words = explain(t::InvalidState::default());
    assert_eq!(words.cause, "the object is not in a state that allows it");
}

#[test]
fn well_known_faults_have_words() {
    let all = [
        explain(t::InvalidLogin::default()),
        explain(t::SSLVerifyFault { thumbprint: Some("AA:BB".into()), ..Default::default() }),
        explain(t::AlreadyBeingManaged { ip_address: "10.0.0.9".into(), ..Default::default() }),
        explain(t::DuplicateName { name: "C".into(), ..Default::default() }),
        explain(t::TaskInProgress::default()),
        explain(t::EVCModeIllegalByVendor::default()),
        explain(t::EVCAdmissionFailedCPUModelForMode::default()),
        explain(t::VmFaultToleranceTooManyVMsOnHost::default()),
        explain(t::InsufficientMemoryResourcesFault::default()),
        explain(t::NotSupportedHost::default()),
        explain(t::NoHost { name: Some("esx7".into()), ..Default::default() }),
        explain(t::FaultToleranceNotLicensed::default()),
        explain(t::ManagedObjectNotFound::default()),
    ];
    for words in all {
        assert!(words.fix.is_some(), "{words}");
        assert!(!words.cause.contains('{'), "{words}");
    }
}

#[test]
fn only_a_fault_without_words_lets_the_server_speak_for_itself() {
    let strange = explain(t::VsanFault::default());
    assert_eq!(
        strange.with_message("The moon is in the way. "),
        "VsanFault (VsanFault): \"The moon is in the way.\""
    );
    assert_eq!(strange.with_message(""), "VsanFault (VsanFault)");
    let known = explain(t::InvalidLogin::default());
    assert!(known.known && !known.with_message("Nein.").contains("Nein."));
}
