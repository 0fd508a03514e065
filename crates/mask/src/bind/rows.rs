//! The rules of one table at work, row by row.

use crate::condition::BoundCondition;
use crate::key::DomainKey;
use crate::scheme::Pseudonym;
use crate::transformer::{RowView, ValueMask};
use crate::watch::Watch;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use weir_engine::{ColumnUse, Fate, Field, Replacement, RowMask};
use weir_model::error::Result;

/// Which rows arrive.
#[derive(Default)]
pub(super) struct Filter {
    pub(super) keep: Option<BoundCondition>,
    pub(super) drop: Option<BoundCondition>,
    pub(super) sample: Option<BoundSample>,
    pub(super) limit: Option<BoundLimit>,
}

/// A share of the rows by a column's value.
pub(super) struct BoundSample {
    pub(super) column: usize,
    pub(super) one_in: u64,
    pub(super) key: DomainKey,
}

/// So many rows at most, whichever worker reads them.
pub(super) struct BoundLimit {
    column: usize,
    left: AtomicU64,
}

impl BoundLimit {
    /// For a table of which that column is read.
    pub(super) const fn new(most: u64, column: usize) -> Self {
        Self {
            column,
            left: AtomicU64::new(most),
        }
    }

    fn has_room(&self) -> bool {
        self.left.load(Ordering::Relaxed) > 0
    }

    /// Whether there is room for another row; it is taken.
    fn takes(&self) -> bool {
        let one_less = |left: u64| left.checked_sub(1);
        let taken = self
            .left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_less);
        taken.is_ok()
    }
}

impl Filter {
    /// The places of the columns it reads.
    pub(super) fn columns(&self) -> Vec<usize> {
        let conditions = self.keep.iter().chain(&self.drop);
        let sampled = self.sample.iter().map(|sample| sample.column);
        let limited = self.limit.iter().map(|limit| limit.column);
        conditions
            .flat_map(BoundCondition::columns)
            .chain(sampled)
            .chain(limited)
            .collect()
    }

    fn passes(&self, row: &[Field<'_>]) -> bool {
        self.matches(row) && self.limit.as_ref().is_none_or(BoundLimit::takes)
    }

    /// Whether the row arrives, unless others take the room that is left.
    fn may_pass(&self, row: &[Field<'_>]) -> bool {
        self.limit.as_ref().is_none_or(BoundLimit::has_room) && self.matches(row)
    }

    /// Whether the row itself is one that arrives, were there no limit.
    fn matches(&self, row: &[Field<'_>]) -> bool {
        self.keep.as_ref().is_none_or(|keep| keep.holds(row))
            && !self.drop.as_ref().is_some_and(|drop| drop.holds(row))
            && self.sample.as_ref().is_none_or(|sample| sample.takes(row))
    }
}

impl BoundSample {
    /// NULL is in no sample.
    fn takes(&self, row: &[Field<'_>]) -> bool {
        let field = row.get(self.column).copied().unwrap_or(Field::Null);
        let pseudonym = Pseudonym::of(&self.key, field);
        pseudonym.is_some_and(|pseudonym| pseudonym.first().is_multiple_of(self.one_in))
    }
}

/// The masks of one table, in the order in which they need each other's results.
pub(super) struct RowRules {
    uses: Vec<ColumnUse>,
    is_masked: Vec<bool>,
    filter: Option<Arc<Filter>>,
    masks: Vec<(usize, Arc<dyn ValueMask>)>,
    /// Columns that are kept and shown to the gate.
    watched: Vec<(usize, Watch)>,
    kept: AtomicU64,
    dropped: AtomicU64,
}

impl RowRules {
    /// For a table of that many columns; each mask with the place of its column. `read` are the
    /// places of columns that something looks at.
    pub(super) fn new(
        columns: usize,
        filter: Option<Filter>,
        masks: Vec<(usize, Arc<dyn ValueMask>)>,
        watched: Vec<(usize, Watch)>,
        read: &[usize],
    ) -> Self {
        let is_masked: Vec<bool> = (0..columns)
            .map(|index| masks.iter().any(|(masked, _)| *masked == index))
            .collect();
        let is_watched = |index| watched.iter().any(|(watched, _)| *watched == index);
        let uses = is_masked.iter().enumerate().map(|(index, is_masked)| {
            match (is_masked, read.contains(&index) || is_watched(index)) {
                (true, _) => ColumnUse::Masked,
                (false, true) => ColumnUse::Read,
                (false, false) => ColumnUse::Copied,
            }
        });
        let uses = uses.collect();
        Self {
            uses,
            is_masked,
            filter: filter.map(Arc::new),
            masks,
            watched,
            kept: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
        }
    }

    /// Values written anew so far.
    pub(super) fn values(&self) -> u64 {
        let masks = u64::try_from(self.masks.len()).unwrap_or(u64::MAX);
        self.kept.load(Ordering::Relaxed).saturating_mul(masks)
    }

    /// Rows left out so far.
    pub(super) fn left_out(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }
}

impl RowMask for RowRules {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        if let Some(filter) = &self.filter
            && !filter.passes(row)
        {
            self.dropped.fetch_add(1, Ordering::Relaxed);
            return Ok(Fate::Dropped);
        }
        for (column, mask) in &self.masks {
            let field = row.get(*column).copied().unwrap_or(Field::Null);
            let value = mask.mask(field, &RowView::new(row, masked, &self.is_masked))?;
            if let Some(place) = masked.get_mut(*column) {
                *place = value;
            }
        }
        for (column, watch) in &self.watched {
            watch.kept(row.get(*column).copied().unwrap_or(Field::Null));
        }
        self.kept.fetch_add(1, Ordering::Relaxed);
        Ok(Fate::Kept)
    }

    fn ahead(&self) -> Option<Arc<dyn RowMask>> {
        let masks = self.masks.iter();
        let ahead = masks.filter_map(|(at, mask)| Some((*at, Arc::clone(mask).ahead()?)));
        let masks: Vec<_> = ahead.collect();
        (!masks.is_empty()).then(|| {
            Arc::new(Ahead {
                uses: self.uses.clone(),
                is_masked: self.is_masked.clone(),
                filter: self.filter.clone(),
                masks,
            }) as _
        })
    }
}

/// Looks at rows that will go through the rules soon. It counts nothing and shows the gate nothing.
struct Ahead {
    uses: Vec<ColumnUse>,
    is_masked: Vec<bool>,
    filter: Option<Arc<Filter>>,
    masks: Vec<(usize, Arc<dyn ValueMask>)>,
}

impl RowMask for Ahead {
    fn columns(&self) -> &[ColumnUse] {
        &self.uses
    }

    fn mask(&self, row: &[Field<'_>], masked: &mut [Replacement]) -> Result<Fate> {
        if self
            .filter
            .as_ref()
            .is_none_or(|filter| filter.may_pass(row))
        {
            for (column, mask) in &self.masks {
                let field = row.get(*column).copied().unwrap_or(Field::Null);
                mask.mask(field, &RowView::new(row, masked, &self.is_masked))?;
            }
        }
        Ok(Fate::Dropped)
    }
}
