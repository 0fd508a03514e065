//! What an address is made of.

/// The longest name of a host, by RFC 1035.
const LONGEST_HOST: usize = 253;

/// The host of an address with its @, where it is one.
pub(super) fn host(value: &[u8]) -> Option<&str> {
    let text = std::str::from_utf8(value).ok()?.trim();
    let at = text.rfind('@')?;
    let host = text.get(at..)?;
    let labels = host.get(1..)?;
    let is_letter = |letter: char| letter.is_alphanumeric() || matches!(letter, '.' | '-');
    let is_host = labels.len() <= LONGEST_HOST
        && labels.contains('.')
        && labels.split('.').all(|label| !label.is_empty())
        && labels.chars().all(is_letter);
    is_host.then_some(host)
}

/// The address that an address is a variant of: without dots and `+tag` in the local part, and
/// gmail.com for googlemail.com. `None` where the value is none, or has no variants.
pub(super) fn without_variants(value: &[u8]) -> Option<Vec<u8>> {
    let value = value.trim_ascii();
    let at = value.iter().rposition(|byte| *byte == b'@')?;
    let (local, host) = value.split_at_checked(at)?;
    let local = local.split(|byte| *byte == b'+').next()?;
    let mut plain: Vec<u8> = local.iter().copied().filter(|byte| *byte != b'.').collect();
    if plain.is_empty() {
        return None;
    }
    match host.eq_ignore_ascii_case(b"@googlemail.com") {
        true => plain.extend_from_slice(b"@gmail.com"),
        false => plain.extend_from_slice(host),
    }
    Some(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_hosts_that_can_be_are_kept() {
        assert_eq!(host(b" Ada@Acme.example "), Some("@Acme.example"));
        assert_eq!(host("a@b@bücher.de".as_bytes()), Some("@bücher.de"));
        for none in [
            "ada",
            "ada@",
            "ada@localhost",
            "ada@x..y",
            "ada@x.y z",
            "@.",
        ] {
            assert_eq!(host(none.as_bytes()), None, "{none}");
        }
    }

    #[test]
    fn variants_of_an_address_are_one() {
        let plain = |value: &str| {
            let plain = without_variants(value.as_bytes());
            plain.map(|bytes| String::from_utf8(bytes).unwrap())
        };
        for variant in ["a.d.a@gmail.com", "ada+x@googlemail.com", " ada@gmail.com"] {
            assert_eq!(plain(variant).as_deref(), Some("ada@gmail.com"));
        }
        assert_eq!(plain("+x@y.org"), None);
        assert_eq!(plain("no address"), None);
    }
}
