//! `lockstep ovf inspect`: what is shown of a package, and what is refused.

use std::process::Command;

use expect_test::expect;

use crate::bench::{Ended, lockstep};

const DESCRIPTOR: &str = r#"<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData">
  <References><File ovf:id="f" ovf:href="disk.vmdk" ovf:size="7"/></References>
  <DiskSection><Disk ovf:diskId="d" ovf:capacity="16" ovf:capacityAllocationUnits="byte * 2^30" ovf:fileRef="f"/></DiskSection>
  <NetworkSection><Network ovf:name="VM Network"><Description>For users</Description></Network></NetworkSection>
  <DeploymentOptionSection><Configuration ovf:id="small"><Label>Small</Label></Configuration></DeploymentOptionSection>
  <VirtualSystem ovf:id="box"><VirtualHardwareSection>
    <Item><rasd:ResourceType>3</rasd:ResourceType><rasd:VirtualQuantity>2</rasd:VirtualQuantity></Item>
    <Item><rasd:ResourceType>4</rasd:ResourceType><rasd:VirtualQuantity>2048</rasd:VirtualQuantity></Item>
  </VirtualHardwareSection><ProductSection><Product>Box</Product><Vendor>Acme &#x9b;31m</Vendor><Version>5.1</Version>
    <Property ovf:key="name" ovf:type="string" ovf:userConfigurable="true" ovf:qualifiers="MinLen(1)"><Label>Host name</Label></Property>
    <Property ovf:key="mtu" ovf:type="uint16" ovf:userConfigurable="true" ovf:value="1500"/>
    <Property ovf:key="root" ovf:type="string" ovf:userConfigurable="true" ovf:password="true" ovf:value="geheim"/>
  </ProductSection><EulaSection><License>Be kind.
Always.</License></EulaSection></VirtualSystem>
</Envelope>"#;

/// Runs `lockstep ovf inspect` in a folder with a package whose disk holds `content`.
fn inspect(args: &[&str], content: &str) -> Ended {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("box.ovf"), DESCRIPTOR).unwrap();
    std::fs::write(folder.path().join("disk.vmdk"), "content").unwrap();
    let sums = Command::new("openssl")
        .args(["dgst", "-sha256", "box.ovf", "disk.vmdk"])
        .current_dir(&folder)
        .output()
        .unwrap();
    std::fs::write(folder.path().join("box.mf"), sums.stdout).unwrap();
    std::fs::write(folder.path().join("disk.vmdk"), content).unwrap();
    let args = [&["ovf", "inspect", "box.ovf"], args].concat();
    Ended::of(lockstep(folder.path()).args(args).output().unwrap())
}

#[test]
fn a_package_is_shown_with_a_task_to_paste() {
    let ended = inspect(&["--verify"], "content");
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.out.contains("geheim"));
    expect![[r#"
        package    box.ovf
        product    Box 5.1
        vendor     Acme �31m
        machine    box: 2 processors, 2.0 GiB of memory
        manifest   with SHA256; the descriptor matches it
        signature  none
        contents   as the manifest says

        Deployment options
        id     label           description
        ────── ────── ──────── ────────────
        small  Small  default

        Disks
        disk  capacity  file       size
        ───── ───────── ────────── ─────
        d     16.0 GiB  disk.vmdk  7 B

        Networks
        network     description
        ─────────── ────────────
        VM Network  For users

        Properties
        key   takes                              default   label
        ───── ────────────────────────────────── ───────── ──────────
        name  string, at least 1 character long  (needed)  Host name
        mtu   integer 0..65535                   1500
        root  string                             (secret)

        Licence agreement

          Be kind.
          Always.

          accept_eula: sha256:74334704ed43a49981fe3a9dfeb0eb43bf2c99d583a3c0329c8648f5f6ce790f

        A task for your playbook; replace what stands in capitals

          - ovf:
              name: Box
              source: box.ovf
              datastore: DATASTORE
              disk_format: thin
              networks:
                VM Network: NETWORK
              properties:
                name: "" # string, at least 1 character long
                # mtu: "1500" # integer 0..65535
                # root: { env: OVF_ROOT } # string
              deployment_option: small # one of small
              # With this you accept the licence agreement shown above.
              accept_eula: sha256:74334704ed43a49981fe3a9dfeb0eb43bf2c99d583a3c0329c8648f5f6ce790f
              power_on: true
    "#]]
    .assert_eq(&ended.out);
    assert_eq!(ended.err, "reading 7 B ...\n");
}

#[test]
fn the_document_is_json_and_holds_the_task() {
    let ended = inspect(&["--output", "json"], "content");
    let document: serde_json::Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(document["contents"], "not_read");
    assert_eq!(document["manifest"][0], "SHA256");
    let kind = "74334704ed43a49981fe3a9dfeb0eb43bf2c99d583a3c0329c8648f5f6ce790f";
    assert_eq!(document["eula_sha256"], kind);
    assert_eq!(document["virtual_machines"][0]["memory_bytes"], 2_u64 << 30);
    assert!(document["task"].as_str().unwrap().contains(&format!("accept_eula: sha256:{kind}\n")));
}

#[test]
fn a_damaged_package_is_refused_when_all_of_it_is_read() {
    assert_eq!(inspect(&[], "c0ntent").code, Some(0));
    let ended = inspect(&["--verify", "--quiet"], "c0ntent");
    assert_eq!((ended.code, &*ended.out), (Some(1), ""));
    expect![[r#"
        error: the package is damaged or was changed
        Caused by: the content of `disk.vmdk` does not match the manifest: it has SHA256 0f7d8f95b3255432d5b96010042e17e70c184a31b43fac49b225046c4f905f41, expected was SHA256 ed7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73

        hint: fetch the package again from its vendor, and compare its digest with
              theirs
    "#]].assert_eq(&ended.err);
}
