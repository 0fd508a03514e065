//! `ip`: an address of no machine on the internet.

use super::keyed::{Counted, Keyed, Shape};
use super::{
    DOMAIN, Determinism, Length, OptionAbout, OptionProblem, OptionValues, Options, Transformer,
    Uniqueness,
};
use crate::scheme::Draws;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use weir_model::catalog::Column;

pub(super) static ABOUT: Transformer = Transformer {
    name: "ip",
    meaning: "an address that no machine on the internet has: one of 10.0.0.0/8, or of 2001:db8::/32 for IPv6",
    example: ("203.0.113.7", "10.166.21.202"),
    determinism: Determinism::Keyed,
    uniqueness: Uniqueness::MayCollide,
    output: "text, at most 43 characters; a length of prefix (`/24`) stays",
    options: &[
        OptionAbout {
            name: "keep-bits",
            meaning: "how many bits at the front stay as they are, e.g. 16 to keep the network of an IPv4 address, of which 24 stay at most; 0 unless given",
            values: OptionValues::Integer(0, 64),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("ip"),
    identifying: true,
    make,
};

fn make(options: &mut Options) -> Result<Arc<dyn super::Mask>, OptionProblem> {
    let keep_bits = options.integer("keep-bits", 0, 64)?.unwrap_or(0);
    Ok(Arc::new(Keyed {
        domain: options.domain("ip")?,
        shape: Ip {
            keep_bits: u32::try_from(keep_bits).unwrap_or_default(),
            is_network: false,
        },
    }))
}

/// So many bits of an IPv4 address stay at most, so that there is something to change.
const MOST_OF_FOUR: u32 = 24;

#[derive(Debug, Clone)]
struct Ip {
    keep_bits: u32,
    /// Whether the column holds networks, whose addresses end in zeros.
    is_network: bool,
}

impl Shape for Ip {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn options(&self) -> String {
        format!("keep-bits {}", self.keep_bits)
    }

    fn length(&self) -> Length {
        Length::AtMost(43)
    }

    fn for_column(&self, column: &Column) -> Self {
        Self {
            is_network: column.data_type.eq_ignore_ascii_case("cidr"),
            ..self.clone()
        }
    }

    fn counts(&self, value: &[u8]) -> Option<Counted> {
        let (address, _) = parse(value)?;
        Some(address.to_string().into_bytes().into_iter().collect())
    }

    fn write(&self, value: &[u8], draws: &mut Draws<'_>) -> String {
        let (address, prefix) = parse(value).unwrap_or((IpAddr::V4(Ipv4Addr::UNSPECIFIED), None));
        let other = match address {
            IpAddr::V4(address) => IpAddr::V4(self.four(address, prefix, draws)),
            IpAddr::V6(address) => IpAddr::V6(self.six(address, prefix, draws)),
        };
        match prefix {
            Some(prefix) => format!("{other}/{prefix}"),
            None => other.to_string(),
        }
    }
}

impl Ip {
    fn four(&self, address: Ipv4Addr, prefix: Option<u32>, draws: &mut Draws<'_>) -> Ipv4Addr {
        let drawn = draws.number() as u32;
        let fresh = match self.keep_bits {
            0 => (10 << 24) | (drawn >> 8),
            bits => mixed(
                u128::from(u32::from(address)),
                u128::from(drawn),
                bits.min(MOST_OF_FOUR),
                32,
            ) as u32,
        };
        let zeros = 32 - prefix.filter(|_| self.is_network).unwrap_or(32).min(32);
        Ipv4Addr::from(
            fresh
                .checked_shr(zeros)
                .unwrap_or(0)
                .checked_shl(zeros)
                .unwrap_or(0),
        )
    }

    fn six(&self, address: Ipv6Addr, prefix: Option<u32>, draws: &mut Draws<'_>) -> Ipv6Addr {
        let drawn = (u128::from(draws.number()) << 64) | u128::from(draws.number());
        let fresh = match self.keep_bits {
            0 => (0x2001_0db8_u128 << 96) | (drawn >> 32),
            bits => mixed(u128::from(address), drawn, bits, 128),
        };
        let zeros = 128 - prefix.filter(|_| self.is_network).unwrap_or(128).min(128);
        Ipv6Addr::from(
            fresh
                .checked_shr(zeros)
                .unwrap_or(0)
                .checked_shl(zeros)
                .unwrap_or(0),
        )
    }
}

/// The first bits of one number, the others of another; both have `width` bits.
fn mixed(kept: u128, drawn: u128, bits: u32, width: u32) -> u128 {
    let others = width.saturating_sub(bits);
    let mask = 1_u128.checked_shl(others).map_or(u128::MAX, |one| one - 1);
    (kept & !mask) | (drawn & mask)
}

/// An address and the length of its prefix.
fn parse(value: &[u8]) -> Option<(IpAddr, Option<u32>)> {
    let text = std::str::from_utf8(value).ok()?.trim();
    match text.split_once('/') {
        Some((address, prefix)) => Some((address.parse().ok()?, Some(prefix.parse().ok()?))),
        None => Some((text.parse().ok()?, None)),
    }
}
