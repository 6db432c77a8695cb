//! Statistics, read by a foreign client as monitoring reads them.

use e2e::{Lab, VERSIONS};

use crate::foreign;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pyvmomi_reads_statistics_of_hosts_and_vms_that_fit_their_quick_stats() {
    let lab = Lab::start(Lab::builder().model("estate:vms=8,hosts=2,clusters=1")).await;
    for client in VERSIONS {
        let found = foreign::run(&lab, client, "statistics.py", []).await;
        let latest = found["latest"].as_object().unwrap();
        assert_eq!(latest.len(), 10, "two hosts and eight VMs: {found}");
        for (name, figures) in latest {
            let figure = |place: usize| figures[place].as_f64().unwrap();
            let (told, used, memory) = (figure(0), figure(1), figure(2));
            assert!((used - told).abs() <= told * 0.2 + 1.0, "{name}: {figures}");
            assert!(told > 0.0 && figure(3) > 0.0, "{name}: {figures}");
            assert!(memory > 0.0 && memory <= 10_000.0, "{name}: {figures}");
        }
        let length = |list: &str| found[list].as_array().unwrap().len();
        assert_eq!((length("day"), length("times"), length("has")), (288, 288, 3), "{found}");
    }
}
