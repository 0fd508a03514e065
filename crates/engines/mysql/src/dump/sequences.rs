//! Where sequences stand. They are outside of snapshots: a value may be ahead of the rows, which
//! does no harm, and never behind.

use crate::catalog::Sequence;
use weir_engine::{Field, RowDigester};
use weir_model::manifest::TableDigest;

/// The name under which sequences are digested: no table is called so.
pub(crate) const SEQUENCES: &str = "information_schema.SEQUENCES";

/// The digest of where sequences stand; `None` without any.
pub(crate) fn digest(sequences: &[Sequence]) -> Option<TableDigest> {
    if sequences.is_empty() {
        return None;
    }
    let mut digester = RowDigester::default();
    for sequence in sequences {
        digester.field(Field::Text(sequence.name.as_bytes()));
        digester.field(Field::Text(sequence.next.as_bytes()));
        digester.end_row();
    }
    Some(digester.finish(SEQUENCES))
}
