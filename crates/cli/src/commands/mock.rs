//! `lockstep mock`: the mock vCenter, with the flags and the start contract of the binary `mock-vcenter`.

use std::io::{self, Write};

use clap::Args;
use mock_vcenter::command::{Flags, serve};

use crate::error::{CliError, Outcome};
use crate::exit::Exit;

/// Serve a mock vCenter or ESXi host, to try things out
///
/// When it accepts connections it prints one line that a shell can `eval`: `export GOVC_URL=... GOVC_SIM_PID=...`.
/// It ends on SIGTERM or Ctrl-C.
#[derive(Args, Debug)]
pub(crate) struct MockArgs {
    #[command(flatten)]
    flags: Flags,
}

/// Serves until told to end.
pub(crate) async fn run(args: MockArgs) -> Outcome {
    let announce = |line: &str| {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "{line}")?;
        stdout.flush()
    };
    serve(args.flags, announce).await.map_err(CliError::new)?;
    Ok(Exit::DONE)
}
