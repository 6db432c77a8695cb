//! Getting in touch with a machine: name, certificate, login, and whether it may be taken in.

use vim25::enums::HostLockdownMode;
use vim25::types::{
    AlreadyBeingManaged, AlreadyConnected, DuplicateName, HostConnectSpec, InvalidLogin, NoHost,
    NoPermissionOnHost, NotSupportedHost, SSLVerifyFault,
};
use vim25::{MoRef, Str, Version};

use crate::behaviour::host_system::HostSystem;
use crate::behaviour::server::{Lab, Server};
use crate::behaviour::settings::Behaviour;
use crate::fault::Fault;
use crate::inventory::CHILD_OF;
use crate::product::Product;
use crate::store::{Snapshot, Transaction};

/// How to reach a machine and what to accept of it.
#[derive(Clone)]
pub struct Contact {
    /// Name or address.
    pub name: Str,
    /// Take it from another server.
    pub force: bool,
    /// Lockdown to put it into.
    pub lockdown: HostLockdownMode,
    /// Where its VMs go.
    pub vm_folder: Option<MoRef>,
    product: Product,
    user: Str,
    password: Str,
    thumbprint: Option<Str>,
    certificate: Option<Str>,
}

impl Contact {
    /// The contact that a specification describes.
    ///
    /// # Errors
    /// `InvalidArgument` for what this release does not take.
    pub fn from_spec(spec: &HostConnectSpec, product: Product) -> Result<Self, Fault> {
        let name = spec.host_name.clone().unwrap_or_default();
        if name.is_empty() {
            return Err(no_host(""));
        }
        let uses_certificates = is_at_least(product, "9.0.0.0");
        let takes_both = spec.ssl_thumbprint.is_some() && spec.ssl_certificate.is_some();
        if spec.ssl_thumbprint.is_some() && (uses_certificates || takes_both) {
            return Err(Fault::invalid_argument("spec.sslThumbprint"));
        }
        Ok(Self {
            name,
            force: spec.force,
            lockdown: spec.lockdown_mode.clone().unwrap_or(HostLockdownMode::LockdownDisabled),
            vm_folder: spec.vm_folder.clone(),
            product,
            user: spec.user_name.clone().unwrap_or_default(),
            password: spec.password.clone().unwrap_or_default(),
            thumbprint: spec.ssl_thumbprint.clone().filter(|text| !text.is_empty()),
            certificate: spec.ssl_certificate.clone().filter(|_| uses_certificates),
        })
    }

    fn trusts(&self, server: &Server) -> bool {
        let same = |pem: &Str| pem.split_whitespace().eq(server.certificate.pem.split_whitespace());
        let by_thumbprint = self
            .thumbprint
            .as_ref()
            .is_some_and(|text| text.eq_ignore_ascii_case(&server.certificate.thumbprint));
        by_thumbprint || self.certificate.as_ref().is_some_and(same)
    }
}

fn is_at_least(product: Product, version: &str) -> bool {
    Version::parse(version).is_some_and(|version| product.api().knows(version))
}

/// Nobody answers under this name.
#[must_use]
pub fn no_host(name: &str) -> Fault {
    let detail = NoHost { name: Some(name.into()), ..Default::default() };
    Fault::new(detail, format!("Unable to communicate with the remote host '{name}'."))
}

/// The machine behind a contact, once its certificate and the login are accepted.
///
/// # Errors
/// `NoHost`, `SSLVerifyFault`, `InvalidLogin`, `NoPermissionOnHost`.
pub(super) fn find(tx: &mut Transaction<'_>, contact: &Contact) -> Result<Server, Fault> {
    let lab = Lab::of(tx);
    let server = match lab.server(&contact.name) {
        Some(server) => (**server).clone(),
        None => match in_inventory(tx.view(), &contact.name) {
            Some(known) => tx.get::<HostSystem>(&known)?.server.clone(),
            None => return Err(no_host(&contact.name)),
        },
    };
    if !contact.trusts(&server) {
        return Err(untrusted(tx, contact.product, &server));
    }
    if !server.accepts(&contact.user, &contact.password) {
        if server.lockdown != HostLockdownMode::LockdownDisabled && contact.user == "root" {
            let detail = NoPermissionOnHost::default();
            return Err(Fault::new(detail, "The host is in lockdown mode."));
        }
        let detail = InvalidLogin::default();
        return Err(Fault::new(
            detail,
            "Cannot complete login due to an incorrect user name or password.",
        ));
    }
    Ok(server)
}

