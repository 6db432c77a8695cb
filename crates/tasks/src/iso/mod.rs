//! `iso`: an image is on a datastore and in a VM's CD-ROM drive, or out of it.
//!
//! An image that is there with the right size, and the right digest where one is known, is not sent again. A
//! digest is known when we sent the image: it is written beside it.

mod apply;
mod drive;
mod fields;
mod image;
mod observe;
mod plan;
mod spec;
mod task;
mod tray;

pub(crate) use fields::CAPABILITY;
pub(crate) use spec::Spec;
