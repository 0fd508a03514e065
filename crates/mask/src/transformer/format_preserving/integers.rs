//! Whole numbers one to one, within what their column takes.

use super::ff1::Cipher;
use crate::transformer::number::greatest;

/// The numbers of a column's type.
#[derive(Debug, Clone, Copy)]
pub(super) struct Integers {
    /// The greatest.
    greatest: u64,
    /// Decimal digits of the greatest.
    digits: usize,
    /// The greatest that the column takes, where it takes more than are mapped among themselves.
    most: u64,
}

impl Integers {
    /// What a type takes. Numbers up to 32 bits are mapped among themselves whatever the type, so
    /// that an `int` here and a `bigint` there fit together; greater ones among themselves. Only
    /// types that take less have a mapping of their own.
    pub(super) fn of(data_type: &str) -> Self {
        let is_unsigned = data_type.to_ascii_lowercase().contains("unsigned");
        let most = greatest(data_type);
        Self {
            // INTEGER of SQLite takes more than that of others, who never hold as much.
            most: if is_unsigned { most } else { i64::MAX }.unsigned_abs(),
            ..Self::up_to(Self::common(data_type).unsigned_abs())
        }
    }

    /// The greatest number of a type that is mapped among those of all types that take as much.
    pub(super) fn common(data_type: &str) -> i64 {
        greatest(data_type).min(i32::MAX.into())
    }

    fn up_to(greatest: u64) -> Self {
        Self {
            greatest,
            digits: greatest.checked_ilog10().unwrap_or_default() as usize + 1,
            most: greatest,
        }
    }

    /// The number in another's place, of the same sign.
    pub(super) fn other(self, number: i64, cipher: &Cipher) -> i64 {
        // Numbers below zero count from -1, so that zero is nobody's double.
        let size = match number < 0 {
            true => number.unsigned_abs() - 1,
            false => number.unsigned_abs(),
        };
        let other = match size > self.greatest {
            false => self.walk(0, size, cipher),
            true => Self::up_to(self.most.max(size)).walk(self.greatest + 1, size, cipher),
        };
        let other = i64::try_from(other).unwrap_or(i64::MAX);
        if number < 0 { -other - 1 } else { other }
    }

    /// Encrypts until the number lies within bounds: that keeps it one to one there.
    fn walk(self, least: u64, number: u64, cipher: &Cipher) -> u64 {
        let mut numerals = self.numerals(number);
        loop {
            numerals = cipher.encrypt(10, &numerals);
            let other = numerals.iter().try_fold(0_u64, |sum, numeral| {
                sum.checked_mul(10)?.checked_add(u64::from(*numeral))
            });
            if let Some(other) = other.filter(|other| (least..=self.greatest).contains(other)) {
                return other;
            }
        }
    }

    fn numerals(self, number: u64) -> Vec<u16> {
        let text = format!("{number:0digits$}", digits = self.digits);
        text.bytes()
            .map(|digit| u16::from(digit.wrapping_sub(b'0')))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn every_number_of_a_small_type_has_another_of_its_own() {
        let cipher = Cipher::new(&[7; 32]);
        let integers = Integers::of("smallint");
        let others: HashSet<i64> = (0..=i64::from(i16::MAX))
            .map(|number| integers.other(number, &cipher))
            .collect();
        assert_eq!(others.len(), 32_768);
        assert!(others.iter().all(|other| (0..=32_767).contains(other)));
        let below: HashSet<i64> = (-32_768..0)
            .map(|number| integers.other(number, &cipher))
            .collect();
        assert_eq!(below.len(), 32_768);
        assert!(below.iter().all(|other| (-32_768..0).contains(other)));
    }

    #[test]
    fn a_number_is_mapped_alike_in_columns_of_32_and_of_64_bits() {
        let cipher = Cipher::new(&[7; 32]);
        for number in [0, 1, -1, 4711, i32::MAX.into(), i32::MIN.into()] {
            let [one, other] =
                ["int", "bigint"].map(|data_type| Integers::of(data_type).other(number, &cipher));
            assert_eq!(one, other);
            assert!(i32::try_from(one).is_ok());
        }
    }

    #[test]
    fn numbers_above_a_types_promise_stay_above_it() {
        let cipher = Cipher::new(&[7; 32]);
        let integers = Integers::of("INTEGER");
        for number in [i64::from(i32::MAX) + 1, 1 << 40, i64::MAX] {
            assert!(integers.other(number, &cipher) > i64::from(i32::MAX));
        }
    }

    #[test]
    fn numbers_without_a_sign_stay_within_their_type() {
        let cipher = Cipher::new(&[7; 32]);
        for (data_type, most) in [
            ("int(10) unsigned", u32::MAX.into()),
            ("tinyint unsigned", 255),
        ] {
            let integers = Integers::of(data_type);
            for number in [0, 1, 130, most - 1, most] {
                assert!(
                    (0..=most).contains(&integers.other(number, &cipher)),
                    "{data_type}"
                );
            }
        }
    }
}
