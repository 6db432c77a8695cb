//! The terminal: whether there is one, how large it is, and asking the operator.
//!
//! A secret is read without echo, byte by byte, so that Ctrl-C reaches us and leaves the terminal as it was.

use std::io::{self, BufRead, IsTerminal, Read, Write};
use std::sync::{Mutex, PoisonError};

use report::ScreenSize;
use rustix::termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};
use secrecy::SecretString;
use secrecy::zeroize::Zeroizing;

/// What is assumed where nothing is known.
const USUAL: ScreenSize = ScreenSize { columns: 80, rows: 24 };
/// A longer secret is taken for a mistake.
const LONGEST: usize = 4096;

/// The settings to go back to while a secret is being read.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// Which of the standard streams are terminals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Terminals {
    pub(crate) stdin: bool,
    pub(crate) stdout: bool,
    pub(crate) stderr: bool,
}

impl Terminals {
    /// Those of this process.
    pub(crate) fn of_process() -> Self {
        Terminals {
            stdin: io::stdin().is_terminal(),
            stdout: io::stdout().is_terminal(),
            stderr: io::stderr().is_terminal(),
        }
    }

    /// Whether somebody can be asked something.
    pub(crate) fn can_ask(self) -> bool {
        self.stdin && self.stderr
    }
}

/// The size of the terminal on standard error or output.
pub(crate) fn screen_size() -> ScreenSize {
    let sizes = [tcgetwinsize(rustix::stdio::stderr()), tcgetwinsize(rustix::stdio::stdout())];
    let size = sizes.into_iter().flatten().find(|size| size.ws_col > 0);
    size.map_or(USUAL, |size| ScreenSize { columns: size.ws_col, rows: size.ws_row })
}

/// Shows a question of several lines on standard error; the answer is typed behind its end.
pub(crate) fn show(question: &str) {
    let question: String = question
        .chars()
        .map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c })
        .collect();
    let mut stderr = io::stderr().lock();
    // Who has closed standard error will not answer either.
    let _ = write!(stderr, "{question} ").and_then(|()| stderr.flush());
}

/// Asks a question on standard error and reads a line.
pub(crate) fn ask(question: &str) -> io::Result<String> {
    write_question(question)?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().to_owned())
}

/// Asks for a secret, which is not shown while it is typed.
pub(crate) fn ask_secret(question: &str) -> io::Result<SecretString> {
    write_question(question)?;
    let secret = {
        let _quiet = Quiet::begin()?;
        read_secret(&mut io::stdin().lock())
    };
    writeln!(io::stderr())?;
    secret
}

/// Gives the terminal its settings back, if a secret was being read.
pub(crate) fn restore() {
    let before = BEFORE.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(before) = before {
        // There is nobody left to tell when even this fails.
        let _ = tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &before);
    }
}

fn write_question(question: &str) -> io::Result<()> {
    let mut stderr = io::stderr().lock();
    let question: String = question.chars().filter(|c| !c.is_control()).collect();
    write!(stderr, "{} ", question.trim_end())?;
    stderr.flush()
}

/// A terminal without echo, line editing and signals, until dropped.
struct Quiet;

impl Quiet {
    fn begin() -> io::Result<Self> {
        let before = tcgetattr(rustix::stdio::stdin())?;
        let mut quiet = before.clone();
        quiet.local_modes -= LocalModes::ECHO | LocalModes::ICANON | LocalModes::ISIG;
        *BEFORE.lock().unwrap_or_else(PoisonError::into_inner) = Some(before);
        tcsetattr(rustix::stdio::stdin(), OptionalActions::Flush, &quiet)?;
        Ok(Quiet)
    }
}

impl Drop for Quiet {
    fn drop(&mut self) {
        restore();
    }
}

/// Reads a line as a terminal gives it: with erase, kill and interrupt characters.
fn read_secret(input: &mut impl Read) -> io::Result<SecretString> {
    let mut typed = Zeroizing::new(Vec::with_capacity(LONGEST));
    let mut byte = Zeroizing::new([0_u8; 1]);
    loop {
        if input.read(&mut *byte)? == 0 {
            break;
        }
        match byte[0] {
            b'\n' | b'\r' | 0x04 => break,
            0x03 => return Err(io::Error::new(io::ErrorKind::Interrupted, "interrupted")),
            0x08 | 0x7f => drop_last(&mut typed),
            0x15 => typed.clear(),
            _ if typed.len() == LONGEST => return Err(io::Error::other("too much was typed")),
            typed_byte => typed.push(typed_byte),
        }
    }
    let text = std::str::from_utf8(&typed).map_err(|_| io::Error::other("it is not UTF-8 text"))?;
    Ok(SecretString::from(text))
}

/// Takes away the last character, which may have several bytes.
fn drop_last(typed: &mut Vec<u8>) {
    while typed.pop().is_some_and(|byte| byte & 0xc0 == 0x80) {}
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_typed_secret_can_be_corrected_and_interrupted() {
        let typed = |text: &str| read_secret(&mut text.as_bytes());
        let cases = [
            ("hunter2\n", "hunter2"),
            ("hunx\u{7f}ter2\nrest", "hunter2"),
            ("wrong\u{15}right\r", "right"),
            ("pä\u{8}a\u{4}", "pa"),
            ("\u{7f}\u{7f}", ""),
        ];
        for (text, secret) in cases {
            assert_eq!(typed(text).unwrap().expose_secret(), secret, "{text:?}");
        }
        assert_eq!(typed("hun\u{3}").unwrap_err().kind(), io::ErrorKind::Interrupted);
    }
}
