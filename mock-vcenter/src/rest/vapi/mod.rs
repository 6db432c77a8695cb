//! The same operations in JSON-RPC 2.0 at `POST /api`, which the vSphere Automation SDKs speak.
//!
//! A message names a service and an operation (`message`); `service` finds what they are called below `/rest`, and
//! from there on everything is as it is there. Values carry the names of their structures in this protocol: they are
//! taken off what comes in (`value`) and put onto what goes out (`shape`, with the names in `structures` and
//! `vm_structures`).

mod message;
mod server;
mod service;
mod shape;
mod structures;
mod value;
mod vm_structures;

pub(crate) use server::{answer, speaks};

#[cfg(test)]
mod tests;
