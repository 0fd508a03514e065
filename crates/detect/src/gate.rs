//! The gate: reads what arrives in a masked copy, and says whether anything personal is left.

mod canaries;
mod report;
mod shared;
mod standing;

use crate::find::find;
use crate::kind::{Certainty, Found, Sensitive};
use canaries::Canaries;
pub use report::{ColumnCanaries, GateFinding, GateReport};
use std::cell::RefCell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use weir_model::error::Result;

const KINDS: usize = Sensitive::ALL.len();

/// Threads count apart from each other, so that they do not wait for each other's caches.
const SHARDS: usize = 8;

/// So many bytes tell whether a value is a text.
const LOOKED_AT: usize = 1024;

/// A column whose values the gate reads.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GateColumn {
    /// The table.
    pub table: String,
    /// The column.
    pub column: String,
    /// What the ruleset lets stay in it.
    pub allow: Vec<Sensitive>,
    /// What its rule lets through on purpose, e.g. a number that a permutation maps to itself.
    pub produces: Vec<Sensitive>,
    /// Whether a rule masks it.
    pub masked: bool,
}

/// Reads values in flight, from many threads.
pub struct Gate {
    columns: Vec<Watched>,
    /// Values read of each column, by shards.
    read: Vec<Vec<AtomicU64>>,
    one_in: u64,
    threshold: f64,
    canaries: Canaries,
}

struct Watched {
    column: GateColumn,
    /// Which kinds do not count.
    ignored: [bool; KINDS],
    sure: [AtomicU64; KINDS],
    likely: [AtomicU64; KINDS],
    shapes: [OnceLock<String>; KINDS],
    canaries: AtomicU64,
}

impl Gate {
    /// A gate for columns, which fails where more than the share `threshold` of a column's values
    /// has a finding. The detectors read one in `one_in` values; canaries are looked for in all.
    ///
    /// # Errors
    /// Where the canaries are too many or too long to be looked for.
    pub fn new(
        columns: Vec<GateColumn>,
        one_in: u64,
        threshold: f64,
        canaries: &[String],
    ) -> Result<Self> {
        let counters = || (0..columns.len()).map(|_| AtomicU64::new(0)).collect();
        Ok(Self {
            read: (0..SHARDS).map(|_| counters()).collect(),
            columns: columns.into_iter().map(Watched::new).collect(),
            one_in: one_in.max(1),
            threshold,
            canaries: Canaries::new(canaries)?,
        })
    }

    /// Reads one value of a column, by its place in the list the gate was made with.
    pub fn read(&self, column: usize, value: &[u8]) {
        self.look(column, value, || true, |_| {});
    }

    /// Reads what a rule has written in the place of `before`. Pseudonyms look like what they stand
    /// for, and letters of a keyed hash are an IBAN by chance once in a hundred thousand: what is
    /// found counts where it stood in the value before.
    pub fn read_written(&self, column: usize, before: &[u8], written: &[u8]) {
        let may_count = || shared::may_stand(before, written);
        let count = |found: &mut Vec<Found>| standing::retain(found, before, written);
        self.look(column, written, may_count, count);
    }

    fn look(
        &self,
        column: usize,
        value: &[u8],
        may_count: impl FnOnce() -> bool,
        count: impl Fn(&mut Vec<Found>),
    ) {
        let Some(watched) = self.columns.get(column) else {
            return;
        };
        if self.canaries.are_in(value) {
            watched.canaries.fetch_add(1, Ordering::Relaxed);
        }
        let counter = self.read.get(shard()).and_then(|shard| shard.get(column));
        let before = counter.map_or(0, |counter| counter.fetch_add(1, Ordering::Relaxed));
        // Without a division where every value is read.
        let is_read = self.one_in == 1 || before.is_multiple_of(self.one_in);
        if is_read && may_count() {
            FOUND.with_borrow_mut(|found| {
                find(value, found);
                count(found);
                if !found.is_empty() {
                    watched.note(value, found);
                }
            });
        }
    }

