//! A run as one web page that needs nothing else: no script, no request, no font.
//!
//! [`write_html`] renders `templates/run.html` with what `page.rs` makes of a [`RecordedRun`](crate::RecordedRun).
//! The template engine escapes everything that is put in, and the page's own policy forbids it to load anything.

mod chart;
mod page;
mod render;
mod words;

pub use render::write_html;
