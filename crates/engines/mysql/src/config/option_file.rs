//! Option files, as the stock clients read them: the groups `[client]`, `[client-mariadb]` and
//! `[weir]`. What the address says itself counts more.

use super::address::Parts;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use weir_engine::Secret;
use weir_model::error::{Error, Kind, Result};

const GROUPS: [&str; 4] = ["client", "client-mariadb", "client-server", "weir"];

/// Reads a file into what the address leaves open.
pub(super) fn read(path: &Path, parts: &mut Parts) -> Result<()> {
    let doing = format!("read the option file {}", path.display());
    let failed = |error| {
        Error::from_source(Kind::Config, &doing, error)
            .hint("check `defaults-file` in `url` of the app, and that this user may read it")
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if about.permissions().mode() & 0o002 != 0 {
        return Err(Error::new(Kind::Config, doing, "everybody may write it")
            .hint(format!("`chmod 600 {}`", path.display())));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    let mut is_ours = false;
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with(['#', ';']) {
            continue;
        }
        if let Some(group) = line.strip_prefix('[') {
            is_ours = GROUPS.contains(&group.trim_end_matches(']'));
        } else if is_ours {
            let (name, value) = line.split_once('=').unwrap_or((line, ""));
            take(parts, name.trim(), &unquoted(value.trim())).map_err(|cause| {
                Error::new(Kind::Config, &doing, cause).hint("correct the file")
            })?;
        }
    }
    Ok(())
}

/// Takes an option that Weir knows; stock clients have many more.
fn take(parts: &mut Parts, name: &str, value: &str) -> std::result::Result<(), String> {
    let text = || Some(value.to_owned());
    match name.replace('_', "-").as_str() {
        "user" => parts.user = parts.user.take().or_else(text),
        "password" => {
            let found = || Some(Secret::new(value));
            parts.password = parts.password.take().or_else(found);
        }
        "host" => parts.host = parts.host.take().or_else(text),
        "socket" => parts.socket = parts.socket.take().or_else(|| Some(value.into())),
        "port" => {
            let port = value.parse().map_err(|_| "`port` is no port".to_owned())?;
            parts.port = parts.port.or(Some(port));
        }
        other => {
            parts.tls.take_if_absent(other, value);
        }
    }
    Ok(())
}

/// A value without its quotes and with the escapes of option files undone.
fn unquoted(value: &str) -> String {
    let inner = ['"', '\''].into_iter().find_map(|quote| {
        let inner = value.strip_prefix(quote)?;
        inner.strip_suffix(quote)
    });
    let mut plain = String::new();
    let mut letters = inner.unwrap_or(value).chars();
    while let Some(letter) = letters.next() {
        if letter != '\\' {
            plain.push(letter);
            continue;
        }
        match letters.next() {
            Some('n') => plain.push('\n'),
            Some('t') => plain.push('\t'),
            Some('r') => plain.push('\r'),
            Some('s') => plain.push(' '),
            Some('\\') | None => plain.push('\\'),
            Some(other) => plain.extend(['\\', other]),
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_the_stock_clients_do() {
        assert_eq!(unquoted("\"a b\""), "a b");
        assert_eq!(unquoted("a\\sb\\\\"), "a b\\");
        assert_eq!(unquoted("C\\d"), "C\\d");
    }
}
