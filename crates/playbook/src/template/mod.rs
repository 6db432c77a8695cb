//! Templates in values: `{{ expression }}`, nothing else of Jinja.
//!
//! [`Session::render`](crate::session::Session::render) fills a whole value in; [`Engine`] evaluates expressions
//! without access to anything but the variables.

mod convert;
mod engine;
mod render;
mod scope;
mod split;

pub(crate) use engine::Engine;
pub(crate) use render::has_template;
pub(crate) use scope::{Scope, Variables, is_name};