    /// The same for bytes, which may be no text: in a picture, letters stand by chance, and only
    /// canaries are looked for.
    pub fn read_bytes(&self, column: usize, value: &[u8]) {
        if is_text(value) {
            self.read(column, value);
        } else if let Some(watched) = self.columns.get(column)
            && self.canaries.are_in(value)
        {
            watched.canaries.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What was seen so far.
    #[must_use]
    pub fn report(&self) -> GateReport {
        let read = |column: usize| {
            let shards = self.read.iter().filter_map(|shard| shard.get(column));
            let counts = shards.map(|count| count.load(Ordering::Relaxed).div_ceil(self.one_in));
            counts.sum::<u64>()
        };
        let mut report = GateReport {
            read: 0,
            one_in: self.one_in,
            threshold: self.threshold,
            findings: Vec::new(),
            canaries: self.canaries.len(),
            canaries_found: Vec::new(),
        };
        for (place, watched) in self.columns.iter().enumerate() {
            let read = read(place);
            report.read += read;
            watched.add_to(&mut report, read);
        }
        report
    }
}

/// Whether bytes begin as a text does: UTF-8 without control characters but those of lines.
fn is_text(value: &[u8]) -> bool {
    let head = value.get(..LOOKED_AT).unwrap_or(value);
    let is_utf8 = match std::str::from_utf8(head) {
        Ok(_) => true,
        // A letter may be cut in two where the head ends.
        Err(error) => error.error_len().is_none() && head.len() < value.len(),
    };
    let mut controls = head.iter().filter(|byte| byte.is_ascii_control());
    is_utf8 && controls.all(|byte| b"\t\n\r\x0c".contains(byte))
}

thread_local! {
    static FOUND: RefCell<Vec<Found>> = const { RefCell::new(Vec::new()) };
    static SHARD: usize = {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS
    };
}

fn shard() -> usize {
    SHARD.with(|shard| *shard)
}

impl Watched {
    fn new(column: GateColumn) -> Self {
        let mut ignored = [false; KINDS];
        let produced = column.produces.iter().filter(|_| column.masked);
        for what in column.allow.iter().chain(produced) {
            if let Some(ignored) = ignored.get_mut(*what as usize) {
                *ignored = true;
            }
        }
        Self {
            column,
            ignored,
            sure: Default::default(),
            likely: Default::default(),
            shapes: Default::default(),
            canaries: AtomicU64::new(0),
        }
    }

    /// Counts a value once for each kind found in it, as sure as the surest of the kind.
    fn note(&self, value: &[u8], found: &[Found]) {
        let mut kinds = [None; KINDS];
        for finding in found {
            let Some(kind) = kinds.get_mut(finding.what as usize) else {
                continue;
            };
            let (first, surest) = kind.unwrap_or((finding, finding.certainty));
            *kind = Some((first, surest.max(finding.certainty)));
        }
        for (kind, of_kind) in kinds.iter().enumerate() {
            let Some((first, surest)) = of_kind else {
                continue;
            };
            if self.ignored.get(kind).copied().unwrap_or(true) {
                continue;
            }
            let counts = match surest {
                Certainty::Sure => &self.sure,
                Certainty::Likely => &self.likely,
            };
            if let (Some(count), Some(shape)) = (counts.get(kind), self.shapes.get(kind)) {
                count.fetch_add(1, Ordering::Relaxed);
                shape.get_or_init(|| {
                    report::shape(value.get(first.start..first.end).unwrap_or_default())
                });
            }
        }
    }

    fn add_to(&self, report: &mut GateReport, read: u64) {
        for (place, what) in Sensitive::ALL.into_iter().enumerate() {
            let count = |counts: &[AtomicU64; KINDS]| {
                counts
                    .get(place)
                    .map_or(0, |count| count.load(Ordering::Relaxed))
            };
            let (sure, likely) = (count(&self.sure), count(&self.likely));
            if sure + likely > 0 {
                report.findings.push(GateFinding {
                    table: self.column.table.clone(),
                    column: self.column.column.clone(),
                    what,
                    masked: self.column.masked,
                    sure,
                    likely,
                    read,
                    example_shape: self
                        .shapes
                        .get(place)
                        .and_then(OnceLock::get)
                        .cloned()
                        .unwrap_or_default(),
                });
            }
        }
        let values = self.canaries.load(Ordering::Relaxed);
        if values > 0 {
            report.canaries_found.push(ColumnCanaries {
                table: self.column.table.clone(),
                column: self.column.column.clone(),
                values,
            });
        }
    }
}
