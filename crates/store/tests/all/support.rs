//! What the tests share.

use bytes::Bytes;
use jiff::Timestamp;
use object_store::memory::InMemory;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt};
use std::collections::BTreeMap;
use std::process::Command;
use std::sync::{Arc, Mutex};
use weir_engine::{Observer, PartSink, PartSource, PartSpec};
use weir_model::catalog::Catalog;
use weir_model::digest::Digest;
use weir_model::error::Result;
use weir_model::event::Event;
use weir_model::identity::Identity;
use weir_model::manifest::{Codec, FORMAT, Manifest, Proof, Snapshot, Tools, VERSION};
use weir_model::sanitising::Mark;
use weir_store::{
    BackupName, BackupReader, BackupWriter, Committed, Identities, MemoryBudget, Recipients,
    SigningKey, Store,
};

pub(crate) const MIB: usize = 1024 * 1024;

/// A store, and what lies behind it, to be changed behind its back.
pub(crate) struct Bench {
    pub(crate) objects: Arc<dyn ObjectStore>,
    pub(crate) store: Store,
    pub(crate) state: Store,
    pub(crate) budget: MemoryBudget,
    /// Whom backups are encrypted to, if to anybody.
    pub(crate) recipients: Option<Recipients>,
    /// What reads them.
    pub(crate) identities: Identities,
}

impl Bench {
    pub(crate) fn new() -> Self {
        Self::on(Arc::new(InMemory::new()))
    }

    pub(crate) fn on(objects: Arc<dyn ObjectStore>) -> Self {
        let store = Store::from_object_store(Arc::clone(&objects), "memory:");
        Self {
            objects,
            state: store.under("_weir"),
            store,
            budget: MemoryBudget::default(),
            recipients: None,
            identities: Identities::default(),
        }
    }

    /// The same, with every backup encrypted to these identities.
    pub(crate) fn encrypted_to(self, identities: &Identities) -> Self {
        let keys = identities.recipients();
        let recipients = Recipients::parse(keys.iter().map(String::as_str)).unwrap();
        Self {
            recipients: Some(recipients),
            identities: identities.clone(),
            ..self
        }
    }

    pub(crate) async fn writer(&self, database: &str, time: &str) -> BackupWriter {
        let name = BackupName::new("main", at(time), database);
        let recipients = self.recipients.as_ref();
        let (store, state) = (&self.store, &self.state);
        BackupWriter::claim(store, state, name, "run-1", recipients, &self.budget)
            .await
            .unwrap()
    }

    /// A whole backup with one part.
    pub(crate) async fn backup(&self, database: &str, time: &str) -> Committed {
        let content = format!("{database} {time}").into_bytes();
        self.backup_of(database, time, &[("data.zst", content)], None)
            .await
    }

    pub(crate) async fn backup_of(
        &self,
        database: &str,
        time: &str,
        parts: &[(&str, Vec<u8>)],
        key: Option<&SigningKey>,
    ) -> Committed {
        let writer = self.writer(database, time).await;
        for (name, content) in parts {
            write_part(&writer, name, content).await;
        }
        writer.commit(manifest("production"), key).await.unwrap()
    }

    pub(crate) fn reader(&self, manifest: &Manifest) -> BackupReader {
        BackupReader::new(
            &self.store,
            manifest.clone(),
            &self.identities,
            &self.budget,
        )
    }

    pub(crate) async fn get(&self, key: &str) -> Option<Vec<u8>> {
        let result = self.objects.get(&Path::parse(key).unwrap()).await.ok()?;
        Some(result.bytes().await.unwrap().to_vec())
    }

    pub(crate) async fn put(&self, key: &str, bytes: impl Into<Bytes>) {
        let bytes: Bytes = bytes.into();
        self.objects
            .put(&Path::parse(key).unwrap(), bytes.into())
            .await
            .unwrap();
    }

    pub(crate) async fn delete(&self, key: &str) {
        self.objects
            .delete(&Path::parse(key).unwrap())
            .await
            .unwrap();
    }

