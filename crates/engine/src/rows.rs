//! Digests over rows and schemas. Stored data: `docs/format.md` describes both schemes, and a
//! change of one is a new scheme with a new name.

use crate::field::Field;
use sha2::{Digest as _, Sha256};
use weir_model::catalog::Catalog;
use weir_model::digest::Digest;
use weir_model::manifest::TableDigest;

/// Name of the row digest scheme.
const ROWS: &str = "rows-v1";
/// Bytes from which on a field is long.
const LONG: usize = 16 << 10;
/// Name of the schema fingerprint scheme.
const SCHEMA: &str = "schema-v1";

/// Digests the rows of one table in any order: the sum modulo 2^128 of the first 16 bytes
/// (big-endian) of SHA-256 over each row's encoding. A sum, never XOR: with XOR two equal rows
/// would vanish.
///
/// Long fields go into the hash as they come, so that a row of any size takes no memory.
///
/// A row is encoded field by field: `n` for NULL, `i<decimal>;`, `r<16 hexadecimal digits of the
/// IEEE 754 bits>;`, `t<length>:<bytes>`, `b<length>:<bytes>`.
#[derive(Clone, Default)]
pub struct RowDigester {
    row: Vec<u8>,
    /// The part of the row at hand that was too long to gather.
    begun: Option<Sha256>,
    rows: u64,
    sum: u128,
}

impl RowDigester {
    /// Adds a field to the row at hand.
    #[inline]
    pub fn field(&mut self, field: Field<'_>) {
        match field {
            Field::Null => self.row.push(b'n'),
            Field::Integer(number) => {
                let sign: &[u8] = if number < 0 { b"i-" } else { b"i" };
                self.row.extend_from_slice(sign);
                self.decimal(number.unsigned_abs(), b';');
            }
            Field::Real(number) => {
                use std::io::Write as _;
                // Writing to a Vec cannot fail.
                let _ = write!(self.row, "r{:016x};", number.to_bits());
            }
            Field::Text(bytes) => self.content(b't', bytes),
            Field::Blob(bytes) => self.content(b'b', bytes),
        }
    }

    /// Adds a number and what ends it. Formatting it would take longer than digesting it.
    fn decimal(&mut self, number: u64, end: u8) {
        // The longest number has 20 digits.
        let (mut text, mut begin, mut rest) = ([end; 21], 20, number);
        for place in text.iter_mut().take(20).rev() {
            *place = digit((rest % 10) as usize);
            begin -= 1;
            rest /= 10;
            if rest == 0 {
                break;
            }
        }
        let text = text.get(begin..).unwrap_or_default();
        self.row.extend_from_slice(text);
    }

    #[inline]
    fn content(&mut self, kind: u8, bytes: &[u8]) {
        // Most texts are short: what stands in front of them is added at once.
        match bytes.len() {
            length @ ..10 => {
                let front = [kind, digit(length), b':'];
                self.row.extend_from_slice(&front);
            }
            length @ ..100 => {
                let front = [kind, digit(length / 10), digit(length % 10), b':'];
                self.row.extend_from_slice(&front);
            }
            length => {
                self.row.push(kind);
                self.decimal(length as u64, b':');
            }
        }
        if bytes.len() < LONG {
            self.row.extend_from_slice(bytes);
            return;
        }
        let hasher = self.begun.get_or_insert_default();
        hasher.update(&self.row);
        hasher.update(bytes);
        self.row.clear();
    }

    /// Ends the row at hand.
    pub fn end_row(&mut self) {
        let hash = match self.begun.take() {
            None => Sha256::digest(&self.row),
            Some(hasher) => hasher.chain_update(&self.row).finalize(),
        };
        let mut head = [0_u8; 16];
        head.iter_mut()
            .zip(hash.iter())
            .for_each(|(to, from)| *to = *from);
        self.sum = self.sum.wrapping_add(u128::from_be_bytes(head));
        self.rows += 1;
        self.row.clear();
    }

    /// Adds the rows that another digester has seen; both stand between two rows.
    pub fn absorb(&mut self, other: &Self) {
        self.rows += other.rows;
        self.sum = self.sum.wrapping_add(other.sum);
    }

