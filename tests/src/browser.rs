//! A real browser for looking at pages: [`Browser`], a headless Chromium of the system.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use serde_json::Value;
use tokio::process::Command;

use crate::Foreign;

/// Names that systems give it.
const NAMES: [&str; 3] = ["chromium", "chromium-browser", "google-chrome"];

/// Whether the person prefers light or dark pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// Dark on light.
    Light,
    /// Light on dark.
    Dark,
}

/// A headless browser without network.
#[derive(Clone, Debug)]
pub struct Browser {
    program: PathBuf,
}

impl Browser {
    /// The browser that LOCKSTEP_BROWSER names, or that of the system; `None`, said on standard error, when there
    /// is none.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "what is skipped is said")]
    pub fn find() -> Option<Self> {
        let named = std::env::var_os("LOCKSTEP_BROWSER").map(PathBuf::from);
        let path = std::env::var_os("PATH").unwrap_or_default();
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        let all =
            || NAMES.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name)));
        let program = named.or_else(|| all().find(|program| program.is_file()));
        if program.is_none() {
            eprintln!("skipped: no {} is on the PATH, so no page is looked at", NAMES.join(" or "));
        }
        program.map(|program| Self { program })
    }

    /// Renders a page at this width and writes a picture of it.
    ///
    /// # Panics
    /// When the browser fails.
    pub async fn picture(&self, page: &Path, width: u32, scheme: Scheme, to: &Path) {
        let screenshot = format!("--screenshot={}", to.display());
        self.run(page, (width, 2600), scheme, &[&screenshot]).await;
        assert!(to.is_file(), "the browser made no picture");
    }

    /// What `reports/measure.js` finds in a copy of the page, which is allowed to run it.
    ///
    /// # Panics
    /// When the browser fails.
    #[expect(clippy::unwrap_used, reason = "a page that cannot be measured is a failed test")]
    pub async fn measure(&self, page: &Path, width: u32, scheme: Scheme) -> Value {
        let script = std::fs::read_to_string(Foreign::script("reports/measure.js")).unwrap();
        let text = std::fs::read_to_string(page).unwrap();
        let (before, policy) = text.split_once("<meta http-equiv").unwrap();
        let (_, after) = policy.split_once('>').unwrap();
        let copy = page.with_extension("measured.html");
        let after = after.replace("</body>", &format!("<script>{script}</script></body>"));
        std::fs::write(&copy, format!("{before}{after}")).unwrap();
        let dom = self.run(&copy, (width, 900), scheme, &["--dump-dom"]).await;
        // The script itself has both words, too, before what it wrote.
        let found = dom.rsplit_once("MEASURED").and_then(|(_, rest)| rest.split_once("DERUSAEM"));
        let (measured, _) = found.unwrap_or_else(|| panic!("nothing was measured:\n{dom}"));
        serde_json::from_str(
            &measured.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&"),
        )
        .unwrap()
    }

    /// Addresses that the page asked for while it was shown. What the browser asks for on its own account is left
    /// out: it says of such requests that they come from no page.
    ///
    /// # Panics
    /// When the browser fails.
    #[expect(clippy::unwrap_used, reason = "a browser that keeps no log is a failed test")]
    pub async fn requests(&self, page: &Path) -> Vec<String> {
        let log = page.with_extension("netlog.json");
        let option = format!("--log-net-log={}", log.display());
        self.run(page, (1280, 900), Scheme::Light, &[&option, "--dump-dom"]).await;
        let log: Value = serde_json::from_str(&std::fs::read_to_string(log).unwrap()).unwrap();
        let of_page = |event: &Value| {
            let asked = &event["params"];
            let initiator = asked["initiator"].as_str()?;
            (initiator != "not an origin")
                .then(|| asked["url"].as_str().unwrap_or_default().to_owned())
        };
        log["events"].as_array().unwrap().iter().filter_map(of_page).collect()
    }

    #[expect(clippy::unwrap_used, reason = "a browser that does not run is a failed test")]
    async fn run(
        &self,
        page: &Path,
        (width, height): (u32, u32),
        scheme: Scheme,
        words: &[&str],
    ) -> String {
        let profile = tempfile::tempdir().unwrap();
        let preferred = match scheme {
            Scheme::Light => "--blink-settings=preferredColorScheme=1",
            Scheme::Dark => "--blink-settings=preferredColorScheme=0",
        };
        let output = Command::new(&self.program)
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
            ])
            .args([
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ])
            .args([
                "--disable-dev-shm-usage",
                "--hide-scrollbars",
                "--host-resolver-rules=MAP * ~NOTFOUND",
            ])
            .args([preferred, &format!("--window-size={width},{height}")])
            .arg(format!("--user-data-dir={}", profile.path().display()))
            .args(words)
            .arg(format!("file://{}", page.display()))
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}
