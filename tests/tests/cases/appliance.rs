//! `ssh` against the mock's appliance and against OpenSSH's server, and OpenSSH's client against the appliance.

use std::collections::BTreeMap;
use std::error::Error;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

use mock_vcenter::Mock;
use mock_vcenter::appliance::{ApplianceSettings, InstallPrompt, Takes};
use mock_vcenter::behaviour::settings::Behaviour;
use mock_vcenter::behaviour::virtual_machine::{VirtualMachine, power_on};
use mock_vcenter::clock::Pace;
use mock_vcenter::guest::Guest;
use mock_vcenter::store::Origin;
use orchestrator::contract::{Contract, Kept};
use orchestrator::{Item, NoSink, StepScope, Task, TaskError, TokioClock};
use playbook::{SecretError, SecretRef, SecretSource};
use secrecy::SecretString;
use tasks::{Endpoints, VsphereReader, VsphereWorld};
use tempfile::TempDir;

use crate::contract::{AnyTask, instances};

/// Capabilities that keep the contract here.
pub(crate) const TRIED: &[&str] = &["ssh", "guest", "console"];

const FIRST: &str = "ftServer";
const NEW: &str = "N3w-and-\"odd\" $word";
const HOST: &str = "VMware1!";
const PLAIN: &str = "plain-new";

/// Secrets by the name of their variable, and files as they are.
struct Known;

impl SecretSource for Known {
    fn resolve(&self, reference: &SecretRef) -> Result<SecretString, SecretError> {
        let known = BTreeMap::from([
            ("FIRST", FIRST),
            ("NEW", NEW),
            ("HOST", HOST),
            ("BAD", "no-no"),
            ("PLAIN", PLAIN),
            ("ADDRESS", "10.0.0.7"),
        ]);
        Ok(match reference {
            SecretRef::Env(name) => known[name.as_str()].into(),
            SecretRef::File(path) => std::fs::read_to_string(path).unwrap().into(),
            other => panic!("{other}"),
        })
    }
}

fn world(folder: &Path) -> VsphereWorld {
    VsphereWorld::new(Endpoints::new([]), Endpoints::new([]), Arc::new(Known))
        .in_folder(folder.to_owned())
}

/// One `ssh` task on loopback.
fn task(port: u16, rest: &str) -> AnyTask {
    let head =
        format!("tasks:\n  - id: t\n    ssh:\n      address: 127.0.0.1\n      port: {port}\n");
    let instance = instances(&format!("{head}{rest}")).remove(0);
    AnyTask(tasks::build(&instance).unwrap())
}

/// Does what the plan says, once.
async fn bring_about(task: &AnyTask, world: &VsphereWorld) -> Result<Vec<String>, TaskError> {
    let scope = StepScope::detached(clock(), Arc::new(NoSink));
    let seen = task.observe(orchestrator::World::reader(world)).await?;
    let mut proofs = Vec::new();
    for item in task.plan(&seen).items {
        match item {
            Item::Step(step) => {
                let done = task.apply(&step.step, world, &scope).await?;
                proofs.push(done.proof().to_owned());
            }
            Item::Blocked { reason, .. } => {
                proofs.push(format!("{}: {}", reason.code, reason.cause))
            }
            Item::InSync { .. } | Item::AfterApply { .. } => {}
        }
    }
    Ok(proofs)
}

fn clock() -> Arc<TokioClock> {
    Arc::new(TokioClock::starting_at(SystemTime::UNIX_EPOCH))
}

/// An error with all its causes.
fn told(error: &TaskError) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(next) = cause {
        text.push_str(&format!("\n{next}"));
        cause = next.source();
    }
    text
}

/// A host whose `vm1` is an appliance that runs.
pub(crate) async fn appliance(settings: ApplianceSettings) -> Mock {
    let behaviour = Behaviour { appliance: settings, ..Behaviour::default() };
    let mock = Mock::builder().model("esxi").behaviour(behaviour).ssh("127.0.0.1:0");
    let mock = mock.clock(Pace::Scaled(2_000.0)).start().await.unwrap();
    mock.store()
        .commit(&Origin::default(), |tx| {
            for vm in tx.view().of_kind("VirtualMachine").to_vec() {
                if !tx.get::<VirtualMachine>(&vm)?.is_on() {
                    power_on(tx, &vm)?;
                }
                mock_vcenter::guest::ensure(tx, &vm)?;
            }
            Ok(())
        })
        .unwrap();
    mock
}

