//! A store of parts in memory.

use async_trait::async_trait;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use weir_engine::{
    Dumped, PartReader, PartSink, PartSource, PartSpec, PartWriter, schema_fingerprint,
};
use weir_model::digest::Digest;
use weir_model::error::Result;
use weir_model::manifest::{Manifest, Part};

type Parts = Arc<Mutex<BTreeMap<String, (PartSpec, Vec<u8>)>>>;

/// Parts by their names.
pub(crate) struct Memory {
    parts: Parts,
    number: usize,
}

impl Default for Memory {
    fn default() -> Self {
        static NUMBER: AtomicUsize = AtomicUsize::new(0);
        Self {
            parts: Parts::default(),
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
        }
    }
}

impl Memory {
    /// A number that no other has.
    pub(crate) fn number(&self) -> usize {
        self.number
    }

    /// The names of all parts.
    pub(crate) fn names(&self) -> Vec<String> {
        self.parts.lock().unwrap().keys().cloned().collect()
    }

    /// The content of a part.
    pub(crate) fn content(&self, name: &str) -> Vec<u8> {
        self.parts.lock().unwrap()[name].1.clone()
    }

    /// The parts in which a text stands.
    pub(crate) fn files_with(&self, text: &str) -> Vec<String> {
        let names = self.names();
        let holds = |name: &String| {
            let content = self.content(name);
            content
                .windows(text.len())
                .any(|window| window == text.as_bytes())
        };
        names.into_iter().filter(holds).collect()
    }

    /// Writes each part into a file, compressed as its name says.
    pub(crate) fn write_to(&self, folder: &Path) {
        std::fs::create_dir(folder).unwrap();
        for name in self.names() {
            let content = self.content(&name);
            let file = std::fs::File::create(folder.join(&name)).unwrap();
            if name.ends_with(".gz") {
                let mut writer = flate2::write::GzEncoder::new(file, flate2::Compression::fast());
                writer.write_all(&content).unwrap();
                writer.finish().unwrap();
            } else {
                std::fs::write(folder.join(&name), content).unwrap();
            }
        }
    }
}

#[async_trait]
impl PartSink for Memory {
    async fn begin(&self, spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        Ok(Box::new(Writing {
            parts: Arc::clone(&self.parts),
            spec,
            content: Vec::new(),
        }))
    }
}

struct Writing {
    parts: Parts,
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
        let Self {
            parts,
            spec,
            content,
        } = *self;
        let name = spec.name.clone();
        let there = parts.lock().unwrap().insert(name.clone(), (spec, content));
        assert!(there.is_none(), "part {name} is written twice");
        Ok(())
    }
}

/// A backup in memory.
pub(crate) struct Stored {
    manifest: Manifest,
    memory: Memory,
}

impl Stored {
    /// What was dumped, with the rest of the manifest as another one has it.
    pub(crate) fn new(base: &Manifest, memory: Memory, dumped: &Dumped) -> Self {
        let parts = memory.names().into_iter().map(|name| {
            let parts = memory.parts.lock().unwrap();
            let (spec, content) = &parts[&name];
            Part {
                name,
                bytes: content.len() as u64,
                stored: Digest::new("sha256", &[0]),
                unencrypted_bytes: None,
                content_bytes: content.len() as u64,
                content: Digest::new("blake3", &[0]),
                codec: spec.codec,
                frames: None,
            }
        });
        let manifest = Manifest {
            parts: parts.collect(),
            catalog: dumped.catalog.clone(),
            tables: dumped.tables.clone(),
            schema: schema_fingerprint(&dumped.catalog),
            ..base.clone()
        };
        Self { manifest, memory }
    }
}

#[async_trait]
impl PartSource for Stored {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn open(&self, name: &str) -> Result<Box<dyn PartReader>> {
        let content = Bytes::from(self.memory.content(name));
        Ok(Box::new(Reading(content)))
    }
}

struct Reading(Bytes);

#[async_trait]
impl PartReader for Reading {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let piece = self.0.split_to(self.0.len().min(100_000));
        Ok((!piece.is_empty()).then_some(piece))
    }
}
