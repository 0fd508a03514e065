//! The names of Weir's own databases beside a live one: fixed, so that whoever comes next finds
//! them.

use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// What the name of a copy being built begins with.
pub(crate) const SHADOW: &str = "_weir_new_";
/// What the name of the replaced copy begins with.
pub(crate) const PREVIOUS: &str = "_weir_old_";

/// The longest name a server takes, in bytes (`NAMEDATALEN` - 1).
const LONGEST: usize = 63;
/// Bytes of the digest that keeps cut names apart.
const DIGEST: usize = 6;

/// The name of Weir's own database of that kind beside `database`. A long name is cut and told
/// apart by a digest: two databases whose names begin alike never share one.
pub(crate) fn own_name(kind: &str, database: &str) -> String {
    if kind.len() + database.len() <= LONGEST {
        return format!("{kind}{database}");
    }
    let mut digest = String::new();
    for byte in Sha256::digest(database).iter().take(DIGEST) {
        // Writing to a String cannot fail.
        let _ = write!(digest, "{byte:02x}");
    }
    let room = LONGEST - kind.len() - digest.len() - 1;
    let mut end = room.min(database.len());
    while !database.is_char_boundary(end) {
        end -= 1;
    }
    let head = database.get(..end).unwrap_or_default();
    format!("{kind}{head}~{digest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_names_are_cut_and_stay_apart() {
        assert_eq!(own_name(SHADOW, "app"), "_weir_new_app");
        let (one, other) = ("é".repeat(31), format!("{}x", "é".repeat(30)));
        for name in [&one, &other] {
            assert!(own_name(PREVIOUS, name).len() <= LONGEST);
        }
        assert_ne!(own_name(PREVIOUS, &one), own_name(PREVIOUS, &other));
    }
}
