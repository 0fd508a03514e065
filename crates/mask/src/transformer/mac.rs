//! `mac`: an address that no maker has given to a card.

use super::keyed::{Counted, Keyed, Shape, alphanumeric, ascii};
use super::{DOMAIN, Determinism, Length, OptionAbout, OptionValues, Transformer, Uniqueness};
use crate::scheme::Draws;
use std::sync::Arc;

const HEX: &[u8; 16] = b"0123456789abcdef";
/// Second digits of addresses that are given locally, to one card.
const LOCAL: &[u8; 4] = b"26ae";

pub(super) static ABOUT: Transformer = Transformer {
    name: "mac",
    meaning: "a locally administered hardware address, written as the value is",
    example: ("00:1B:44:11:3A:B7", "C6:9A:92:57:77:88"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text of the value's length, 17 characters where it is no address",
    options: &[
        OptionAbout {
            name: "keep-vendor",
            meaning: "`true`: the first three bytes, which tell the maker, stay",
            values: OptionValues::Boolean,
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("mac"),
    identifying: true,
    make: |options| {
        let keep_vendor = options.boolean("keep-vendor")?.unwrap_or(false);
        Ok(Arc::new(Keyed {
            domain: options.domain("mac")?,
            shape: Mac { keep_vendor },
        }))
    },
};

#[derive(Debug, Clone)]
struct Mac {
    keep_vendor: bool,
}

impl Shape for Mac {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("keep-vendor {}", self.keep_vendor)
    }

    fn length(&self) -> Length {
        Length::AtMost(23)
    }

    fn counts(&self, value: &[u8]) -> Option<Counted> {
        is_address(value).then(|| alphanumeric(value))
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let known = is_address(value);
        let value: &[u8] = if known {
            value.trim_ascii()
        } else {
            b"00:00:00:00:00:00"
        };
        let is_upper = value.iter().any(u8::is_ascii_uppercase);
        let kept = if self.keep_vendor && known { 6 } else { 0 };
        let mut at = 0;
        let written = value.iter().map(|byte| {
            if !byte.is_ascii_hexdigit() {
                return *byte;
            }
            at += 1;
            let digit = match at {
                at if at <= kept => return *byte,
                2 => draws.one_of(LOCAL),
                _ => draws.one_of(HEX),
            };
            if is_upper {
                digit.to_ascii_uppercase()
            } else {
                digit
            }
        });
        ascii(written.collect())
    }
}

/// Six or eight bytes, parted by colons, hyphens or dots, or by nothing.
fn is_address(value: &[u8]) -> bool {
    let value = value.trim_ascii();
    let digits = value.iter().filter(|byte| byte.is_ascii_hexdigit()).count();
    let mut others = value.iter().filter(|byte| !byte.is_ascii_hexdigit());
    matches!(digits, 12 | 16) && value.len() <= 23 && others.all(|byte| b":-.".contains(byte))
}
