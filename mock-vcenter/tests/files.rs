//! Files on datastores as `curl` sends, reads and deletes them.

#![expect(clippy::unwrap_used, reason = "a failed step of a test ends it")]

use std::path::Path;
use std::process::{Command, Output};

use mock_vcenter::Mock;

/// A mock and what `curl` needs to talk to it.
struct Lab {
    mock: Mock,
    folder: tempfile::TempDir,
}

impl Lab {
    async fn start(model: &str) -> Self {
        let mock = Mock::builder().model(model).start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("ca.pem"), mock.ca_pem()).unwrap();
        Self { mock, folder }
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Runs `curl` with the administrator's login; returns status and body.
    async fn curl(&self, arguments: &[&str], path: &str) -> (String, Vec<u8>) {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--cacert", &self.path("ca.pem")]);
        command.args(["--user", "user:pass", "--write-out", "%{stderr}%{http_code}"]);
        command.args(arguments).arg(format!("https://{}{path}", self.mock.address()));
        let run = tokio::task::spawn_blocking(move || command.output());
        let Output { stdout, stderr, .. } = run.await.unwrap().unwrap();
        (String::from_utf8(stderr).unwrap(), stdout)
    }
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

const ESXI: &str = "dcPath=ha-datacenter&dsName=datastore1";

#[tokio::test(flavor = "multi_thread")]
async fn curl_puts_reads_and_deletes_files() {
    let lab = Lab::start("esxi").await;
    let content = noise(3_000_001);
    std::fs::write(lab.path("image"), &content).unwrap();
    let file = format!("/folder/my%20image.iso?{ESXI}");
    let image = lab.path("image");
    let put = ["--upload-file", image.as_str()];
    assert_eq!(lab.curl(&put, &file).await.0, "201");
    assert_eq!(lab.curl(&put, &file).await.0, "200");
    assert_eq!(lab.curl(&[], &file).await, ("200".to_owned(), content.clone()));
    let part = lab.curl(&["--range", "1000-1999"], &file).await;
    assert_eq!(part, ("206".to_owned(), content[1000..2000].to_vec()));
    let end = lab.curl(&["--range", "-10"], &file).await;
    assert_eq!(end.1, content[content.len() - 10..]);
    let beyond = lab.curl(&["--range", "9000000-"], &file).await;
    assert_eq!(beyond.0, "416");
    let (status, head) = lab.curl(&["--head"], &file).await;
    let head = String::from_utf8(head).unwrap().to_lowercase();
    assert!(status == "200" && head.contains("content-length: 3000001"), "{head}");
    let (status, page) = lab.curl(&[], &format!("/folder/?{ESXI}")).await;
    let page = String::from_utf8(page).unwrap();
    assert!(status == "200" && page.contains("my image.iso") && page.contains("vm1/"), "{page}");
    let place = lab.mock.file("[datastore1] my image.iso").unwrap();
    assert_eq!(std::fs::read(place).unwrap(), content);
    assert_eq!(lab.curl(&["--request", "DELETE"], &file).await.0, "204");
    assert_eq!(lab.curl(&["--request", "DELETE"], &file).await.0, "404");
    let changed = lab.mock.calls().into_iter().filter(|call| call.changed()).count();
    assert_eq!(changed, 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_gets_out_of_a_datastore_or_in_without_a_login() {
    let lab = Lab::start("esxi").await;
    std::fs::write(lab.path("small"), "x").unwrap();
    let small = lab.path("small");
    let put = ["--path-as-is", "--upload-file", small.as_str()];
    for path in
        ["/folder/../x", "/folder/a/%2e%2e/%2e%2e/x", "/folder/..%2f..%2fx", "/folder/a%5c..%5cx"]
    {
        let (status, _) = lab.curl(&put, &format!("{path}?{ESXI}")).await;
        assert!(["400", "404"].contains(&status.as_str()), "{path}: {status}");
    }
    let read = lab.curl(&["--path-as-is"], &format!("/folder/../../etc/passwd?{ESXI}")).await;
    assert!(["400", "404"].contains(&read.0.as_str()), "{}", read.0);
    let file = format!("/folder/a.iso?{ESXI}");
    assert_eq!(lab.curl(&["--user", "user:wrong"], &file).await.0, "401");
    assert_eq!(lab.curl(&[], "/folder/a.iso?dcPath=ha-datacenter&dsName=other").await.0, "404");
    assert_eq!(lab.curl(&put, &format!("/folder/missing/a.iso?{ESXI}")).await.0, "404");
    assert!(lab.mock.file("[datastore1] a.iso").is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_datastore_takes_no_more_than_it_holds() {
    use mock_vcenter::behaviour::settings::Behaviour;
    let behaviour = Behaviour {
        // The models' own use and VMs take what is below.
        capacities: [("datastore1".to_owned(), (1_200 << 20) + (16 << 30) + 1_000_000)].into(),
        ..Behaviour::default()
    };
    let mock = Mock::builder().model("esxi").behaviour(behaviour).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), mock.ca_pem()).unwrap();
    let lab = Lab { mock, folder };
    std::fs::write(lab.path("big"), noise(700_000)).unwrap();
    let big = lab.path("big");
    let put = ["--upload-file", big.as_str()];
    assert_eq!(lab.curl(&put, &format!("/folder/one.iso?{ESXI}")).await.0, "201");
    assert_eq!(lab.curl(&put, &format!("/folder/two.iso?{ESXI}")).await.0, "507");
    // Far more than what is on its way between the two: the client learns why, although it is still sending.
    std::fs::write(lab.path("huge"), noise(6_000_000)).unwrap();
    for name in ["big", "huge"] {
        let file = lab.path(name);
        let chunked = ["--header", "Transfer-Encoding: chunked", "--upload-file", file.as_str()];
        let (status, _) = lab.curl(&chunked, &format!("/folder/two.iso?{ESXI}")).await;
        assert!(status.ends_with("507"), "{name}: {status}");
    }
    assert!(lab.mock.file("[datastore1] two.iso").is_none());
    // What is there may be replaced, and what is gone frees its room.
    assert_eq!(lab.curl(&put, &format!("/folder/one.iso?{ESXI}")).await.0, "200");
    assert_eq!(
        lab.curl(&["--request", "DELETE"], &format!("/folder/one.iso?{ESXI}")).await.0,
        "204"
    );
    assert_eq!(lab.curl(&put, &format!("/folder/two.iso?{ESXI}")).await.0, "201");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_storage_folder_that_was_given_stays() {
    let storage = tempfile::tempdir().unwrap();
    let mock = Mock::builder().model("ft-ready").storage(storage.path()).start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("ca.pem"), mock.ca_pem()).unwrap();
    let lab = Lab { mock, folder };
    std::fs::write(lab.path("small"), "x").unwrap();
    let small = lab.path("small");
    let put = ["--upload-file", small.as_str()];
    let (status, _) = lab.curl(&put, "/folder/a.iso?dcPath=Datacenter&dsName=shared1").await;
    assert_eq!(status, "201");
    lab.mock.stop().await;
    let kept: &Path = storage.path();
    assert_eq!(std::fs::read_to_string(kept.join("shared1/a.iso")).unwrap(), "x");
}
