//! The wrapper.

use super::fault::{Call, Effect, Fault, after, before, denied};
use super::habit::Habit;
use super::upload::FaultyUpload;
use async_trait::async_trait;
use futures::stream::{self, BoxStream};
use futures::{StreamExt, TryStreamExt};
use object_store::path::Path;
use object_store::{
    CopyOptions, GetOptions, GetResult, GetResultPayload, ListResult, MultipartUpload, ObjectMeta,
    ObjectStore, ObjectStoreExt, PutMode, PutMultipartOptions, PutOptions, PutPayload, PutResult,
    Result,
};
use std::collections::HashMap;
use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// What a [`FaultyStore`] has seen.
#[derive(Debug, Default)]
pub struct Gauge {
    pub(super) now: AtomicUsize,
    pub(super) highest: AtomicUsize,
    pub(super) aborted: AtomicUsize,
    old_versions: AtomicUsize,
    calls: AtomicUsize,
}

impl Gauge {
    /// The most bytes of pieces that were under way at once.
    #[must_use]
    pub fn highest(&self) -> usize {
        self.highest.load(Ordering::SeqCst)
    }

    /// How many uploads were given up.
    #[must_use]
    pub fn aborted(&self) -> usize {
        self.aborted.load(Ordering::SeqCst)
    }

    /// How often it was called.
    #[must_use]
    pub fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }

    /// How many versions lie hidden behind later ones or behind a removal.
    #[must_use]
    pub fn old_versions(&self) -> usize {
        self.old_versions.load(Ordering::SeqCst)
    }
}

/// A store with faults. Cloning shares everything.
#[derive(Debug, Clone)]
pub struct FaultyStore {
    inner: Arc<dyn ObjectStore>,
    faults: Arc<Vec<Fault>>,
    habits: Vec<Habit>,
    gauge: Arc<Gauge>,
    turn: Arc<tokio::sync::Mutex<()>>,
    /// How many listings each new object will still be missing from.
    unseen: Arc<Mutex<HashMap<Path, usize>>>,
}

impl FaultyStore {
    /// A store that behaves, over another.
    #[must_use]
    pub fn new(inner: Arc<dyn ObjectStore>) -> Self {
        Self {
            inner,
            faults: Arc::default(),
            habits: Vec::new(),
            gauge: Arc::default(),
            turn: Arc::default(),
            unseen: Arc::default(),
        }
    }

    /// The same with one more fault. Faults are counted apart; the first that applies wins.
    ///
    /// # Panics
    /// When the store is in use already.
    #[must_use]
    pub fn with(mut self, fault: Fault) -> Self {
        Arc::get_mut(&mut self.faults)
            .expect("give faults before the store is used")
            .push(fault);
        self
    }

    /// The same with one more habit.
    #[must_use]
    pub fn that(mut self, habit: Habit) -> Self {
        self.habits.push(habit);
        self
    }

    /// What it has seen so far.
    #[must_use]
    pub fn gauge(&self) -> Arc<Gauge> {
        Arc::clone(&self.gauge)
    }

    fn has(&self, habit: Habit) -> bool {
        self.habits.contains(&habit)
    }

    fn effect(&self, call: Call, path: &Path) -> Option<Effect> {
        self.gauge.calls.fetch_add(1, Ordering::SeqCst);
        // Every fault counts the call, also when another one decides it.
        let effects: Vec<_> = self
            .faults
            .iter()
            .map(|fault| fault.of(call, path))
            .collect();
        effects.into_iter().flatten().next()
    }

    async fn is_there(&self, path: &Path) -> bool {
        self.inner.head(path).await.is_ok()
    }

    async fn note_version(&self, path: &Path) {
        if self.has(Habit::KeepsVersions) && self.is_there(path).await {
            self.gauge.old_versions.fetch_add(1, Ordering::SeqCst);
        }
    }

    fn note_new(&self, path: &Path) {
        let lag = self.habits.iter().find_map(|habit| match habit {
            Habit::LagsBy(listings) => Some(*listings),
            _ => None,
        });
        if let Some(listings) = lag {
            let mut unseen = self.unseen.lock().unwrap_or_else(PoisonError::into_inner);
            unseen.insert(path.clone(), listings);
        }
    }

    /// Whether a listing shows the object yet.
    fn shows(&self, path: &Path) -> bool {
        let mut unseen = self.unseen.lock().unwrap_or_else(PoisonError::into_inner);
        match unseen.get_mut(path) {
            Some(0) | None => true,
            Some(left) => {
                *left -= 1;
                false
            }
        }
    }

    fn dated(&self, mut meta: ObjectMeta) -> ObjectMeta {
        for habit in &self.habits {
            match habit {
                Habit::ClockAhead(by) => meta.last_modified += *by,
                Habit::ClockBehind(by) => meta.last_modified -= *by,
                _ => {}
            }
        }
        meta
    }

    /// What a listing shows.
    async fn listed(&self, prefix: Option<Path>) -> Result<Vec<ObjectMeta>> {
        let folder = prefix.clone().unwrap_or_default();
        before(self.effect(Call::List, &folder), &folder).await?;
        let page = self.habits.iter().find_map(|habit| match habit {
            Habit::Pages(page) => Some(*page),
            _ => None,
        });
        let all = match page {
            Some(page) => Self::pages(Arc::clone(&self.inner), prefix, page).await?,
            None => self.inner.list(prefix.as_ref()).try_collect().await?,
        };
        let shown = all.into_iter().filter(|meta| self.shows(&meta.location));
        Ok(shown.map(|meta| self.dated(meta)).collect())
    }

