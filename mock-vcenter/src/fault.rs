//! A failed call: [`Fault`], a vSphere fault with the sentence that goes with it.
//!
//! Handlers return it; the endpoint turns it into the answer, a task into its `info.error`.

use std::fmt;

use vim25::types::{
    InvalidArgument, InvalidLogin, InvalidProperty, InvalidRequest, InvalidState,
    LocalizedMethodFault, ManagedObjectNotFound, MethodFault, NoPermission, NotAuthenticated,
    NotSupported, RequestCanceled, RuntimeFault, SystemError,
};
use vim25::{DataObject, IsA, MoRef, Poly, Str};

/// A vSphere fault and its message.
#[derive(Clone, PartialEq)]
pub struct Fault {
    /// The fault as it goes over the wire.
    pub detail: Poly<MethodFault>,
    /// What the server says in words.
    pub message: Str,
}

impl Fault {
    /// `detail` with `message`.
    pub fn new<F: DataObject + IsA<MethodFault>>(detail: F, message: impl Into<Str>) -> Self {
        Self { detail: Poly::new(detail), message: message.into() }
    }

    /// The fault as a `T` or what extends it.
    #[must_use]
    pub fn as_type<T: DataObject>(&self) -> Option<&T> {
        self.detail.downcast_ref()
    }

    /// The fault in the form in which other objects carry it.
    #[must_use]
    pub fn localized(&self) -> LocalizedMethodFault {
        LocalizedMethodFault {
            fault: self.detail.clone(),
            localized_message: Some(self.message.clone()),
            ..Default::default()
        }
    }

    /// No object has this reference.
    #[must_use]
    pub fn object_not_found(object: &MoRef) -> Self {
        let message = format!(
            "The object 'vim.{}:{}' has already been deleted or has not been completely created",
            object.kind, object.value
        );
        Self::new(ManagedObjectNotFound { obj: object.clone(), ..Default::default() }, message)
    }

    /// The caller has no session.
    #[must_use]
    pub fn not_authenticated(object: &MoRef, privilege: &str) -> Self {
        let mut detail = NotAuthenticated::default();
        detail.object = Some(object.clone());
        detail.privilege_id = Some(Str::from(privilege));
        Self::new(detail, "The session is not authenticated.")
    }

    /// The caller lacks a privilege.
    #[must_use]
    pub fn no_permission(object: &MoRef, privilege: &str) -> Self {
        let detail = NoPermission {
            object: Some(object.clone()),
            privilege_id: Some(Str::from(privilege)),
            ..Default::default()
        };
        Self::new(detail, "Permission to perform this operation was denied.")
    }

    /// User name or password are wrong.
    #[must_use]
    pub fn invalid_login() -> Self {
        Self::new(
            InvalidLogin::default(),
            "Cannot complete login due to an incorrect user name or password.",
        )
    }

    /// The argument `name` (as a path, like `spec.name`) cannot be accepted.
    #[must_use]
    pub fn invalid_argument(name: &str) -> Self {
        let mut detail = InvalidArgument::default();
        detail.invalid_property = Some(Str::from(name));
        Self::new(detail, format!("A specified parameter was not correct: {name}"))
    }

    /// A property path that does not exist.
    #[must_use]
    pub fn invalid_property(name: &str) -> Self {
        Self::new(
            InvalidProperty { name: Str::from(name), ..Default::default() },
            format!("The property '{name}' does not exist."),
        )
    }

    /// The object is not in a state for this.
    #[must_use]
    pub fn invalid_state(message: impl Into<Str>) -> Self {
        Self::new(InvalidState::default(), message)
    }

    /// The call is not possible here.
    #[must_use]
    pub fn not_supported(message: impl Into<Str>) -> Self {
        Self::new(NotSupported::default(), message)
    }

    /// The request makes no sense.
    #[must_use]
    pub fn invalid_request(message: impl Into<Str>) -> Self {
        Self::new(InvalidRequest::default(), message)
    }

    /// The call or the task was cancelled.
    #[must_use]
    pub fn cancelled() -> Self {
        Self::new(RequestCanceled::default(), "The task was canceled by a user.")
    }

    /// The server itself failed.
    #[must_use]
    pub fn system_error(message: impl Into<Str>) -> Self {
        let message = message.into();
        let detail = SystemError { reason: message.clone(), ..Default::default() };
        Self::new(detail, message)
    }

    /// A fault known by its name only, as rules in a file give it. Names outside the schema become a
    /// `RuntimeFault` that says so.
    #[must_use]
    pub fn by_name(name: &str, message: Option<&str>) -> Self {
        let made = vim25::registry::find_type(name)
            .and_then(|described| Poly::try_from_box((described.new)()).ok());
        match made {
            Some(detail) => {
                let message = message.map_or_else(|| format!("{name}."), str::to_owned);
                Self { detail, message: message.into() }
            }
            None => Self::new(RuntimeFault::default(), format!("no fault is called '{name}'")),
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.detail.type_name(), self.message)
    }
}

impl fmt::Debug for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fault({self})")
    }
}

impl std::error::Error for Fault {}
