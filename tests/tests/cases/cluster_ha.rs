//! HA is switched on for a cluster that has its hosts already, and Fault Tolerance relies on it in the same playbook.

use e2e::Lab;

const OFF: &str =
    "tasks:\n  - id: cluster\n    cluster: { name: cluster1, ha: { enabled: false } }\n";

const ON: &str = "tasks:\n  - id: cluster\n    cluster: { name: cluster1, ha: { enabled: true } }\n  \
                  - id: protect\n    needs: [cluster]\n    fault_tolerance: { vms: [vm-00001] }\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_run_switches_ha_on_waits_for_its_agents_and_protects() {
    let lab = Lab::start(Lab::builder().model("estate:vms=1,hosts=3,clusters=1")).await;
    lab.write("off.yaml", OFF);
    lab.write("on.yaml", ON);
    lab.lockstep(["apply", "off.yaml", "--yes"]).run().await.ends_with(0);
    let run = lab.lockstep(["apply", "on.yaml", "--yes"]).run().await;
    run.ends_with(0);
    assert_eq!(lab.protected().len(), 1, "{}", run.text());
    assert!(run.text().contains("HA agents of 3 hosts are well"), "{}", run.text());
    let again = lab.lockstep(["apply", "on.yaml", "--yes"]).run().await;
    again.ends_with(0);
    assert!(again.text().contains("0 changed"), "{}", again.text());
}

/// The two tasks would run at once, so that nothing can be promised.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_plan_counts_on_a_task_only_where_the_other_needs_it() {
    let lab = Lab::start(Lab::builder().model("estate:vms=1,hosts=3,clusters=1")).await;
    lab.write("off.yaml", OFF);
    lab.write("on.yaml", ON);
    lab.write("loose.yaml", &ON.replace("    needs: [cluster]\n", ""));
    lab.lockstep(["apply", "off.yaml", "--yes"]).run().await.ends_with(0);
    lab.lockstep(["plan", "on.yaml", "--detailed-exitcode"]).run().await.ends_with(2);
    let plan = lab.lockstep(["plan", "loose.yaml"]).run().await;
    let text = plan.text();
    assert!(text.contains("HA is off"), "{text}");
    assert!(text.contains("need them: `cluster`"), "{text}");
}
