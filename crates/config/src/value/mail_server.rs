//! Servers that take mail.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer};

use super::listen::{before_port, host_name};

/// A server that takes mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailServer {
    /// Whether the connection is encrypted from its first byte: `smtps`.
    pub encrypted: bool,
    /// Its host: a name, or an address without brackets.
    pub host: String,
    /// Its port.
    pub port: u16,
}

impl FromStr for MailServer {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text).ok_or_else(|| {
            "this is no mail server\nhelp: `smtps://HOST:465` or `smtp://HOST:25`; its user and \
             password have fields of their own"
                .to_owned()
        })
    }
}

fn read(text: &str) -> Option<MailServer> {
    let (scheme, rest) = text.split_once("://")?;
    let (encrypted, usual) = match scheme {
        "smtps" => (true, 465),
        "smtp" => (false, 25),
        _ => return None,
    };
    let (host, port) = match rest.rsplit_once(':') {
        Some((host, port)) if !rest.ends_with(']') => (host, port.parse().ok()?),
        _ => (rest, usual),
    };
    Some(MailServer {
        encrypted,
        host: host_name(host)?,
        port,
    })
}

impl<'de> Deserialize<'de> for MailServer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        super::from_text(deserializer, "the address of a mail server")
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.encrypted { "smtps" } else { "smtp" };
        write!(
            formatter,
            "{scheme}://{}:{}",
            before_port(&self.host),
            self.port
        )
    }
}

#[cfg(test)]
mod tests {
    use super::MailServer;

    #[test]
    fn reads_servers_with_their_usual_ports() {
        let read = |text: &str| text.parse::<MailServer>().map(|server| server.to_string());
        assert_eq!(read("smtps://mail").as_deref(), Ok("smtps://mail:465"));
        assert_eq!(read("smtp://[::1]").as_deref(), Ok("smtp://[::1]:25"));
        assert_eq!(read("smtp://[::1]:26").as_deref(), Ok("smtp://[::1]:26"));
        for text in [
            "mail:25",
            "http://mail",
            "smtp://",
            "smtp://a:b@mail:25",
            "smtp://m/x",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
