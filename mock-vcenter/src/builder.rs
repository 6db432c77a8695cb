//! Starting a mock: [`MockBuilder`].

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::{Duration, SystemTime};

use crate::appliance::{Sshd, SshdError};
use crate::bare::{Bare, BootSource, install};
use crate::behaviour::virtual_machine::VirtualMachine;
use crate::behaviour::{self, settings::Behaviour};
use crate::call_log::CallLog;
use crate::clock::{Clock, Pace};
use crate::core::{Core, Own};
use crate::dispatch::Dispatch;
use crate::disturb::{Disturbances, Rule};
use crate::endpoint::Endpoint;
use crate::fault::Fault;
use crate::in_process::InProcess;
use crate::mock::Mock;
use crate::models::{self, DEFAULT_MODEL, MODELS};
use crate::product::{Product, Role};
use crate::property::Collectors;
use crate::rest::Tagging;
use crate::session::{Account, Sessions, Tickets};
use crate::storage::Storage;
use crate::store::{Origin, Store, Transaction};
use crate::transport::{Certificate, CertificateError, ListenError, Reserved, Serving, Stop};
use crate::{event, inventory, performance, property, service, session, task, view};

/// A stepped clock starts at this time, so that runs can be compared: 2026-01-01T00:00:00Z.
const STEPPED_START: Duration = Duration::from_secs(1_767_225_600);

