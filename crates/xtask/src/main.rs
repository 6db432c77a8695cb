//! Chores of the repository: `cargo xtask codegen [--check]`, `cargo xtask tidy` and `cargo xtask simulate`.

mod codegen;
mod simulate;
mod tidy;

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["codegen"] => codegen::run(&root, false),
        ["codegen", "--check"] => codegen::run(&root, true),
        ["tidy"] => check_tree(&root),
        ["simulate", rest @ ..] => simulate::run(&root, rest),
        _ => Err("usage: cargo xtask codegen [--check] | tidy | simulate ...".to_owned()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            say(&format!("error: {message}"));
            ExitCode::FAILURE
        }
    }
}

fn check_tree(root: &Path) -> Result<(), String> {
    let warnings = tidy::report(&tidy::check(root)?)?;
    say(&format!("{warnings}tidy"));
    Ok(())
}

#[expect(clippy::print_stderr, reason = "this program talks to developers")]
fn say(text: &str) {
    eprintln!("{}", text.trim_end());
}
