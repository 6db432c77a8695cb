//! What is planned, what is written, and that secrets stay out of both.

use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use orchestrator::{Item, Plan};
use playbook::check_args;
use secrecy::SecretString;

use super::CAPABILITY;
use super::answer::Answer;
use super::boot::{boot_cfg, token_in};
use super::contents::{FileState, FilesSeen, compare};
use super::observe::Seen;
use super::plan::{Step, manual_steps, plan};
use super::script::{differing_commands, script};
use super::spec::Spec;
use super::{files, image, password};

const YAML: &str = "
release: '8.0'
folder: out
accept_eula: true
disk: { first: [local, usb], overwrite_vmfs: true }
keyboard: Swiss German
root_password: { env: A }
network:
  device: 'aa:bb:cc:00:01:02'
  address: 192.168.8.11
  netmask: 255.255.252.0
  gateway: 192.168.8.1
  nameservers: [192.168.8.2, 192.168.8.3]
  hostname: esx1.lab.local
  vlan: 12
ssh: true
first_boot: [esxcli system maintenanceMode get]
";
const WAITING: &str = "serve: { listen: '192.168.8.5:8099' }\nwait_for: { build: '24022510' }\n";

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn waiting() -> Spec {
    spec(&format!("{YAML}{WAITING}"))
}

fn shown(plan: &Plan<Step>) -> Vec<String> {
    let item = |item: &Item<Step>| match item {
        Item::InSync { detail, .. } => format!("= {detail}"),
        Item::Step(step) => format!("{:?} {}", step.step, step.title),
        other => format!("{other:?}"),
    };
    plan.items.iter().map(item).collect()
}

/// The files as they lie in `folder`.
fn seen_in(spec: &Spec, folder: &Path, password: &str) -> FilesSeen {
    compare(spec, folder, None, &SecretString::from(password)).unwrap()
}

/// Writes all that is declared.
fn write_all(spec: &Spec, folder: &Path, password: &str) {
    let hash = password::hash(&SecretString::from(password)).unwrap();
    let text = script(spec, &hash);
    files::write(&folder.join("ks.cfg"), text.as_bytes()).unwrap();
    files::write(&folder.join("ks.iso"), &image::image(&text).unwrap()).unwrap();
    let boot = boot_cfg(spec, &password::token().unwrap(), None);
    files::write(&folder.join("boot.cfg.lines"), boot.as_bytes()).unwrap();
}

