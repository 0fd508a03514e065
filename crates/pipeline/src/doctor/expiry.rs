//! When a credential ends, where it says so itself.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use weir_engine::Secret;

/// Days before an end in which it is said.
pub(super) const NOTICE_DAYS: i64 = 14;

/// Whole days from `now` to `end`; `None` when it has passed.
pub(super) fn days_left(end: Timestamp, now: Timestamp) -> Option<i64> {
    let left: SignedDuration = end.duration_since(now);
    left.is_positive().then(|| left.as_hours() / 24)
}

/// What in a secret ends, and when: a JSON web token, or certificates. Most secrets do not say.
pub(super) fn ends(secret: &Secret) -> Vec<(&'static str, Timestamp)> {
    let token = token(secret.reveal()).map(|end| ("the token", end));
    let certificates = certificates(secret.reveal());
    let certificates = certificates.map(|end| ("the certificate", end));
    token.into_iter().chain(certificates).collect()
}

/// The `exp` of a JSON web token.
fn token(text: &str) -> Option<Timestamp> {
    let mut parts = text.trim().split('.');
    let (_, claims, _) = (parts.next()?, parts.next()?, parts.next()?);
    let claims = URL_SAFE_NO_PAD.decode(claims).ok()?;
    let claims: serde_json::Value = serde_json::from_slice(&claims).ok()?;
    Timestamp::from_second(claims.get("exp")?.as_i64()?).ok()
}

/// The `notAfter` of every certificate in PEM.
fn certificates(text: &str) -> impl Iterator<Item = Timestamp> {
    let blocks = text.split("-----BEGIN CERTIFICATE-----").skip(1);
    blocks.filter_map(|block| {
        let (body, _) = block.split_once("-----END CERTIFICATE-----")?;
        let body: String = body.split_whitespace().collect();
        not_after(&STANDARD.decode(body).ok()?)
    })
}

/// The end in `Certificate { tbsCertificate { version?, serial, algorithm, issuer, validity
/// { notBefore, notAfter } … } … }` (RFC 5280).
fn not_after(certificate: &[u8]) -> Option<Timestamp> {
    const SEQUENCE: u8 = 0x30;
    const VERSION: u8 = 0xA0;
    let (_, certificate, _) = element(certificate)?;
    let (_, mut fields, _) = element(certificate)?;
    let (first, _, rest) = element(fields)?;
    if first == VERSION {
        fields = rest;
    }
    for _ in ["serial", "algorithm", "issuer"] {
        (_, _, fields) = element(fields)?;
    }
    let (kind, validity, _) = element(fields)?;
    let (_, _, after) = element(validity)?;
    let (form, end, _) = element(after)?;
    (kind == SEQUENCE).then(|| moment(form, end)).flatten()
}

/// The tag, the content and what follows of the first element in DER.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (length, rest) = rest.split_first()?;
    let (length, rest) = if *length < 0x80 {
        (usize::from(*length), rest)
    } else {
        let (digits, rest) = rest.split_at_checked(usize::from(length & 0x7F))?;
        let add = |sum: usize, digit: &u8| sum.checked_mul(256)?.checked_add(usize::from(*digit));
        (digits.iter().try_fold(0, add)?, rest)
    };
    let (content, rest) = rest.split_at_checked(length)?;
    Some((*tag, content, rest))
}

/// A time of RFC 5280: with two digits of the year until 2049, with four after.
fn moment(form: u8, text: &[u8]) -> Option<Timestamp> {
    const TWO_DIGITS: u8 = 0x17;
    let text = std::str::from_utf8(text).ok()?;
    let text = match form {
        TWO_DIGITS if text < "50" => format!("20{text}"),
        TWO_DIGITS => format!("19{text}"),
        _ => text.to_owned(),
    };
    let time = DateTime::strptime("%Y%m%d%H%M%SZ", text).ok()?;
    Some(
        TimeZone::UTC
            .to_ambiguous_zoned(time)
            .compatible()
            .ok()?
            .timestamp(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    // Made with: openssl req -x509 -newkey ed25519 -nodes -subj /CN=weir -days 30
    const CERTIFICATE: &str = "-----BEGIN CERTIFICATE-----
MIIBMjCB5aADAgECAhRDkNjMtIC3/yDOi8QPo9V0a6U3dTAFBgMrZXAwDzENMAsG
A1UEAwwEd2VpcjAeFw0yNjExMjIyMzQ3MTVaFw0yNjEyMjIyMzQ3MTVaMA8xDTAL
BgNVBAMMBHdlaXIwKjAFBgMrZXADIQDAB/fPigBqwrC3+tvjv1DPdEWo90nh2YbC
ctklYyiFn6NTMFEwHQYDVR0OBBYEFIc0YCG59ZDDGZw7EWeEoe79YbBiMB8GA1Ud
IwQYMBaAFIc0YCG59ZDDGZw7EWeEoe79YbBiMA8GA1UdEwEB/wQFMAMBAf8wBQYD
K2VwA0EAUbErv85xKxawMYMCaQmav8XphPCqMQdcBxe5GXiEwentMMGL1Aek60M/
GIlUR0S3WrCBmH0Tg4mbOmztKgHODw==
-----END CERTIFICATE-----
";

    fn one(text: &str) -> Option<String> {
        let ends = ends(&Secret::new(text));
        ends.first().map(|(_, end)| end.to_string())
    }

    #[test]
    fn a_token_and_a_certificate_say_when_they_end() {
        let claims = URL_SAFE_NO_PAD.encode(r#"{"sub":"weir","exp":1795132800}"#);
        let token = format!("e30.{claims}.c2lnbmF0dXJl");
        assert_eq!(one(&token).as_deref(), Some("2026-11-20T00:00:00Z"));
        assert_eq!(one(CERTIFICATE).as_deref(), Some("2026-12-22T23:47:15Z"));
        for other in [
            "hunter2",
            "a.b.c",
            "..",
            "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----",
        ] {
            assert_eq!(one(other), None, "{other}");
        }
    }

    #[test]
    fn what_has_passed_has_no_days_left() {
        let time = |text: &str| text.parse::<Timestamp>().unwrap();
        let now = time("2026-11-22T00:00:00Z");
        assert_eq!(days_left(time("2026-11-21T23:59:59Z"), now), None);
        assert_eq!(days_left(time("2026-11-22T01:00:00Z"), now), Some(0));
        assert_eq!(days_left(time("2026-12-06T00:00:00Z"), now), Some(14));
    }
}
