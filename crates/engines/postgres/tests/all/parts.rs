//! Parts in memory, with a manifest: a place for clean backups that is no store.

use async_trait::async_trait;
use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::{Arc, Mutex};
use weir_engine::{
    Dumped, Masker, PartReader, PartSink, PartSource, PartSpec, PartWriter, schema_fingerprint,
};
use weir_model::digest::Digest;
use weir_model::error::Result;
use weir_model::manifest::{Codec, Manifest, Part, TableDigest};
use weir_testkit::conformance::Setting;

/// How many bytes are handed out at once: rows are cut anywhere.
const PIECE: usize = 100_003;

type Contents = Arc<Mutex<BTreeMap<String, (Codec, Bytes)>>>;

/// Parts, and the manifest once there is one.
#[derive(Clone, Default)]
pub(crate) struct Kept {
    contents: Contents,
    copied: Arc<Mutex<Vec<String>>>,
    manifest: Option<Arc<Manifest>>,
}

/// A clean backup of a backup.
pub(crate) async fn clean_of(
    setting: &Setting,
    manifest: &Manifest,
    masker: impl Masker + 'static,
) -> Result<Kept> {
    let parts = setting.parts(manifest).await?;
    let (kept, context) = (Kept::default(), setting.context());
    let engine = setting.engine();
    let dumped = engine.rewrite(parts, Arc::new(masker), &kept, &context);
    Ok(kept.clone().with(manifest, dumped.await?))
}

impl Kept {
    /// The same as a backup: what was dumped, and all else as another manifest says it.
    pub(crate) fn with(mut self, other: &Manifest, dumped: Dumped) -> Self {
        let contents = Arc::clone(&self.contents);
        let parts = contents.lock().unwrap();
        let parts = parts.iter().map(|(name, (codec, content))| Part {
            name: name.clone(),
            bytes: 0,
            stored: Digest::new("sha256", &[]),
            unencrypted_bytes: None,
            content_bytes: content.len() as u64,
            content: Digest::new("blake3", &[]),
            codec: *codec,
            frames: None,
        });
        self.manifest = Some(Arc::new(Manifest {
            parts: parts.collect(),
            schema: schema_fingerprint(&dumped.catalog),
            snapshot: dumped.snapshot,
            collations: dumped.collations,
            tables: dumped.tables,
            catalog: dumped.catalog,
            ..other.clone()
        }));
        self
    }

    /// The same with a manifest that tells of one row more in some tables.
    pub(crate) fn telling(mut self, wrongly: impl Fn(&TableDigest) -> bool) -> Self {
        let mut manifest = self.manifest().clone();
        for table in manifest.tables.iter_mut().filter(|table| wrongly(table)) {
            table.rows += 1;
        }
        self.manifest = Some(Arc::new(manifest));
        self
    }

    /// The parts that were taken over.
    pub(crate) fn copied(&self) -> Vec<String> {
        self.copied.lock().unwrap().clone()
    }

    /// Whether any part holds a text.
    pub(crate) fn holds(&self, text: &str) -> bool {
        let contents = self.contents.lock().unwrap();
        contents
            .values()
            .any(|(_, content)| memchr::memmem::find(content, text.as_bytes()).is_some())
    }

    /// Whether all parts are those of another one.
    pub(crate) fn is_same_as(&self, other: &Self) -> bool {
        *self.contents.lock().unwrap() == *other.contents.lock().unwrap()
    }

    /// Whether there is a part of that name.
    pub(crate) fn holds_part(&self, name: &str) -> bool {
        self.contents.lock().unwrap().contains_key(name)
    }

    /// Writes the parts into a new folder, as a store does.
    pub(crate) fn write_to(&self, folder: &Path) {
        std::fs::create_dir(folder).unwrap();
        for (name, (codec, content)) in self.contents.lock().unwrap().iter() {
            let stored = match codec {
                Codec::Gzip => {
                    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
                    encoder.write_all(content).unwrap();
                    encoder.finish().unwrap()
                }
                _ => content.to_vec(),
            };
            std::fs::write(folder.join(name), stored).unwrap();
        }
    }
}

#[async_trait]
impl PartSink for Kept {
    async fn begin(&self, spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        Ok(Box::new(Writing {
            contents: Arc::clone(&self.contents),
            spec,
            content: Vec::new(),
        }))
    }

    async fn copy(&self, source: &dyn PartSource, name: &str) -> Result<()> {
        self.copied.lock().unwrap().push(name.to_owned());
        let codec = source.manifest().part(name).unwrap().codec;
        let (mut reader, mut content) = (source.open(name).await?, Vec::new());
        while let Some(piece) = reader.next().await? {
            content.extend_from_slice(&piece);
        }
        let kept = (codec, Bytes::from(content));
        self.contents.lock().unwrap().insert(name.to_owned(), kept);
        Ok(())
    }
}

struct Writing {
    contents: Contents,
    spec: PartSpec,
    content: Vec<u8>,
}

#[async_trait]
impl PartWriter for Writing {
    async fn write(&mut self, content: Bytes) -> Result<()> {
        self.content.extend_from_slice(&content);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        let kept = (self.spec.codec, Bytes::from(self.content));
        let before = self.contents.lock().unwrap().insert(self.spec.name, kept);
        assert!(before.is_none(), "a part is written once");
        Ok(())
    }
}

#[async_trait]
impl PartSource for Kept {
    fn manifest(&self) -> &Manifest {
        self.manifest.as_ref().expect("it is a backup by now")
    }

    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>> {
        let (_, content) = self.contents.lock().unwrap()[name].clone();
        Ok(Box::new(Reading(content)))
    }
}

struct Reading(Bytes);

#[async_trait]
impl PartReader for Reading {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let piece = self.0.split_to(PIECE.min(self.0.len()));
        Ok((!piece.is_empty()).then_some(piece))
    }
}
