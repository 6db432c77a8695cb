//! Discs in CD-ROM drives: the image must exist, and a guest may have locked the tray.
//!
//! A locked tray raises a question that somebody answers with `AnswerVM`; until then the change waits.

use std::sync::Arc;

use vim25::methods::AnswerVM;
use vim25::types::{
    ChoiceOption, ElementDescription, FileNotFound, GenericVmConfigFault, VirtualCdrom,
    VirtualCdromIsoBackingInfo, VirtualMachineConfigSpec, VirtualMachineQuestionInfo,
};
use vim25::{MoRef, Poly, Str};

use crate::behaviour::datastore_files;
use crate::behaviour::settings::Behaviour;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::inventory::datacenter_of;
use crate::storage::{DatastorePath, Storage};
use crate::store::Transaction;

use super::object::VirtualMachine;
use super::reconfigure::reconfigure;

const YES: &str = "0";
const NO: &str = "1";

/// A question of a VM, and the change that waits for its answer.
#[derive(Clone)]
pub struct Question {
    id: Str,
    task: MoRef,
    spec: VirtualMachineConfigSpec,
}

impl Question {
    /// The question as `runtime.question` shows it.
    pub(super) fn shown(&self) -> VirtualMachineQuestionInfo {
        let choice = |key: &str, label: &str| {
            let mut described = ElementDescription { key: key.into(), ..Default::default() };
            described.label = label.into();
            described.summary = label.into();
            Poly::new(described)
        };
        VirtualMachineQuestionInfo {
            id: self.id.clone(),
            text:
                "The guest operating system has locked the CD-ROM door and is probably using the \
                   CD-ROM. Disconnect anyway and override the lock?"
                    .into(),
            choice: ChoiceOption {
                choice_info: vec![choice(YES, "Yes"), choice(NO, "No")],
                default_index: Some(1),
                ..Default::default()
            },
            ..Default::default()
        }
    }
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<AnswerVM>(answer);
}

/// True when the change takes a disc away that the guest has locked in.
pub(super) fn is_locked(
    tx: &Transaction<'_>,
    vm: &MoRef,
    spec: &VirtualMachineConfigSpec,
) -> Result<bool, Fault> {
    let machine = tx.get::<VirtualMachine>(vm)?;
    if !machine.is_on() || !Behaviour::of(tx).guest.tray_locked {
        return Ok(false);
    }
    let is_in_use = |key: i32| {
        machine.devices.iter().any(|device| {
            let connected = device.connectable.as_ref().is_some_and(|state| state.connected);
            device.key == key && connected && device.downcast_ref::<VirtualCdrom>().is_some()
        })
    };
    Ok(spec.device_change.iter().any(|change| is_in_use(change.device.key)))
}

/// Lets the change wait for an answer.
pub(super) fn ask(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    task: MoRef,
    spec: VirtualMachineConfigSpec,
) -> Result<(), Fault> {
    let id: Str = tx.new_number().to_string().into();
    tx.edit::<VirtualMachine>(vm)?.question = Some(Arc::new(Question { id, task, spec }));
    Ok(())
}

fn answer(call: &Call, asked: AnswerVM) -> Result<(), Fault> {
    let vm = call.this();
    call.commit(|tx| {
        let question = tx.get::<VirtualMachine>(vm)?.question.clone();
        let question = question.filter(|question| question.id == asked.question_id);
        let question = question.ok_or_else(|| Fault::invalid_argument("questionId"))?;
        let outcome = match asked.answer_choice.as_str() {
            YES => tx.attempt(|tx| reconfigure(tx, vm, &question.spec)).map(|()| None),
            NO => {
                let detail = GenericVmConfigFault::default();
                Err(Fault::new(detail, "The guest keeps the disc: the operation was cancelled."))
            }
            _ => return Err(Fault::invalid_argument("answerChoice")),
        };
        tx.edit::<VirtualMachine>(vm)?.question = None;
        tx.end_task(&question.task, outcome)
    })
}

/// Refuses a running VM discs that do not exist.
pub(super) fn check_images(
    tx: &mut Transaction<'_>,
    vm: &MoRef,
    spec: &VirtualMachineConfigSpec,
    storage: &Storage,
) -> Result<(), Fault> {
    if !tx.get::<VirtualMachine>(vm)?.is_on() {
        return Ok(());
    }
    for change in &spec.device_change {
        let connected = change.device.connectable.as_ref().is_some_and(|state| state.connected);
        let image = change.device.backing.as_ref();
        let image = image.and_then(|it| it.downcast_ref::<VirtualCdromIsoBackingInfo>());
        let path = image.and_then(|image| DatastorePath::parse(&image.file_name));
        let Some(path) = path.filter(|_| connected) else { continue };
        if !exists(tx, vm, &path, storage) {
            let mut detail = FileNotFound::default();
            detail.file = path.to_string().into();
            return Err(Fault::new(detail, format!("File {path} was not found")));
        }
    }
    Ok(())
}

fn exists(tx: &mut Transaction<'_>, vm: &MoRef, path: &DatastorePath, storage: &Storage) -> bool {
    let snapshot = tx.view();
    let datacenter = datacenter_of(snapshot, vm);
    let known = datacenter
        .and_then(|id| datastore_files::datastore_in(snapshot, &id, &path.datastore))
        .is_some();
    known && storage.look(path).is_ok_and(|found| found.is_some_and(|it| it.size.is_some()))
}
