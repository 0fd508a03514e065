//! A part of another backup, stored as it is compressed: only what encrypts it is another.

use super::object::{self, StoredObject};
use super::part::store_index;
use super::shared::Shared;
use weir_engine::CompressedPart;
use weir_model::error::Result;
use weir_model::manifest::Part;

/// Takes the part over. It counts once all of it was proven and acknowledged.
pub(super) async fn copy(shared: &Shared, compressed: CompressedPart) -> Result<()> {
    let CompressedPart {
        part,
        frames,
        mut stream,
    } = compressed;
    shared.begin(&part.name)?;
    let recipients = shared.recipients.as_ref();
    let _memory = object::hold(&part, recipients, &shared.budget).await?;
    let key = shared.key(&part.name);
    let mut object = StoredObject::new(&shared.store, key, &part, recipients, &shared.budget)?;
    while let Some(bytes) = stream.next().await? {
        object.append(bytes).await?;
    }
    let mut copied = Part {
        frames: None,
        ..object.finish(&part).await?
    };
    let mut finished = Vec::new();
    if let Some(content) = frames {
        let side = store_index(shared, &part.name, content).await?;
        copied.frames = Some(side.name.clone());
        finished.push(side);
    }
    finished.push(copied);
    shared.finish(finished);
    Ok(())
}
