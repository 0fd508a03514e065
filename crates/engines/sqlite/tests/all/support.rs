//! A store in memory, and the steps of a backup and a restore in one call each.

use async_trait::async_trait;
use bytes::Bytes;
use rusqlite::Connection;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use weir_engine::{
    Bounds, Context, Dumped, Endpoint, Engine as _, ForeignDump, ForeignFile, Live, LoadRequest,
    Masker, Observer, PartReader, PartSink, PartSource, PartSpec, PartWriter, Previous, Ready,
    Script, SilentObserver, TargetPolicy, Verification, schema_fingerprint,
};
use weir_engine_sqlite::SqliteEngine;
use weir_model::digest::Digest;
use weir_model::error::Result;
use weir_model::event::{Checkpoint, Event};
use weir_model::identity::Identity;
use weir_model::manifest::{FORMAT, Manifest, Part, Proof, Tools, VERSION};
use weir_model::sanitising::Mark;
use weir_model::stamp::{Stamp, Token};

/// A folder of its own for each test, with a place for scratch files in it.
pub(crate) struct Folder {
    pub(crate) dir: tempfile::TempDir,
}

impl Folder {
    pub(crate) fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("scratch")).unwrap();
        std::fs::create_dir(dir.path().join("target")).unwrap();
        Self { dir }
    }

    pub(crate) fn source(&self) -> PathBuf {
        self.dir.path().join("source.db")
    }

    pub(crate) fn target(&self) -> PathBuf {
        self.dir.path().join("target/live.db")
    }

    pub(crate) fn context(&self) -> Context {
        self.observed(Arc::new(SilentObserver))
    }

    pub(crate) fn observed(&self, observer: Arc<dyn Observer>) -> Context {
        let mut context = Context::new(observer);
        context.scratch = self.dir.path().join("scratch");
        context
    }

    /// Names of the files beside the target.
    pub(crate) fn beside_target(&self) -> Vec<String> {
        let mut names: Vec<String> = std::fs::read_dir(self.dir.path().join("target"))
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    /// Whether any file under the folder holds these bytes.
    pub(crate) fn holds(&self, folder: &str, bytes: &[u8]) -> bool {
        std::fs::read_dir(self.dir.path().join(folder))
            .unwrap()
            .any(|entry| {
                let content = std::fs::read(entry.unwrap().path()).unwrap();
                content.windows(bytes.len()).any(|window| window == bytes)
            })
    }
}

pub(crate) fn endpoint(path: &Path) -> Endpoint {
    Endpoint {
        url: format!("sqlite://{}", path.display()),
        database: "app".to_owned(),
        password: None,
        owner: None,
        policy: TargetPolicy::default(),
    }
}

pub(crate) fn create(path: &Path, sql: &str) -> Connection {
    let connection = Connection::open(path).unwrap();
    connection.execute_batch(sql).unwrap();
    connection
}

/// The first column of the first row.
pub(crate) fn one<T: rusqlite::types::FromSql>(path: &Path, sql: &str) -> T {
    let connection = Connection::open(path).unwrap();
    connection.query_row(sql, [], |row| row.get(0)).unwrap()
}

pub(crate) fn stamp(token: u64) -> Stamp {
    Stamp {
        run: format!("run-{token}"),
        token: Token(token),
        environment: "staging".to_owned(),
        data_as_of: "2026-11-22T01:00:00Z".parse().unwrap(),
        sanitising: Mark::raw(),
        hops: Vec::new(),
    }
}

pub(crate) fn request(token: u64) -> LoadRequest {
    LoadRequest {
        stamp: stamp(token),
        masker: None,
        previous: Previous::Keep,
        verification: Verification::Full,
        bounds: Bounds::new(),
        scripts_follow: false,
    }
}

pub(crate) fn masked(token: u64, masker: impl Masker + 'static) -> LoadRequest {
    LoadRequest {
        masker: Some(Arc::new(masker)),
        ..request(token)
    }
}

pub(crate) fn script(text: &str) -> Script {
    Script {
        name: "clean.sql".to_owned(),
        text: text.to_owned(),
    }
}

type Contents = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;

/// A backup in memory.
pub(crate) struct Backup {
    pub(crate) manifest: Manifest,
    pub(crate) content: Vec<u8>,
}

#[derive(Default)]
struct Sink {
    parts: Contents,
}

struct Writer {
    name: String,
    content: Vec<u8>,
    parts: Contents,
}

#[async_trait]
impl PartSink for Sink {
    async fn begin(&self, spec: PartSpec) -> Result<Box<dyn PartWriter>> {
        Ok(Box::new(Writer {
            name: spec.name,
            content: Vec::new(),
            parts: Arc::clone(&self.parts),
        }))
    }
}

#[async_trait]
impl PartWriter for Writer {
    async fn write(&mut self, content: Bytes) -> Result<()> {
        self.content.extend_from_slice(&content);
        Ok(())
    }

    async fn finish(self: Box<Self>) -> Result<()> {
        self.parts.lock().unwrap().insert(self.name, self.content);
        Ok(())
    }
}

struct Reader {
    rest: Bytes,
}

#[async_trait]
impl PartSource for Backup {
    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    async fn open(&self, _name: &str) -> Result<Box<dyn PartReader>> {
        Ok(Box::new(Reader {
            rest: Bytes::from(self.content.clone()),
        }))
    }
}

#[async_trait]
impl PartReader for Reader {
    async fn next(&mut self) -> Result<Option<Bytes>> {
        let length = self.rest.len().min(100_000);
        Ok(Some(self.rest.split_to(length)).filter(|chunk| !chunk.is_empty()))
    }
}

