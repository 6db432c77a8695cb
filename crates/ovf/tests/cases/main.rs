//! Packages from the outside: good ones, bad ones, damaged ones, and ones that other tools made.

#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

mod bad_packages;
mod damage;
mod descriptors;
mod folders;
mod foreign;
mod making;
mod reading;
