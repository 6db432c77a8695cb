//! The page of the command line: the help pages, one after the other.

use std::fmt::Write as _;

use clap::{Command, CommandFactory};

use super::pages::GENERATED;
use crate::arguments::Cli;

/// Columns of the help pages in the reference.
const WIDTH: usize = 100;

/// The page.
pub(super) fn page() -> String {
    let mut page = format!("{GENERATED}\n# Command line\n");
    let mut root = Cli::command().term_width(WIDTH);
    root.build();
    section(&mut page, &mut root, "lockstep");
    let names = root.get_subcommands().filter(|one| !one.is_hide_set() && one.get_name() != "help");
    let names: Vec<String> = names.map(|one| one.get_name().to_owned()).collect();
    for name in names {
        if let Some(command) = root.find_subcommand_mut(&name) {
            section(&mut page, command, &format!("lockstep {name}"));
            let within = command.get_subcommands_mut().filter(|one| one.get_name() != "help");
            for command in within {
                let title = format!("lockstep {name} {}", command.get_name());
                section(&mut page, command, &title);
            }
        }
    }
    page
}

fn section(page: &mut String, command: &mut Command, title: &str) {
    let help = command.render_long_help().to_string();
    let help: Vec<&str> = help.trim_end().lines().map(str::trim_end).collect();
    let _ = writeln!(page, "\n## {title}\n\n```text\n{}\n```", help.join("\n"));
}