pub(crate) fn at_once() -> ApplianceSettings {
    ApplianceSettings::at_once("vm1")
}

fn port(mock: &Mock) -> u16 {
    mock.ssh_address().unwrap().port()
}

/// What tasks left behind in the guests; not what passes with time.
fn state_of(mock: &Mock) -> String {
    let snapshot = mock.store().snapshot();
    let guests = snapshot.of_kind("VirtualMachine").iter();
    let guests = guests.filter_map(|vm| Guest::seen(&snapshot, vm));
    let state = guests.map(|guest| {
        format!("{:?} {} {}\n", guest.network, guest.ft.installed, guest.accepts("root", NEW))
    });
    state.collect()
}

fn changes(mock: &Mock) -> u64 {
    mock.calls().iter().filter(|call| call.changed()).count() as u64
}

/// Holds a task to the contract of all tasks.
pub(crate) async fn kept(mock: &Mock, world: &VsphereWorld, task: &AnyTask) -> Kept {
    let contract = Contract::new(world, clock(), || changes(mock)).state(|| state_of(mock));
    contract.check(task).await.unwrap()
}

const LOGIN: &str = "      password: { env: NEW }
      initial_password: { env: FIRST }
      host_key: { on_first_use: true }
      secrets: { new: { env: NEW }, host: { env: HOST } }
";

const PASSWORD: &str = "        - command: passwd root
          sets_password: true
          prompts: { new: { pattern: 'new password:', answer: '%new%', times: 2 } }
";

const INSTALL: &str = "        - command: /opt/ft/sbin/ft-install /dev/cdrom
          unless: /opt/ft/bin/ftsmaint ls 1 | grep -q ONLINE
          timeout: 20s
          prompts:
            host: { pattern: 'IP address*host:', answer: 192.168.8.11 }
            user: { pattern: 'user name*:', answer: root }
            password: { pattern: 'password:', answer: '%host%' }
            reboot: { pattern: 'reboot now*(Y/N):', answer: Y, connection_lost: success }
            yes: { pattern: '(Y/N):', answer: Y, times: 3 }
";

