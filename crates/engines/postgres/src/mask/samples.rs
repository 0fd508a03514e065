//! Streams of rows for tests.

use proptest::prelude::*;
use proptest::sample::Index;

/// Bytes that are rows of two columns, or nearly, and places to cut them at.
pub(super) fn rows() -> impl Strategy<Value = (Vec<u8>, Vec<Index>)> {
    let field = r"(\\N|\\\\|\\[btx0-9]|[a-zé\x0b]{0,4}|[0-9]{1,3}){0,2}";
    let row = (field, field).prop_map(|(one, two)| format!("{one}\t{two}\n").into_bytes());
    let piece = prop_oneof![
        20 => row,
        1 => Just(b"\\.\n".to_vec()),
        1 => proptest::collection::vec(any::<u8>(), 0..4),
    ];
    let bytes = proptest::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat());
    (bytes, proptest::collection::vec(any::<Index>(), 0..6))
}

/// The bytes in pieces.
pub(super) fn cut<'a>(bytes: &'a [u8], cuts: &[Index]) -> Vec<&'a [u8]> {
    let mut places: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    places.extend([0, bytes.len()]);
    places.sort_unstable();
    places
        .windows(2)
        .map(|ends| &bytes[ends[0]..ends[1]])
        .collect()
}
