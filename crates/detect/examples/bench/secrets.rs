//! Keys, tokens and hashes that look real and open nothing.

use crate::random::Random;

const LETTERS: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// A hash of a password, in the format that applications of each language's set use.
pub(crate) fn hash(random: &mut Random, language: &str) -> String {
    match language {
        "de" => format!(
            "$argon2id$v=19$m=65536,t=3,p=4${}${}",
            random.letters(LETTERS, 22),
            random.letters(LETTERS, 43)
        ),
        "fr" => random.hex(32),
        "es" => format!("$2y$10${}", random.letters(LETTERS, 53)),
        _ => format!("$P$B{}", random.letters(LETTERS, 30)),
    }
}

pub(crate) fn token(random: &mut Random, language: &str) -> String {
    match language {
        "de" | "es" => random.hex(40),
        _ => random.letters(LETTERS, 32),
    }
}

pub(crate) fn api_key(random: &mut Random) -> String {
    if random.chance(50) {
        format!(
            "AKIA{}",
            random.letters("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 16)
        )
    } else {
        format!("ghp_{}", random.letters(LETTERS, 36))
    }
}

pub(crate) fn jwt(random: &mut Random) -> String {
    format!(
        "eyJhbGciOiJIUzI1NiJ9.{}.{}",
        random.letters(LETTERS, 60),
        random.letters(LETTERS, 43)
    )
}

pub(crate) fn pem(random: &mut Random) -> String {
    let body = random.letters(LETTERS, 64);
    format!("-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----\n")
}
