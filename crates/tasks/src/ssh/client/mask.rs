//! Hides secrets in what is shown: [`Mask`].

use secrecy::{ExposeSecret, SecretString};

/// Shorter secrets would hide half of every text.
const SHORTEST: usize = 3;

/// The secrets of a task.
#[derive(Clone, Default)]
pub(crate) struct Mask(Vec<SecretString>);

impl Mask {
    pub(crate) fn add(&mut self, secret: &SecretString) {
        self.0.push(secret.clone());
    }

    /// `text` without them, on whatever line ends and control characters it had.
    pub(crate) fn apply(&self, text: &str) -> String {
        let known = self.0.iter().map(ExposeSecret::expose_secret);
        let mut known: Vec<&str> = known.flat_map(str::lines).map(str::trim).collect();
        known.retain(|secret| secret.len() >= SHORTEST);
        // A secret that is part of another one is hidden after it.
        known.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
        known.into_iter().fold(text.to_owned(), |text, secret| text.replace(secret, "***"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_a_secret_is_hidden_and_the_longest_first() {
        let mut mask = Mask::default();
        mask.add(&"abc".into());
        mask.add(&"xabcx\nsecond line\n".into());
        assert_eq!(mask.apply("1 xabcx 2 abc 3 second line"), "1 *** 2 *** 3 ***");
        let mut short = Mask::default();
        short.add(&"a".into());
        assert_eq!(short.apply("banana"), "banana");
    }
}
