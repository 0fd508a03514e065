//! Data in a custom archive: pieces, each behind its length, up to one of no length; together
//! they are the data, or one zlib stream of it.

use super::super::primitives::Reader;
use bytes::Bytes;
use flate2::{Decompress, FlushDecompress, Status};
use std::io::Read;
use weir_model::error::Result;

/// The most bytes that are read or handed out at a time. A piece may be larger.
const CHUNK: usize = 64 << 10;
const WHAT: &str = "data";

/// Data that are being read.
pub(super) struct Stream {
    pieces: Pieces,
    inflater: Option<Inflater>,
}

impl Stream {
    pub(super) fn new(is_compressed: bool) -> Self {
        Self {
            pieces: Pieces { left: 0 },
            inflater: is_compressed.then(Inflater::new),
        }
    }

    /// The next bytes, decompressed; `None` at the end, behind which this must not be called.
    pub(super) fn next<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<Option<Bytes>> {
        match &mut self.inflater {
            None => Ok(self.pieces.next(reader)?.map(Bytes::from)),
            Some(inflater) => inflater.next(&mut self.pieces, reader),
        }
    }
}

/// The bytes as they are stored.
struct Pieces {
    /// What is to come of the piece being read.
    left: usize,
}

impl Pieces {
    fn next<R: Read>(&mut self, reader: &mut Reader<R>) -> Result<Option<Vec<u8>>> {
        if self.left == 0 {
            self.left = reader.count("the length of data")?;
        }
        if self.left == 0 {
            return Ok(None);
        }
        let bytes = reader.take(self.left.min(CHUNK), WHAT)?;
        self.left -= bytes.len();
        Ok(Some(bytes))
    }
}

/// Decompresses one zlib stream.
struct Inflater {
    zlib: Decompress,
    input: Vec<u8>,
    /// How much of the input was taken.
    taken: usize,
    /// Whether there may be more output than there was room for.
    is_full: bool,
    progress: Progress,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Progress {
    Unbegun,
    Begun,
    Ended,
}

impl Inflater {
    fn new() -> Self {
        Self {
            zlib: Decompress::new(true),
            input: Vec::new(),
            taken: 0,
            is_full: false,
            progress: Progress::Unbegun,
        }
    }

    fn next<R: Read>(
        &mut self,
        pieces: &mut Pieces,
        reader: &mut Reader<R>,
    ) -> Result<Option<Bytes>> {
        loop {
            if self.taken == self.input.len() && !self.is_full {
                match pieces.next(reader)? {
                    Some(input) => self.input = input,
                    None => return self.end(reader),
                }
                self.taken = 0;
            }
            let output = self.inflate(reader)?;
            if !output.is_empty() {
                return Ok(Some(output.into()));
            }
        }
    }

    /// Inflates some of the input.
    fn inflate<R: Read>(&mut self, reader: &Reader<R>) -> Result<Vec<u8>> {
        if self.progress == Progress::Ended {
            return Err(reader.wrong(WHAT, "something follows the compressed data"));
        }
        self.progress = Progress::Begun;
        let input = self.input.get(self.taken..).unwrap_or_default();
        let mut output = Vec::with_capacity(CHUNK);
        let before = self.zlib.total_in();
        let status = self
            .zlib
            .decompress_vec(input, &mut output, FlushDecompress::None);
        let status = status.map_err(|_| reader.wrong(WHAT, "what is compressed is damaged"))?;
        let taken = usize::try_from(self.zlib.total_in() - before).unwrap_or(input.len());
        self.taken += taken;
        self.is_full = output.len() == output.capacity() && status != Status::StreamEnd;
        match status {
            Status::StreamEnd => self.progress = Progress::Ended,
            Status::Ok | Status::BufError => {
                if taken == 0 && output.is_empty() && !input.is_empty() {
                    return Err(reader.wrong(WHAT, "what is compressed does not go on"));
                }
            }
        }
        Ok(output)
    }

    /// No data at all is an empty stream: a `pg_dump` from 16 on begins none for an empty large
    /// object.
    fn end<R: Read>(&self, reader: &Reader<R>) -> Result<Option<Bytes>> {
        match self.progress {
            Progress::Begun => Err(reader.wrong(WHAT, "what is compressed has no end")),
            Progress::Unbegun | Progress::Ended => Ok(None),
        }
    }
}
