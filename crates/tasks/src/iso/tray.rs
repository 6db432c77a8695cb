//! Answers the question of a VM whose guest holds the tray shut, so that changing the image does not hang.

use std::time::Duration;

use orchestrator::StepScope;
use vim25::MoRef;
use vim25::types::VirtualMachineQuestionInfo;
use vsphere::Writer;
use vsphere::objects::VirtualMachine;

/// Longer than changing a drive takes.
const LONG: Duration = Duration::from_secs(24 * 3600);
/// The choice that takes the image out although the guest holds it.
const YES: &str = "0";

/// Answers questions about the tray as they come up, and tells of others. Does not end by itself.
pub(super) async fn answer(writer: &Writer, vm: &MoRef, scope: &StepScope) {
    let mut seen_before = String::new();
    loop {
        let asked = writer.wait_until(vm, &["runtime.question"], LONG, |seen| {
            let question = seen.object::<VirtualMachineQuestionInfo>("runtime.question")?;
            (question.id != seen_before.as_str()).then(|| question.clone())
        });
        let Ok(question) = asked.await else { return std::future::pending().await };
        seen_before = question.id.to_string();
        if !is_about_the_tray(&question) {
            scope.notice(format!("the VM waits for an answer: {}", question.text));
            continue;
        }
        let answered = VirtualMachine::new(vm.clone()).answer(writer, &question.id, YES).await;
        match answered {
            Ok(()) => scope.notice("the guest held the tray shut; it was opened anyway"),
            Err(error) => tracing::debug!(%error, "the question about the tray was not answered"),
        }
    }
}

fn is_about_the_tray(question: &VirtualMachineQuestionInfo) -> bool {
    let about = |text: &str| {
        let text = text.to_ascii_lowercase();
        text.contains("cdrom") || text.contains("cd-rom")
    };
    question.message.iter().any(|message| about(&message.id)) || about(&question.text)
}