const NETWORK: &str = "        - name: give it its address
          command: /opt/vmware/share/vami/vami_set_network eth0 STATICV4 10.0.0.3 255.0.0.0 10.0.0.1
          unless: ip addr show eth0 | grep -q 10.0.0.3
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_appliance_gets_its_password_its_address_and_its_software() {
    let mock = appliance(ApplianceSettings { host_key_changes: true, ..at_once() }).await;
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    let proof = "      proof: { command: /opt/ft/bin/ftsmaint ls 1, matches: 'State: ONLINE' }\n";
    let all = task(port(&mock), &format!("{LOGIN}      run:\n{PASSWORD}{NETWORK}{INSTALL}{proof}"));
    let kept = kept(&mock, &world, &all).await;
    assert_eq!((kept.steps.len(), kept.manual_steps), (3, 9), "{kept:?}");
    let before = changes(&mock);
    // Once the halves are in step, nothing is left to do.
    let duplex =
        "      answers_within: 1m\n      proof: { command: ftsmaint ls, matches: DUPLEX }\n";
    let second = task(port(&mock), &format!("{LOGIN}      run:\n{PASSWORD}{duplex}"));
    mock.clock().set_pace(Pace::Scaled(100_000.0));
    while mock.store().snapshot().of_kind("VirtualMachine").iter().all(|vm| {
        let snapshot = mock.store().snapshot();
        Guest::seen(&snapshot, vm)
            .is_none_or(|guest| guest.ft.duplex != mock_vcenter::guest::Duplex::Duplex)
    }) {
        tokio::task::yield_now().await;
    }
    assert_eq!(bring_about(&second, &world).await.unwrap(), [""; 0]);
    assert_eq!(changes(&mock), before);
    mock.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_expects_stops_with_the_screen_and_without_secrets() {
    let mut settings = ApplianceSettings { keyboard_interactive_only: true, ..at_once() };
    let text = "Risk is accepted by typing it in full: ".to_owned();
    settings.install_prompts.insert(6, InstallPrompt { text, takes: Takes::Anything });
    let mock = appliance(settings).await;
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    let login = LOGIN.replace("env: NEW }\n", "env: FIRST }\n");
    // Nothing more comes, and that is waited for in real time.
    let install = INSTALL.replace("timeout: 20s", "timeout: 2s");
    let refusals = [
        (format!("{login}      run:\n{install}"), "ssh-unknown-prompt", "Risk is accepted"),
        (
            format!("{login}      run:\n{}", install.replace("'%host%'", "wrong")),
            "ssh-command-failed",
            "wrong user name or password",
        ),
        (
            // `cat` says what it is told.
            format!(
                "{login}      run: [{{ command: cat && false, input: 'a %host% b', unless: 'false' }}]\n"
            ),
            "ssh-command-failed",
            "it ended with 1",
        ),
    ];
    for (text, code, says) in refusals {
        let error = bring_about(&task(port(&mock), &text), &world).await.unwrap_err();
        let told = told(&error);
        assert!(error.code == code && told.contains(says), "{told}");
        assert!(!format!("{told}{error:?}").contains(HOST), "{told}");
    }
    mock.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_is_not_the_machine_or_not_the_user_gets_nothing() {
    let mock = appliance(at_once()).await;
    let folder = tempfile::tempdir().unwrap();
    let world = world(folder.path());
    let run = "      run: [{ command: passwd, unless: 'false' }]\n";
    let first = "      password: { env: FIRST }\n";
    let hosts = "{ known_hosts: hosts }";
    for (login, key, code) in [
        (
            first,
            "{ sha256: SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA }",
            "ssh-host-key-mismatch",
        ),
        (first, hosts, "ssh-host-key-unknown"),
        ("      password: { env: BAD }\n", "{ insecure: true }", "ssh-login-refused"),
    ] {
        let text = format!("{login}      host_key: {key}\n{run}");
        let blocked = bring_about(&task(port(&mock), &text), &world).await.unwrap();
        assert!(blocked[0].starts_with(code), "{blocked:?}");
    }
    // The first use is remembered by an apply, and demanded from then on.
    let learn = "{ known_hosts: hosts, on_first_use: true }";
    let check = "      run: [{ command: ftsmaint bringupPolicy defer, unless: ftsmaint bringupPolicy list | grep -q deferred }]\n";
    let learning = task(port(&mock), &format!("{first}      host_key: {learn}\n{check}"));
    assert_eq!(bring_about(&learning, &world).await.unwrap().len(), 1);
    let strict = task(port(&mock), &format!("{first}      host_key: {hosts}\n{check}"));
    assert_eq!(bring_about(&strict, &world).await.unwrap(), [""; 0]);
    let old = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIA6rWI3G1sz07DnfFlrouTcysQlj2P+jpNSOEWD9OJ3X";
    let line = format!("[127.0.0.1]:{} {old}\n", port(&mock));
    std::fs::write(folder.path().join("hosts"), line).unwrap();
    let again = task(port(&mock), &format!("{first}      host_key: {learn}\n{check}"));
    let blocked = bring_about(&again, &world).await.unwrap();
    assert!(blocked[0].starts_with("ssh-host-key-mismatch"), "{blocked:?}");
    mock.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_that_an_earlier_task_makes_is_waited_for() {
    let mock =
        appliance(ApplianceSettings { needs_address: true, ..ApplianceSettings::at_once("other") })
            .await;
    let run = format!("{LOGIN}      run:\n{PASSWORD}");
    let reader = VsphereReader::new(Endpoints::new([]), Arc::new(Known));
    let plain = task(port(&mock), &run);
    let Err(error) = plain.observe(&reader).await else { panic!("it answers") };
    assert_eq!((error.waits_for(), error.retry), (None, orchestrator::Retry::Transient));
    let later = task(port(&mock), &format!("{run}      after: deploy\n"));
    let Err(error) = later.observe(&reader).await else { panic!("it answers") };
    assert!(error.waits_for().unwrap().contains("`deploy`"), "{error:?}");
    mock.stop().await;
}

/// OpenSSH's client, which gets the password from a program.
fn openssh(folder: &TempDir, port: u16, password: &str, words: &[&str]) -> Command {
    let ask = folder.path().join("askpass");
    std::fs::write(&ask, format!("#!/bin/sh\necho '{password}'\n")).unwrap();
    std::fs::set_permissions(&ask, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let known = format!("UserKnownHostsFile={}", folder.path().join("openssh_hosts").display());
    let mut ssh = Command::new("ssh");
    ssh.args(["-F", "none", "-o", "StrictHostKeyChecking=accept-new", "-o", &known])
        .args(["-o", "PubkeyAuthentication=no", "-o", "NumberOfPasswordPrompts=1"])
        .args(["-o", "LogLevel=ERROR", "-p", &port.to_string()])
        .args(words)
        .env("SSH_ASKPASS", &ask)
        .env("SSH_ASKPASS_REQUIRE", "force")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    ssh
}

/// Runs it with this input; exit status and all it said.
fn said(mut command: Command, input: &str) -> (Option<i32>, String) {
    let mut child = command.spawn().unwrap();
    // A client that is refused reads nothing.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8_lossy(&text).into_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_ssh_of_openssh_logs_in_to_the_appliance_and_holds_its_dialogues() {
    for interactive in [false, true] {
        let mut settings = at_once();
        settings.keyboard_interactive_only = interactive;
        // Long enough for what was said last to arrive.
        settings.shutdown_seconds = 2_000;
        let mock = appliance(settings).await;
        let folder = tempfile::tempdir().unwrap();
        let at = "root@127.0.0.1";
        let run = |password: &str, words: &[&str], input: &str| {
            let ssh = openssh(&folder, port(&mock), password, &[&[at], words].concat());
            tokio::task::block_in_place(|| said(ssh, input))
        };
        assert_eq!(run("wrong", &["true"], "").0, Some(255));
        let (status, text) = run(FIRST, &["ftsmaint ls 0; exit 7"], "");
        assert!(status == Some(7) && text.contains("Op State:    SIMPLEX"), "{text}");
        let (status, text) = run(FIRST, &["chpasswd"], "root:other\n");
        assert_eq!((status, text.as_str()), (Some(0), ""));
        // A login shell at a terminal: what is typed is echoed, a password is not.
        let dialogue = "passwd\nthird-one\nthird-one\nwhoami\nexit\n";
        let (status, text) = run("other", &["-tt"], dialogue);
        assert!(status == Some(0) && text.contains("updated successfully\r\n"), "{text}");
        assert!(text.contains("whoami\r\nroot\r\n") && !text.contains("third-one"), "{text}");
        let (_, text) = run("third-one", &["-tt"], "vami_config_net\n9\n1\nexit\n");
        assert!(text.contains("Main Menu") && text.contains("from 0 to 6"), "{text}");
        // The machine goes down with the connection.
        let answers =
            format!("{}\n", ["192.168.8.11", "root", HOST, "Y", "Y", "Y", "Y"].join("\n"));
        let (status, text) = run("third-one", &["-tt", "ft-install /dev/cdrom"], &answers);
        assert!(status == Some(255) && text.contains("goes down for reboot"), "{text}");
        mock.stop().await;
    }
}

/// OpenSSH's server on loopback, with keys of its own.
struct Sshd {
    child: Child,
    folder: TempDir,
    port: u16,
    /// Kept open, as the server goes on to log.
    _log: BufReader<std::process::ChildStderr>,
}

impl Drop for Sshd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Sshd {
    fn start(extra: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name).display().to_string();
        for name in ["host", "user"] {
            let made = Command::new("ssh-keygen")
                .args(["-q", "-t", "ed25519", "-N", "", "-f", &path(name)])
                .status();
            assert!(made.unwrap().success());
        }
        // Root's server wants this folder for its unprivileged half.
        let _ = std::fs::create_dir_all("/run/sshd");
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let config = format!(
            "ListenAddress 127.0.0.1:{port}\nHostKey {}\nAuthorizedKeysFile {}\nStrictModes no\n\
             UsePAM no\nPasswordAuthentication no\nPidFile none\nLogLevel INFO\n{extra}",
            path("host"),
            path("user.pub")
        );
        std::fs::write(path("config"), config).unwrap();
        let mut child = Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f", &path("config")])
            .stderr(Stdio::piped())
            .spawn()
            .expect("OpenSSH's server is needed: install `openssh-server`");
        let mut log = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("listening") {
            line.clear();
            assert!(log.read_line(&mut line).unwrap() > 0, "sshd does not start");
        }
        Self { child, folder, port, _log: log }
    }

    fn fingerprint(&self) -> String {
        let key = self.folder.path().join("host.pub");
        let shown = Command::new("ssh-keygen").arg("-lf").arg(key).output().unwrap().stdout;
        String::from_utf8(shown).unwrap().split(' ').nth(1).unwrap().to_owned()
    }

    /// Who we are on this machine, with the server's key pinned.
    fn login(&self) -> String {
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap().trim().to_owned();
        format!(
            "      username: {user}\n      private_key: {{ file: {} }}\n      host_key: {{ sha256: '{}' }}\n      \
             secrets: {{ word: {{ env: NEW }} }}\n",
            self.folder.path().join("user").display(),
            self.fingerprint()
        )
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn commands_and_dialogues_run_on_the_server_of_openssh() {
    let sshd = Sshd::start("");
    let folder = sshd.folder.path();
    let (asked, lost, told) = (folder.join("asked"), folder.join("lost"), folder.join("told"));
    let script = folder.join("ask.sh");
    let text = format!(
        "printf 'Your  Name: '; read name\nstty -echo; printf 'Password: '; read -r word; stty echo; echo\n\
         test \"$name $word\" = 'me {NEW}' || {{ echo \"wrong: $word\"; exit 4; }}\n\
         echo done > '{}'\n",
        asked.display()
    );
    std::fs::write(&script, text).unwrap();
    let runs = format!(
        "      run:
        - command: sh '{script}'
          creates: '{asked}'
          timeout: 20s
          prompts:
            name: {{ pattern: 'your name:', answer: me }}
            word: {{ pattern: 'password:', answer: '%word%' }}
        - command: cat > '{told}'
          creates: '{told}'
          input: '<%word%>'
        - command: touch '{lost}'; kill -9 $PPID
          creates: '{lost}'
          connection_lost: success
",
        script = script.display(),
        asked = asked.display(),
        told = told.display(),
        lost = lost.display(),
    );
    let world = world(folder);
    let all = task(sshd.port, &format!("{}{runs}", sshd.login()));
    let count = || [&asked, &lost, &told].iter().filter(|file| file.exists()).count() as u64;
    let kept = Contract::new(&world, clock(), count).check(&all).await.unwrap();
    assert_eq!(kept.steps.len(), 3, "{kept:?}");
    assert_eq!(std::fs::read_to_string(&told).unwrap(), format!("<{NEW}>"));
    let wrong = runs.replace("answer: me", "answer: you").replace("asked'", "none'");
    let wrong = task(sshd.port, &format!("{}{wrong}", sshd.login()));
    let error = bring_about(&wrong, &world).await.unwrap_err();
    let told = self::told(&error);
    assert!(told.contains("ended with 4") && told.contains("wrong: ***"), "{told}");
    assert!(!told.contains(NEW), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_server_is_spoken_to_only_when_told() {
    let sshd = Sshd::start(
        "KexAlgorithms diffie-hellman-group14-sha1\nCiphers aes128-cbc\nMACs hmac-sha1\n",
    );
    let world = world(sshd.folder.path());
    let run = "      run: [{ command: 'true', unless: 'true' }]\n";
    let today = task(sshd.port, &format!("{}{run}", sshd.login()));
    let error = bring_about(&today, &world).await.unwrap_err();
    assert!(error.code == "ssh-handshake" && error.hint.unwrap().contains("legacy_algorithms"));
    let old = format!("{}      legacy_algorithms: true\n{run}", sshd.login());
    assert_eq!(bring_about(&task(sshd.port, &old), &world).await.unwrap(), [""; 0]);
}

/// A world with a connection to this host, and its client to be closed.
pub(crate) async fn host_world(mock: &Mock, folder: &Path) -> (VsphereWorld, vsphere::Client) {
    let ca = folder.join("ca.pem");
    std::fs::write(&ca, mock.ca_pem()).unwrap();
    let address: vsphere::Address = mock.url().parse().unwrap();
    let mut endpoint = vsphere::Endpoint::new(address.url, "user", "pass".into());
    endpoint.tls = vsphere::tls::Trust::CaFile(ca).into();
    let client = vsphere::Client::connect(endpoint).await.unwrap();
    let readers = Endpoints::new([("default".to_owned(), client.reader())]);
    let writers = Endpoints::new([("default".to_owned(), client.writer())]);
    let world = VsphereWorld::new(readers, writers, Arc::new(Known));
    (world.in_folder(folder.to_owned()), client)
}

pub(crate) fn any_task(text: &str) -> AnyTask {
    AnyTask(tasks::build(&instances(&format!("tasks:\n{text}")).remove(0)).unwrap())
}

const GUEST: &str = "  - guest:
      vm: vm1
      password: { env: PLAIN }
      initial_password: { env: FIRST }
      secrets: { new: { env: PLAIN } }
      run:
        - program: /opt/vmware/share/vami/vami_set_network
          arguments: eth0 STATICV4 10.0.0.3 255.0.0.0 10.0.0.1
          address: 10.0.0.3
        - program: /bin/sh
          arguments: -c 'echo root:$NEW | chpasswd'
          environment: { NEW: '%new%' }
          sets_password: true
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn programs_run_in_a_guest_and_nothing_shows_their_secrets() {
    let mock = appliance(at_once()).await;
    let folder = tempfile::tempdir().unwrap();
    let (world, client) = host_world(&mock, folder.path()).await;
    let all = any_task(GUEST);
    let kept = kept(&mock, &world, &all).await;
    assert_eq!(kept.steps.len(), 2, "{kept:?}");
    let snapshot = mock.store().snapshot();
    let guests = snapshot.of_kind("VirtualMachine").iter();
    let processes: Vec<_> = guests
        .filter_map(|vm| Guest::seen(&snapshot, vm))
        .flat_map(|guest| &guest.processes)
        .collect();
    assert!(!processes.is_empty() && !format!("{processes:?}").contains("plain-new"));
    let refused = any_task(&GUEST.replace("PLAIN", "BAD").replace("FIRST", "BAD"));
    let blocked = bring_about(&refused, &world).await.unwrap();
    assert!(blocked[0].starts_with("guest-login-refused"), "{blocked:?}");
    let missing =
        GUEST.replace("/bin/sh", "/bin/nothing").replace("sets_password: true", "creates: /none");
    let error = bring_about(&any_task(&missing), &world).await.unwrap_err();
    assert!(told(&error).contains("/bin/nothing"), "{error:?}");
    client.close().await.unwrap();
    mock.stop().await;
}

const CONSOLE: &str = "  - console:
      vm: vm1
      secrets: { address: { env: ADDRESS } }
      keys:
        - { press: enter, pause: 10ms }
        - { text: '6', pause: 10ms }
        - { press: enter, times: 3, pause: 10ms }
        - { text: '%address%', pause: 10ms }
        - { press: enter, pause: 10ms }
        - { text: 255.255.255.0, pause: 10ms }
        - { press: enter, times: 2, pause: 10ms }
      unless: { address: 10.0.0.7 }
";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn keys_on_the_console_give_the_appliance_its_address() {
    let mock = appliance(at_once()).await;
    let folder = tempfile::tempdir().unwrap();
    let (world, client) = host_world(&mock, folder.path()).await;
    let kept = kept(&mock, &world, &any_task(CONSOLE)).await;
    assert_eq!((kept.steps.len(), kept.manual_steps), (1, 7), "{kept:?}");
    client.close().await.unwrap();
    mock.stop().await;
    let behaviour = Behaviour { appliance: at_once(), ..Behaviour::default() };
    let old = Mock::builder().model("esxi").release("6.0").behaviour(behaviour);
    let old = old.start().await.unwrap();
    let (world, client) = host_world(&old, folder.path()).await;
    let blocked = bring_about(&any_task(CONSOLE), &world).await.unwrap();
    assert!(blocked[0].starts_with("console-not-supported"), "{blocked:?}");
    client.close().await.unwrap();
    old.stop().await;
}
