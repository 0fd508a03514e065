//! The swap: the fence is compared, the old copy kept, and the shadow renamed over it.

use super::document::Document;
use super::files;
use super::load::Restore;
use super::stamp;
use async_trait::async_trait;
use weir_engine::{Context, Live, Previous, Ready, ScriptEffect};
use weir_model::error::{Error, Kind, Result};
use weir_model::event::Checkpoint;
use weir_model::manifest::TableDigest;

/// The stage before the swap.
pub(super) struct ToSwap {
    pub(super) restore: Restore,
    pub(super) tables: Vec<TableDigest>,
    pub(super) effects: Vec<ScriptEffect>,
}

#[async_trait]
impl Ready for ToSwap {
    fn tables(&self) -> &[TableDigest] {
        &self.tables
    }

    fn effects(&self) -> &[ScriptEffect] {
        &self.effects
    }

    async fn swap(mut self: Box<Self>, context: &Context) -> Result<Live> {
        let previous_kept = match self.put_live(context) {
            Ok(kept) => kept,
            Err(error) => return Err(self.restore.give_up(error)),
        };
        context.checkpoint(Checkpoint::Swapped);
        self.restore.lock.raise(self.restore.request.stamp.token)?;
        Ok(Live {
            stamp: self.restore.request.stamp.clone(),
            previous_kept,
        })
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        self.drop_shadow()
    }
}

impl ToSwap {
    fn put_live(&self, context: &Context) -> Result<bool> {
        let files = &self.restore.files;
        let doing = self.restore.doing("swap the database");
        context.check(&doing)?;
        let token = self.restore.request.stamp.token;
        // From here to the rename nobody else writes the live copy, so the fence holds.
        let _alone = files::alone(&files.live)?;
        let live = Document::read(&files.live, Kind::Target)?;
        stamp::refuse_stale(live.as_ref(), token, &doing)?;
        // A newer run takes the shadow with it: what is to be told then is that it was here.
        let mut shadow = self.restore.shadow()?;

        shadow.stamp = Some(self.restore.request.stamp.clone());
        shadow.password = live.as_ref().and_then(|live| live.password.clone());
        shadow.write(&files.shadow)?;
        let keep = live.filter(|_| self.restore.request.previous == Previous::Keep);
        if let Some(live) = &keep {
            let failed = |error| swap_failed(&doing, error);
            live.write(&files.previous_new)?;
            files::rename(&files.previous_new, &files.previous).map_err(failed)?;
            context.checkpoint(Checkpoint::PreviousKept);
        }
        context.checkpoint(Checkpoint::Swapping);
        context.check(&doing)?;
        files::rename(&files.shadow, &files.live).map_err(|error| swap_failed(&doing, error))?;
        Ok(keep.is_some())
    }
}

fn swap_failed(doing: &str, error: std::io::Error) -> Error {
    Error::from_source(Kind::Swap, doing, error)
        .hint("the live copy is untouched; check the folder's permissions and its disk's room")
}
