//! Rows on their way, whatever happens to them.

use super::masked::MaskedRows;
use super::rows::RowStream;
use bytes::Bytes;
use weir_engine::RowDigester;
use weir_model::error::{Kind, Result};

/// Rows that are moved as they are, or go through a mask.
pub(crate) enum TreatedRows {
    /// As they are.
    Moved {
        /// Their digest.
        rows: Box<RowStream>,
        /// The table, for errors.
        table: String,
        /// What malformed rows are.
        kind: Kind,
    },
    /// Through a mask, which leaves the line behind the last row out.
    Masked(Box<MaskedRows>),
}

impl TreatedRows {
    /// Takes the next bytes, cut anywhere; gives back what is sent instead of them.
    pub(crate) fn take(&mut self, content: Bytes) -> Result<Bytes> {
        match self {
            Self::Moved { rows, table, kind } => {
                let pushed = rows.push(&content);
                pushed.map_err(|wrong| wrong.into_error(*kind, table))?;
                Ok(content)
            }
            Self::Masked(rows) => {
                let mut masked = Vec::with_capacity(content.len() + content.len() / 4);
                rows.push(&content, &mut masked)?;
                Ok(Bytes::from(masked))
            }
        }
    }

    /// The digests of what came and of what went.
    pub(crate) fn finish(self) -> Result<(RowDigester, RowDigester)> {
        match self {
            Self::Moved { rows, table, kind } => {
                let finished = rows.finish();
                let received = finished.map_err(|wrong| wrong.into_error(kind, &table))?;
                Ok((received.clone(), received))
            }
            Self::Masked(rows) => rows.finish(),
        }
    }
}
