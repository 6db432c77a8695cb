//! What a plan says about packages, places and VMs of the same name.

use orchestrator::{Item, Plan};
use ovf::Descriptor;
use playbook::check_args;
use vim25::MoRef;

use super::existing::{Vm, VmSeen};
use super::fields::CAPABILITY;
use super::mark::Mark;
use super::observe::Seen;
use super::place::{PlaceSeen, Placement};
use super::plan::{Step, manual_steps, plan};
use super::source::{Manifested, PackageSeen, Unusable};
use super::spec::Spec;

const DESCRIPTOR: &str = r#"<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
    xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1">
  <References><File ovf:id="f" ovf:href="d.vmdk" ovf:size="1048576"/></References>
  <DiskSection><Disk ovf:diskId="d" ovf:fileRef="f" ovf:capacity="8" ovf:capacityAllocationUnits="byte * 2^30"/></DiskSection>
  <NetworkSection><Network ovf:name="management"/></NetworkSection>
  <DeploymentOptionSection><Configuration ovf:id="small"><Label>S</Label><Description>S</Description></Configuration>
    <Configuration ovf:id="large"><Label>L</Label><Description>L</Description></Configuration></DeploymentOptionSection>
  <VirtualSystem ovf:id="vm"><EulaSection><License>Be kind.</License></EulaSection>
    <ProductSection><Product>Appliance</Product><Vendor>Maker</Vendor><Version>5.1</Version>
      <Property ovf:key="hostname" ovf:type="string" ovf:userConfigurable="true" ovf:qualifiers="MinLen(1)"/>
      <Property ovf:key="password" ovf:type="string" ovf:userConfigurable="true" ovf:password="true"/>
      <Property ovf:key="build" ovf:type="string" ovf:value="7"/>
    </ProductSection></VirtualSystem></Envelope>"#;

const GOOD: &str = "name: box\nsource: box.ova\nnetworks: { management: VM Network }\nproperties: { hostname: h, \
                    password: { env: PASS } }\naccept_eula: yes\n";

fn spec(yaml: &str) -> Spec {
    Spec::from(&check_args(&CAPABILITY, yaml).unwrap())
}

fn package() -> PackageSeen {
    PackageSeen {
        id: "a1b2c3d4e5f60718".to_owned(),
        descriptor: Descriptor::read(DESCRIPTOR.as_bytes()).unwrap(),
        manifest: Manifested::By("SHA256".to_owned()),
        signature: "not signed".to_owned(),
        bytes: 1 << 20,
    }
}

fn place() -> Placement {
    Placement {
        datastore_name: "datastore1".to_owned(),
        runs_on: "`esx1`".to_owned(),
        free: 100 << 30,
        networks: vec![("management".to_owned(), MoRef::new("Network", "n"))],
        candidates: vec!["VM Network".to_owned(), "Lab".to_owned()],
        ..Placement::default()
    }
}

fn seen(vm: VmSeen) -> Seen {
    Seen { package: Ok(package()), place: PlaceSeen::Here(Box::new(place())), vm }
}

fn ours(mark: Mark, is_on: bool) -> VmSeen {
    let object = MoRef::new("VirtualMachine", "vm-1");
    let (datastores, occupied) = (Vec::new(), 0);
    VmSeen::Ours(Vm { object, mark, is_on, datastores, occupied, tools: false, address: None })
}

/// One line per item.
fn shown(plan: &Plan<Step>) -> Vec<String> {
    let line = |item: &Item<Step>| match item {
        Item::InSync { detail, .. } => format!("= {detail}"),
        Item::Step(step) => format!("+ {}", step.title),
        Item::AfterApply { waits_for, .. } => format!("> {waits_for}"),
        Item::Blocked { reason, .. } => {
            format!("! {}: {}; {}", reason.code, reason.cause, reason.fix)
        }
    };
    plan.items.iter().map(line).collect()
}

fn codes(yaml: &str, seen: &Seen) -> Vec<&'static str> {
    let code = |item: Item<Step>| match item {
        Item::Blocked { reason, .. } => reason.code,
        _ => "",
    };
    plan(&spec(yaml), seen).items.into_iter().map(code).collect()
}

#[test]
fn a_good_declaration_is_shown_with_all_that_counts_and_no_secret() {
    let seen = seen(VmSeen::None);
    let plan = plan(&spec(GOOD), &seen);
    assert_eq!(shown(&plan), ["+ deploy `box`", "+ power on `box`"]);
    let Item::Step(step) = &plan.items[0] else { panic!() };
    let lines: Vec<String> = step
        .changes
        .iter()
        .map(|change| format!("{}: {}", change.setting, change.after.as_deref().unwrap_or("")))
        .collect();
    let text = lines.join("\n");
    for part in [
        "package: Appliance 5.1 by Maker (`box.ova`)",
        "content: 1.0 MiB in 1 files, SHA256 verified while it is sent, not signed",
        "licence agreement: sha256:",
        "accepted by `accept_eula: yes`",
        "disks: thick-lazy: 8.0 GiB",
        "deployment option: small",
        "network `management`: VM Network",
        "property `password`: secret from environment variable `PASS`",
    ] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert_eq!(manual_steps(&spec(GOOD), &seen), 8);
}

