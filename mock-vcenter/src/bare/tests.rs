//! A machine is bare until its script was carried out, and then what the script says.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sha_crypt::{PasswordHasher as _, ShaCrypt};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use super::Installation;
use crate::clock::Pace;
use crate::mock::Mock;
use crate::testing::Rig;

const NETWORK: &str = "network --bootproto=static --device=vmnic1 --ip=192.168.8.21 \
                       --netmask=255.255.252.0 --gateway=192.168.8.1 --hostname=ft7.lab.local";

fn script(command: &str) -> String {
    let hash = ShaCrypt::SHA512.hash_password_with_salt(b"Another-1", b"abcdefghijkl").unwrap();
    format!(
        "vmaccepteula\ninstall --firstdisk=local\nrootpw --iscrypted {}\n{NETWORK}\n{command}\n",
        hash.as_str()
    )
}

/// Serves a script once it is told to, and until it is dropped.
async fn serve(text: String) -> (SocketAddr, Arc<AtomicBool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let ready = Arc::new(AtomicBool::new(false));
    let is_ready = Arc::clone(&ready);
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut asked = [0_u8; 1024];
            let length = stream.read(&mut asked).await.unwrap();
            assert!(asked[..length].starts_with(b"GET /x/ks.cfg HTTP/1."));
            let answer = match is_ready.load(Ordering::SeqCst) {
                true => format!("HTTP/1.1 200 OK\r\n\r\n{text}"),
                false => "HTTP/1.1 404 Not Found\r\n\r\n".to_owned(),
            };
            stream.write_all(answer.as_bytes()).await.unwrap();
        }
    });
    (address, ready)
}

async fn machine(script: String) -> (Mock, Arc<AtomicBool>) {
    let (address, ready) = serve(script).await;
    let mock = Mock::builder()
        .model("ft-server")
        .release("5.5")
        .clock(Pace::Scaled(10_000.0))
        .boot_from(&format!("http://{address}/x/ks.cfg"))
        .start()
        .await
        .unwrap();
    (mock, ready)
}

/// Waits for a state on the mock's own, very fast clock.
async fn until(mock: &Mock, reached: impl Fn(&Installation) -> bool) -> Installation {
    loop {
        match mock.installation() {
            Some(state) if reached(&state) => return state,
            _ => mock.clock().sleep(Duration::from_secs(5)).await,
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_machine_refuses_connections_until_it_is_the_host_of_its_script() {
    let (mock, ready) = machine(script("reboot")).await;
    mock.clock().sleep(Duration::from_secs(600)).await;
    assert_eq!(mock.installation(), Some(Installation::Waiting));
    let refused = TcpStream::connect(mock.address()).await.unwrap_err();
    assert_eq!(refused.kind(), std::io::ErrorKind::ConnectionRefused);

    ready.store(true, Ordering::SeqCst);
    until(&mock, |state| *state == Installation::Installed).await;
    // The port is opened right after the state is told.
    while TcpStream::connect(mock.address()).await.is_err() {
        tokio::task::yield_now().await;
    }
    let rig = Rig::with_core(mock.core_of_tests());
    assert!(rig.login("root", "VMware1!").await.is_err(), "the script sets another password");
    rig.login("root", "Another-1").await.unwrap();
    let host = rig.first("HostSystem");
    let read = |value: Option<vim25::Value>| format!("{:?}", value.unwrap());
    assert!(read(rig.fetch(&host, "name").await).contains("ft7.lab.local"));
    let network = read(rig.fetch(&host, "config.network").await);
    for part in ["192.168.8.21", "192.168.8.1", "ft7", "vmnic1"] {
        assert!(network.contains(part), "{part}");
    }
    mock.stop().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_script_that_cannot_be_carried_out_leaves_a_machine_that_refuses() {
    let table = [
        (script("reboots"), "line 5: unknown command `reboots`"),
        (script("# no reboot"), "it waits for Enter to reboot"),
        (script("reboot").replace("vmnic1", "vmnic9"), "the machine has no adapter `vmnic9`"),
    ];
    for (script, why) in table {
        let (mock, ready) = machine(script).await;
        ready.store(true, Ordering::SeqCst);
        let state = until(&mock, |state| matches!(state, Installation::Stopped(_))).await;
        let Installation::Stopped(said) = state else { unreachable!() };
        assert!(said.contains(why), "{said}");
        assert!(TcpStream::connect(mock.address()).await.is_err());
        mock.stop().await;
    }
}
