//! Carries out what the schedule says about the world around the agent, at its time: [`meddle`].

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use mock_vcenter::behaviour::host_system::{self, HostSystem};
use mock_vcenter::behaviour::virtual_machine::VirtualMachine;
use mock_vcenter::disturb::{Kind, Rule};
use mock_vcenter::store::{Origin, Transaction};
use mock_vcenter::task::VimTask;
use tokio::task::JoinSet;
use tokio::time::sleep;
use vim25::methods::{
    CreateSecondaryVMExTask, DestroyTask, DisconnectHostTask, EnterMaintenanceModeTask,
    ExitMaintenanceModeTask, MigrateVMTask, PowerOffVMTask, ReconnectHostTask, RenameTask,
};
use vim25::{Method, MoRef};

use crate::admin::Admin;
use crate::fault::{Deed, Fault, VmDeed};
use crate::lab::Lab;

/// Everything that happens at a time. Ends when all of it has ceased.
pub(crate) async fn meddle(lab: Arc<Lab>) {
    let mut deeds = JoinSet::new();
    for fault in lab.schedule.faults.clone() {
        deeds.spawn(one(Arc::clone(&lab), fault));
    }
    while deeds.join_next().await.is_some() {}
}

async fn one(lab: Arc<Lab>, fault: Fault) {
    match fault {
        Fault::Refused { at, seconds } => {
            until(at).await;
            lab.log.line("weather", "connections are refused");
            lab.weather.refused.store(true, Ordering::Relaxed);
            until(seconds).await;
            lab.log.line("weather", "connections are taken again");
            lab.weather.refused.store(false, Ordering::Relaxed);
        }
        Fault::Restart { at, seconds, loses_tasks } => {
            until(at).await;
            restart(&lab, seconds, loses_tasks).await;
        }
        Fault::SessionsEnd { at } => {
            until(at).await;
            lab.log.line("weather", "all sessions end");
            lab.server.expire_sessions();
        }
        Fault::TasksForgotten { at } => {
            until(at).await;
            lab.log.line("weather", "finished tasks are forgotten");
            forget_tasks(&lab, |task| !task.is_open());
        }
        Fault::Vm { at, vm, deed } => {
            until(at).await;
            vm_deed(&lab, &vm, deed).await;
        }
        Fault::Host { at, seconds, host, deed } => {
            until(at).await;
            host_deed(&lab, &host, deed, false).await;
            until(seconds).await;
            host_deed(&lab, &host, deed, true).await;
        }
        Fault::Calls(rule) => until(rule.until_millis.unwrap_or(0) / 1000).await,
        Fault::Tasks(_) | Fault::Skew { .. } | Fault::Crash { .. } | Fault::JournalFails { .. } => {
        }
    }
}

async fn until(seconds: u64) {
    sleep(Duration::from_secs(seconds)).await;
}

async fn restart(lab: &Lab, seconds: u64, loses_tasks: bool) {
    lab.log.line("weather", &format!("vCenter restarts; tasks are lost: {loses_tasks}"));
    let now = lab.server.store().clock().elapsed();
    let millis = |time: Duration| Some(u64::try_from(time.as_millis()).unwrap_or(u64::MAX));
    lab.server.disturb(Rule {
        after_millis: millis(now),
        until_millis: millis(now + Duration::from_secs(seconds)),
        ..Rule::new(Kind::Unavailable)
    });
    if loses_tasks {
        forget_tasks(lab, VimTask::is_open);
    }
    lab.server.expire_sessions();
    until(seconds).await;
    lab.log.line("weather", "vCenter is there again");
}

fn forget_tasks(lab: &Lab, which: impl Fn(&VimTask) -> bool) {
    change(lab, |tx| {
        let all = tx.view().of_kind("Task").to_vec();
        for task in all {
            if tx.view().get::<VimTask>(&task).is_some_and(&which) {
                tx.remove(&task);
            }
        }
    });
}

