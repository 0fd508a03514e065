//! Finding secrets that were written into a file, so that no message shows them.

use super::node::{Kind, Node};
use super::suggest::nearest;
use crate::problem::Span;

/// Fields that hold secrets, for names that are nearly one of them.
const SECRET_FIELDS: [&str; 10] = [
    "password",
    "passwd",
    "signing_key",
    "masking_key",
    "identity",
    "access_key_id",
    "secret_access_key",
    "credentials",
    "slack",
    "heartbeat",
];

/// How a secret key begins, wherever it stands.
const SECRET_KEYS: [&str; 2] = ["AGE-SECRET-KEY-", "weir-ed25519-secret:"];

/// A reference to a secret names it in one of these, which may be shown.
const REFERENCE_FIELDS: [&str; 3] = ["env", "file", "command"];

/// The values in a file that are secrets given inline.
pub(super) fn in_nodes(root: &Node) -> Vec<Span> {
    let mut found = Vec::new();
    walk(root, false, &mut found);
    found
}

fn walk(node: &Node, secret: bool, found: &mut Vec<Span>) {
    match &node.kind {
        Kind::Scalar { text, .. } => {
            if secret || SECRET_KEYS.iter().any(|prefix| text.contains(prefix)) {
                found.push(node.span);
            }
        }
        Kind::Sequence(items) => {
            for item in items {
                walk(item, secret, found);
            }
        }
        Kind::Mapping(entries) => {
            for entry in entries {
                let name = entry.key.text.as_str();
                // Names of operators may be shown, and stand in a list; their tokens may not.
                let tokens =
                    || name == "operators" && matches!(entry.value.kind, Kind::Scalar { .. });
                let secret = if secret {
                    !REFERENCE_FIELDS.contains(&name)
                } else {
                    is_secret(name) || tokens()
                };
                walk(&entry.value, secret, found);
            }
        }
    }
}

fn is_secret(name: &str) -> bool {
    let lower = name.to_lowercase();
    ["password", "passwd", "secret", "token", "credential"]
        .iter()
        .any(|word| lower.contains(word))
        || nearest(&lower, SECRET_FIELDS).is_some()
}

/// The parts of the text that look like secrets, for files that are not even YAML: passwords in
/// addresses, and what follows the name of a secret field on its line.
pub(super) fn in_text(text: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        addresses(line, start, &mut found);
        parameters(line, start, &mut found);
        fields(line, start, &mut found);
        keys(line, start, &mut found);
        start += line.len();
    }
    found
}

/// `scheme://user:secret@host`: from the colon to the last `@` before the path.
fn addresses(line: &str, line_start: usize, found: &mut Vec<Span>) {
    for (scheme, _) in line.match_indices("://") {
        let authority = line.get(scheme + 3..).unwrap_or("");
        let end = authority
            .find(|character: char| character.is_whitespace() || "/?#\"'".contains(character))
            .unwrap_or(authority.len());
        let authority = authority.get(..end).unwrap_or("");
        if let (Some(colon), Some(at)) = (authority.find(':'), authority.rfind('@'))
            && colon < at
        {
            let base = line_start + scheme + 3;
            found.push(Span::new(base + colon + 1, base + at));
        }
    }
}

/// `?password=secret` in an address.
fn parameters(line: &str, line_start: usize, found: &mut Vec<Span>) {
    for (at, name) in line.match_indices("password=") {
        let base = at + name.len();
        let value = line.get(base..).unwrap_or("");
        let end = value
            .find(|character: char| character.is_whitespace() || "&\"'".contains(character))
            .unwrap_or(value.len());
        found.push(Span::new(line_start + base, line_start + base + end));
    }
}

/// Secret keys, to the end of the word they stand in.
fn keys(line: &str, line_start: usize, found: &mut Vec<Span>) {
    for (at, _) in SECRET_KEYS
        .iter()
        .flat_map(|prefix| line.match_indices(prefix))
    {
        let value = line.get(at..).unwrap_or("");
        let end = value
            .find(|character: char| character.is_whitespace() || ",]}\"'".contains(character))
            .unwrap_or(value.len());
        found.push(Span::new(line_start + at, line_start + at + end));
    }
}

/// `password: value`, when the value is not a map with a reference.
fn fields(line: &str, line_start: usize, found: &mut Vec<Span>) {
    for (colon, _) in line.match_indices(':') {
        let before = line.get(..colon).unwrap_or("");
        let name_start = before
            .rfind(|character: char| !(character.is_alphanumeric() || "_-".contains(character)))
            .map_or(0, |at| at + 1);
        let name = before.get(name_start..).unwrap_or("");
        let after = line.get(colon + 1..).unwrap_or("");
        let value = after.trim_start();
        let spaced = value.len() < after.len();
        if !spaced || value.starts_with('{') || value.starts_with('#') || !is_secret(name) {
            continue;
        }
        let end = value.find([',', '}', '\n']).unwrap_or(value.len());
        let base = line_start + line.len() - value.len();
        found.push(Span::new(
            base,
            base + value.get(..end).unwrap_or("").trim_end().len(),
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::in_text;

    fn hidden(text: &str) -> Vec<&str> {
        in_text(text)
            .into_iter()
            .map(|span| &text[span.start..span.end])
            .collect()
    }

    #[test]
    fn finds_secrets_in_broken_text() {
        assert_eq!(hidden("a: {password: hunter2, b: [}"), ["hunter2"]);
        assert_eq!(hidden("url: postgres://weir:hunter2@db/x"), ["hunter2"]);
        assert_eq!(
            hidden("url: mysql://db/x?password=hunter2&a=b"),
            ["hunter2"]
        );
        assert_eq!(
            hidden("recipients: [AGE-SECRET-KEY-1HUNTER2, b: {"),
            ["AGE-SECRET-KEY-1HUNTER2"]
        );
        assert_eq!(
            hidden("password: {env: NAME}\nurl: https://host:80/"),
            [""; 0]
        );
    }
}
