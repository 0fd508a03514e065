//! The public keys of an environment: a wrong one is found here, with its place, and not at night.

use crate::raw::{Environment, Replica};
use crate::report::Report;
use crate::yaml::Spanned;

/// The digits of Bech32, which `age` writes its keys in, each at its value.
const DIGITS: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";
/// The length of an `age` public key: its prefix, 32 bytes and the checksum.
const RECIPIENT_LENGTH: usize = 62;

/// Reports the keys that are none.
pub(super) fn check(report: &Report, environment: &Environment) {
    for key in environment.trusts.iter().flatten() {
        if !is_signer(&key.value) {
            report.problem(
                key.span,
                "this is not a public key",
                "",
                "a public key is `weir-ed25519:` and 44 characters of base64",
            );
        }
    }
    if let Some(recipients) = &environment.recipients {
        let otherwise = "leave `recipients` out to store backups unencrypted";
        check_recipients(report, recipients, otherwise);
    }
    let clean = environment.clean.as_ref();
    if let Some(recipients) = clean.and_then(|clean| clean.value.recipients.as_ref()) {
        let otherwise = "leave `recipients` out to publish backups unencrypted";
        check_recipients(report, recipients, otherwise);
    }
    if let Some(Replica::Table(replica)) = environment.replica.as_ref().map(|found| &found.value)
        && let Some(recipients) = &replica.recipients
    {
        let otherwise = "leave `recipients` out to copy backups as they are: no copy is less \
                         encrypted than its original";
        check_recipients(report, recipients, otherwise);
    }
}

fn check_recipients(report: &Report, recipients: &Spanned<Vec<Spanned<String>>>, otherwise: &str) {
    if recipients.value.is_empty() {
        report.problem(
            recipients.span,
            "there is nobody to encrypt to",
            "",
            format!("name at least one `age1…`, or {otherwise}"),
        );
    }
    for key in &recipients.value {
        check_recipient(report, key);
    }
}

fn check_recipient(report: &Report, key: &Spanned<String>) {
    if key.value.to_ascii_uppercase().starts_with("AGE-SECRET-KEY") {
        report.problem(
            key.span,
            "this is a secret key",
            "",
            "name its public key, `age1…`; the secret one goes to `identity`, in a file of its own. \
             Make a new pair if this file was shared",
        );
    } else if !is_recipient(&key.value) {
        report.problem(
            key.span,
            "this is not a public key of age",
            "",
            "a recipient is `age1` and 58 characters, as `weir keys new --encryption FILE` prints it",
        );
    }
}

fn is_signer(key: &str) -> bool {
    /// The length of 32 bytes in base64.
    const LENGTH: usize = 44;
    key.strip_prefix("weir-ed25519:").is_some_and(|text| {
        let digits = text.strip_suffix('=').unwrap_or("");
        let digit = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'+' || byte == b'/';
        text.len() == LENGTH && digits.bytes().all(digit)
    })
}

/// Whether the text is an X25519 recipient with a right checksum, so that a slip of the hand
/// never encrypts to nobody.
fn is_recipient(key: &str) -> bool {
    let Some(data) = key.strip_prefix("age1") else {
        return false;
    };
    let values: Option<Vec<u32>> = data
        .bytes()
        .map(|byte| DIGITS.iter().position(|digit| *digit == byte))
        .map(|value| value.and_then(|value| u32::try_from(value).ok()))
        .collect();
    key.len() == RECIPIENT_LENGTH && values.is_some_and(|values| checksum(&values) == 1)
}

/// The checksum of Bech32 (BIP 173) over the prefix `age` and the data, which makes 1.
fn checksum(data: &[u32]) -> u32 {
    const GENERATOR: [u32; 5] = [
        0x3b6a_57b2,
        0x2650_8e6d,
        0x1ea1_19fa,
        0x3d42_33dd,
        0x2a14_62b3,
    ];
    let high = b"age".iter().map(|byte| u32::from(byte >> 5));
    let low = b"age".iter().map(|byte| u32::from(byte & 31));
    let values = high.chain([0]).chain(low).chain(data.iter().copied());
    values.fold(1, |sum, value| {
        let top = sum >> 25;
        let shifted = (sum & 0x1ff_ffff) << 5 ^ value;
        let taps = GENERATOR.iter().enumerate();
        taps.filter(|(bit, _)| top >> bit & 1 == 1)
            .fold(shifted, |sum, (_, tap)| sum ^ tap)
    })
}