    /// All objects, read page by page as a cloud's client does.
    async fn pages(
        inner: Arc<dyn ObjectStore>,
        prefix: Option<Path>,
        page: usize,
    ) -> Result<Vec<ObjectMeta>> {
        let mut all: Vec<ObjectMeta> = Vec::new();
        loop {
            let listed = match all.last() {
                Some(last) => inner.list_with_offset(prefix.as_ref(), &last.location),
                None => inner.list(prefix.as_ref()),
            };
            let mut next: Vec<ObjectMeta> = listed.try_collect().await?;
            next.sort_by(|one, other| one.location.cmp(&other.location));
            next.truncate(page);
            let last = next.len() < page;
            all.extend(next);
            if last {
                return Ok(all);
            }
        }
    }
}

impl fmt::Display for FaultyStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Faulty({})", self.inner)
    }
}

#[async_trait]
impl ObjectStore for FaultyStore {
    async fn put_opts(
        &self,
        path: &Path,
        payload: PutPayload,
        options: PutOptions,
    ) -> Result<PutResult> {
        let call = match options.mode {
            PutMode::Create => Call::Create,
            PutMode::Overwrite => Call::Put,
            PutMode::Update(_) => Call::Update,
        };
        let effect = self.effect(call, path);
        before(effect, path).await?;
        let _turn = match call == Call::Create && self.has(Habit::AtomicCreate) {
            true => Some(self.turn.lock().await),
            false => None,
        };
        if call != Call::Create {
            if self.has(Habit::NoOverwrite) && self.is_there(path).await {
                return Err(denied(path));
            }
            self.note_version(path).await;
        }
        let result = self.inner.put_opts(path, payload, options).await?;
        self.note_new(path);
        match after(effect, call, path) {
            Some(error) => Err(error),
            None => Ok(result),
        }
    }

    async fn put_multipart_opts(
        &self,
        path: &Path,
        options: PutMultipartOptions,
    ) -> Result<Box<dyn MultipartUpload>> {
        before(self.effect(Call::Begin, path), path).await?;
        self.note_new(path);
        Ok(Box::new(FaultyUpload {
            inner: self.inner.put_multipart_opts(path, options).await?,
            path: path.clone(),
            faults: Arc::clone(&self.faults),
            gauge: Arc::clone(&self.gauge),
        }))
    }

    async fn get_opts(&self, path: &Path, options: GetOptions) -> Result<GetResult> {
        let effect = self.effect(Call::Get, path);
        before(effect, path).await?;
        let mut result = self.inner.get_opts(path, options).await?;
        result.meta = self.dated(result.meta);
        if let Some(Effect::Truncates(bytes)) = effect {
            let (meta, range) = (result.meta.clone(), result.range.clone());
            let (attributes, extensions) = (result.attributes.clone(), result.extensions.clone());
            let whole = result.bytes().await?;
            let bytes = usize::try_from(bytes).unwrap_or(usize::MAX);
            let cut = whole.slice(..bytes.min(whole.len()));
            return Ok(GetResult {
                payload: GetResultPayload::Stream(stream::once(async { Ok(cut) }).boxed()),
                meta,
                range,
                attributes,
                extensions,
            });
        }
        Ok(result)
    }

    fn delete_stream(
        &self,
        paths: BoxStream<'static, Result<Path>>,
    ) -> BoxStream<'static, Result<Path>> {
        let store = self.clone();
        let removed = paths.then(move |path| {
            let store = store.clone();
            async move {
                let path = path?;
                let effect = store.effect(Call::Delete, &path);
                before(effect, &path).await?;
                if store.has(Habit::NoDelete) {
                    return Err(denied(&path));
                }
                store.note_version(&path).await;
                store.inner.delete(&path).await?;
                match after(effect, Call::Delete, &path) {
                    Some(error) => Err(error),
                    None => Ok(path),
                }
            }
        });
        removed.boxed()
    }

    fn list(&self, prefix: Option<&Path>) -> BoxStream<'static, Result<ObjectMeta>> {
        let (store, prefix) = (self.clone(), prefix.cloned());
        stream::once(async move { store.listed(prefix).await })
            .map_ok(|shown| stream::iter(shown.into_iter().map(Ok)))
            .try_flatten()
            .boxed()
    }

    async fn list_with_delimiter(&self, prefix: Option<&Path>) -> Result<ListResult> {
        let folder = prefix.cloned().unwrap_or_default();
        before(self.effect(Call::List, &folder), &folder).await?;
        let mut result = self.inner.list_with_delimiter(prefix).await?;
        result.objects = result
            .objects
            .into_iter()
            .filter(|meta| self.shows(&meta.location))
            .map(|meta| self.dated(meta))
            .collect();
        Ok(result)
    }

    async fn copy_opts(&self, from: &Path, to: &Path, options: CopyOptions) -> Result<()> {
        let effect = self.effect(Call::Copy, to);
        before(effect, to).await?;
        self.inner.copy_opts(from, to, options).await?;
        match after(effect, Call::Copy, to) {
            Some(error) => Err(error),
            None => Ok(()),
        }
    }
}
