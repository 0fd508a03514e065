//! The text of a dump, a window of it at a time.

use super::opening::unreadable;
use crate::catalog::text::{Kind as Piece, Splitter, Step};
use std::io::Read;
use weir_model::error::{Error, Kind, Result};

/// Bytes asked for at once.
const CHUNK: usize = 256 << 10;
/// The largest row or statement there is: no server takes a larger packet.
const LARGEST: usize = 1 << 30;

/// The text that was read and not yet passed.
pub(super) struct Source<R> {
    reader: R,
    /// What it is called in messages.
    pub(super) place: String,
    buffer: Vec<u8>,
    at: usize,
    ended: bool,
    /// Where statements end.
    pub(super) splitter: Splitter,
}

impl<R: Read> Source<R> {
    pub(super) fn new(reader: R, place: String) -> Self {
        Self {
            reader,
            place,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            splitter: Splitter::default(),
        }
    }

    /// What was read and not yet passed.
    pub(super) fn rest(&self) -> &[u8] {
        self.buffer.get(self.at..).unwrap_or_default()
    }

    /// Passes so many bytes.
    pub(super) fn pass(&mut self, length: usize) {
        self.at += length;
    }

    /// Reads on; `false` when there is nothing more.
    pub(super) fn more(&mut self) -> Result<bool> {
        if self.ended {
            return Ok(false);
        }
        self.buffer.drain(..self.at.min(self.buffer.len()));
        self.at = 0;
        let there = self.buffer.len();
        if there > LARGEST {
            let cause = "it holds a statement that is larger than any server takes";
            return Err(
                Error::new(Kind::Corrupt, self.doing(), cause).hint(super::opening::TAKE_WHOLE)
            );
        }
        // As much again as there is, so that what is long is not looked at over and over.
        let wanted = there.max(CHUNK) as u64;
        let read = self
            .reader
            .by_ref()
            .take(wanted)
            .read_to_end(&mut self.buffer);
        read.map_err(|error| unreadable(&self.place, error))?;
        self.ended = self.buffer.len() == there;
        Ok(!self.ended)
    }

    /// The piece that stands `offset` bytes ahead, which is then whole; nothing at the end.
    pub(super) fn step(&mut self, offset: usize) -> Result<Option<Step>> {
        loop {
            let mut splitter = self.splitter.clone();
            let rest = self.rest().get(offset..).unwrap_or_default();
            let there = rest.len();
            let step = splitter.step(rest);
            let length = match step {
                Some(Step::Piece(_, length) | Step::End(length)) => length,
                None => 0,
            };
            // What reaches the end of what is there may go on behind it.
            if length < there || !self.more()? {
                self.splitter = splitter;
                return Ok(step);
            }
        }
    }

    /// Obeys a command that changes what ends a statement, if one is next.
    pub(super) fn command(&mut self) -> Result<bool> {
        // The command is a line, and no line with one is long.
        while !self.rest().contains(&b'\n') && self.rest().len() < CHUNK {
            if !self.more()? {
                break;
            }
        }
        let rest = self.buffer.get(self.at..).unwrap_or_default();
        let Some(length) = self.splitter.command(rest) else {
            return Ok(false);
        };
        self.pass(length);
        Ok(true)
    }

    /// Passes the statement that is next, with what ends it, and returns it without.
    pub(super) fn statement(&mut self) -> Result<Vec<u8>> {
        let (mut length, mut last) = (0, 0);
        loop {
            match self.step(length)? {
                Some(Step::Piece(kind, piece)) => {
                    length += piece;
                    if !matches!(kind, Piece::Space | Piece::Comment) {
                        last = length;
                    }
                }
                Some(Step::End(end)) => {
                    let text = self.rest().get(..last).unwrap_or_default().to_vec();
                    self.pass(length + end);
                    return Ok(text);
                }
                None => return Err(self.cut_off()),
            }
        }
    }

    /// The error of a dump that ends where it should not.
    pub(super) fn cut_off(&self) -> Error {
        let cause = "it is cut off: it ends within a statement";
        Error::new(Kind::Corrupt, self.doing(), cause).hint(super::opening::TAKE_WHOLE)
    }

    /// What is being done, for messages.
    pub(super) fn doing(&self) -> String {
        format!("read {}", self.place)
    }
}
