//! Numbers by a seed (SplitMix64): the same columns on every machine.

pub(crate) struct Random(u64);

impl Random {
    /// Numbers of their own for each text.
    pub(crate) fn new(text: &str) -> Self {
        let seed = text.bytes().fold(0x7765_6972_u64, |seed, byte| {
            (seed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self(seed)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// A number from `low` to `high`.
    pub(crate) fn between(&mut self, low: u64, high: u64) -> u64 {
        low + self.below(high - low + 1)
    }

    /// Whether something with a chance of `percent` happens.
    pub(crate) fn chance(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    pub(crate) fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len() as u64) as usize]
    }

    /// `many` letters of an alphabet.
    pub(crate) fn letters(&mut self, alphabet: &str, many: usize) -> String {
        let letters: Vec<_> = alphabet.chars().collect();
        (0..many)
            .map(|_| letters[self.below(letters.len() as u64) as usize])
            .collect()
    }

    pub(crate) fn digits(&mut self, many: usize) -> String {
        self.letters("0123456789", many)
    }

    pub(crate) fn hex(&mut self, many: usize) -> String {
        self.letters("0123456789abcdef", many)
    }

    /// A format with a digit for each `#`.
    pub(crate) fn fill(&mut self, format: &str) -> String {
        let digit = |letter: char| {
            if letter == '#' {
                self.letters("0123456789", 1)
            } else {
                letter.to_string()
            }
        };
        format.chars().map(digit).collect()
    }
}
