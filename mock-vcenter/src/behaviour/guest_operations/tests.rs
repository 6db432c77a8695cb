//! Guest operations as a client uses them.

use hyper::Method;
use hyper::header::HeaderMap;
use vim25::methods::{
    InitiateFileTransferFromGuest, InitiateFileTransferToGuest, ListProcessesInGuest,
    PutUsbScanCodes, StartProgramInGuest, TerminateProcessInGuest, ValidateCredentialsInGuest,
};
use vim25::types::{
    GuestAuthentication, GuestFileAttributes, GuestProgramSpec, NamePasswordAuthentication,
    UsbScanCodeSpecKeyEvent, UsbScanCodeSpecModifierType,
};
use vim25::{MoRef, Poly};

use crate::behaviour::settings::Behaviour;
use crate::guest::{Guest, Program, Tools};
use crate::testing::{Rig, fault_type};
use crate::transport::Answer;

struct Lab {
    rig: Rig,
    vm: MoRef,
}

async fn lab() -> Lab {
    let rig = Rig::logged_in("esxi").await;
    rig.commit(|tx| {
        let mut behaviour = Behaviour::of(tx);
        behaviour.guest.programs.push(Program::printing("/opt/slow *", "done\n").taking(60));
        behaviour.apply(tx);
        Ok(())
    });
    let vm = rig.first("VirtualMachine");
    Lab { rig, vm }
}

fn root(password: &str) -> Poly<GuestAuthentication> {
    Poly::new(NamePasswordAuthentication {
        username: "root".into(),
        password: password.into(),
        ..Default::default()
    })
}

impl Lab {
    fn manager(&self, kind: &str) -> MoRef {
        self.rig.first(kind)
    }

    async fn start(&self, path: &str, arguments: &str) -> Result<i64, String> {
        let spec = GuestProgramSpec {
            program_path: path.into(),
            arguments: arguments.into(),
            ..Default::default()
        };
        let asked = StartProgramInGuest {
            this: self.manager("GuestProcessManager"),
            vm: self.vm.clone(),
            auth: root("ftServer"),
            spec: Poly::new(spec),
            ..Default::default()
        };
        let started = self.rig.call(asked).await;
        started.map_err(|fault| fault_type::<()>(Err(fault)))
    }

    async fn exit_code(&self, pid: i64) -> Option<i32> {
        let asked = ListProcessesInGuest {
            this: self.manager("GuestProcessManager"),
            vm: self.vm.clone(),
            auth: root("ftServer"),
            pids: vec![pid],
            ..Default::default()
        };
        self.rig.call(asked).await.unwrap()[0].exit_code
    }

    async fn login(&self, password: &str) -> String {
        let asked = ValidateCredentialsInGuest {
            this: self.manager("GuestAuthManager"),
            vm: self.vm.clone(),
            auth: root(password),
            ..Default::default()
        };
        fault_type(self.rig.call(asked).await)
    }

    async fn transfer(&self, method: Method, url: &str, body: &[u8]) -> (u16, Vec<u8>) {
        let path = &url[url.find("/guestFile").unwrap()..];
        match self.rig.send(method, path, HeaderMap::new(), body.to_vec()).await {
            Answer::Reply(reply) => (reply.status().as_u16(), reply.into_body()),
            _ => panic!("cut"),
        }
    }
}

#[tokio::test]
async fn programs_run_for_their_time_and_end_with_their_code() {
    let lab = lab().await;
    let pid = lab.start("/opt/slow", "job").await.unwrap();
    assert_eq!(lab.exit_code(pid).await, None);
    lab.rig.advance(61);
    assert_eq!(lab.exit_code(pid).await, Some(0));
    let pid = lab.start("/opt/slow", "job").await.unwrap();
    let asked = TerminateProcessInGuest {
        this: lab.manager("GuestProcessManager"),
        vm: lab.vm.clone(),
        auth: root("ftServer"),
        pid,
        ..Default::default()
    };
    lab.rig.call(asked).await.unwrap();
    lab.rig.advance(61);
    assert_eq!(lab.exit_code(pid).await, Some(137));
    assert_eq!(lab.start("/opt/missing", "").await, Err("FileNotFound".to_owned()));
    let pid = lab.start("/bin/sh", "-c '/opt/missing'").await.unwrap();
    assert_eq!(lab.exit_code(pid).await, Some(127));
}