#[test]
fn the_script_has_every_answer_that_the_installer_asks_for() {
    expect_test::expect![[r#"
        # Installs esx1.lab.local. Written by Lockstep, which overwrites changes.
        vmaccepteula
        install --firstdisk=local,usb --overwritevmfs
        keyboard 'Swiss German'
        rootpw --iscrypted $6$salt$hash
        network --bootproto=static --device=aa:bb:cc:00:01:02 --ip=192.168.8.11 --netmask=255.255.252.0 --gateway=192.168.8.1 --nameserver=192.168.8.2,192.168.8.3 --hostname=esx1.lab.local --vlanid=12 --addvmportgroup=1
        reboot
        %firstboot --interpreter=busybox
        vim-cmd hostsvc/enable_ssh
        vim-cmd hostsvc/start_ssh
        esxcli system maintenanceMode get
    "#]]
    .assert_eq(&script(&spec(YAML), "$6$salt$hash"));
}

#[test]
fn the_boot_options_lead_to_the_script() {
    let token = "0123456789abcdef0123456789abcdef";
    let served = boot_cfg(&waiting(), token, None);
    expect_test::expect![[r#"
        kernelopt=runweasel ks=http://192.168.8.5:8099/0123456789abcdef0123456789abcdef/ks.cfg netdevice=aa:bb:cc:00:01:02 ip=192.168.8.11 netmask=255.255.252.0 gateway=192.168.8.1 nameserver=192.168.8.2 vlanid=12
    "#]]
    .assert_eq(&served);
    assert_eq!(token_in(&served), Some(token));

    let media = "bootstate=0\r\ntitle=Loading ESXi installer\nkernel=/b.b00\nkernelopt=runweasel cdromBoot ks=file://old\nmodules=/k.b00 --- /x.b00\n";
    let own = spec(&format!("{YAML}boot: {{ allow_legacy_cpu: true, options: [a=b] }}\n"));
    expect_test::expect![[r#"
        bootstate=0
        title=Loading ESXi installer
        kernel=/b.b00
        kernelopt=runweasel cdromBoot ks=cdrom:/KS.CFG allowLegacyCPU=true a=b
        modules=/k.b00 --- /x.b00
    "#]]
    .assert_eq(&boot_cfg(&own, "", Some(media)));
    assert_eq!(token_in("kernelopt=runweasel ks=http://h/../ks.cfg"), None);
}

#[test]
fn what_lies_there_is_kept_as_long_as_it_fits() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let declared = spec(YAML);
    let states = |spec: &Spec, password: &str| -> Vec<String> {
        let seen = seen_in(spec, folder, password);
        seen.files.iter().map(|file| format!("{} {:?}", file.name, file.state)).collect()
    };
    let missing: Vec<_> = ["ks.cfg", "boot.cfg.lines", "ks.iso"]
        .iter()
        .map(|name| format!("{name} Missing"))
        .collect();
    assert_eq!(states(&declared, "VMware1!"), missing);

    write_all(&declared, folder, "VMware1!");
    assert!(seen_in(&declared, folder, "VMware1!").are_declared());
    let first = std::fs::read(folder.join("ks.cfg")).unwrap();
    assert!(!String::from_utf8(first).unwrap().contains("VMware1!"));

    let other = spec(&YAML.replace("Swiss German", "French").replace("vlan: 12", "vlan: 13"));
    assert_eq!(
        states(&other, "VMware1!"),
        [
            "ks.cfg Differs(\"keyboard, network\")",
            "boot.cfg.lines AsDeclared",
            "ks.iso Differs(\"it carries another script\")"
        ]
    );
    assert_eq!(
        states(&declared, "another"),
        [
            "ks.cfg Differs(\"rootpw\")",
            "boot.cfg.lines AsDeclared",
            "ks.iso Differs(\"it carries another script\")"
        ]
    );
    let open = Permissions::from_mode(0o640);
    std::fs::set_permissions(folder.join("ks.cfg"), open).unwrap();
    assert_eq!(
        seen_in(&declared, folder, "VMware1!").files[0].state,
        FileState::Differs("others can read it".to_owned())
    );
}

#[test]
fn a_plan_writes_then_serves_and_waits_and_is_done_when_the_host_answers() {
    let folder = tempfile::tempdir().unwrap();
    let spec = waiting();
    let files = Some(seen_in(&spec, folder.path(), "VMware1!"));
    let seen = Seen { answer: Answer::Silent("connection refused".into()), files };
    let bare = plan(&spec, &seen);
    assert_eq!(
        shown(&bare),
        [
            "Write write the scripted installation to `out`",
            "Install serve `ks.cfg` on `192.168.8.5:8099` and wait until `https://192.168.8.11/sdk` \
             answers as ESXi 8.0 build 24022510",
        ]
    );
    assert_eq!(manual_steps(&spec, &seen), 16);
    let notes = bare.notes.join("\n");
    for part in ["is erased", "in plain", "Secure Boot", "32 GB"] {
        assert!(notes.contains(part), "{notes}");
    }

    write_all(&spec, folder.path(), "VMware1!");
    let files = Some(seen_in(&spec, folder.path(), "VMware1!"));
    let seen = Seen { answer: Answer::Other("VMware ESXi 7.0.3 build-1".into()), files };
    let written = plan(&spec, &seen);
    assert_eq!(written.items.len(), 1, "{written:?}");
    assert!(written.notes.iter().any(|note| note.contains("7.0.3") && note.contains("anew")));

    let answer = Answer::Expected("VMware ESXi 8.0.3 build-24022510".into());
    let seen = Seen { answer, files: None };
    assert_eq!(
        shown(&plan(&spec, &seen)),
        ["= installed: answers as VMware ESXi 8.0.3 build-24022510"]
    );
    assert_eq!(manual_steps(&spec, &seen), 0);
}

#[test]
fn a_task_that_does_not_wait_is_done_with_its_files_and_claims_no_steps() {
    let folder = tempfile::tempdir().unwrap();
    let spec = spec(YAML);
    write_all(&spec, folder.path(), "VMware1!");
    let files = Some(seen_in(&spec, folder.path(), "VMware1!"));
    let seen = Seen { answer: Answer::NotAsked, files };
    assert_eq!(
        shown(&plan(&spec, &seen)),
        ["= `ks.cfg`, `boot.cfg.lines`, `ks.iso` are as declared in `out`"]
    );
    assert_eq!(manual_steps(&spec, &seen), 0);
}

#[test]
fn what_differs_is_told_by_command_and_never_by_content() {
    let told = differing_commands(
        "rootpw --iscrypted $6$a$b\nrootpw plain\n",
        "rootpw --iscrypted $6$c$d\n",
    );
    assert_eq!(told, ["rootpw"]);
    assert_eq!(differing_commands("S3cret\n", "reboot\n"), ["reboot", "other lines"]);
}