fn untrusted(tx: &Transaction<'_>, product: Product, server: &Server) -> Fault {
    let by_release = !is_at_least(product, "9.0.0.0");
    let shows = Behaviour::of(tx).thumbprint_in_fault.unwrap_or(by_release);
    let detail = SSLVerifyFault {
        self_signed: true,
        thumbprint: shows.then(|| server.certificate.thumbprint.clone()),
        certificate: Some(server.certificate.pem.clone()),
        ..Default::default()
    };
    Fault::new(detail, "Authenticity of the host's SSL certificate is not verified.")
}

/// The host in the inventory that is this machine.
#[must_use]
pub(in crate::behaviour) fn in_inventory(snapshot: &Snapshot, name: &str) -> Option<MoRef> {
    let same = |host: &HostSystem| {
        host.server.name.eq_ignore_ascii_case(name)
            || host.server.address == name
            || host.entity.name.eq_ignore_ascii_case(name)
    };
    let mut hosts = snapshot.of_kind("HostSystem").iter();
    hosts.find(|id| snapshot.get::<HostSystem>(id).is_some_and(same)).cloned()
}

/// Whether a machine may be taken in, apart from EVC and licences. `parent` is the cluster or folder.
///
/// # Errors
/// `DuplicateName`, `AlreadyConnected`, `NotSupportedHost`, `AlreadyBeingManaged`.
pub(super) fn check_free(
    tx: &mut Transaction<'_>,
    contact: &Contact,
    server: &Server,
    parent: &MoRef,
) -> Result<(), Fault> {
    if let Some(known) = in_inventory(tx.view(), &server.name) {
        let siblings = tx.view().referrers(parent, CHILD_OF);
        if siblings.contains(&known) {
            let mut detail = DuplicateName::default();
            detail.name = contact.name.clone();
            detail.object = known;
            return Err(Fault::new(detail, format!("The name '{}' already exists.", contact.name)));
        }
        let detail = AlreadyConnected { name: contact.name.clone(), ..Default::default() };
        return Err(Fault::new(detail, "The host is already connected to this vCenter Server."));
    }
    if !is_supported(contact.product, server.product) {
        let about = server.product.about(&Str::default());
        let message = format!("{} is not supported by this vCenter Server.", about.full_name);
        let detail = NotSupportedHost {
            product_name: Some(about.name),
            product_version: Some(about.version),
            ..Default::default()
        };
        return Err(Fault::new(detail, message));
    }
    match &server.managed_by {
        Some(address) if !contact.force => {
            let detail = AlreadyBeingManaged { ip_address: address.clone(), ..Default::default() };
            Err(Fault::new(detail, format!("The host is managed by the vCenter Server {address}.")))
        }
        _ => Ok(()),
    }
}

/// A server manages hosts up to its own release and not older than two lines back.
fn is_supported(server: Product, host: Product) -> bool {
    const OLDEST: &[(&str, &str)] = &[
        ("9.", "8.0"),
        ("8.", "6.7"),
        ("7.", "6.5"),
        ("6.7", "6.0"),
        ("6.5", "5.5"),
        ("6.0", "5.0"),
    ];
    let oldest = OLDEST.iter().find(|(line, _)| server.version().starts_with(line));
    let not_newer = server.api().knows(host.api());
    not_newer && oldest.is_none_or(|(_, oldest)| host.version() >= *oldest)
}
