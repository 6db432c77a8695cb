//! Events as scripts look for them: by type, by what they are about, and what they point to.

use vim25::methods::{
    AddCustomFieldDef, LogUserEvent, PostEvent, PowerOffVMTask, QueryEvents, SetField,
    SuspendVMTask,
};
use vim25::types::{Event, EventEx, EventFilterSpec, EventFilterSpecByEntity};
use vim25::{MoRef, Poly};

use crate::event::event_manager_id;
use crate::testing::fault_type;

use super::scene::{Scene, failure};

async fn found(scene: &Scene, filter: EventFilterSpec) -> Vec<Poly<Event>> {
    let asked = QueryEvents { this: event_manager_id(), filter, ..Default::default() };
    scene.rig.call(asked).await.unwrap()
}

async fn of_type(scene: &Scene, id: &str) -> Vec<Poly<Event>> {
    let event_type_id = vec![id.into()];
    found(scene, EventFilterSpec { event_type_id, ..Default::default() }).await
}

/// The types of the events about an entity itself.
async fn about(scene: &Scene, entity: &MoRef) -> Vec<String> {
    let by = EventFilterSpecByEntity { entity: entity.clone(), ..Default::default() };
    let filter = EventFilterSpec { entity: Some(Box::new(by)), ..Default::default() };
    let found = found(scene, filter).await;
    for event in &found {
        let vm = event.vm.as_ref().map(|argument| &argument.vm);
        assert_eq!(vm, Some(entity), "{}", event.type_name());
        assert!(event.host.is_some() && event.datacenter.is_some(), "{}", event.type_name());
    }
    found.iter().map(|event| event.type_name().to_owned()).collect()
}

fn log(vm: &MoRef, text: &str) -> LogUserEvent {
    let (this, entity, msg) = (event_manager_id(), vm.clone(), text.into());
    LogUserEvent { this, entity, msg, ..Default::default() }
}

#[tokio::test]
async fn a_type_is_asked_for_by_its_name_alone_or_in_full() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.run(PowerOffVMTask { this: vm, ..Default::default() }).await.unwrap();
    for id in ["VmPoweredOffEvent", "vim.event.VmPoweredOffEvent"] {
        assert_eq!(of_type(&scene, id).await.len(), 1, "{id}");
    }
    assert_eq!(of_type(&scene, "VmEvent").await, [], "an identifier names no others");
}

#[tokio::test]
async fn events_of_tasks_and_of_people_are_found_by_what_they_are_about() {
    let scene = Scene::of("ft-ready").await;
    let vm = scene.vm("vm1");
    scene.run(SuspendVMTask { this: vm.clone(), ..Default::default() }).await.unwrap();
    scene.rig.call(log(&vm, "hello")).await.unwrap();
    let seen = ["TaskEvent", "VmSuspendingEvent", "VmSuspendedEvent", "GeneralUserEvent"];
    assert_eq!(about(&scene, &vm).await, seen);
    let gone = MoRef::new("VirtualMachine", "vm-0");
    assert_eq!(fault_type(scene.rig.call(log(&gone, "x")).await), "ManagedObjectNotFound");
    let off = PowerOffVMTask { this: scene.vm("vm2"), ..Default::default() };
    assert_eq!(failure(scene.run(off).await), "no fault");
    assert_eq!(about(&scene, &vm).await.len(), 4, "the other VM's are not among them");
}

#[tokio::test]
async fn a_posted_event_is_kept_as_it_was_made() {
    let scene = Scene::of("ft-ready").await;
    let mut event = EventEx { event_type_id: "com.example.done".into(), ..Default::default() };
    event.full_formatted_message = Some("Done".into());
    event.key = 1;
    let event_to_post = Poly::new(event);
    let post = PostEvent { this: event_manager_id(), event_to_post, ..Default::default() };
    scene.rig.call(post).await.unwrap();
    let kept = of_type(&scene, "com.example.done").await;
    assert_eq!(kept[0].full_formatted_message.as_deref(), Some("Done"));
    assert_eq!(kept[0].user_name, "user");
    assert_ne!(kept[0].key, 1, "the server numbers its events");
}

#[tokio::test]
async fn attributes_and_sessions_are_told_of() {
    let scene = Scene::of("ft-ready").await;
    let this = MoRef::new("CustomFieldsManager", "CustomFieldsManager");
    let define =
        AddCustomFieldDef { this: this.clone(), name: "owner".into(), ..Default::default() };
    let key = scene.rig.call(define).await.unwrap().key;
    let (entity, value) = (scene.vm("vm1"), "me".into());
    let set = SetField { this, entity: entity.clone(), key, value, ..Default::default() };
    scene.rig.call(set).await.unwrap();
    assert_eq!(of_type(&scene, "CustomFieldDefAddedEvent").await.len(), 1);
    assert_eq!(about(&scene, &entity).await, ["CustomFieldValueChangedEvent"]);
    let login = of_type(&scene, "UserLoginSessionEvent").await;
    let told = login[0].full_formatted_message.as_deref().unwrap();
    assert!(told.starts_with("User user@127.0.0.1 logged in as"), "{told}");
}
