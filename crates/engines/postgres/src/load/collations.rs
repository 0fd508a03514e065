//! Whether text is sorted here as it was where it comes from.

use crate::catalog::collations::{Versions, others};
use crate::config::Session;
use weir_model::error::Result;

/// Warns of collations of which this server has another version than the source's had.
pub(super) async fn tell_others(shadow: &Session, source: &Versions) -> Result<()> {
    for (name, there, here) in others(shadow, source).await? {
        shadow.context.warn(format!(
            "collation {name} is of version {here} on this server and was {there} on the source's: the order \
             of text may differ. Indexes are built new here and are right; a table that is partitioned by \
             ranges of text may not take its rows back, and a CHECK that compares text may not hold: then \
             the restore fails. To have the same order, run both servers on the same operating system and ICU"
        ));
    }
    Ok(())
}
