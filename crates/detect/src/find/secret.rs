//! Passwords, their hashes, keys and tokens.

use super::Scan;
use super::class::{is_token, is_word};
use crate::kind::{Certainty, Sensitive};

/// What well-known tokens begin with, and how long they are at least.
const PREFIXES: [(&[u8], usize); 32] = [
    (b"AKIA", 20),
    (b"ASIA", 20),
    (b"AIza", 35),
    (b"ghp_", 36),
    (b"gho_", 36),
    (b"ghu_", 36),
    (b"ghs_", 36),
    (b"ghr_", 36),
    (b"github_pat_", 40),
    (b"glpat-", 20),
    (b"gldt-", 20),
    (b"glrt-", 20),
    (b"xoxb-", 24),
    (b"xoxp-", 24),
    (b"xoxa-", 24),
    (b"xoxr-", 24),
    (b"xapp-", 24),
    (b"sk_live_", 24),
    (b"rk_live_", 24),
    (b"sk_test_", 24),
    (b"whsec_", 24),
    (b"sk-", 32),
    (b"SG.", 40),
    (b"ya29.", 30),
    (b"npm_", 36),
    (b"pypi-", 40),
    (b"hf_", 30),
    (b"dop_v1_", 60),
    (b"shpat_", 32),
    (b"AGE-SECRET-KEY-", 60),
    (b"eyJ", 40),
    (b"hvs.", 24),
];

/// How hashes of passwords begin, in the format of crypt(3) and its kin.
const HASHES: [&[u8]; 15] = [
    b"$2a$",
    b"$2b$",
    b"$2y$",
    b"$2x$",
    b"$argon2",
    b"$scrypt$",
    b"$pbkdf2",
    b"$5$",
    b"$6$",
    b"$1$",
    b"$y$",
    b"$7$",
    b"$P$",
    b"$H$",
    b"$S$",
];

/// Words that name a secret when a value follows.
fn is_secret_word(word: &[u8]) -> bool {
    matches!(
        word,
        b"password"
            | b"passwd"
            | b"pwd"
            | b"passwort"
            | b"kennwort"
            | b"contrasena"
            | b"secret"
            | b"api_key"
            | b"apikey"
            | b"access_token"
            | b"auth_token"
            | b"client_secret"
            | b"private_key"
            | b"token"
            | b"passphrase"
            | b"secret_key"
            | b"access_key"
    ) || word.starts_with("contrase\u{f1}a".as_bytes())
}

/// A long word: a token by its prefix, a private key, or a random string.
pub(super) fn token(scan: &mut Scan<'_>, start: usize, end: usize) -> Option<usize> {
    let from = scan.back_while(start, 200, |byte| {
        is_word(byte) || matches!(byte, b'-' | b'.')
    });
    let text = scan.rest(from);
    let begins = |prefix: &[u8]| text.starts_with(prefix);
    if may_be_known(text)
        && let Some(prefix) = PREFIXES.iter().find(|(prefix, _)| begins(prefix))
    {
        let to = scan.ahead_while(end, is_token);
        if is_known(prefix, scan.span(from, to)) {
            return Some(scan.note(Sensitive::Secret, (from, to), Certainty::Sure));
        }
    }
    if is_random(scan.span(start, end)) {
        let to = scan.ahead_while(end, is_token);
        let named = scan.said_before(start, 1, is_secret_word)
            || scan.said_before(start, 1, |word| word == b"bearer");
        let certainty = if named {
            Certainty::Sure
        } else {
            Certainty::Likely
        };
        return Some(scan.note(Sensitive::Secret, (start, to), certainty));
    }
    None
}

/// Whether a text begins with the first two bytes of one of [`PREFIXES`]: hardly any does.
const fn may_be_known(text: &[u8]) -> bool {
    matches!(
        text,
        [b'A', b'K' | b'S' | b'I' | b'G', ..]
            | [b'g', b'h' | b'i' | b'l', ..]
            | [b'x', b'o' | b'a', ..]
            | [b's', b'k' | b'h', ..]
            | [b'r', b'k', ..]
            | [b'w', b'h', ..]
            | [b'S', b'G', ..]
            | [b'y' | b'n', b'a' | b'p', ..]
            | [b'p' | b'e', b'y', ..]
            | [b'h', b'f' | b'v', ..]
            | [b'd', b'o', ..]
    )
}

/// Whether a text that begins with a prefix is such a token as a whole.
fn is_known((prefix, least): &(&[u8], usize), text: &[u8]) -> bool {
    let body = text.get(prefix.len()..).unwrap_or_default();
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    let fits = match *prefix {
        b"AKIA" | b"ASIA" => {
            let upper = |byte: &u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
            text.len() == 20 && body.iter().all(upper)
        }
        b"eyJ" => text.split(|byte| *byte == b'.').count() >= 3,
        b"sk-" | b"SG." | b"hvs." | b"pypi-" => body.iter().any(u8::is_ascii_digit),
        _ => body.iter().take(least - prefix.len()).all(plain),
    };
    fits && text.len() >= *least
}

