//! A command line as one can paste it into a shell.

/// `lockstep` with these words, quoted where a shell would take them apart.
pub(crate) fn command_line<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    let mut line = "lockstep".to_owned();
    for word in words {
        line.push(' ');
        line.push_str(&quoted(word));
    }
    line
}

fn quoted(word: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_./=:,@%+".contains(&byte);
    match !word.is_empty() && word.bytes().all(plain) {
        true => word.to_owned(),
        false => format!("'{}'", word.replace('\'', r"'\''")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stay_together_in_a_shell() {
        let words = ["apply", "my lab.yaml", "--var", "name=it's", ""];
        assert_eq!(command_line(words), r"lockstep apply 'my lab.yaml' --var 'name=it'\''s' ''");
    }
}
