//! A line-oriented shell: [`Shell`] takes lines and says what the screen shows.

use std::collections::VecDeque;

use crate::dispatch::Nature;

use super::dialogue::{Dialogue, Next, Reply};
use super::machine::Machine;
use super::programs;
use super::words::{Pipeline, When, pipelines};

/// `sh -c` within `sh -c` and so on.
const DEPTH: usize = 4;

/// A shell of one channel.
pub(crate) struct Shell {
    machine: Machine,
    asking: Option<Dialogue>,
    waiting: VecDeque<Pipeline>,
    status: u32,
    /// Runs one command and ends, as `ssh HOST COMMAND` wants it.
    single: bool,
    ended: bool,
}

impl Shell {
    /// A shell for somebody at a terminal, with what it shows first.
    pub(crate) fn interactive(machine: Machine) -> (Self, String) {
        let shell = Self::new(machine, false);
        let settings = shell.machine.settings();
        let first = format!("{}{}", settings.greeting, settings.prompt);
        (shell, first)
    }

    /// A shell for one command, with what that prints at once.
    pub(crate) fn command(machine: Machine, command: &str) -> (Self, String) {
        let mut shell = Self::new(machine, true);
        let text = shell.start(command);
        (shell, text)
    }

    fn new(machine: Machine, single: bool) -> Self {
        Self { machine, asking: None, waiting: VecDeque::new(), status: 0, single, ended: false }
    }

    /// The exit status, once it has ended.
    pub(crate) fn exit(&self) -> Option<u32> {
        self.ended.then_some(self.status)
    }

    /// Whether what is typed is shown.
    pub(crate) fn echoes(&self) -> bool {
        self.asking.as_ref().is_none_or(|dialogue| dialogue.echoes(&self.machine))
    }

    /// One line, without its end.
    pub(crate) fn line(&mut self, line: &str) -> String {
        if self.ended {
            return String::new();
        }
        match self.asking.take() {
            None => self.start(line),
            Some(dialogue) => {
                let reply = dialogue.answer(line, &self.machine);
                let mut text = String::new();
                self.take(reply, &mut text);
                self.go_on(&mut text);
                text
            }
        }
    }

    /// The end of input.
    pub(crate) fn end_of_input(&mut self) -> String {
        match self.asking.take() {
            Some(Dialogue::Hang) => {
                self.asking = Some(Dialogue::Hang);
                String::new()
            }
            Some(dialogue) => {
                self.status = dialogue.ended();
                let mut text = String::new();
                self.go_on(&mut text);
                text
            }
            None => {
                self.ended = true;
                String::new()
            }
        }
    }

    /// Ctrl-C.
    pub(crate) fn interrupt(&mut self) -> String {
        if matches!(self.asking, Some(Dialogue::Hang)) {
            return String::new();
        }
        self.asking = None;
        self.waiting.clear();
        self.status = 130;
        let mut text = String::new();
        self.go_on(&mut text);
        text
    }

    fn start(&mut self, line: &str) -> String {
        self.waiting = pipelines(line).into();
        let mut text = String::new();
        self.go_on(&mut text);
        text
    }

    /// Runs what waits until something asks or nothing is left.
    fn go_on(&mut self, text: &mut String) {
        while self.asking.is_none() && !self.ended {
            let Some(pipeline) = self.waiting.pop_front() else { break };
            let due = match pipeline.when {
                When::Always => true,
                When::AfterSuccess => self.status == 0,
                When::AfterFailure => self.status != 0,
            };
            if due {
                self.run(&pipeline, text, 0);
            }
        }
        if self.asking.is_none() && !self.ended {
            if self.single {
                self.ended = true;
            } else {
                text.push_str(&self.machine.settings().prompt);
            }
        }
    }

    fn run(&mut self, pipeline: &Pipeline, text: &mut String, depth: usize) {
        let mut input: Option<String> = None;
        for (at, words) in pipeline.programs.iter().enumerate() {
            let (words, silent) = without_redirections(words);
            let Some(first) = words.first() else { continue };
            if matches!(first.as_str(), "exit" | "logout") {
                self.status =
                    words.get(1).and_then(|word| word.parse().ok()).unwrap_or(self.status);
                self.ended = true;
                return;
            }
            if let Some(inner) = inner_command(&words)
                && depth < DEPTH
            {
                for inner in pipelines(inner) {
                    self.run(&inner, text, depth + 1);
                }
                continue;
            }
            let reply = programs::run(&words, input.as_deref(), &self.machine);
            self.log(&words, &reply);
            let last = at + 1 == pipeline.programs.len();
            if last {
                let mut shown = String::new();
                self.take(reply, &mut shown);
                text.push_str(if silent { "" } else { &shown });
            } else {
                input = Some(if silent { String::new() } else { reply.text });
            }
        }
    }

    fn take(&mut self, reply: Reply, text: &mut String) {
        text.push_str(&reply.text);
        match reply.next {
            Next::Ask(dialogue) => self.asking = Some(dialogue),
            Next::End(status) => self.status = status,
        }
    }

    fn log(&self, words: &[String], reply: &Reply) {
        let nature = programs::nature(words);
        let status = match reply.next {
            Next::End(status) if nature == Nature::Mutating => status,
            _ => 0,
        };
        // What `echo` prints may be a password on its way to `chpasswd`.
        let shown = match programs::name(words) {
            "echo" | "printf" => programs::name(words).to_owned(),
            _ => words.join(" "),
        };
        self.machine.note(&shown, nature, status);
    }
}

/// The command in `sh -c COMMAND`.
fn inner_command(words: &[String]) -> Option<&str> {
    match words {
        [shell, flag, command, ..] if flag == "-c" || flag == "-lc" => {
            matches!(shell.rsplit('/').next(), Some("sh" | "bash")).then_some(command)
        }
        _ => None,
    }
}

/// Words without redirections and leading settings of variables, and whether nothing is to be shown.
fn without_redirections(words: &[String]) -> (Vec<String>, bool) {
    let mut kept: Vec<String> = Vec::new();
    let mut silent = false;
    let mut skip = false;
    for word in words {
        let is_setting = kept.is_empty()
            && word.split_once('=').is_some_and(|(name, _)| {
                !name.is_empty()
                    && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            });
        if std::mem::take(&mut skip) || is_setting {
            continue;
        }
        match word.as_str() {
            ">" | "1>" | "&>" => (silent, skip) = (true, true),
            "2>" | "<" => skip = true,
            ">/dev/null" | "1>/dev/null" | "&>/dev/null" => silent = true,
            "2>&1" | "2>/dev/null" | "1>&2" => {}
            _ => kept.push(word.clone()),
        }
    }
    (kept, silent)
}