/// Why a mock does not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// No such model.
    #[error("no model is called `{name}`; there are: {known}")]
    UnknownModel {
        /// What was asked for.
        name: String,
        /// All names.
        known: String,
    },
    /// No such release.
    #[error("release `{release}` is not played; there are: {known}")]
    UnknownRelease {
        /// What was asked for.
        release: String,
        /// All releases.
        known: String,
    },
    /// The address is no address.
    #[error("`{address}` is not an address and a port, like `127.0.0.1:0`")]
    Address {
        /// What was asked for.
        address: String,
        /// What is wrong with it.
        #[source]
        cause: std::net::AddrParseError,
    },
    /// The model could not be loaded.
    #[error("cannot load model `{name}`")]
    Load {
        /// The model.
        name: String,
        /// What went wrong.
        #[source]
        cause: Fault,
    },
    /// No certificate.
    #[error(transparent)]
    Certificate(#[from] CertificateError),
    /// Cannot listen.
    #[error(transparent)]
    Listen(#[from] ListenError),
    /// Cannot listen for SSH.
    #[error(transparent)]
    Ssh(#[from] SshdError),
}

/// What a mock is to be.
#[derive(Clone, Debug)]
pub struct MockBuilder {
    model: String,
    release: Option<String>,
    accounts: Vec<Account>,
    pace: Pace,
    started: Option<SystemTime>,
    seed: u64,
    listen: String,
    ssh: Option<String>,
    rules: Vec<Rule>,
    behaviour: Behaviour,
    storage: Option<PathBuf>,
    boot_from: Option<BootSource>,
    tags: Vec<VmTag>,
}

/// A tag, and the VMs that have it.
#[derive(Clone, Debug)]
struct VmTag {
    category: String,
    name: String,
    vms: Vec<String>,
}

impl VmTag {
    fn attach(&self, tx: &mut Transaction<'_>) -> Result<(), Fault> {
        let vms = tx.view().of_kind("VirtualMachine").to_vec();
        for vm in vms {
            let name = tx.get::<VirtualMachine>(&vm)?.entity.name.clone();
            if self.vms.iter().any(|wanted| *wanted == name) {
                Tagging::attach(tx, &self.category, &self.name, &vm)?;
            }
        }
        Ok(())
    }
}

impl Default for MockBuilder {
    fn default() -> Self {
        Self {
            model: DEFAULT_MODEL.to_owned(),
            release: None,
            accounts: vec![
                Account::administrator("user", "pass"),
                Account::administrator("administrator@vsphere.local", "VMware1!"),
            ],
            pace: Pace::Real,
            started: None,
            seed: 1,
            listen: "127.0.0.1:0".to_owned(),
            ssh: None,
            rules: Vec::new(),
            behaviour: Behaviour::default(),
            storage: None,
            boot_from: None,
            tags: Vec::new(),
        }
    }
}

impl MockBuilder {
    /// Starts with this inventory; see [`MODELS`].
    #[must_use]
    pub fn model(self, name: &str) -> Self {
        Self { model: name.to_owned(), ..self }
    }

    /// Plays this release, such as `7.0.3`.
    #[must_use]
    pub fn release(self, release: &str) -> Self {
        Self { release: Some(release.to_owned()), ..self }
    }

    /// Replaces the administrator's name and password, which are `user` and `pass` otherwise.
    #[must_use]
    pub fn credentials(mut self, user: &str, password: &str) -> Self {
        self.accounts[0] = Account::administrator(user, password);
        self
    }

    /// Lets another user log in.
    #[must_use]
    pub fn account(mut self, account: Account) -> Self {
        self.accounts.push(account);
        self
    }

    /// How fast the mock's time runs.
    #[must_use]
    pub fn clock(self, pace: Pace) -> Self {
        Self { pace, ..self }
    }

    /// What its clock shows at the start; otherwise the machine's time, or a fixed one if it is stepped.
    #[must_use]
    pub fn starting_at(self, started: SystemTime) -> Self {
        Self { started: Some(started), ..self }
    }

    /// Where invented ids and chance come from.
    #[must_use]
    pub fn seed(self, seed: u64) -> Self {
        Self { seed, ..self }
    }

    /// Listens on this address and port; port 0 for any.
    #[must_use]
    pub fn listen(self, address: &str) -> Self {
        Self { listen: address.to_owned(), ..self }
    }

    /// Plays the management appliance over SSH on this address and port; port 0 for any.
    #[must_use]
    pub fn ssh(self, address: &str) -> Self {
        Self { ssh: Some(address.to_owned()), ..self }
    }

    /// Begins as a bare machine, which installs itself from the `ks.cfg` at this `http` address, or from the one
    /// that a `boot.cfg` names, and refuses connections until then.
    #[must_use]
    pub fn boot_from(self, source: &str) -> Self {
        Self { boot_from: Some(source.into()), ..self }
    }

    /// Adds a disturbance.
    #[must_use]
    pub fn disturb(mut self, rule: Rule) -> Self {
        self.rules.push(rule);
        self
    }

    /// Plays installations that differ from the usual.
    #[must_use]
    pub fn behaviour(self, behaviour: Behaviour) -> Self {
        Self { behaviour, ..self }
    }

    /// Keeps the files of datastores in this folder, each datastore in a directory of its own. Without it they
    /// go to a temporary folder that ends with the mock.
    #[must_use]
    pub fn storage(self, folder: impl Into<PathBuf>) -> Self {
        Self { storage: Some(folder.into()), ..self }
    }

    /// Attaches the tag `name` of `category` to VMs of the model; both halves of a pair have one name.
    #[must_use]
    pub fn tag<'a>(
        mut self,
        category: &str,
        name: &str,
        vms: impl IntoIterator<Item = &'a str>,
    ) -> Self {
        let (category, name) = (category.to_owned(), name.to_owned());
        let vms = vms.into_iter().map(str::to_owned).collect();
        self.tags.push(VmTag { category, name, vms });
        self
    }

    /// Loads the model and starts to serve; needs a tokio runtime.
    ///
    /// # Errors
    /// When a name is unknown, the model does not load or the address cannot be bound.
    pub async fn start(self) -> Result<Mock, StartError> {
        let address = socket_address(&self.listen)?;
        let ssh = self.ssh.as_deref().map(socket_address).transpose()?;
        let bare = self.boot_from.clone().map(Bare::new);
        let core = self.build()?;
        let certificate = Certificate::generate(address.ip())?;
        let reserved = Reserved::port(address)?;
        let bound = reserved.address();
        let own = Own { address: bound, thumbprint: certificate.thumbprint().into() };
        // Nobody else has set it: the server is not served before.
        let _ = core.own.set(own);
        let ssh = match ssh {
            Some(address) => Some(Sshd::start(address, core.clone()).await?),
            None => None,
        };
        let endpoint = Arc::new(Endpoint(core.clone()));
        let installation = bare.as_ref().map(Bare::state);
        let (stop, serving) = match bare {
            None => serve_now(reserved, certificate.clone(), endpoint)?,
            Some(bare) => {
                let core = core.clone();
                let installed = async move { install(&bare, &core).await };
                reserved.serve_after(installed, certificate.clone(), endpoint)
            }
        };
        let mock = Mock::new(core, bound, certificate, stop, tokio::spawn(serving));
        Ok(mock.with_ssh(ssh).with_installation(installation))
    }

    /// Loads the model into a server that listens nowhere; needs a tokio runtime.
    ///
    /// # Errors
    /// When a name is unknown or the model does not load.
    pub fn in_process(self) -> Result<InProcess, StartError> {
        Ok(InProcess::new(self.build()?))
    }

    /// The server without its listener.
    pub(crate) fn build(self) -> Result<Arc<Core>, StartError> {
        let (model, parameters) =
            models::find(&self.model).ok_or_else(|| StartError::UnknownModel {
                name: self.model.clone(),
                known: MODELS.iter().map(|model| model.name).collect::<Vec<_>>().join(", "),
            })?;
        let product = match &self.release {
            None => Product::current(model.role),
            Some(release) => Product::new(model.role, release).ok_or_else(|| {
                let known = Product::releases().collect::<Vec<_>>().join(", ");
                StartError::UnknownRelease { release: release.clone(), known }
            })?,
        };
        let started = self.started.unwrap_or_else(|| match self.pace {
            Pace::Stepped => SystemTime::UNIX_EPOCH + STEPPED_START,
            Pace::Real | Pace::Scaled(_) => SystemTime::now(),
        });
        let store = Store::new(Clock::new(self.pace, started), self.seed);
        let loaded = store.commit(&Origin::default(), |tx| {
            service::populate(tx, &product);
            behaviour::populate(tx, &product);
            self.behaviour.apply(tx);
            tx.insert(Tagging::id(), Tagging::default());
            (model.fill)(tx, &product, &parameters)?;
            self.tags.iter().try_for_each(|tag| tag.attach(tx))
        });
        loaded.map_err(|cause| StartError::Load { name: self.model, cause })?;
        let collectors = Arc::new(Collectors::default());
        store.observe(collectors.clone());
        Ok(Arc::new(Core {
            product,
            seed: self.seed,
            store,
            accounts: accounts_of(self.accounts, model.role),
            sessions: Sessions::default(),
            rest_sessions: Sessions::default(),
            collectors,
            dispatch: full_dispatch(),
            calls: CallLog::default(),
            disturbances: Disturbances::new(self.rules, self.seed),
            ssh: Mutex::default(),
            storage: Arc::new(self.storage.map_or_else(Storage::default, Storage::at)),
            tickets: Tickets::default(),
            own: OnceLock::new(),
        }))
    }
}

/// A machine that runs already listens before anybody is told where.
fn serve_now(
    reserved: Reserved,
    certificate: Certificate,
    endpoint: Arc<Endpoint>,
) -> Result<(Stop, Serving), ListenError> {
    let (stop, serving) = reserved.listen(certificate)?.serve(endpoint);
    Ok((stop, Box::pin(serving)))
}

fn socket_address(text: &str) -> Result<SocketAddr, StartError> {
    text.parse().map_err(|cause| StartError::Address { address: text.to_owned(), cause })
}

/// A host by itself also knows `root`.
fn accounts_of(mut accounts: Vec<Account>, role: Role) -> Vec<Account> {
    if role == Role::Esxi {
        accounts.push(Account::administrator("root", "VMware1!"));
    }
    accounts
}

fn full_dispatch() -> Dispatch {
    let mut dispatch = Dispatch::default();
    service::register(&mut dispatch);
    session::register(&mut dispatch);
    property::register(&mut dispatch);
    view::register(&mut dispatch);
    inventory::register(&mut dispatch);
    task::register(&mut dispatch);
    event::register(&mut dispatch);
    performance::register(&mut dispatch);
    behaviour::register(&mut dispatch);
    dispatch
}