pub(crate) async fn backup_with(path: &Path, context: &Context) -> Result<Backup> {
    dump(path, None, context).await
}

/// Dumps a database, through rules if there are any.
pub(crate) async fn dump(
    path: &Path,
    masker: Option<Arc<dyn Masker>>,
    context: &Context,
) -> Result<Backup> {
    let sink = Sink::default();
    let opened = SqliteEngine.open(&endpoint(path), context).await?;
    let dumped = opened.dump(&sink, masker, context).await;
    sink.backup(dumped)
}

/// Makes a clean backup of a backup.
pub(crate) async fn rewrite(
    backup: Backup,
    masker: Arc<dyn Masker>,
    context: &Context,
) -> Result<Backup> {
    let sink = Sink::default();
    let parts = Arc::new(backup);
    let dumped = SqliteEngine.rewrite(parts, masker, &sink, context).await;
    sink.backup(dumped)
}

impl Sink {
    /// What was stored; nothing, after a failure.
    fn backup(&self, dumped: Result<Dumped>) -> Result<Backup> {
        let parts = std::mem::take(&mut *self.parts.lock().unwrap());
        if dumped.is_err() {
            assert!(parts.is_empty(), "a failure stores nothing");
        }
        let (dumped, (name, content)) = (dumped?, parts.into_iter().next().unwrap());
        Ok(Backup {
            manifest: manifest(dumped, name, &content),
            content,
        })
    }
}

pub(crate) async fn backup(folder: &Folder) -> Backup {
    backup_with(&folder.source(), &folder.context())
        .await
        .unwrap()
}

fn manifest(dumped: Dumped, name: String, content: &[u8]) -> Manifest {
    let unused = Digest::new("none", &[]);
    Manifest {
        format: FORMAT.to_owned(),
        version: VERSION,
        requires: Vec::new(),
        environment: "production".to_owned(),
        app: "app".to_owned(),
        engine: "sqlite".to_owned(),
        instance: "app-sqlite".to_owned(),
        database: "app".to_owned(),
        backup: "app-sqlite/2026-11-22T010000Z-app".to_owned(),
        run: "run-0".to_owned(),
        created: "2026-11-22T01:00:00Z".parse().unwrap(),
        data_as_of: "2026-11-22T01:00:00Z".parse().unwrap(),
        lineage: None,
        group: None,
        identity: Identity::default(),
        snapshot: dumped.snapshot,
        collations: dumped.collations,
        sanitising: Mark::raw(),
        encryption: None,
        copied_from: None,
        native: None,
        parts: vec![Part {
            name,
            bytes: content.len() as u64,
            stored: unused.clone(),
            unencrypted_bytes: None,
            content_bytes: content.len() as u64,
            content: unused,
            codec: weir_model::manifest::Codec::Zstd,
            frames: None,
        }],
        tables: dumped.tables,
        schema: schema_fingerprint(&dumped.catalog),
        catalog: dumped.catalog,
        proof: Proof::Dumped,
        tools: Tools {
            weir: "test".to_owned(),
            engine: dumped.engine_version,
            readable_by: dumped.readable_by,
        },
        unknown: serde_json::Map::new(),
    }
}

/// Loads, runs scripts and verifies.
pub(crate) async fn prepare(
    folder: &Folder,
    backup: Backup,
    request: LoadRequest,
    scripts: &[Script],
    context: &Context,
) -> Result<Box<dyn Ready>> {
    let loaded = SqliteEngine
        .load(
            &endpoint(&folder.target()),
            request,
            Arc::new(backup),
            context,
        )
        .await?;
    loaded
        .sanitise(scripts, context)
        .await?
        .verify(context)
        .await
}

pub(crate) async fn restore(folder: &Folder, backup: Backup, request: LoadRequest) -> Result<Live> {
    let context = folder.context();
    let ready = prepare(folder, backup, request, &[], &context).await?;
    ready.swap(&context).await
}

/// Keeps every event, and calls back at one checkpoint.
pub(crate) struct Watcher {
    pub(crate) events: Mutex<Vec<Event>>,
    at: Checkpoint,
    then: Box<dyn Fn() + Send + Sync>,
}

impl Watcher {
    pub(crate) fn at(at: Checkpoint, then: impl Fn() + Send + Sync + 'static) -> Arc<Self> {
        Arc::new(Self {
            events: Mutex::default(),
            at,
            then: Box::new(then),
        })
    }

    pub(crate) fn checkpoints(&self) -> Vec<Checkpoint> {
        let events = self.events.lock().unwrap();
        events
            .iter()
            .filter_map(|event| match event {
                Event::Checkpoint { checkpoint } => Some(*checkpoint),
                _ => None,
            })
            .collect()
    }
}

impl Observer for Watcher {
    fn event(&self, event: &Event) {
        self.events.lock().unwrap().push(event.clone());
        if matches!(event, Event::Checkpoint { checkpoint } if *checkpoint == self.at) {
            (self.then)();
        }
    }
}

/// Takes in files as a dump that others made.
pub(crate) async fn adopt(files: Vec<PathBuf>, folder: &Folder) -> Result<Backup> {
    let sink = Sink::default();
    let dump = ForeignDump {
        files: files.into_iter().map(ForeignFile::from).collect(),
        source: Identity::default().with("path", "db-1:/srv/app.db"),
    };
    sink.backup(SqliteEngine.adopt(&dump, &sink, &folder.context()).await)
}
