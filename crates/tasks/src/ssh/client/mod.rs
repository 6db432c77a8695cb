//! A small SSH client: connect with a checked host key, log in, run commands, hold dialogues.
//!
//! [`connect`] gives a [`Session`]; [`Session::run`] runs one command and [`Session::talk`] one that asks.
//! All that comes from the server is bounded, and what is shown of it goes through a [`Mask`].

mod connect;
mod dialogue;
mod error;
mod host_key;
mod login;
mod mask;
mod pattern;
mod run;
mod screen;

pub(crate) use connect::{Session, Target, connect};
pub(crate) use dialogue::{Conversation, Prompt, Said};
pub(crate) use error::SshError;
pub(crate) use host_key::{HostKeyPolicy, remember};
pub(crate) use login::{Credential, LoginWith};
pub(crate) use mask::Mask;
pub(crate) use pattern::Pattern;
pub(crate) use run::Output;
