//! Whether what was found in a masked value can have stood in the value before, told without
//! looking for it.

/// What `find` finds has at least so many bytes, but for what stands behind a sign of [`SHORT`].
const SHORTEST: usize = 5;

/// Behind these, and in JSON, a secret or an address may be shorter.
const SHORT: &[u8] = b":=${[";

/// Of longer values nearly every one has some bytes in common with another.
const LONGEST: usize = 192;

/// Bits of a set of windows.
const BITS: usize = 2_048;

/// Whether something that `find` would find in `written` may stand in `before`, in whatever case:
/// whether they have as many bytes in a row in common as the shortest finding has. MUST be `true`
/// wherever one does; a false alarm costs a search.
pub(super) fn may_stand(before: &[u8], written: &[u8]) -> bool {
    if before.len() > LONGEST || written.len() > LONGEST {
        return true;
    }
    let mut set = [0_u64; BITS / 64];
    for (word, bit) in windows(before) {
        if let Some(word) = set.get_mut(word) {
            *word |= bit;
        }
    }
    let mut windows = windows(written);
    windows.any(|(word, bit)| set.get(word).is_some_and(|word| word & bit != 0))
        || written.iter().any(|byte| SHORT.contains(byte))
}

/// Where in the set each window of bytes is noted. Letters count in whatever case; that other signs
/// then count as one another only makes more of them alike.
fn windows(value: &[u8]) -> impl Iterator<Item = (usize, u64)> {
    const KEPT: u64 = (1 << (8 * SHORTEST)) - 1;
    let mut window = 0_u64;
    let shifted = value.iter().map(move |byte| {
        window = (window << 8 | u64::from(byte | 0x20)) & KEPT;
        window
    });
    shifted.skip(SHORTEST - 1).map(|window| {
        // The upper bits of a product depend on all bits of the window.
        let hash = window.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 53;
        ((hash >> 6) as usize, 1 << (hash & 63))
    })
}

#[cfg(test)]
mod tests {
    use super::may_stand;

    #[test]
    fn bytes_in_common_are_seen_in_whatever_case() {
        let before = b"write to Kim.Taylor@Private-Mail.org";
        assert!(may_stand(before, b"kim.taylor@private-mail.org"));
        assert!(may_stand(b"a@b.c", b"A@B.C"));
        assert!(!may_stand(before, b"lena.hoff@example.com"));
        assert!(!may_stand(b"", b"lena.hoff@example.com"));
        assert!(may_stand(b"", b"pw=x"));
        assert!(may_stand(&[b'a'; 1_000], b"lena.hoff@example.com"));
    }
}
