//! Answers that are typed: one question at a time, one thread that reads lines as long as the process lives.

use std::io::{self, BufRead};

use tokio::sync::Mutex;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

use crate::terminal::show;

/// The terminal, for questions about gates.
#[derive(Debug, Default)]
pub(super) struct Typed {
    /// Held while a question stands. Reading begins with the first.
    lines: Mutex<Option<UnboundedReceiver<String>>>,
}

/// A typed answer: whether it was done, and what else was said.
pub(super) type Typing = (bool, String);

impl Typed {
    /// Asks until the answer can be understood. Never ends when nothing more can be typed: somebody may still
    /// answer from another shell.
    pub(super) async fn ask(&self, question: &str) -> Typing {
        let mut lines = self.lines.lock().await;
        let lines = lines.get_or_insert_with(read_lines);
        // What was typed before the question is no answer to it.
        while lines.try_recv().is_ok() {}
        loop {
            show(question);
            match lines.recv().await {
                Some(line) => {
                    if let Some(answer) = understood(&line) {
                        return answer;
                    }
                }
                None => std::future::pending().await,
            }
        }
    }
}

fn understood(line: &str) -> Option<Typing> {
    let (word, note) = line.trim().split_once(char::is_whitespace).unwrap_or((line.trim(), ""));
    let note = note.trim().to_owned();
    match word.trim_end_matches([',', '.', ':']).to_ascii_lowercase().as_str() {
        "yes" | "y" => Some((true, note)),
        "no" | "n" => Some((false, note)),
        _ => None,
    }
}

fn read_lines() -> UnboundedReceiver<String> {
    let (sender, lines) = unbounded_channel();
    // A thread of its own: a runtime would wait for it at its end, and nobody may ever type anything.
    let reading = std::thread::Builder::new().name("terminal".to_owned()).spawn(move || {
        let lines = io::stdin().lock().lines().map_while(Result::ok);
        for line in lines {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    if let Err(error) = reading {
        tracing::warn!(%error, "the terminal cannot be read");
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_yes_or_no_with_a_note() {
        let answer = |yes, note: &str| Some((yes, note.to_owned()));
        let table = [
            ("yes\n", answer(true, "")),
            (" Y ", answer(true, "")),
            ("no, the rack is locked", answer(false, "the rack is locked")),
            ("n", answer(false, "")),
            ("", None),
            ("perhaps", None),
            ("yesterday", None),
        ];
        for (line, expected) in table {
            assert_eq!(understood(line), expected, "{line}");
        }
    }
}
