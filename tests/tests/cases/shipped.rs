//! Every playbook that is shipped: a plan changes nothing, and neither does a second apply. Each is a test of its own.

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

/// Makes a test of each playbook, and a list of them all.
macro_rules! playbooks {
    ($($test:ident: $name:literal, $case:expr;)*) => {
        /// Playbooks that have a test.
        const TRIED: &[&str] = &[$($name),*];
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $test() {
                let case: Case = $case.await;
                assert_eq!(case.name, $name);
                nothing_is_changed_twice(&case).await;
            }
        )*
    };
}

playbooks! {
    a_plan_and_a_second_apply_of_software_ft_change_nothing:
        "software-ft.yaml", on("software-ft.yaml", "seed-lab");
    a_plan_and_a_second_apply_of_host_settings_change_nothing:
        "host-settings.yaml", on("host-settings.yaml", "ft-ready");
    a_plan_and_a_second_apply_of_batch_ft_change_nothing:
        "batch-ft.yaml", on("batch-ft.yaml", "estate:vms=12,hosts=4,clusters=2");
    a_plan_and_a_second_apply_of_appliance_change_nothing: "appliance.yaml", appliance();
    a_plan_and_a_second_apply_of_appliance_console_change_nothing:
        "appliance-console.yaml", console();
    a_plan_and_a_second_apply_of_rack_change_nothing: "rack.yaml", rack();
    a_plan_and_a_second_apply_of_hardware_ft_change_nothing: "hardware-ft.yaml", hardware();
}

#[test]
fn every_shipped_playbook_has_a_test_here() {
    let tried: BTreeSet<String> = TRIED.iter().map(|name| (*name).to_owned()).collect();
    let entries = workspace().join("playbooks").read_dir().unwrap();
    let shipped: BTreeSet<String> =
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect();
    assert_eq!(tried, shipped);
}

/// A playbook that needs nothing but an inventory.
async fn on(name: &'static str, model: &str) -> Case {
    Case { name, place: Place::Lab(Lab::of(model).await), words: Vec::new() }
}

/// A server that is installed on the way, with answers to what hands do.
async fn hardware() -> Case {
    let words = words(&["--gate-answers", "answers.yaml"]);
    Case { name: "hardware-ft.yaml", place: Place::Site(Site::new().await), words }
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

/// Plans, applies, applies and plans again.
async fn nothing_is_changed_twice(case: &Case) {
    let name = case.name;
    let text = std::fs::read_to_string(workspace().join("playbooks").join(name)).unwrap();
    case.lab().write(name, &text);
    case.run(&["plan", "--detailed-exitcode"]).run().await.ends_with(2);
    assert!(case.changes().is_empty(), "a plan changed: {:?}", case.changes());
    case.run(&["apply", "--yes"]).run().await.ends_with(0);
    case.forget();
    case.run(&["apply", "--yes"]).run().await.ends_with(0).says(["nothing was to do"]);
    case.run(&["plan", "--detailed-exitcode"]).run().await.ends_with(0);
    assert!(case.changes().is_empty(), "a second apply changed: {:?}", case.changes());
    assert_eq!(case.lab().mock().sessions(), 0);
}
