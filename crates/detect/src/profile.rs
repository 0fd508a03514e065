//! What a whole column holds: its name, its type and what its values look like together.

mod fit;
mod judge;

use crate::by_name::{TypeKind, by_name, says_thing};
use crate::find::find;
use crate::kind::{Certainty, Found, Sensitive};
use crate::words::hash;
use fit::Look;

/// How sure a judgement must be to call a column sensitive.
const SENSITIVE: f32 = 0.5;

/// Bits of the sketch that counts different values.
const SKETCH_WORDS: usize = 256;

/// Gathers what a column's values look like. It keeps counts, and no value.
pub struct Profile {
    names: Vec<(Sensitive, f32)>,
    type_kind: TypeKind,
    thing: bool,
    counts: Counts,
    buffer: Vec<Found>,
}

/// What was counted.
struct Counts {
    values: u64,
    /// Values that are a kind as a whole, by the detectors.
    whole: [u64; KINDS],
    /// Those of them that are sure.
    sure: [u64; KINDS],
    /// Values with a kind inside of more text, surely or likely.
    inside: [u64; KINDS],
    inside_sure: [u64; KINDS],
    /// Values that a kind's looser format fits.
    fits: [u64; KINDS],
    /// Values with anything inside of more text.
    with_findings: u64,
    looks: fit::Looks,
    sketch: [u64; SKETCH_WORDS],
}

const KINDS: usize = Sensitive::ALL.len();

/// What a column likely holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Verdict {
    /// Every kind it could be, the surest first.
    pub what: Vec<Judgement>,
    /// Whether one of them is sure enough to mask the column.
    pub sensitive: bool,
}

/// One kind a column could be.
#[derive(Debug, Clone, PartialEq)]
pub struct Judgement {
    /// The kind.
    pub what: Sensitive,
    /// How sure, 0 to 1.
    pub certainty: f32,
    /// Why, in words; never with a value.
    pub why: Vec<String>,
}

impl Profile {
    /// Nothing is known yet but the names and the type.
    #[must_use]
    pub fn new(table: &str, column: &str, data_type: &str) -> Self {
        Self {
            names: by_name(table, column, data_type),
            type_kind: TypeKind::of(data_type),
            thing: says_thing(column),
            counts: Counts {
                values: 0,
                whole: [0; KINDS],
                sure: [0; KINDS],
                inside: [0; KINDS],
                inside_sure: [0; KINDS],
                fits: [0; KINDS],
                with_findings: 0,
                looks: fit::Looks::default(),
                sketch: [0; SKETCH_WORDS],
            },
            buffer: Vec::new(),
        }
    }

    /// Looks at one more value; NULL and empty ones say nothing.
    pub fn add(&mut self, value: Option<&[u8]>) {
        let value = value.unwrap_or_default().trim_ascii();
        if value.is_empty() {
            return;
        }
        self.counts.values += 1;
        self.counts.note_different(value);
        find(value, &mut self.buffer);
        self.counts.note_findings(value, &self.buffer);
        let look = Look::of(value);
        self.counts.looks.add(&look);
        for (place, what) in Sensitive::ALL.into_iter().enumerate() {
            if look.fits(what, value) {
                bump(&mut self.counts.fits, place);
            }
        }
    }

    /// What the column likely holds.
    #[must_use]
    pub fn verdict(&self) -> Verdict {
        let mut what = judge::judgements(&self.names, (self.type_kind, self.thing), &self.counts);
        what.sort_by(|one, other| other.certainty.total_cmp(&one.certainty));
        let sensitive = what
            .first()
            .is_some_and(|first| first.certainty >= SENSITIVE);
        Verdict { what, sensitive }
    }
}

impl Counts {
    fn note_findings(&mut self, value: &[u8], found: &[Found]) {
        let mut seen = [false; KINDS];
        let mut any = false;
        for finding in found {
            let place = finding.what as usize;
            let sure = finding.certainty == Certainty::Sure;
            // What stands around it may be a bracket, but no words.
            if finding.end - finding.start + 2 >= value.len() {
                bump(&mut self.whole, place);
                if sure {
                    bump(&mut self.sure, place);
                }
                continue;
            }
            any = true;
            if let Some(seen) = seen.get_mut(place).filter(|seen| !**seen) {
                *seen = true;
                bump(&mut self.inside, place);
                if sure {
                    bump(&mut self.inside_sure, place);
                }
            }
        }
        self.with_findings += u64::from(any);
    }

    fn note_different(&mut self, value: &[u8]) {
        let bit = hash(value) as usize % (SKETCH_WORDS * 64);
        if let Some(word) = self.sketch.get_mut(bit / 64) {
            *word |= 1 << (bit % 64);
        }
    }

    /// About how many different values there were (linear counting).
    fn different(&self) -> f64 {
        let bits = (SKETCH_WORDS * 64) as f64;
        let free = bits
            - self
                .sketch
                .iter()
                .map(|word| f64::from(word.count_ones()))
                .sum::<f64>();
        bits * (bits / free.max(1.0)).ln()
    }

    /// Whether nearly all values have one word.
    fn is_single(&self) -> bool {
        self.share(self.looks.single) >= 0.8
    }

    /// The share of all values.
    fn share(&self, count: u64) -> f32 {
        count as f32 / self.values.max(1) as f32
    }

    fn share_of(&self, counts: &[u64; KINDS], what: Sensitive) -> f32 {
        self.share(counts.get(what as usize).copied().unwrap_or(0))
    }
}

fn bump(counts: &mut [u64; KINDS], place: usize) {
    if let Some(count) = counts.get_mut(place) {
        *count += 1;
    }
}
