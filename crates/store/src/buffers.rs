//! Buffers for frames, used again and again: what a general allocator does with so large ones that
//! come and go on every thread is to keep up to twice as much as is in use, or to ask the system
//! for each page anew.

use crate::budget::FRAME;
use bytes::Bytes;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes in each: a frame's content, or what comes of it where compression makes it longer.
const SIZE: usize = FRAME as usize + 64 * 1024;
/// What is smaller than this is quickly had from anywhere.
const SMALL: usize = 64 * 1024;
/// The most that are kept while nobody uses them.
const KEPT: usize = 16;

/// The buffers that nobody uses now. Cloning shares them.
#[derive(Debug, Clone, Default)]
pub(crate) struct Buffers(Arc<Mutex<Vec<Box<[u8]>>>>);

/// A buffer, and how much of it is filled. Goes back when it is dropped.
#[derive(Debug)]
pub(crate) struct Buffer {
    bytes: Box<[u8]>,
    filled: usize,
    home: Buffers,
}

impl Buffers {
    /// A buffer of at least that many bytes, empty. What was in it before may still be behind what
    /// will be filled.
    pub(crate) fn take(&self, bytes: usize) -> Buffer {
        let kept = match (SMALL..=SIZE).contains(&bytes) {
            true => self.kept().pop(),
            false => None,
        };
        let size = if bytes < SMALL {
            bytes
        } else {
            bytes.max(SIZE)
        };
        Buffer {
            bytes: kept.unwrap_or_else(|| vec![0; size].into_boxed_slice()),
            filled: 0,
            home: self.clone(),
        }
    }

    fn kept(&self) -> std::sync::MutexGuard<'_, Vec<Box<[u8]>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Buffer {
    /// How much is filled.
    pub(crate) fn len(&self) -> usize {
        self.filled
    }

    /// Adds as many of the bytes as there is room for, and says how many those were.
    pub(crate) fn push(&mut self, more: &[u8]) -> usize {
        let mut room = self.bytes.get_mut(self.filled..).unwrap_or_default();
        let length = room.len().min(more.len());
        let taken = more.get(..length).unwrap_or_default();
        bytes::BufMut::put_slice(&mut room, taken);
        self.filled += length;
        length
    }

    /// Lets somebody write from its start, who says how much was written.
    pub(crate) fn fill<E>(
        &mut self,
        write: impl FnOnce(&mut [u8]) -> Result<usize, E>,
    ) -> Result<(), E> {
        self.filled = write(&mut self.bytes)?.min(self.bytes.len());
        Ok(())
    }

    /// What is filled, which nobody changes any more.
    pub(crate) fn freeze(self) -> Bytes {
        Bytes::from_owner(self)
    }
}

impl AsRef<[u8]> for Buffer {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.filled).unwrap_or_default()
    }
}

impl Drop for Buffer {
    fn drop(&mut self) {
        let mut kept = self.home.kept();
        if self.bytes.len() == SIZE && kept.len() < KEPT {
            kept.push(std::mem::take(&mut self.bytes));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_comes_back_and_nothing_of_it_is_seen_again() {
        let buffers = Buffers::default();
        let mut first = buffers.take(SIZE);
        assert_eq!(first.push(b"secret"), 6);
        let frozen = first.freeze();
        assert_eq!(&frozen[..], b"secret");
        assert!(buffers.kept().is_empty());
        drop(frozen);
        assert_eq!(buffers.kept().len(), 1);
        let mut second = buffers.take(SIZE);
        assert!(buffers.kept().is_empty());
        assert_eq!(second.push(b"to"), 2);
        assert_eq!(second.as_ref(), b"to");
    }

    #[test]
    fn no_more_goes_in_than_there_is_room_for() {
        let buffers = Buffers::default();
        let mut small = buffers.take(3);
        assert_eq!(small.push(b"four"), 3);
        assert_eq!(small.as_ref(), b"fou");
        assert_eq!(buffers.take(2 * SIZE).bytes.len(), 2 * SIZE);
        drop(small);
        assert!(buffers.kept().is_empty(), "only frames are kept");
    }
}