fn change(lab: &Lab, work: impl FnOnce(&mut Transaction<'_>)) {
    let done = lab.server.store().commit(&Origin::default(), |tx| {
        work(tx);
        Ok(())
    });
    if let Err(fault) = done {
        lab.log.line("weather", &format!("nothing came of it: {fault}"));
    }
}

/// Calls a method as another admin, once: what the server says to it is the server's affair.
async fn as_other<M: Method>(lab: &Lab, what: &str, asked: M) {
    let said = match Admin::log_in(Arc::clone(&lab.server)).await {
        Err(fault) => fault,
        Ok(mut admin) => {
            let said = admin.call(asked).await;
            admin.log_out().await;
            said.err().unwrap_or_else(|| "done".to_owned())
        }
    };
    lab.log.line("anna", &format!("{what}: {said}"));
}

async fn vm_deed(lab: &Lab, name: &str, deed: VmDeed) {
    let Some(this) = vm_named(lab, name) else { return };
    let what = format!("{deed:?} {name}");
    match deed {
        VmDeed::Migrate => {
            let Some(host) = another_host(lab, &this) else { return };
            let asked = MigrateVMTask { this, host: Some(host), ..Default::default() };
            as_other(lab, &what, asked).await;
        }
        VmDeed::Rename => {
            let new_name = format!("{name}-renamed").into();
            as_other(lab, &what, RenameTask { this, new_name, ..Default::default() }).await;
        }
        VmDeed::PowerOff => {
            as_other(lab, &what, PowerOffVMTask { this, ..Default::default() }).await
        }
        VmDeed::Delete => {
            as_other(lab, &what, PowerOffVMTask { this: this.clone(), ..Default::default() }).await;
            until(5).await;
            as_other(lab, &what, DestroyTask { this, ..Default::default() }).await;
        }
        VmDeed::TurnOn => {
            as_other(lab, &what, CreateSecondaryVMExTask { this, ..Default::default() }).await;
        }
    }
}

async fn host_deed(lab: &Lab, name: &str, deed: Deed, over: bool) {
    let Some(this) = host_named(lab, name) else { return };
    let what = format!("{deed:?} {name}, over: {over}");
    match (deed, over) {
        (Deed::Fail, _) => {
            lab.log.line("weather", &what);
            change(lab, |tx| {
                let done = if over {
                    host_system::recover(tx, &this)
                } else {
                    host_system::fail(tx, &this)
                };
                debug_assert!(done.is_ok(), "{done:?}");
            });
        }
        (Deed::Disconnect, false) => {
            as_other(lab, &what, DisconnectHostTask { this, ..Default::default() }).await;
        }
        (Deed::Disconnect, true) => {
            as_other(lab, &what, ReconnectHostTask { this, ..Default::default() }).await;
        }
        (Deed::Maintenance, false) => {
            as_other(lab, &what, EnterMaintenanceModeTask { this, ..Default::default() }).await;
        }
        (Deed::Maintenance, true) => {
            as_other(lab, &what, ExitMaintenanceModeTask { this, ..Default::default() }).await;
        }
    }
}

fn vm_named(lab: &Lab, name: &str) -> Option<MoRef> {
    let now = lab.server.store().snapshot();
    let mut all = now.of_kind("VirtualMachine").iter();
    let is_it = |vm: &VirtualMachine| vm.entity.name == name && !vm.is_secondary();
    all.find(|id| now.get::<VirtualMachine>(id).is_some_and(is_it)).cloned()
}

fn host_named(lab: &Lab, name: &str) -> Option<MoRef> {
    let now = lab.server.store().snapshot();
    let mut all = now.of_kind("HostSystem").iter();
    all.find(|id| now.get::<HostSystem>(id).is_some_and(|host| host.entity.name == name)).cloned()
}

fn another_host(lab: &Lab, vm: &MoRef) -> Option<MoRef> {
    let now = lab.server.store().snapshot();
    let own = now.get::<VirtualMachine>(vm)?.host.clone();
    now.of_kind("HostSystem").iter().find(|host| Some(*host) != own.as_ref()).cloned()
}
