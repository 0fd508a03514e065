//! Loading: parts into a shadow, masked on the way, and two proofs.

use super::config;
use super::document::{Cell, Document, Table};
use super::dump::{SCHEMA_PART, Schema, rows_part};
use super::files::{self, Beside};
use super::heal;
use super::lock::Lock;
use super::mask;
use super::stamp;
use super::transform;
use async_trait::async_trait;
use std::sync::Arc;
use weir_engine::{
    Context, Endpoint, LoadRequest, Loaded, PartSource, Sanitised, Script, compare_tables,
};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};
use weir_model::event::{Checkpoint, Unit};
use weir_model::manifest::TableDigest;

/// What every stage of a restore carries on.
pub(super) struct Restore {
    pub(super) files: Beside,
    pub(super) lock: Lock,
    pub(super) request: LoadRequest,
    /// The schema the backup promised.
    pub(super) promised: Catalog,
    /// Rows as they were sent, after masking.
    pub(super) sent: Vec<TableDigest>,
}

impl Restore {
    pub(super) fn doing(&self, what: &str) -> String {
        format!("{what} {}", self.files.live.display())
    }

    pub(super) fn shadow(&self) -> Result<Document> {
        Document::read(&self.files.shadow, Kind::Target)?.ok_or_else(|| {
            let cause = "the shadow is gone";
            Error::new(Kind::Verify, self.doing("read the shadow of"), cause)
                .hint("find out who removed it, then restore again")
        })
    }

    /// Whether the rules have something done in the shadow.
    fn has_steps(&self) -> bool {
        let masker = self.request.masker.as_ref();
        masker.is_some_and(|masker| !masker.steps().is_empty())
    }

    /// Removes the shadow, keeping the error that made it useless.
    pub(super) fn give_up(&self, error: Error) -> Error {
        // What cannot be removed now is removed by whoever heals.
        let _ = files::remove(&self.files.shadow);
        error
    }
}

pub(super) async fn load(
    endpoint: &Endpoint,
    request: LoadRequest,
    parts: Arc<dyn PartSource>,
    context: &Context,
) -> Result<Box<dyn Loaded>> {
    let live = config::exists(endpoint, Kind::Target)?;
    let files = Beside::new(&config::path(endpoint)?);
    let mut lock = Lock::take(&files)?;
    let mut restore = {
        let doing = format!("restore the database {}", files.live.display());
        lock.refuse_stale(request.stamp.token)?;
        stamp::refuse_stale(live.as_ref(), request.stamp.token, &doing)?;
        heal::drop_leftovers(&files)?;
        files::remove(&files.previous)?;
        Restore {
            files,
            lock,
            request,
            promised: parts.manifest().catalog.clone(),
            sent: Vec::new(),
        }
    };
    match fill(&mut restore, parts.as_ref(), context).await {
        Ok(()) => Ok(Box::new(restore)),
        Err(error) => Err(restore.give_up(error)),
    }
}

async fn fill(restore: &mut Restore, parts: &dyn PartSource, context: &Context) -> Result<()> {
    let doing = restore.doing("load the shadow of");
    context.check(&doing)?;
    Document::default().write(&restore.files.shadow)?;
    context.checkpoint(Checkpoint::ShadowCreated);

    let raw = read_parts(parts, context, &doing).await?;
    let verification = restore.request.verification;
    let received = restore.doing("compare the rows received with the manifest of");
    compare_tables(
        &received,
        &parts.manifest().tables,
        &raw.digests(),
        verification,
    )?;

    let clean = match &restore.request.masker {
        Some(masker) => mask::mask(raw, masker.as_ref(), &doing)?,
        None => raw,
    };
    restore.sent = clean.digests();
    context.check(&doing)?;
    clean.write(&restore.files.shadow)?;
    drop(clean);
    context.checkpoint(Checkpoint::RowsLoaded);

    context.check(&doing)?;
    let read_back = restore.doing("read back the shadow of");
    let found = restore.shadow()?.digests();
    compare_tables(&read_back, &restore.sent, &found, verification)?;
    context.checkpoint(Checkpoint::ReadBack);
    Ok(())
}

pub(super) async fn read_parts(
    parts: &dyn PartSource,
    context: &Context,
    doing: &str,
) -> Result<Document> {
    let text = read_part(parts, SCHEMA_PART, context, doing).await?;
    let schema: Schema = serde_json::from_slice(&text).map_err(|_| garbled(SCHEMA_PART, doing))?;
    let mut document = Document {
        tables: schema.tables,
        objects: schema.objects,
        ..Document::default()
    };
    let total = parts.manifest().rows();
    let mut done = 0;
    for table in &mut document.tables {
        let _work = context.at_table(&table.name);
        let part = rows_part(&table.name);
        let text = read_part(parts, &part, context, doing).await?;
        table.rows = rows(&text, table).ok_or_else(|| garbled(&part, doing))?;
        done += table.rows.len() as u64;
        context.progress(Unit::Rows, done, total);
    }
    Ok(document)
}

/// Reads a part to its end: only then is it proven.
async fn read_part(
    parts: &dyn PartSource,
    name: &str,
    context: &Context,
    doing: &str,
) -> Result<Vec<u8>> {
    let mut reader = parts.open(name).await?;
    let mut text = Vec::new();
    while let Some(bytes) = reader.next().await? {
        context.check(doing)?;
        text.extend_from_slice(&bytes);
    }
    Ok(text)
}

fn rows(text: &[u8], table: &Table) -> Option<Vec<Vec<Cell>>> {
    let width = table.columns.len();
    text.split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice::<Vec<Cell>>(line).ok())
        .map(|row| row.filter(|row| row.len() == width))
        .collect()
}

fn garbled(part: &str, doing: &str) -> Error {
    Error::new(
        Kind::Corrupt,
        doing,
        format!("part {part} is not what a dump writes"),
    )
    .hint("restore another backup, and find out what wrote this one")
}

#[async_trait]
impl Loaded for Restore {
    fn sent(&self) -> &[TableDigest] {
        &self.sent
    }

    fn certify(&mut self, sanitising: weir_model::sanitising::Mark) {
        self.request.stamp.sanitising = sanitising;
    }

    async fn sanitise(
        self: Box<Self>,
        scripts: &[Script],
        context: &Context,
    ) -> Result<Box<dyn Sanitised>> {
        match transform::run(&self, scripts, context) {
            Ok(()) => Ok(Box::new(super::verify::ToVerify {
                scripted: !scripts.is_empty(),
                stepped: self.has_steps(),
                restore: *self,
            })),
            Err(error) => Err(self.give_up(error)),
        }
    }

    async fn discard(self: Box<Self>) -> Result<()> {
        files::remove(&self.files.shadow)
    }
}
