//! Numbers that are the same in every run: the data set is made from a fixed seed.

/// SplitMix64: small, well mixed, and ours, so that no library's update changes the data.
pub(super) struct Random(u64);

impl Random {
    /// A sequence of its own for each seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next number.
    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `limit` - 1; 0 when there is none.
    pub(super) fn below(&mut self, limit: i64) -> i64 {
        // Half of the range is plenty, and is never negative.
        let number = i64::try_from(self.next() >> 1).unwrap_or(0);
        number.checked_rem(limit).unwrap_or(0)
    }

    /// True in `percent` of the calls.
    pub(super) fn chance(&mut self, percent: i64) -> bool {
        self.below(100) < percent
    }

    /// One of the words; empty when there are none.
    pub(super) fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        let index =
            usize::try_from(self.below(i64::try_from(words.len()).unwrap_or(0))).unwrap_or(0);
        words.get(index).copied().unwrap_or("")
    }

    /// Bytes that do not compress.
    pub(super) fn bytes(&mut self, length: i64) -> Vec<u8> {
        let length = usize::try_from(length).unwrap_or(0);
        let mut bytes = Vec::with_capacity(length + 8);
        while bytes.len() < length {
            bytes.extend_from_slice(&self.next().to_le_bytes());
        }
        bytes.truncate(length);
        bytes
    }

    /// A moment of the four years before the demo's fixed "today".
    pub(super) fn moment(&mut self) -> String {
        let (year, month) = (2022 + self.below(4), 1 + self.below(12));
        let (day, hour) = (1 + self.below(28), self.below(24));
        let (minute, second) = (self.below(60), self.below(60));
        format!("{year}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }

    /// A random UUID (version 4).
    pub(super) fn uuid(&mut self) -> String {
        let (high, low) = (self.next(), self.next());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xfff,
            0x8000 | ((low >> 48) & 0x3fff),
            low & 0xffff_ffff_ffff
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_for_ever() {
        let mut random = Random::new(1);
        assert_eq!(
            [random.next(), random.next()],
            [0x910a_2dec_8902_5cc1, 0xbeeb_8da1_658e_ec67]
        );
    }
}
