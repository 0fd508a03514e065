use crate::config::{Database, Place, Subject};
use crate::dump::{copy_consistently, use_rollback_journal};
use crate::load::{create_private, remove_if_present};
use weir_engine::Context;
use weir_model::error::{Kind, Result};

/// Saves the live copy as `previous_new`, a database of its own in one file.
pub(crate) fn save_live(place: &Place, context: &Context) -> Result<()> {
    let path = place.previous_new();
    remove_if_present(&path, context)?;
    let file = create_private(&path, context)?;
    let saved = copy_live(place, context).and_then(|()| {
        use_rollback_journal(&file)
            .and_then(|()| file.sync_all())
            .map_err(|error| Subject::new(&path, Kind::Swap, context).io("write", error))
    });
    if saved.is_err() {
        remove_if_present(&path, context)?;
    }
    saved
}

fn copy_live(place: &Place, context: &Context) -> Result<()> {
    let live = Database::read(place.live(), Kind::Swap, context)?;
    let mut copy = Database::write(&place.previous_new(), Kind::Swap, context)?;
    copy.run(
        "prepare",
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF",
    )?;
    copy_consistently(&live, &mut copy).map(|_| ())
}
