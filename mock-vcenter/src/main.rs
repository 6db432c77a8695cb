//! The binary `mock-vcenter`: serves a mock vCenter or ESXi host until SIGTERM.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "the binary's own output")]

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser;
use mock_vcenter::command::{Flags, serve};

/// A mock vCenter or ESXi server
#[derive(Parser)]
#[command(name = "mock-vcenter", version)]
struct Cli {
    #[command(flatten)]
    flags: Flags,
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli.flags) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(inner) = cause {
                eprintln!("Caused by: {inner}");
                cause = inner.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(flags: Flags) -> Result<(), Box<dyn Error>> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(serve(flags, |line| {
        println!("{line}");
        std::io::stdout().flush()
    }))?;
    Ok(())
}
