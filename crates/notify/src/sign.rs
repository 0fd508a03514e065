//! The signature of a webhook's call.

use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::Timestamp;
use sha2::Sha256;
use std::fmt::Write as _;
use weir_model::error::{Error, Kind, Result};

/// The header `X-Weir-Signature`: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of `SECONDS.BODY`. The time
/// is signed too, so that a receiver can refuse a call that somebody kept and repeats.
///
/// # Errors
/// `internal`, which no key causes.
pub fn signature(key: &str, at: Timestamp, body: &[u8]) -> Result<String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key.as_bytes())
        .map_err(|error| Error::from_source(Kind::Internal, "sign a message", error))?;
    let seconds = at.as_second();
    mac.update(format!("{seconds}.").as_bytes());
    mac.update(body);
    let mut header = format!("t={seconds},v1=");
    for byte in mac.finalize().into_bytes() {
        let _ = write!(header, "{byte:02x}");
    }
    Ok(header)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_is_what_openssl_makes_of_it() {
        let at = Timestamp::from_second(1_700_000_000).unwrap();
        let header = signature("key", at, b"{}").unwrap();
        // printf '1700000000.{}' | openssl dgst -sha256 -hmac key
        assert_eq!(
            header,
            "t=1700000000,v1=9d713ed406bb7076d4123f0dc2c39d2df5c654ed4b0cd56b52c8b4c940bd63ae"
        );
    }
}