#[tokio::test]
async fn a_login_counts_only_with_the_right_password_and_running_tools() {
    let lab = lab().await;
    assert_eq!(lab.login("ftServer").await, "no fault");
    assert_eq!(lab.login("wrong").await, "InvalidGuestLogin");
    let pid = lab.start("/bin/sh", "-c 'echo root:New1 | chpasswd'").await;
    assert!(pid.is_ok());
    assert_eq!(lab.login("ftServer").await, "InvalidGuestLogin");
    assert_eq!(lab.login("New1").await, "no fault");
    lab.rig.commit(|tx| {
        Guest::edit(tx, &lab.vm)?.tools = Tools::NotRunning;
        Ok(())
    });
    assert_eq!(lab.login("New1").await, "GuestOperationsUnavailable");
}

#[tokio::test]
async fn files_go_to_the_guest_and_come_back_each_by_an_address_that_works_once() {
    let lab = lab().await;
    let send = |path: &str| InitiateFileTransferToGuest {
        this: lab.manager("GuestFileManager"),
        vm: lab.vm.clone(),
        auth: root("ftServer"),
        guest_file_path: path.into(),
        file_attributes: Poly::new(GuestFileAttributes::default()),
        file_size: 5,
        ..Default::default()
    };
    let url = lab.rig.call(send("/tmp/a")).await.unwrap();
    assert!(url.starts_with("https://*:443/guestFile?"), "{url}");
    assert_eq!(lab.transfer(Method::PUT, &url, b"hello").await.0, 200);
    assert_eq!(lab.transfer(Method::PUT, &url, b"hello").await.0, 404);
    assert_eq!(fault_type(lab.rig.call(send("/tmp/a")).await), "FileAlreadyExists");
    assert_eq!(fault_type(lab.rig.call(send("/nowhere/a")).await), "FileNotFound");
    let fetch = InitiateFileTransferFromGuest {
        this: lab.manager("GuestFileManager"),
        vm: lab.vm.clone(),
        auth: root("ftServer"),
        guest_file_path: "/tmp/a".into(),
        ..Default::default()
    };
    let told = lab.rig.call(fetch).await.unwrap();
    assert_eq!(told.size, 5);
    let came = lab.transfer(Method::GET, &told.url, b"").await;
    assert_eq!(came, (200, b"hello".to_vec()));
}

#[tokio::test]
async fn keys_are_read_as_an_english_keyboard_types_them() {
    let lab = lab().await;
    let key = |usage: i32, shift: bool| UsbScanCodeSpecKeyEvent {
        usb_hid_code: (usage << 16) | 7,
        modifiers: shift.then(|| {
            let left_shift = Some(true);
            Box::new(UsbScanCodeSpecModifierType { left_shift, ..Default::default() })
        }),
        ..Default::default()
    };
    let mut asked = PutUsbScanCodes { this: lab.vm.clone(), ..Default::default() };
    asked.spec.key_events = vec![
        key(0x15, true),
        key(0x12, false),
        key(0x12, false),
        key(0x2a, false),
        key(0x1e, true),
        key(0x38, true),
        key(0x33, false),
        key(0x28, false),
    ];
    assert_eq!(lab.rig.call(asked).await.unwrap(), 8);
    let snapshot = lab.rig.core.store.snapshot();
    assert_eq!(Guest::seen(&snapshot, &lab.vm).unwrap().typed, "Ro!?;\n");
}
