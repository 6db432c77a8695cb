//! Custom attributes: what a foreign client sets, ours selects by.

use e2e::{Lab, VERSIONS};

use crate::foreign;
use crate::tags::names;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_pyvmomi_sets_is_what_vms_are_selected_by() {
    let lab = Lab::start(Lab::builder().model("estate:vms=8,hosts=2,clusters=1")).await;
    let words = ["owner", "vm-00001=web team", "vm-00002=db team", "vm-00003=web ops"];
    foreign::run(&lab, VERSIONS[0], "attributes.py", words).await;
    for (asked, taken) in [
        ("owner=web*", vec!["vm-00001", "vm-00003"]),
        ("owner=db team", vec!["vm-00002"]),
        ("owner=*", vec!["vm-00001", "vm-00002", "vm-00003"]),
    ] {
        let words = ["ft", "select", "--attribute", asked, "--output", "json"];
        let found = lab.lockstep(words).run().await;
        found.ends_with(0);
        assert_eq!(names(&found, "taken"), taken, "{asked}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attribute_that_nobody_defined_is_no_empty_selection() {
    let lab = Lab::start(Lab::builder().model("estate:vms=8,hosts=2,clusters=1")).await;
    foreign::run(&lab, VERSIONS[0], "attributes.py", ["owner", "vm-00001=me"]).await;
    let missed = lab.lockstep(["ft", "select", "--attribute", "onwer=me"]).run().await;
    let said = ["no custom attribute `onwer`: did you mean `owner`?"];
    missed.ends_with(4).says(said);
    let task =
        "tasks:\n  - id: protect\n    fault_tolerance: { select: { attribute: { onwer: me } } }\n";
    lab.write("attributes.yaml", task);
    lab.lockstep(["plan", "attributes.yaml"]).run().await.ends_with(4).says(said);
}
