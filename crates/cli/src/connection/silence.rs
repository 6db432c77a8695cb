//! Says in a run's events that a server does not answer, and that it does again.

use orchestrator::{Outside, ServerName};
use vsphere::{Client, Silence};

/// Has the run told of what is heard of the server of the connection `name`.
pub(super) fn tell_of_silence(name: &str, client: &Client, outside: Outside) {
    let address = client.reader().url().authority();
    let server = ServerName { name: name.to_owned(), address };
    client.on_silence(move |silence| match silence {
        Silence::Lasts { since, until, cause } => {
            outside.server_silent(server.clone(), since, until, cause);
        }
        Silence::Ended { lasted } => outside.server_answers(server.clone(), lasted),
    });
}
