//! The plan as text.

use expect_test::expect;
use report::{Colour, Glyphs, Style, write_plan};

use crate::sample;

fn text(style: &Style) -> String {
    let mut out = Vec::new();
    write_plan(&mut out, &sample::plan(), style).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn a_plan_shows_what_differs_and_what_is_blocked_by_cause() {
    expect![[r#"
        cluster
          + create cluster `Lockstep`
              ha.enabled            true
              ha.admission_control  25 % of CPU and memory kept for failover of hosts
              evc                   intel-ivybridge
          note:  EVC is set while the cluster is still empty

        network (vmkernel)
          ~ select services of `vmk1` on host `esx1`
              services  management → management, vmotion, ft_logging
              gateway   10.0.0.1 → (not set)
          = esx2: vmk1 carries vMotion and FT logging
          = vmk1 of `esx3` carries vMotion and FT logging

        esx3 (host)
          x cannot read host `esx3` [unreachable]
              cause  the host does not answer: connection refused
              fix    check the host's network, then apply again

        protect (fault_tolerance)
          ! would be skipped, as it needs `esx3`
          > 3 to do: db-1, db-2, db-3
              after  hosts `esx1` and `esx2` join cluster `Lockstep`
          = 30 as declared: web-0, web-1, web-2, web-3, web-4, web-5, web-6, web-7,
            web-8, web-9, web-10, web-11, web-12, web-13, web-14, web-15, web-16,
            web-17, web-18, web-19, web-20, web-21, web-22, web-23 … and 6 more
          ! 2 × blocked: cannot turn on Fault Tolerance [ft-vm-has-snapshot]
              cause  the virtual machine has a snapshot, and Fault Tolerance cannot copy
                     one
              fix    remove the snapshots in the vSphere Client or with `govc
                     snapshot.remove`
              on     sap-1, sap-2

          FT capacity
          cluster   FT VMs per  FT vCPUs per  wanted           verdict
                    host        host
          ───────── ─────────── ───────────── ──────────────── ────────────────────
          Lockstep  4           8             8 VMs, 16 vCPUs  short by 4 VMs: set
                                                               das.maxftvmsperhost

        Plan: 1 to create, 1 to change, 3 to do, 32 unchanged, 2 blocked, 1 task not
        readable.
        By hand this takes 101 steps.
        Nothing was changed.
    "#]]
    .assert_eq(&text(&Style::default()));
}

#[test]
#[expect(clippy::too_many_lines, reason = "one page of expected text")]
fn narrow_ascii_pages_hold_the_same() {
    expect![[r#"
        cluster
          + create cluster `Lockstep`
              ha.enabled     true
              ha.admission_control
                25 % of CPU and memory kept for
                failover of hosts
              evc            intel-ivybridge
          note:  EVC is set while the cluster is
                 still empty

        network (vmkernel)
          ~ select services of `vmk1` on host
            `esx1`
              services  management ->
                        management, vmotion,
                        ft_logging
              gateway   10.0.0.1 -> (not set)
          = esx2: vmk1 carries vMotion and FT
            logging
          = vmk1 of `esx3` carries vMotion and
            FT logging

        esx3 (host)
          x cannot read host `esx3`
            [unreachable]
              cause  the host does not answer:
                     connection refused
              fix    check the host's network,
                     then apply again

        protect (fault_tolerance)
          ! would be skipped, as it needs `esx3`
          > 3 to do: db-1, db-2, db-3
              after  hosts `esx1` and `esx2`
                     join cluster `Lockstep`
          = 30 as declared: web-0, web-1, web-2,
            web-3, web-4, web-5, web-6, web-7,
            web-8, web-9, web-10, web-11,
            web-12, web-13, web-14, web-15,
            web-16, web-17, web-18, web-19,
            web-20, web-21, web-22, web-23 ...
            and 6 more
          ! 2 x blocked: cannot turn on Fault
            Tolerance [ft-vm-has-snapshot]
              cause  the virtual machine has a
                     snapshot, and Fault
                     Tolerance cannot copy one
              fix    remove the snapshots in the
                     vSphere Client or with
                     `govc snapshot.remove`
              on     sap-1, sap-2

          FT capacity
          cluster        Lockstep
          FT VMs per host  4
          FT vCPUs per host  8
          wanted         8 VMs, 16 vCPUs
          verdict        short by 4 VMs: set
                         das.maxftvmsperhost

        Plan: 1 to create, 1 to change, 3 to do,
        32 unchanged, 2 blocked, 1 task not
        readable.
        By hand this takes 101 steps.
        Nothing was changed.
    "#]]
    .assert_eq(&text(&Style { width: 40, glyphs: Glyphs::Ascii, ..Style::default() }));
}

#[test]
fn no_line_is_wider_than_the_page() {
    for width in 24..=200 {
        for glyphs in [Glyphs::Unicode, Glyphs::Ascii] {
            let text = text(&Style { width, glyphs, ..Style::default() });
            let widest = text.lines().map(|line| line.chars().count()).max().unwrap();
            assert!(widest <= width, "{widest} of {width}:\n{text}");
            assert!(glyphs == Glyphs::Unicode || text.is_ascii(), "{text}");
        }
    }
}

#[test]
fn colour_adds_nothing_but_colour() {
    let plain = text(&Style::default());
    let painted = text(&Style { colour: Colour::On, ..Style::default() });
    assert!(painted.contains("\x1b[32m+"));
    let mut stripped = String::new();
    for (number, piece) in painted.split('\x1b').enumerate() {
        stripped += if number == 0 { piece } else { piece.split_once('m').unwrap().1 };
    }
    // A painted mark keeps the space after it inside the colour.
    assert_eq!(stripped, plain);
    assert!(!plain.contains('\x1b'));
}