/// Whether a word looks drawn at random from letters of both cases and digits. A hexadecimal number
/// is not: hashes of files and ids of rows look like it.
fn is_random(word: &[u8]) -> bool {
    if word.len() < 24 {
        return false;
    }
    let count = |holds: fn(&u8) -> bool| word.iter().filter(|byte| holds(byte)).count();
    let digits = count(u8::is_ascii_digit);
    let upper = count(u8::is_ascii_uppercase);
    let lower = count(u8::is_ascii_lowercase);
    let switches = word
        .windows(2)
        .filter(|pair| kind(pair.first()) != kind(pair.last()))
        .count();
    digits >= 2 && upper >= 4 && lower >= 4 && switches * 3 >= word.len()
}

fn kind(byte: Option<&u8>) -> u8 {
    match byte {
        Some(b'0'..=b'9') => 0,
        Some(b'A'..=b'Z') => 1,
        _ => 2,
    }
}

/// A hash of a password at a `$`.
pub(super) fn hash(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    let rest = scan.rest(at);
    let django = scan.said_before(at, 1, |word| {
        word.starts_with(b"pbkdf2_sha") || word == b"bcrypt_sha256" || word == b"argon2"
    });
    if !django && !HASHES.iter().any(|prefix| rest.starts_with(prefix)) {
        return None;
    }
    let end = scan.ahead(at, 512, |byte| {
        is_token(byte) || matches!(byte, b'$' | b',')
    });
    let start = if django {
        scan.back_while(at, 20, is_word)
    } else {
        at
    };
    (end - start >= 28).then(|| scan.note(Sensitive::Secret, (start, end), Certainty::Sure))
}

/// A `:` or `=` after a word that names a secret, a private key, or a password in a URL.
pub(super) fn assignment(scan: &mut Scan<'_>, at: usize) -> Option<usize> {
    if scan.rest(at).starts_with(b"://") {
        return url(scan, at + 3);
    }
    let word_end = scan.back_while(at, 2, |byte| matches!(byte, b' ' | b'"'));
    // All of the words end in one of these.
    if !matches!(
        scan.before(word_end),
        b'd' | b't' | b'n' | b'y' | b'e' | b'a' | b'D' | b'T' | b'N' | b'Y' | b'E' | b'A'
    ) || !scan.said_before(at, 1, is_secret_word)
    {
        return None;
    }
    let value = scan.ahead_while(at + 1, |byte| matches!(byte, b' ' | b'"' | b'\''));
    let end = scan.ahead(value, 256, |byte| {
        !matches!(
            byte,
            b' ' | b'"' | b'\'' | b',' | b';' | b'\n' | b'\r' | b'}' | b'&' | b'<'
        )
    });
    let text = scan.span(value, end);
    let mixed = text.iter().any(u8::is_ascii_digit) && text.iter().any(u8::is_ascii_alphabetic);
    (text.len() >= 6 && mixed).then(|| scan.note(Sensitive::Secret, (value, end), Certainty::Sure))
}

/// The password in `scheme://user:password@host`.
fn url(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let end = scan.ahead_while(start, |byte| {
        !matches!(byte, b' ' | b'/' | b'@' | b'"' | b'\n' | b'<')
    });
    if scan.byte(end) != b'@' {
        return None;
    }
    let colon = start
        + scan
            .span(start, end)
            .iter()
            .position(|byte| *byte == b':')?;
    (end > colon + 1).then(|| scan.note(Sensitive::Secret, (colon + 1, end), Certainty::Sure))
}

/// A private key in PEM, from the word BEGIN.
pub(super) fn private_key(scan: &mut Scan<'_>, start: usize) -> Option<usize> {
    let rest = scan.rest(start);
    let line = rest.get(..rest.len().min(48))?;
    let marked = line.starts_with(b"BEGIN ") && scan.span(0, start).ends_with(b"-----");
    let end = line
        .windows(16)
        .position(|window| window == b"PRIVATE KEY-----")?;
    marked.then(|| {
        let body = start + end + 16;
        let stop = scan.ahead_while(body, |byte| {
            is_token(byte) || matches!(byte, b'\n' | b'\r' | b' ' | b'\\')
        });
        scan.note(Sensitive::Secret, (start - 5, stop), Certainty::Sure)
    })
}

#[cfg(test)]
mod tests {
    use super::{PREFIXES, may_be_known};

    #[test]
    fn every_prefix_is_looked_for() {
        assert!(PREFIXES.iter().all(|(prefix, _)| may_be_known(prefix)));
    }
}