    /// Rows so far.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The digest of the table.
    #[must_use]
    pub fn finish(self, table: &str) -> TableDigest {
        TableDigest {
            table: table.to_owned(),
            rows: self.rows,
            digest: Digest::new(ROWS, &self.sum.to_be_bytes()),
        }
    }
}

/// The digit of a number below 10.
fn digit(number: usize) -> u8 {
    b'0' + number as u8
}

/// The fingerprint of a whole schema: SHA-256 over `kind name digest` lines, ordered.
#[must_use]
pub fn schema_fingerprint(catalog: &Catalog) -> Digest {
    let mut hasher = Sha256::new();
    for ((kind, name), digest) in catalog.definitions() {
        hasher.update(format!(
            "{}:{kind}{}:{name}{digest}\n",
            kind.len(),
            name.len()
        ));
    }
    Digest::new(SCHEMA, &hasher.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(rows: &[&[Field<'_>]]) -> TableDigest {
        let mut digester = RowDigester::default();
        for row in rows {
            row.iter().for_each(|field| digester.field(*field));
            digester.end_row();
        }
        digester.finish("t")
    }

    #[test]
    fn order_does_not_matter_and_equal_rows_count() {
        let (one, two): (&[_], &[_]) = (&[Field::Integer(1)], &[Field::Text(b"1")]);
        assert_eq!(digest(&[one, two]), digest(&[two, one]));
        assert_ne!(digest(&[one, one]).digest, digest(&[two, two]).digest);
        assert_ne!(digest(&[one, one]).digest, digest(&[]).digest);
    }

    #[test]
    fn digests_of_halves_add_up() {
        let (one, two): (&[_], &[_]) = (&[Field::Integer(1)], &[Field::Text(b"1")]);
        let mut whole = RowDigester::default();
        for row in [one, two] {
            let mut half = RowDigester::default();
            row.iter().for_each(|field| half.field(*field));
            half.end_row();
            whole.absorb(&half);
        }
        assert_eq!(whole.finish("t"), digest(&[one, two]));
    }

    #[test]
    fn fields_cannot_run_into_each_other() {
        assert_ne!(
            digest(&[&[Field::Text(b"ab"), Field::Text(b"c")]]).digest,
            digest(&[&[Field::Text(b"a"), Field::Text(b"bc")]]).digest
        );
    }

    #[test]
    fn a_long_field_is_digested_without_being_gathered() {
        let long = vec![7_u8; 3 * LONG];
        let row: &[_] = &[Field::Integer(1), Field::Blob(&long), Field::Text(b"x")];
        let mut encoded = format!("i1;b{}:", long.len()).into_bytes();
        encoded.extend_from_slice(&long);
        encoded.extend_from_slice(b"t1:x");
        let expected = Digest::new(ROWS, &Sha256::digest(&encoded)[..16]);
        assert_eq!(digest(&[row]).digest, expected);
        let mut digester = RowDigester::default();
        row.iter().for_each(|field| digester.field(*field));
        assert!(digester.row.capacity() < LONG);
    }

    #[test]
    fn numbers_and_lengths_are_written_as_everywhere_else() {
        let numbers = [0, 1, -1, 9, 10, -99, 100, i64::MAX, i64::MIN];
        for number in numbers {
            let mut digester = RowDigester::default();
            digester.field(Field::Integer(number));
            assert_eq!(digester.row, format!("i{number};").as_bytes());
        }
        for length in [0, 1, 9, 10, 11, 99, 100, 101, 12_345] {
            let text = "x".repeat(length);
            let mut digester = RowDigester::default();
            digester.field(Field::Text(text.as_bytes()));
            assert_eq!(digester.row, format!("t{length}:{text}").as_bytes());
        }
    }

    #[test]
    fn the_scheme_is_pinned() {
        // A change of this value is a change of the stored format: it needs a new scheme name.
        let row: &[_] = &[
            Field::Null,
            Field::Integer(-7),
            Field::Real(1.5),
            Field::Text("é".as_bytes()),
            Field::Blob(&[0, 255]),
        ];
        let expected = "rows-v1:1eb800ba5d238ab20c228d2ec943b4b5";
        assert_eq!(digest(&[row]).digest.to_string(), expected);
    }
}
