//! Reading a command line: shell wrappers, quotes and redirections, as far as scripts of tools need them.

/// A command line taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CommandLine {
    /// The program and its arguments in plain words, the program without its directory.
    pub plain: String,
    /// The same with the program's directory.
    pub full: String,
    /// The file that gets what it prints.
    pub output: Option<String>,
}

impl CommandLine {
    /// Takes `program arguments` apart. `sh -c` and `bash -c` stand for the command they run.
    #[must_use]
    pub fn read(text: &str) -> Self {
        let mut words = words_of(text);
        if let [shell, flag, command, ..] = words.as_slice()
            && matches!(base_name(shell), "sh" | "bash")
            && matches!(flag.as_str(), "-c" | "-lc")
        {
            words = words_of(command);
        }
        let output = take_output(&mut words);
        let full = words.join(" ");
        if let Some(first) = words.first_mut() {
            *first = base_name(first).to_owned();
        }
        for at in 1..words.len() {
            if words[at - 1] == "|" {
                words[at] = base_name(&words[at]).to_owned();
            }
        }
        Self { plain: words.join(" "), full, output }
    }
}

fn base_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Takes redirections off the end.
fn take_output(words: &mut Vec<String>) -> Option<String> {
    let mut output = None;
    let mut at = 0;
    while at < words.len() {
        match words[at].as_str() {
            "2>&1" | ">&2" => {
                words.remove(at);
            }
            ">" | ">>" | "1>" if at + 1 < words.len() => {
                output = Some(words.remove(at + 1));
                words.remove(at);
            }
            "2>" if at + 1 < words.len() => {
                words.drain(at..=at + 1);
            }
            word if word.starts_with('>') && word.len() > 1 => {
                output = Some(words.remove(at).trim_start_matches('>').to_owned());
            }
            _ => at += 1,
        }
    }
    output.filter(|path| path != "/dev/null")
}

/// Words of a shell: quotes group and go, a backslash protects one character.
fn words_of(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quote = None;
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match (quote, letter) {
            (Some(open), close) if open == close => quote = None,
            (None, '\'' | '"') => {
                quote = Some(letter);
                word.get_or_insert_default();
            }
            (None | Some('"'), '\\') => word.get_or_insert_default().extend(letters.next()),
            (None, space) if space.is_whitespace() => words.extend(word.take()),
            _ => word.get_or_insert_default().push(letter),
        }
    }
    words.extend(word);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shells_quotes_and_redirections_are_understood() {
        for (text, plain, output) in [
            ("/bin/true", "true", None),
            (
                "/bin/sh -c 'echo \"root:new\" | /usr/sbin/chpasswd'",
                "echo root:new | chpasswd",
                None,
            ),
            ("/bin/bash -c \"ftsmaint ls > /tmp/o 2>&1\"", "ftsmaint ls", Some("/tmp/o")),
            ("/bin/cat a\\ b >/tmp/c", "cat a b", Some("/tmp/c")),
            ("/bin/ls > /dev/null 2>&1", "ls", None),
        ] {
            let read = CommandLine::read(text);
            assert_eq!((read.plain.as_str(), read.output.as_deref()), (plain, output), "{text}");
        }
        assert_eq!(CommandLine::read("/opt/ft/bin/ftsmaint ls").full, "/opt/ft/bin/ftsmaint ls");
    }
}
