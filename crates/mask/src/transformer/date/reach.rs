//! How far the times of a column reach.

use jiff::civil::{DateTime, datetime};

/// When a TIMESTAMP begins: 0 stands for none.
const FIRST: DateTime = datetime(1970, 1, 1, 0, 0, 1, 0);
/// When it ends: in old servers, and in those that count with one bit more.
const LAST: [DateTime; 2] = [
    datetime(2038, 1, 19, 3, 14, 7, 0),
    datetime(2106, 2, 7, 6, 28, 15, 0),
];

/// The first and the last moment that a value may move to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reach(DateTime, DateTime);

impl Reach {
    /// Whether a type is the TIMESTAMP of MySQL and MariaDB, which write nothing behind it.
    pub(super) fn is_of(data_type: &str) -> bool {
        let precision = data_type.strip_prefix("timestamp");
        precision.is_some_and(|rest| {
            let digits = rest
                .strip_prefix('(')
                .and_then(|rest| rest.strip_suffix(')'));
            let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
            rest.is_empty() || digits.is_some_and(is_number)
        })
    }

    /// How far the server reaches that has a value in such a column; everywhere from one that is
    /// beyond all of them.
    pub(super) fn around(value: DateTime) -> Self {
        let last = LAST.into_iter().find(|last| value <= *last);
        match last.filter(|_| value >= FIRST) {
            Some(last) => Self(FIRST, last),
            None => Self::default(),
        }
    }

    /// Whether a value may be there.
    pub(super) fn has(self, at: DateTime) -> bool {
        (self.0..=self.1).contains(&at)
    }

    /// The nearest place where a value may be.
    pub(super) fn nearest(self, at: DateTime) -> DateTime {
        at.clamp(self.0, self.1)
    }
}

impl Default for Reach {
    fn default() -> Self {
        Self(DateTime::MIN, DateTime::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_timestamp_of_mysql_ends_where_its_server_does() {
        for data_type in ["timestamp", "timestamp(6)"] {
            assert!(Reach::is_of(data_type));
        }
        for data_type in [
            "timestamp without time zone",
            "datetime",
            "timestamp(3) with time zone",
        ] {
            assert!(!Reach::is_of(data_type));
        }
        let of = |text: &str| Reach::around(text.parse().unwrap());
        assert_eq!(of("1970-01-02T00:00:00"), Reach(FIRST, LAST[0]));
        assert_eq!(of("2038-01-20T00:00:00"), Reach(FIRST, LAST[1]));
        assert_eq!(of("1969-12-31T00:00:00"), Reach::default());
    }
}
