//! Where text goes and how it looks: results to standard output, everything else to standard error.

use std::io::{self, Write};

use clap::{ArgAction, Args, ValueEnum};
use report::{Colour, ColourChoice, Glyphs, Style, Surroundings};

use crate::environment::Environment;
use crate::error::{CliError, written};
use crate::terminal::{Terminals, screen_size};

/// Options that every command takes.
#[derive(Args, Clone, Debug, Default)]
pub(crate) struct OutputArgs {
    /// Paint `auto` (on a terminal, unless NO_COLOR is set), `always` or `never`
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        hide_possible_values = true,
        help_heading = "Output"
    )]
    pub(crate) color: ColorWhen,
    /// ASCII only: symbols as words, bars of `#`; as where the locale has no UTF-8
    #[arg(long, global = true, help_heading = "Output")]
    pub(crate) ascii: bool,
    /// No progress and no notes, only results, warnings and errors
    #[arg(short, long, global = true, help_heading = "Output")]
    pub(crate) quiet: bool,
    /// Say more: where settings come from (-v), each call (-vv)
    #[arg(short, long, global = true, action = ArgAction::Count, conflicts_with = "quiet", help_heading = "Output")]
    pub(crate) verbose: u8,
    /// Write every call with its content to FILE, secrets left out
    #[arg(long, global = true, value_name = "FILE", help_heading = "Output")]
    pub(crate) trace: Option<std::path::PathBuf>,
}

/// When to paint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ColorWhen {
    /// On a terminal, unless NO_COLOR is set
    #[default]
    Auto,
    /// In any case
    Always,
    /// In no case
    Never,
}

/// The two standard streams and how to write to them.
#[derive(Clone, Debug)]
pub(crate) struct Console {
    /// How results look.
    pub(crate) out: Style,
    /// How notes and progress look.
    pub(crate) err: Style,
    /// What is a terminal.
    pub(crate) terminals: Terminals,
    /// How much is said.
    pub(crate) volume: Volume,
    /// Bars can be drawn on standard error.
    pub(crate) can_draw: bool,
}

/// How much is said besides results.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Volume {
    /// Warnings and errors.
    Quiet,
    /// Notes and progress as well.
    Usual,
    /// Also where settings come from.
    Verbose,
    /// Also each call.
    Calls,
}

impl Console {
    /// The console as options, environment and terminals make it.
    pub(crate) fn new(args: &OutputArgs, env: &Environment, terminals: Terminals) -> Self {
        let dumb = env.get("TERM").is_some_and(|term| term == "dumb");
        let style = |terminal: bool| Style {
            width: width(terminal, env),
            colour: Colour::decide(
                args.color.into(),
                &Surroundings { terminal: terminal && !dumb, no_color: env.has("NO_COLOR") },
            ),
            glyphs: if args.ascii { Glyphs::Ascii } else { glyphs(env) },
        };
        let volume = match (args.quiet, args.verbose) {
            (true, _) => Volume::Quiet,
            (false, 0) => Volume::Usual,
            (false, 1) => Volume::Verbose,
            (false, _) => Volume::Calls,
        };
        Console {
            out: style(terminals.stdout),
            err: style(terminals.stderr),
            terminals,
            volume,
            can_draw: terminals.stderr && !dumb && volume > Volume::Quiet,
        }
    }

    /// Writes a result to standard output.
    pub(crate) fn result(
        &self,
        render: impl FnOnce(&mut Vec<u8>) -> io::Result<()>,
    ) -> Result<(), CliError> {
        let mut text = Vec::new();
        let mut stdout = io::stdout().lock();
        written(
            render(&mut text).and_then(|()| stdout.write_all(&text)).and_then(|()| stdout.flush()),
        )
    }

    /// Says something that is no result, unless it should be quiet.
    pub(crate) fn note(&self, text: &str) {
        if self.volume > Volume::Quiet {
            say(text);
        }
    }

    /// Says something that nobody should miss.
    pub(crate) fn warn(&self, text: &str) {
        let label = match self.err.colour {
            Colour::On => "\u{1b}[33;1mwarning:\u{1b}[0m",
            Colour::Off => "warning:",
        };
        say(&format!("{label} {text}"));
    }

    /// Says something for those who want to know more.
    pub(crate) fn detail(&self, text: &str) {
        if self.volume > Volume::Usual {
            say(text);
        }
    }
}

impl From<ColorWhen> for ColourChoice {
    fn from(when: ColorWhen) -> Self {
        match when {
            ColorWhen::Auto => ColourChoice::Auto,
            ColorWhen::Always => ColourChoice::Always,
            ColorWhen::Never => ColourChoice::Never,
        }
    }
}

/// Standard error may be closed; then there is nobody to tell.
fn say(text: &str) {
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// A pipe gets 80 columns unless `COLUMNS` says otherwise.
fn width(terminal: bool, env: &Environment) -> usize {
    let asked = env.get("COLUMNS").and_then(|columns| columns.parse().ok());
    match terminal {
        true => usize::from(screen_size().columns),
        false => asked.filter(|columns| (24..=1000).contains(columns)).unwrap_or(80),
    }
}

/// Unicode where the locale says UTF-8, by the order in which POSIX looks.
fn glyphs(env: &Environment) -> Glyphs {
    let locale = env.first(&["LC_ALL", "LC_CTYPE", "LANG"]).map(|locale| locale.value);
    let utf8 = locale.map(|locale| locale.to_ascii_lowercase().replace('-', ""));
    match utf8.is_some_and(|locale| locale.contains("utf8")) {
        true => Glyphs::Unicode,
        false => Glyphs::Ascii,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn console<const N: usize>(variables: [(&str, &str); N], terminals: Terminals) -> Console {
        Console::new(&OutputArgs::default(), &Environment::of(variables), terminals)
    }

    #[test]
    fn a_pipe_is_plain_and_has_80_columns() {
        let piped = console([("LANG", "de_DE.UTF-8"), ("TERM", "xterm")], Terminals::default());
        assert_eq!((piped.out.width, piped.out.colour), (80, Colour::Off));
        assert_eq!(piped.out.glyphs, Glyphs::Unicode);
        assert!(!piped.can_draw);
        assert_eq!(console([("COLUMNS", "120")], Terminals::default()).out.width, 120);
        assert_eq!(console([("COLUMNS", "wide")], Terminals::default()).out.width, 80);
    }

    #[test]
    fn ascii_is_asked_for_or_follows_from_the_locale() {
        let utf8 = Environment::of([("LANG", "en_US.UTF-8")]);
        let asked = OutputArgs { ascii: true, ..OutputArgs::default() };
        assert_eq!(Console::new(&asked, &utf8, Terminals::default()).out.glyphs, Glyphs::Ascii);
        assert_eq!(console([("LC_ALL", "C")], Terminals::default()).out.glyphs, Glyphs::Ascii);
        assert_eq!(console([], Terminals::default()).err.glyphs, Glyphs::Ascii);
    }

    #[test]
    fn no_color_and_dumb_terminals_are_respected() {
        let all = Terminals { stdin: true, stdout: true, stderr: true };
        assert_eq!(console([("TERM", "xterm")], all).err.colour, Colour::On);
        assert_eq!(console([("NO_COLOR", "1")], all).err.colour, Colour::Off);
        let dumb = console([("TERM", "dumb"), ("LC_ALL", "C"), ("LANG", "en_US.UTF-8")], all);
        assert_eq!(dumb.err.colour, Colour::Off);
        assert_eq!(dumb.err.glyphs, Glyphs::Ascii);
        assert!(!dumb.can_draw);
    }
}