    /// Changes a stored JSON document behind the store's back.
    pub(crate) async fn edit(&self, key: &str, edit: impl FnOnce(&mut serde_json::Value)) {
        let bytes = self.get(key).await.unwrap();
        let mut document = serde_json::from_slice(&bytes).unwrap();
        edit(&mut document);
        self.put(key, serde_json::to_vec(&document).unwrap()).await;
    }
}

/// A new identity.
pub(crate) fn identity() -> Identities {
    Identities::parse(&Identities::generate(Timestamp::UNIX_EPOCH).file).unwrap()
}

pub(crate) fn at(time: &str) -> Timestamp {
    time.parse().unwrap()
}

/// A manifest as an engine leaves it.
pub(crate) fn manifest(environment: &str) -> Manifest {
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        requires: Vec::new(),
        environment: environment.to_owned(),
        app: "app".to_owned(),
        engine: "sqlite".to_owned(),
        instance: String::new(),
        database: String::new(),
        backup: String::new(),
        run: String::new(),
        created: at("2026-11-22T01:36:00Z"),
        data_as_of: at("2026-11-22T01:36:00Z"),
        lineage: None,
        group: None,
        identity: Identity::default().with("file", "1:2"),
        collations: BTreeMap::new(),
        snapshot: Snapshot {
            mode: "test".to_owned(),
            position: None,
        },
        sanitising: Mark::raw(),
        parts: Vec::new(),
        encryption: None,
        copied_from: None,
        native: None,
        tables: Vec::new(),
        catalog: Catalog::default(),
        schema: Digest::new("schema-v1", &[1]),
        proof: Proof::Dumped,
        tools: Tools {
            weir: "0".to_owned(),
            engine: "0".to_owned(),
            readable_by: "any".to_owned(),
        },
        unknown: serde_json::Map::new(),
    }
}

/// Writes a part in uneven chunks. The ending of its name says how it is compressed.
pub(crate) async fn write_part(sink: &dyn PartSink, name: &str, content: &[u8]) {
    let codec = match name.rsplit_once('.') {
        Some((_, "zst")) => Codec::Zstd,
        Some((_, "gz")) => Codec::Gzip,
        _ => Codec::None,
    };
    let spec = PartSpec {
        name: name.to_owned(),
        codec,
        expected_bytes: 0,
    };
    let mut part = sink.begin(spec).await.unwrap();
    for chunk in content.chunks(1_000_003) {
        part.write(Bytes::copy_from_slice(chunk)).await.unwrap();
    }
    part.finish().await.unwrap();
}

/// What the stock tools make of stored bytes.
pub(crate) fn decompressed(codec: Codec, stored: Vec<u8>) -> Vec<u8> {
    match codec {
        Codec::None => stored,
        Codec::Zstd => zstd::decode_all(&stored[..]).unwrap(),
        Codec::Gzip => {
            let folder = tempfile::tempdir().unwrap();
            let file = folder.path().join("part.gz");
            std::fs::write(&file, stored).unwrap();
            let output = Command::new("gzip").arg("-dc").arg(file).output().unwrap();
            assert!(output.status.success(), "gzip -dc");
            output.stdout
        }
    }
}

/// Reads a part to its end; what was handed out before an error is in `seen`.
pub(crate) async fn read_part(
    source: &dyn PartSource,
    name: &str,
    seen: &mut Vec<u8>,
) -> Result<()> {
    let mut part = source.open(name).await?;
    while let Some(bytes) = part.next().await? {
        seen.extend_from_slice(&bytes);
    }
    Ok(())
}

/// Bytes that do not compress, the same ones every time.
pub(crate) fn noise(bytes: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let words = std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    });
    words.flatten().take(bytes).collect()
}

/// Keeps what is waited for, each once.
#[derive(Default)]
pub(crate) struct Awaited(Mutex<Vec<String>>);

impl Awaited {
    /// What it was told.
    pub(crate) fn told(&self) -> Vec<String> {
        self.0.lock().unwrap().clone()
    }
}

impl Observer for Awaited {
    fn event(&self, event: &Event) {
        if let Event::Waiting { what, .. } = event {
            let mut told = self.0.lock().unwrap();
            if told.last() != Some(what) {
                told.push(what.clone());
            }
        }
    }
}
