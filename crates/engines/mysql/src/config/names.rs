//! The names of Weir's own schemas and tables: fixed, so that whoever comes next finds them.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use weir_model::stamp::Token;

/// What the name of everything that is Weir's own begins with.
pub(crate) const OWN: &str = "_weir_";
/// What the name of a schema in which a copy is built begins with.
pub(crate) const SHADOW: &str = "_weir_new_";
/// What the name of a replaced table begins with, in the schema it was live in.
pub(crate) const PREVIOUS: &str = "_weir_old_";
/// What the name of the table with Weir's mark begins with.
pub(crate) const MARK: &str = "_weir_mark_";

/// The longest name a server takes, in characters.
const LONGEST: usize = 64;
/// Bytes of the digest that keeps cut names apart.
const DIGEST: usize = 6;

/// Weir's own name of that kind for `name`. A long name is cut and told apart by a digest: two
/// names that begin alike never share one.
pub(crate) fn own_name(kind: &str, name: &str) -> String {
    let letters = name.chars().count();
    if kind.len() + letters <= LONGEST {
        return format!("{kind}{name}");
    }
    let mut digest = String::new();
    for byte in Sha256::digest(name).iter().take(DIGEST) {
        // Writing to a String cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    let room = LONGEST - kind.len() - digest.len() - 1;
    let head: String = name.chars().take(room).collect();
    format!("{kind}{head}~{digest}")
}

/// The table with the mark of the run of that token.
pub(crate) fn mark_name(token: Token) -> String {
    format!("{MARK}{:020}", token.0)
}

/// Whether a table or schema is Weir's own. Servers on some file systems change letters to lower
/// case, never to upper case.
pub(crate) fn is_own(name: &str) -> bool {
    name.starts_with(OWN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        assert_eq!(own_name(SHADOW, "app"), "_weir_new_app");
        let (one, other) = ("é".repeat(64), format!("{}x", "é".repeat(63)));
        for name in [&one, &other] {
            assert!(own_name(PREVIOUS, name).chars().count() <= LONGEST);
        }
        assert_ne!(own_name(PREVIOUS, &one), own_name(PREVIOUS, &other));
    }

    #[test]
    fn marks_are_ordered_by_name_as_by_token() {
        assert!(mark_name(Token(9)) < mark_name(Token(10)));
        assert!(mark_name(Token(u64::MAX)).len() <= LONGEST);
    }
}
