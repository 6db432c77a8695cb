//! Packages from the outside: good ones, bad ones, damaged ones, and ones that other tools made.

mod bad_packages;
mod damage;
mod folders;
mod foreign;
mod making;
mod reading;
