//! The playbook language: YAML with positions in, a checked [`Playbook`] out.
mod args;
mod capability;
mod codes;
mod diagnostic;
mod playbook;
mod secrets;
mod source;

pub use args::{Args, Data, Value};
pub use capability::{Capability, Field, Kind, Mistake, Privilege, Rule};
pub use codes::{Code, Severity};
pub use diagnostic::{Diagnostic, Diagnostics, PlainDiagnostic};
pub use playbook::{
    Connection, ConnectionKind, DEFAULT_CONNECTION, Playbook, SkippedTask, TaskInstance, Tls,
};
pub use secrets::{CommandLimits, SecretError, SecretRef, SecretSource, StandardSecrets};
pub use source::{Source, Span};
