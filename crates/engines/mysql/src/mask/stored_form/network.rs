//! UUIDs and addresses as MariaDB prints them.

use super::{Unfit, unfit};
use std::net::{Ipv4Addr, Ipv6Addr};

/// Digits of 32, in groups of 8, 4, 4, 4 and 12.
pub(super) fn uuid(text: &str) -> Result<String, Unfit> {
    let wrong = || unfit("the rule makes something else than a UUID");
    let (mut uuid, mut digits) = (String::with_capacity(36), 0);
    for letter in text.trim().chars().filter(|letter| *letter != '-') {
        if !letter.is_ascii_hexdigit() {
            return Err(wrong());
        }
        if [8, 12, 16, 20].contains(&digits) {
            uuid.push('-');
        }
        uuid.push(letter.to_ascii_lowercase());
        digits += 1;
    }
    match digits {
        32 => Ok(uuid),
        _ => Err(wrong()),
    }
}

/// An address of four numbers.
pub(super) fn inet4(text: &str) -> Result<String, Unfit> {
    let address: Result<Ipv4Addr, _> = text.trim().parse();
    address
        .map(|address| address.to_string())
        .map_err(|_| unfit("the rule makes something else than an address such as 192.0.2.1"))
}

/// An address of eight numbers.
pub(super) fn inet6(text: &str) -> Result<String, Unfit> {
    let address: Result<Ipv6Addr, _> = text.trim().parse();
    address
        .map(|address| address.to_string())
        .map_err(|_| unfit("the rule makes something else than an address such as 2001:db8::1"))
}
