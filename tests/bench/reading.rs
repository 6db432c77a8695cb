//! Client processes that read every virtual machine over TLS: what CPU that takes them.
//!
//! Both clients do the same: log in, one container view, pages of 1000, decode into objects, log out. The
//! process as a whole is measured, from its start to its end, by the system's own accounts (`wait4`).

use std::path::Path;
use std::process::Stdio;

use e2e::{Foreign, Lab};
use tokio::process::Command;
use vim25::methods::{CreateContainerView, DestroyView};
use vim25::types::{ObjectSpec, PropertyFilterSpec, PropertySpec, TraversalSpec};
use vim25::{MoRef, Poly};
use vsphere::{Client, Endpoint, Reader, tls::Trust};

use crate::account::Account;
use crate::figures::{head, line, median};
use crate::{EIGHT, Failure, MACHINES, ROUNDS};

/// The argument that makes this program the client that is measured.
pub(crate) const COMMAND: &str = "read";

pub(crate) async fn measure(lab: &Lab, python: &Path) -> Result<(), Failure> {
    head(
        &format!("Reading {MACHINES} virtual machines from the mock over TLS"),
        &[
            "CPU (user and system) of the whole client process, its start and login included;",
            "`session only` reads nothing",
        ],
    );
    let table: [(&str, &[&str], Option<f64>); 3] = [
        ("session only", &[], None),
        ("8 properties", &EIGHT, Some(15.0)),
        ("whole config", &["config"], Some(30.0)),
    ];
    for (what, paths, target) in table {
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            ours.push(our_cpu(lab, python, paths).await?);
            theirs.push(foreign_cpu(lab, python, paths).await?);
        }
        let (ours, theirs) = (median(ours), median(theirs));
        let ratio = theirs / ours;
        let aims: Vec<_> = target.iter().map(|target| (ratio, *target, "x")).collect();
        let seconds = |figure: f64| format!("{figure:.3} s");
        line(what, &seconds(ours), &seconds(theirs), Some(ratio), &aims);
    }
    Ok(())
}

async fn our_cpu(lab: &Lab, python: &Path, paths: &[&str]) -> Result<f64, Failure> {
    let program = std::env::current_exe()?;
    cpu_of_child(lab, python, program.as_os_str(), &[COMMAND], paths).await
}

async fn foreign_cpu(lab: &Lab, python: &Path, paths: &[&str]) -> Result<f64, Failure> {
    let script = Foreign::script("bench/pyvmomi_read.py");
    let script = script.to_string_lossy();
    cpu_of_child(lab, python, python.as_os_str(), &[&script], paths).await
}

async fn cpu_of_child(
    lab: &Lab,
    python: &Path,
    program: &std::ffi::OsStr,
    arguments: &[&str],
    paths: &[&str],
) -> Result<f64, Failure> {
    let account = lab.folder().join("cpu");
    let output = Command::new(python)
        .arg(Foreign::script("bench/cpu.py"))
        .arg(&account)
        .arg(program)
        .args(arguments)
        .args(paths)
        .envs(lab.variables())
        .stderr(Stdio::inherit())
        .output()
        .await?;
    let expected = if paths.is_empty() { 0 } else { MACHINES };
    let read = String::from_utf8(output.stdout)?;
    if !output.status.success() || read.trim() != expected.to_string() {
        return Err(format!("{} read {} machines", program.display(), read.trim()).into());
    }
    Ok(Account::read(&account)?.cpu)
}

/// The client that is measured.
pub(crate) async fn read_as_client(paths: &[String]) -> Result<(), Failure> {
    let variable = |name: &str| std::env::var(name);
    let address = format!("{}:{}", variable("VC_HOST")?, variable("VC_PORT")?);
    let address: vsphere::Address = address.parse()?;
    let mut endpoint =
        Endpoint::new(address.url, variable("VC_USER")?, variable("VC_PASSWORD")?.into());
    endpoint.tls = Trust::CaFile(variable("VC_CA")?.into()).into();
    let client = Client::connect(endpoint).await?;
    let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
    println!("{}", count_machines(&client.reader(), &paths).await?);
    client.close().await?;
    Ok(())
}

async fn count_machines(reader: &Reader, paths: &[&str]) -> Result<usize, Failure> {
    if paths.is_empty() {
        return Ok(0);
    }
    let (view, spec) = machines_spec(reader, paths).await?;
    let mut count = 0;
    reader
        .visit(spec, |machine| count += usize::from(machine.values().count() == paths.len()))
        .await?;
    reader.invoke(&DestroyView { this: view, ..Default::default() }).await?;
    Ok(count)
}

/// A view of all virtual machines, and what to read of them.
pub(crate) async fn machines_spec(
    reader: &Reader,
    paths: &[&str],
) -> Result<(MoRef, PropertyFilterSpec), Failure> {
    let content = reader.content();
    let create = CreateContainerView {
        this: content.view_manager.clone().ok_or("the server has no views")?,
        container: content.root_folder.clone(),
        type_: vec!["VirtualMachine".into()],
        recursive: true,
        ..Default::default()
    };
    let view = reader.invoke(&create).await?;
    let every = TraversalSpec {
        type_: "ContainerView".into(),
        path: "view".into(),
        skip: Some(false),
        ..Default::default()
    };
    let root = ObjectSpec {
        obj: view.clone(),
        skip: Some(true),
        select_set: vec![Poly::new(every)],
        ..Default::default()
    };
    let machines = PropertySpec {
        type_: "VirtualMachine".into(),
        path_set: paths.iter().map(|path| (*path).into()).collect(),
        ..Default::default()
    };
    let spec = PropertyFilterSpec {
        object_set: vec![root],
        prop_set: vec![machines],
        ..Default::default()
    };
    Ok((view, spec))
}
