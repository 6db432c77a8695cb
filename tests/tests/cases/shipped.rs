//! Every playbook that is shipped: a plan changes nothing, and neither does a second apply.

use std::collections::BTreeSet;
use std::process::Command;

use e2e::{Lab, Lockstep, workspace};
use mock_vcenter::CallRecord;
use mock_vcenter::appliance::ApplianceSettings;
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::behaviour::virtual_machine::{VirtualMachine, power_on};
use mock_vcenter::store::Origin;

use crate::hardware_column::Site;
use crate::playbooks::VMS;

/// Where a playbook is tried.
enum Place {
    /// A mock by itself.
    Lab(Lab),
    /// A server that is installed on the way, and a vCenter.
    Site(Site),
}

/// A playbook, and what it is given.
struct Case {
    name: &'static str,
    place: Place,
    words: Vec<String>,
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

/// The cases; a playbook without one fails the test.
async fn cases() -> Vec<Case> {
    let lab = async |name, model, given: &[&str]| Case {
        name,
        place: Place::Lab(Lab::of(model).await),
        words: words(given),
    };
    vec![
        lab("software-ft.yaml", "seed-lab", &[]).await,
        lab("host-settings.yaml", "ft-ready", &[]).await,
        lab("batch-ft.yaml", "estate:vms=12,hosts=4,clusters=2", &[]).await,
        appliance().await,
        console().await,
        rack().await,
        Case {
            name: "hardware-ft.yaml",
            place: Place::Site(Site::new().await),
            words: words(&["--gate-answers", "answers.yaml"]),
        },
    ]
}

/// A package and an image, deployed to a host.
async fn appliance() -> Case {
    let lab = Lab::of("esxi").await;
    let made = Command::new("python3")
        .arg(workspace().join("scripts/make-appliance.py"))
        .arg(lab.folder())
        .status();
    assert!(made.unwrap().success(), "the appliance cannot be made");
    for (from, to) in [("ftSysMgt.ova", "appliance.ova"), ("ftSys.iso", "tools.iso")] {
        std::fs::rename(lab.folder().join(from), lab.folder().join(to)).unwrap();
    }
    Case { name: "appliance.yaml", place: Place::Lab(lab), words: Vec::new() }
}

/// A machine whose console asks for its address.
async fn console() -> Case {
    let appliance = ApplianceSettings::at_once(VMS[0]);
    let behaviour = Behaviour { appliance, ..Behaviour::default() };
    let lab = Lab::start(Lab::builder().model("esxi").behaviour(behaviour)).await;
    let on = lab.mock().store().commit(&Origin::default(), |tx| {
        for vm in tx.view().of_kind("VirtualMachine").to_vec() {
            if !tx.get::<VirtualMachine>(&vm)?.is_on() {
                power_on(tx, &vm)?;
            }
            mock_vcenter::guest::ensure(tx, &vm)?;
        }
        Ok(())
    });
    on.unwrap();
    Case {
        name: "appliance-console.yaml",
        place: Place::Lab(lab),
        words: words(&["--var", &format!("vm={}", VMS[0])]),
    }
}

/// Gates with prepared answers, and a probe of a server that is up.
async fn rack() -> Case {
    let lab = Lab::of("empty").await;
    lab.write("answers.yaml", "gates: { cabling: 'yes', firmware: 'yes' }\n");
    let up = format!("hosts=[\"{}\"]", lab.mock().address());
    let words = words(&["--gate-answers", "answers.yaml", "--var", &up]);
    Case { name: "rack.yaml", place: Place::Lab(lab), words }
}

impl Case {
    fn lab(&self) -> &Lab {
        match &self.place {
            Place::Lab(lab) => lab,
            Place::Site(site) => &site.lab,
        }
    }

    fn run(&self, command: &[&str]) -> Lockstep {
        let (first, rest) = command.split_first().unwrap();
        let run = self.lab().lockstep([*first, self.name]).words(rest.iter().copied());
        let run = run.words(self.words.iter().map(String::as_str));
        match &self.place {
            Place::Lab(_) => run,
            Place::Site(site) => site.given(run),
        }
    }

    fn changes(&self) -> Vec<CallRecord> {
        match &self.place {
            Place::Lab(lab) => lab.changes(),
            Place::Site(site) => site.changes(),
        }
    }

    fn forget(&self) {
        match &self.place {
            Place::Lab(lab) => lab.mock().forget_calls(),
            Place::Site(site) => site.forget(),
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_and_a_second_apply_of_every_shipped_playbook_change_nothing() {
    let cases = cases().await;
    let tried: BTreeSet<String> = cases.iter().map(|case| case.name.to_owned()).collect();
    let entries = workspace().join("playbooks").read_dir().unwrap();
    let shipped: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(tried, shipped, "each playbook needs a case here");
    for case in &cases {
        let name = case.name;
        let text = std::fs::read_to_string(workspace().join("playbooks").join(name)).unwrap();
        case.lab().write(name, &text);
        case.run(&["plan", "--detailed-exitcode"]).run().await.ends_with(2);
        assert!(case.changes().is_empty(), "a plan of {name} changed: {:?}", case.changes());
        case.run(&["apply", "--yes"]).run().await.ends_with(0);
        case.forget();
        case.run(&["apply", "--yes"]).run().await.ends_with(0).says(["nothing was to do"]);
        case.run(&["plan", "--detailed-exitcode"]).run().await.ends_with(0);
        assert!(
            case.changes().is_empty(),
            "a second apply of {name} changed: {:?}",
            case.changes()
        );
        assert_eq!(case.lab().mock().sessions(), 0, "{name}");
    }
}
