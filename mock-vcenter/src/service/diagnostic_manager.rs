//! `DiagnosticManager`: one log of the server and of each host, made of what is true of them.

use vim25::enums::DiagnosticManagerLogCreator;
use vim25::methods::{BrowseDiagnosticLog, QueryDescriptions};
use vim25::types::{CannotAccessFile, DiagnosticManagerLogDescriptor, DiagnosticManagerLogHeader};
use vim25::{DateTime, MoRef, Poly, Str, WireEnum};

use crate::behaviour::host_system::HostSystem;
use crate::dispatch::{Call, Dispatch};
use crate::fault::Fault;
use crate::product::{Product, Role};
use crate::store::{At, ManagedObject, Property};

use super::described::labelled;

/// Shows logs.
#[derive(Clone)]
pub(super) struct DiagnosticManager {
    /// When the server was started.
    pub(super) started: DateTime,
}

impl ManagedObject for DiagnosticManager {
    fn kind(&self) -> &'static str {
        "DiagnosticManager"
    }

    fn property<'a>(&'a self, _name: &str, _at: &At<'a>) -> Option<Property<'a>> {
        None
    }
}

struct Log {
    key: &'static str,
    file: &'static str,
    creator: DiagnosticManagerLogCreator,
    label: &'static str,
    lines: Vec<Str>,
}

impl Log {
    fn descriptor(&self) -> DiagnosticManagerLogDescriptor {
        DiagnosticManagerLogDescriptor {
            key: self.key.into(),
            file_name: self.file.into(),
            creator: self.creator.as_str().into(),
            format: "plain".into(),
            mime_type: "text/plain".into(),
            info: Poly::new(labelled(self.label)),
            ..Default::default()
        }
    }
}

fn line(time: &DateTime, creator: &str, text: &str) -> Str {
    format!("{time} info {creator}[1] [Originator@6876 sub=Default] {text}").into()
}

fn of_vcenter(product: Product, started: &DateTime) -> Log {
    let about = product.about(&Str::default());
    Log {
        key: "vpxd:vpxd.log",
        file: "/var/log/vmware/vpxd/vpxd.log",
        creator: DiagnosticManagerLogCreator::Vpxd,
        label: "vCenter server log in 'plain' format",
        lines: vec![
            line(started, "vpxd", &format!("Starting {}", about.full_name)),
            line(started, "vpxd", "The server is ready"),
        ],
    }
}

fn of_host(host: &HostSystem) -> Log {
    let about = host.server.product.about(&Str::default());
    let time = &host.boot_time;
    Log {
        key: "hostd",
        file: "/var/log/hostd.log",
        creator: DiagnosticManagerLogCreator::Hostd,
        label: "Server log in 'plain' format",
        lines: vec![
            line(time, "hostd", &format!("Starting {}", about.full_name)),
            line(time, "hostd", &format!("The name of the host is {}", host.server.name)),
            line(time, "hostd", "The host is ready"),
        ],
    }
}

/// The logs of a host, or those of the server when none is named. A host by itself is the server.
fn logs(call: &Call, host: Option<&MoRef>) -> Result<Vec<Log>, Fault> {
    let (snapshot, product) = (call.snapshot(), call.core().product);
    let itself = snapshot.of_kind("HostSystem").first();
    let host = host.or(if product.role() == Role::Esxi { itself } else { None });
    let Some(id) = host else {
        let manager = snapshot.get::<DiagnosticManager>(call.this());
        let manager = manager.ok_or_else(|| Fault::object_not_found(call.this()))?;
        return Ok(vec![of_vcenter(product, &manager.started)]);
    };
    let host = snapshot.get::<HostSystem>(id).ok_or_else(|| Fault::object_not_found(id))?;
    let log = of_host(host);
    if !host.is_connected() {
        let mut detail = CannotAccessFile::default();
        detail.file = log.file.into();
        return Err(Fault::new(detail, "The host does not answer."));
    }
    Ok(vec![log])
}

pub(super) fn register(dispatch: &mut Dispatch) {
    dispatch.add::<QueryDescriptions>(|call, asked| {
        Ok(logs(call, asked.host.as_ref())?.iter().map(Log::descriptor).collect())
    });
    dispatch.add::<BrowseDiagnosticLog>(browse);
}

/// Lines are counted from 1. A start behind the end tells, without lines, where the end is.
fn browse(call: &Call, asked: BrowseDiagnosticLog) -> Result<DiagnosticManagerLogHeader, Fault> {
    let logs = logs(call, asked.host.as_ref())?;
    let log = logs.into_iter().find(|log| log.key == asked.key);
    let log = log.ok_or_else(|| Fault::invalid_argument("key"))?;
    let first = usize::try_from(asked.start.unwrap_or(1).max(1)).unwrap_or(1);
    let most = match asked.lines {
        None => usize::MAX,
        Some(lines) => usize::try_from(lines).map_err(|_| Fault::invalid_argument("lines"))?,
    };
    let total = log.lines.len();
    let shown: Vec<Str> = log.lines.into_iter().skip(first - 1).take(most).collect();
    let (start, end) =
        if shown.is_empty() { (total, total) } else { (first, first + shown.len() - 1) };
    let number = |line: usize| i32::try_from(line).unwrap_or(i32::MAX);
    Ok(DiagnosticManagerLogHeader {
        line_start: number(start),
        line_end: number(end),
        line_text: shown,
        ..Default::default()
    })
}
