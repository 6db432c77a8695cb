//! The playbook language: YAML with positions in, a checked [`Playbook`] out.
//!
//! It flows one way: [`Source`] (text) → tree of values with places → checks against a catalogue of
//! [`Capability`] tables → templates filled in and loops unrolled → [`TaskInstance`]s whose [`Args`] are read
//! without further errors. All mistakes are reported at once as [`Diagnostics`]. Nothing here knows vSphere,
//! reaches the network, or reads the environment.
//!
//! ```
//! use playbook::{Capability, Field, Kind, Options, Source, check};
//!
//! const FIELDS: &[Field] = &[Field::required("name", Kind::Text, "Its name.")];
//! static CATALOGUE: &[Capability] =
//!     &[Capability { fields: FIELDS, ..Capability::new("datacenter", "A datacenter exists.") }];
//!
//! let text = "tasks:\n  - datacenter: { name: '{{ site }}-dc' }\nvars: { site: lab }\n";
//! let playbook = check(&Source::new("lab.yaml", text), CATALOGUE, &Options::default()).unwrap();
//! assert_eq!(playbook.tasks[0].id, "datacenter-1");
//! assert_eq!(playbook.tasks[0].args.text("name"), "lab-dc");
//! ```

mod args;
mod capability;
mod check;
mod codes;
mod diagnostic;
mod duration;
mod limits;
mod mask;
mod overrides;
mod playbook;
mod render;
mod schema;
mod secrets;
mod session;
mod settled;
mod source;
mod suggest;
mod template;
mod yaml;

pub use args::{Args, Data, Value};
pub use capability::{Capability, Field, Kind, Mistake, Privilege, Rule};
pub use check::{CONNECTION_FIELDS, Options, catalogue_mistakes, check, check_args, check_fields};
pub use codes::{Code, Severity};
pub use diagnostic::{Diagnostic, Diagnostics, PlainDiagnostic};
pub use duration::parse as parse_duration;
pub use limits::Limits;
pub use overrides::{OverrideError, Overrides};
pub use playbook::{
    Connection, ConnectionKind, DEFAULT_CONNECTION, Playbook, SkippedTask, TaskInstance, Tls,
};
pub use render::RenderStyle;
pub use schema::json_schema;
pub use secrets::{CommandLimits, SecretError, SecretRef, SecretSource, StandardSecrets};
pub use settled::{Settled, Settles, conflicts};
pub use source::{Source, Span};
pub use suggest::instead;
