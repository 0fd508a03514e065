//! What counts of a value.

/// Bytes that are kept on the stack.
const SHORT: usize = 96;

/// The bytes that count of a value: of most values on the stack.
pub(in crate::transformer) struct Counted {
    short: [u8; SHORT],
    length: usize,
    /// All of them, once they are more than there is room for.
    long: Vec<u8>,
}

impl Counted {
    pub(in crate::transformer) const fn new() -> Self {
        Self {
            short: [0; SHORT],
            length: 0,
            long: Vec::new(),
        }
    }

    pub(in crate::transformer) fn push(&mut self, byte: u8) {
        match self.short.get_mut(self.length) {
            Some(place) => *place = byte,
            None => {
                if self.long.is_empty() {
                    self.long.extend_from_slice(&self.short);
                }
                self.long.push(byte);
            }
        }
        self.length += 1;
    }

    /// All of a few bytes, which are on the stack.
    pub(in crate::transformer) fn of<const COUNT: usize>(bytes: [u8; COUNT]) -> Self {
        let mut counted = Self::new();
        match counted.short.first_chunk_mut() {
            Some(short) => {
                *short = bytes;
                counted.length = COUNT;
                counted
            }
            None => bytes.into_iter().collect(),
        }
    }

    pub(in crate::transformer) fn as_bytes(&self) -> &[u8] {
        self.short.get(..self.length).unwrap_or(&self.long)
    }
}

impl FromIterator<u8> for Counted {
    fn from_iter<I: IntoIterator<Item = u8>>(bytes: I) -> Self {
        let mut counted = Self::new();
        bytes.into_iter().for_each(|byte| counted.push(byte));
        counted
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_bytes_are_there_whatever_their_number() {
        for count in [0, 1, SHORT - 1, SHORT, SHORT + 1, 300] {
            let bytes: Vec<u8> = (0..=u8::MAX).cycle().take(count).collect();
            let counted: Counted = bytes.iter().copied().collect();
            assert_eq!(counted.as_bytes(), bytes);
        }
    }
}
