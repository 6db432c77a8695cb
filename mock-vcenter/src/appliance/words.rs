//! Splits a command line as a small shell does: words with quotes, `|`, `&&`, `||`, `;`.

/// Runs when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum When {
    Always,
    AfterSuccess,
    AfterFailure,
}

/// Programs joined by `|`, each with its words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Pipeline {
    pub(super) when: When,
    pub(super) programs: Vec<Vec<String>>,
}

#[derive(Debug, PartialEq, Eq)]
enum Token {
    Word(String),
    Operator(&'static str),
}

const OPERATORS: [&str; 4] = ["&&", "||", "|", ";"];

fn tokens(line: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut word: Option<String> = None;
    let mut rest = line;
    while let Some(first) = rest.chars().next() {
        if let Some(operator) = OPERATORS.into_iter().find(|known| rest.starts_with(known)) {
            tokens.extend(word.take().map(Token::Word));
            tokens.push(Token::Operator(operator));
            rest = &rest[operator.len()..];
            continue;
        }
        rest = &rest[first.len_utf8()..];
        match first {
            ' ' | '\t' | '\n' => tokens.extend(word.take().map(Token::Word)),
            '\'' | '"' => {
                let end = rest.find(first).unwrap_or(rest.len());
                word.get_or_insert_default().push_str(&rest[..end]);
                rest = rest.get(end + 1..).unwrap_or("");
            }
            '\\' => {
                let escaped = rest.chars().next();
                word.get_or_insert_default().extend(escaped);
                rest = &rest[escaped.map_or(0, char::len_utf8)..];
            }
            other => word.get_or_insert_default().push(other),
        }
    }
    tokens.extend(word.map(Token::Word));
    tokens
}

/// The pipelines of a line, in order.
pub(super) fn pipelines(line: &str) -> Vec<Pipeline> {
    let mut all = Vec::new();
    let mut when = When::Always;
    let mut programs: Vec<Vec<String>> = vec![Vec::new()];
    for token in tokens(line) {
        match token {
            Token::Word(word) => {
                if let Some(program) = programs.last_mut() {
                    program.push(word);
                }
            }
            Token::Operator("|") => programs.push(Vec::new()),
            Token::Operator(operator) => {
                let done = std::mem::replace(&mut programs, vec![Vec::new()]);
                all.push(Pipeline { when, programs: done });
                when = match operator {
                    "&&" => When::AfterSuccess,
                    "||" => When::AfterFailure,
                    _ => When::Always,
                };
            }
        }
    }
    all.push(Pipeline { when, programs });
    for pipeline in &mut all {
        pipeline.programs.retain(|words| !words.is_empty());
    }
    all.retain(|pipeline| !pipeline.programs.is_empty());
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_keep_words_and_operators_together() {
        let line = "echo 'root:a b|c' | chpasswd && test -e \"/x y\";true";
        let found = pipelines(line);
        assert_eq!(found[0].programs, [vec!["echo", "root:a b|c"], vec!["chpasswd"]]);
        assert_eq!(found[1].when, When::AfterSuccess);
        assert_eq!(found[1].programs, [vec!["test", "-e", "/x y"]]);
        assert_eq!((found[2].when, found.len()), (When::Always, 3));
        assert!(pipelines("  ; | ").is_empty());
        assert_eq!(pipelines("a 'unclosed | b")[0].programs, [vec!["a", "unclosed | b"]]);
    }
}
