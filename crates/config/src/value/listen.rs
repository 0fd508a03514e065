//! Where `weir serve` listens, and whom it believes.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

/// A host and a port to listen on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    host: String,
    port: u16,
}

impl Listen {
    /// On this machine alone, at the port nobody else is known to use.
    pub(crate) fn standard() -> Self {
        Self {
            host: "127.0.0.1".to_owned(),
            port: 8420,
        }
    }

    /// The host: a name, or an address without brackets.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The port; the system chooses one for 0.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Whether only this machine can reach it.
    #[must_use]
    pub fn is_loopback(&self) -> bool {
        let address = self.host.parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }
}

impl FromStr for Listen {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "this is nowhere to listen\nhelp: a host and a port, for example `127.0.0.1:8420`"
                .to_owned()
        };
        let (host, port) = text.rsplit_once(':').ok_or_else(wrong)?;
        Ok(Self {
            host: host_name(host).ok_or_else(wrong)?,
            port: port.parse().map_err(|_| wrong())?,
        })
    }
}

/// A host without the brackets of IPv6, if it can be one.
pub(crate) fn host_name(text: &str) -> Option<String> {
    if let Some(inner) = text.strip_prefix('[') {
        let address: std::net::Ipv6Addr = inner.strip_suffix(']')?.parse().ok()?;
        return Some(address.to_string());
    }
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b".-".contains(&byte);
    (!text.is_empty() && text.bytes().all(plain)).then(|| text.to_owned())
}

/// A host as it stands before a port.
pub(super) fn before_port(host: &str) -> String {
    if host.contains(':') {
        format!("[{host}]")
    } else {
        host.to_owned()
    }
}

impl<'de> Deserialize<'de> for Listen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "a host and a port")
    }
}

impl fmt::Display for Listen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}", before_port(&self.host), self.port)
    }
}

/// An address, or a network of addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Network {
    address: IpAddr,
    /// How many bits are the network's.
    prefix: u8,
}

impl Network {
    /// Whether the address is in it. IPv4 within IPv6 is IPv4.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        let own = bits(self.address);
        let (value, length) = bits(address.to_canonical());
        let host = u32::from(length - self.prefix.min(length));
        length == own.1 && (value ^ own.0).checked_shr(host).unwrap_or(0) == 0
    }
}

/// The bits of an address, and how many they are.
fn bits(address: IpAddr) -> (u128, u8) {
    match address {
        IpAddr::V4(address) => (u128::from(address.to_bits()), 32),
        IpAddr::V6(address) => (address.to_bits(), 128),
    }
}

impl FromStr for Network {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || {
            "this is no address of a proxy\nhelp: `127.0.0.1`, `::1`, or a network such as `10.1.0.0/16`"
                .to_owned()
        };
        let (address, prefix) = match text.split_once('/') {
            Some((address, prefix)) => (address, Some(prefix)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let address = address.to_canonical();
        let (_, length) = bits(address);
        let prefix = match prefix {
            Some(prefix) => prefix.parse().map_err(|_| wrong())?,
            None => length,
        };
        if prefix > length {
            return Err(wrong());
        }
        Ok(Self { address, prefix })
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "an address or a network")
    }
}

#[cfg(test)]
mod tests {
    use super::{Listen, Network};

    #[test]
    fn tells_this_machine_from_others() {
        let here = |text: &str| text.parse::<Listen>().unwrap().is_loopback();
        assert!(here("127.0.0.1:8420") && here("localhost:1") && here("[::1]:0"));
        assert!(!here("0.0.0.0:8420") && !here("[::]:8420") && !here("weir.internal:80"));
        for text in ["", "8420", ":8420", "a b:1", "127.0.0.1:99999", "[1]:2"] {
            assert!(text.parse::<Listen>().is_err(), "{text}");
        }
        assert_eq!(
            "[::1]:80".parse::<Listen>().unwrap().to_string(),
            "[::1]:80"
        );
    }

    #[test]
    fn a_network_has_its_addresses_and_no_others() {
        let within = |network: &str, address: &str| {
            let network: Network = network.parse().unwrap();
            network.contains(address.parse().unwrap())
        };
        assert!(within("127.0.0.1", "127.0.0.1"));
        assert!(within("127.0.0.1", "::ffff:127.0.0.1"));
        assert!(!within("127.0.0.1", "127.0.0.2"));
        assert!(within("10.1.0.0/16", "10.1.255.1") && !within("10.1.0.0/16", "10.2.0.1"));
        assert!(within("::1", "::1") && !within("::1", "::2"));
        assert!(within("0.0.0.0/0", "1.2.3.4") && !within("0.0.0.0/0", "::2"));
        assert!(within("::/0", "fe80::1"));
        for text in ["", "localhost", "10.0.0.0/33", "10.0.0.0/x"] {
            assert!(text.parse::<Network>().is_err(), "{text}");
        }
    }
}
