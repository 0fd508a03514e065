//! The rows of a part, whole ones at a time.

use bytes::{Bytes, BytesMut};
use memchr::memrchr;
use weir_engine::PartReader;
use weir_model::error::Result;

/// About how many bytes one core masks at a time.
const CHUNK: usize = 1 << 20;
/// A row of more bytes is long.
pub(super) const LONG: usize = 4 * CHUNK;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// Whole rows. What is cut off in the end comes last.
    Rows(Bytes),
    /// A long row, which takes memory that must be asked for: what comes after this is its rest.
    Long,
    /// Nothing.
    End,
}

/// The rows of a part.
pub(super) struct Chunks {
    reader: Box<dyn PartReader>,
    pending: BytesMut,
    /// So many of the pending bytes have no line break.
    searched: usize,
    is_long: bool,
    is_whole: bool,
}

impl Chunks {
    /// What a reader hands out.
    pub(super) fn of(reader: Box<dyn PartReader>) -> Self {
        Self {
            reader,
            pending: BytesMut::new(),
            searched: 0,
            is_long: false,
            is_whole: false,
        }
    }

    /// Reads on.
    pub(super) async fn next(&mut self) -> Result<Next> {
        while !self.is_whole {
            if self.pending.len() >= CHUNK
                && let Some(end) = self.last_end()
            {
                (self.searched, self.is_long) = (0, false);
                return Ok(Next::Rows(self.pending.split_to(end).freeze()));
            }
            if self.searched > LONG && !self.is_long {
                self.is_long = true;
                return Ok(Next::Long);
            }
            match self.reader.next().await? {
                Some(content) => self.pending.extend_from_slice(&content),
                None => self.is_whole = true,
            }
        }
        let rest = self.pending.split().freeze();
        Ok(match rest.is_empty() {
            true => Next::End,
            false => Next::Rows(rest),
        })
    }

    /// Where the last whole row ends. Of a row that comes in pieces, each is searched once.
    fn last_end(&mut self) -> Option<usize> {
        let unsearched = self.pending.get(self.searched..).unwrap_or_default();
        let end = memrchr(b'\n', unsearched).map(|at| self.searched + at + 1);
        self.searched = self.pending.len();
        end
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_trait::async_trait;
    use std::collections::VecDeque;

    struct Pieces(VecDeque<Bytes>);

    #[async_trait]
    impl PartReader for Pieces {
        async fn next(&mut self) -> Result<Option<Bytes>> {
            Ok(self.0.pop_front())
        }
    }

    async fn chunks(content: &[u8], piece: usize) -> Vec<Next> {
        let pieces = content.chunks(piece).map(Bytes::copy_from_slice).collect();
        let mut chunks = Chunks::of(Box::new(Pieces(pieces)));
        let mut all = Vec::new();
        loop {
            match chunks.next().await.unwrap() {
                Next::End => return all,
                next => all.push(next),
            }
        }
    }

    #[tokio::test]
    async fn chunks_are_whole_rows_and_all_of_them() {
        let row = [b"x".repeat(1000), b"\n".to_vec()].concat();
        let content = [row.repeat(3000), b"cut off".to_vec()].concat();
        for piece in [777, CHUNK, content.len()] {
            let all = chunks(&content, piece).await;
            let mut joined = Vec::new();
            for (at, next) in all.iter().enumerate() {
                let Next::Rows(rows) = next else {
                    panic!("no row is long");
                };
                assert!(rows.ends_with(b"\n") || at + 1 == all.len());
                joined.extend_from_slice(rows);
            }
            assert_eq!(joined, content);
        }
    }

    #[tokio::test]
    async fn a_long_row_is_told_before_the_rest_of_it_is_read() {
        let long = [b"x".repeat(2 * LONG), b"\n".to_vec()].concat();
        let content = [b"1\n".to_vec(), long.clone(), b"2\n".to_vec(), long].concat();
        let all = chunks(&content, 1 << 16).await;
        let told: Vec<bool> = all.iter().map(|next| *next == Next::Long).collect();
        assert_eq!(told, [false, true, false, true, false]);
    }
}