#[test]
fn a_password_that_is_written_down_is_not_shown_and_advised_against() {
    let yaml = GOOD.replace("{ env: PASS }", "hunter2");
    let plan = plan(&spec(&yaml), &seen(VmSeen::None));
    let text = format!("{:?}", plan.view());
    assert!(!text.contains("hunter2") && text.contains("refer to one"), "{text}");
}

#[test]
fn each_obstacle_has_its_own_code_and_a_way_out() {
    let digest = package().descriptor.eula_sha256().unwrap();
    let other = "0".repeat(64);
    let table = [
        (GOOD.replace("accept_eula: yes\n", ""), "ovf-eula-not-accepted", digest.as_str()),
        (GOOD.replace("yes", &format!("sha256:{other}")), "ovf-eula-changed", digest.as_str()),
        (GOOD.replace("{ management: VM Network }", "{}"), "ovf-network-unmapped", "`Lab`"),
        (
            GOOD.replace("management:", "management: Lab, mgmt:"),
            "ovf-network-unknown",
            "`management`",
        ),
        (
            GOOD.replace("hostname: h,", "hostname: h, host: x,"),
            "ovf-property-unknown",
            "`hostname`",
        ),
        (GOOD.replace("hostname: h,", ""), "ovf-property-missing", "add `hostname`"),
        (
            GOOD.replace("hostname: h,", "hostname: h, build: x,"),
            "ovf-property-fixed",
            "`hostname`",
        ),
        (format!("{GOOD}deployment_option: huge\n"), "ovf-option-unknown", "`large`"),
    ];
    for (yaml, code, part) in &table {
        let plan = plan(&spec(yaml), &seen(VmSeen::None));
        let lines = shown(&plan);
        assert_eq!(lines.len(), 1, "{lines:?}");
        assert!(lines[0].starts_with(&format!("! {code}: ")), "{lines:?}");
        assert!(lines[0].contains(part), "{lines:?}");
    }
    let exact = GOOD.replace("yes", &format!("sha256:{digest}"));
    assert!(!plan(&spec(&exact), &seen(VmSeen::None)).is_blocked());
}

#[test]
fn space_is_counted_by_the_format_of_the_disks() {
    let mut small = seen(VmSeen::None);
    let PlaceSeen::Here(place) = &mut small.place else { panic!() };
    place.free = 4 << 30;
    assert_eq!(codes(GOOD, &small), ["ovf-no-space"]);
    assert_eq!(codes(&format!("{GOOD}disk_format: thin\n"), &small), ["", ""]);
}

#[test]
fn a_package_that_cannot_be_used_or_verified_is_refused() {
    let broken = Seen { package: Err(Unusable("truncated".to_owned())), ..seen(VmSeen::None) };
    assert_eq!(codes(GOOD, &broken), ["ovf-package"]);
    let mut unproven = seen(VmSeen::None);
    unproven.package = Ok(PackageSeen { manifest: Manifested::No, ..package() });
    assert_eq!(codes(&format!("{GOOD}require_manifest: true\n"), &unproven), ["ovf-no-manifest"]);
    assert_eq!(codes(GOOD, &unproven), ["", ""]);
}

#[test]
fn a_vm_that_is_there_is_touched_only_if_it_is_ours_and_unfinished() {
    let id = package().id;
    let waits = format!("{GOOD}wait_for_address: true\n");
    let off = GOOD.replace("accept_eula", "power_on: false\naccept_eula");
    let table = [
        (GOOD, VmSeen::Foreign("/DC/vm/box".to_owned()), "! ovf-name-taken"),
        (GOOD, ours(Mark::Unfinished(id.clone()), true), "! ovf-unfinished-on"),
        (GOOD, ours(Mark::Unfinished("old".to_owned()), false), "+ deploy `box` anew"),
        (GOOD, ours(Mark::Deployed("other".to_owned()), false), "! ovf-other-package"),
        (GOOD, ours(Mark::Deployed(id.clone()), true), "= deployed from the package"),
        (GOOD, ours(Mark::Deployed(id.clone()), false), "+ power on `box`"),
        (&off, ours(Mark::Deployed(id.clone()), false), "= deployed from the package"),
        (&waits, ours(Mark::Deployed(id), true), "+ wait for an address of `box`"),
    ];
    for (yaml, vm, expected) in table {
        let lines = shown(&plan(&spec(yaml), &seen(vm.clone())));
        assert!(lines[0].starts_with(expected), "{vm:?}: {lines:?}");
    }
}

#[test]
fn what_an_earlier_task_makes_is_waited_for() {
    let coming =
        Seen { place: PlaceSeen::Coming("cluster `C` is made".to_owned()), ..seen(VmSeen::None) };
    assert_eq!(shown(&plan(&spec(GOOD), &coming)), ["> cluster `C` is made"]);
}

#[test]
fn what_does_not_go_together_is_found_before_any_server_is_asked() {
    for (yaml, field) in [
        (GOOD.replace("yes", "maybe"), "accept_eula"),
        (GOOD.replace("box.ova", "http://files.example/box.ova"), "source"),
        (format!("{GOOD}power_on: false\nwait_for_tools: true\n"), "no guest to wait for"),
    ] {
        let error = check_args(&CAPABILITY, &yaml).unwrap_err();
        assert!(format!("{error:?}").contains(field), "{field}: {error:?}");
    }
}
