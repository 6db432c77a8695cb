//! The hash of a password as `ks.cfg` takes it: SHA-512 crypt, `$6$salt$…`.
//!
//! The salt is drawn anew for each hash, so a hash that is there is judged by whether the password fits it.

use orchestrator::TaskError;
use ring::rand::{SecureRandom, SystemRandom};
use secrecy::{ExposeSecret, SecretString};
use sha_crypt::{PasswordHasher, PasswordVerifier, ShaCrypt};

/// What the format means when it names no number of rounds, which not every reader expects.
const USUAL_ROUNDS: &str = "$6$rounds=5000$";
/// A hash from a file may ask for any number of rounds; more digits than this would take too long.
const ROUNDS_DIGITS: usize = 6;
/// Twelve bytes are sixteen characters, which is all that the format uses.
const SALT_BYTES: usize = 12;

/// A fresh hash.
pub(super) fn hash(password: &SecretString) -> Result<String, TaskError> {
    let failed = || TaskError::new("kickstart-hash", "cannot hash the password of", "root");
    let salt: [u8; SALT_BYTES] = drawn()?;
    let hash = ShaCrypt::SHA512
        .hash_password_with_salt(password.expose_secret().as_bytes(), &salt)
        .map_err(|cause| failed().caused_by(cause.to_string()))?;
    Ok(hash.as_str().replacen(USUAL_ROUNDS, "$6$", 1))
}

/// Whether the password fits a hash of this sort.
pub(super) fn fits(password: &SecretString, hash: &str) -> bool {
    let rounds = hash.strip_prefix("$6$rounds=").map(|rest| rest.split('$').next().unwrap_or(rest));
    let bearable = rounds.is_none_or(|rounds| rounds.len() <= ROUNDS_DIGITS);
    let sound = hash.starts_with("$6$") && hash.len() < 200 && bearable;
    sound && ShaCrypt::SHA512.verify_password(password.expose_secret().as_bytes(), hash).is_ok()
}

/// 32 hexadecimal digits that nobody can guess.
pub(super) fn token() -> Result<String, TaskError> {
    let bytes: [u8; 16] = drawn()?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

fn drawn<const N: usize>() -> Result<[u8; N], TaskError> {
    let mut bytes = [0_u8; N];
    SystemRandom::new().fill(&mut bytes).map_err(|_| {
        TaskError::new("kickstart-random", "cannot draw random bytes from", "this machine")
    })?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    /// Made by another program: `openssl passwd -6 -salt 'x9Qz4EFGH' 'S3cret, with spaces'`.
    const FOREIGN: &str = "x9Qz4EFGH";

    fn openssl(salt: &str, password: &str) -> String {
        let output = Command::new("openssl")
            .args(["passwd", "-6", "-salt", salt, password])
            .output()
            .expect("openssl is installed");
        assert!(output.status.success());
        String::from_utf8(output.stdout).unwrap().trim().to_owned()
    }

    #[test]
    fn openssl_makes_the_same_hash_of_the_same_salt() {
        for password in ["VMware1!", "a longer pass phrase with spaces, and ü", "'\"$%<&"] {
            let secret = SecretString::from(password);
            let ours = hash(&secret).unwrap();
            let salt = ours.split('$').nth(2).unwrap();
            assert_eq!(salt.len(), 16, "{ours}");
            assert_eq!(ours, openssl(salt, password));
            assert!(fits(&secret, &ours));
            assert!(fits(&secret, &openssl(FOREIGN, password)));
            assert!(!fits(&"another".into(), &ours));
            assert_ne!(ours, hash(&secret).unwrap(), "a salt is used once");
        }
    }

    #[test]
    fn what_is_no_hash_or_would_take_for_ever_does_not_fit() {
        let secret = SecretString::from("VMware1!");
        let slow = format!("$6$rounds=999999999$abc${}", "a".repeat(86));
        for hash in ["", "$6$", "$1$abc$def", "VMware1!", "$6$abc", &slow] {
            assert!(!fits(&secret, hash), "{hash}");
        }
    }

    #[test]
    fn tokens_are_long_and_never_the_same() {
        assert_eq!(token().unwrap().len(), 32);
        assert_ne!(token().unwrap(), token().unwrap());
    }
}
