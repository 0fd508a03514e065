//! A data part that is being written: rows gathered to statements, and read again as a restore
//! will read them.

use crate::mask::{Inflow, PROLOGUE, Shape};
use bytes::Bytes;
use std::sync::Arc;
use weir_engine::RowDigester;
use weir_model::error::Result;

/// Bytes from which on a statement is ended.
const STATEMENT: usize = 1_000_000;
/// Bytes from which on a part is ended, so that several connections can load a table.
const PART: u64 = 64 << 20;

/// One part.
pub(super) struct Part {
    shape: Arc<Shape>,
    inflow: Inflow,
    /// What was not handed on.
    text: Vec<u8>,
    has_statement: bool,
    bytes: u64,
}

impl Part {
    pub(super) fn new(shape: &Arc<Shape>) -> Self {
        Self {
            shape: Arc::clone(shape),
            inflow: Inflow::new(Arc::clone(shape), None),
            text: PROLOGUE.as_bytes().to_vec(),
            has_statement: false,
            bytes: 0,
        }
    }

    /// Where the next row is to be written.
    pub(super) fn row(&mut self) -> &mut Vec<u8> {
        match self.has_statement {
            true => self.text.extend_from_slice(b"\n,"),
            false => self.text.extend_from_slice(self.shape.head().as_bytes()),
        }
        self.has_statement = true;
        &mut self.text
    }

    /// What was gathered, once that is a statement.
    pub(super) fn full(&mut self) -> Result<Option<Bytes>> {
        match self.text.len() >= STATEMENT {
            true => self.take().map(Some),
            false => Ok(None),
        }
    }

    /// Whether it is as large as a part should be.
    pub(super) fn is_large(&self) -> bool {
        self.bytes >= PART
    }

    /// The rest of it, and the digest of its rows.
    pub(super) fn finish(mut self) -> Result<(Bytes, RowDigester, u64)> {
        let last = self.take()?;
        let (rows, _) = self.inflow.finish()?;
        Ok((last, rows, self.bytes))
    }

    fn take(&mut self) -> Result<Bytes> {
        if self.has_statement {
            self.text.extend_from_slice(b"\n;\n");
            self.has_statement = false;
        }
        self.inflow.push(&self.text)?;
        self.bytes += self.text.len() as u64;
        Ok(Bytes::from(std::mem::take(&mut self.text)))
    }
}
