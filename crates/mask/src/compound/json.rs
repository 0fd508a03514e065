//! Rules inside JSON: each value by the most exact path that leads to it. What is kept is copied
//! as it stands, in its order and with its spaces; the rest is written anew in its place.

pub(crate) mod path;
mod rewrite;

use super::Site;
use crate::ruleset::JsonRules;
use crate::transformer::{Place, RowView, ValueMask};
use crate::watch::Watch;
use path::{Path, Steps};
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

pub(super) struct JsonMask {
    /// The most exact first.
    paths: Vec<(Path, Masking)>,
    rest: Masking,
    /// `None` where it only looks ahead.
    watch: Option<Watch>,
}

/// What happens to a value inside; `None` keeps it.
type Masking = Option<Arc<dyn ValueMask>>;

impl JsonMask {
    pub(super) fn new(rules: &JsonRules, place: &Place<'_>, site: &Site<'_>) -> Result<Self> {
        let paths = rules.paths.iter().map(|rule| {
            let mask = super::bind(&rule.rule, place, site)?;
            Ok((rule.path.clone(), mask))
        });
        let mut paths: Vec<_> = paths.collect::<Result<_>>()?;
        paths.sort_by_key(|(path, _)| std::cmp::Reverse(path.exactness()));
        Ok(Self {
            paths,
            rest: super::bind(&rules.rest, place, site)?,
            watch: Some(site.watch.clone()),
        })
    }

    /// The same for every value of the document.
    pub(super) fn of_every(mask: Arc<dyn ValueMask>, site: &Site<'_>) -> Self {
        Self {
            paths: Vec::new(),
            rest: Some(mask),
            watch: Some(site.watch.clone()),
        }
    }

    /// Tells what is kept.
    fn kept(&self, field: Field<'_>) {
        if let Some(watch) = &self.watch {
            watch.kept(field);
        }
    }

    fn mask_at(&self, steps: &Steps<'_>) -> Option<&dyn ValueMask> {
        let mut paths = self.paths.iter();
        let found = paths.find(|(path, _)| path.leads_to(steps));
        found.map_or(&self.rest, |(_, mask)| mask).as_deref()
    }
}

impl ValueMask for JsonMask {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        match field {
            Field::Null => Ok(Replacement::Null),
            Field::Integer(_) | Field::Real(_) => match &self.rest {
                Some(mask) => mask.mask(field, row),
                None => {
                    self.kept(field);
                    super::kept(field)
                }
            },
            // No text is no document, and holds nothing.
            Field::Text([]) => Ok(Replacement::Text(String::new())),
            Field::Text(bytes) => {
                let text = rewrite::rewritten(self, bytes, row)?;
                Ok(Replacement::Text(
                    text.unwrap_or_else(|| super::REDACTED.to_owned()),
                ))
            }
            Field::Blob(bytes) => {
                let text = rewrite::rewritten(self, bytes, row)?;
                Ok(Replacement::Blob(text.unwrap_or_default().into_bytes()))
            }
        }
    }

    fn ahead(self: Arc<Self>) -> Option<Arc<dyn ValueMask>> {
        let ahead = |masking: &Masking| masking.clone()?.ahead();
        let paths = self.paths.iter();
        // A path that does not look must still be one, or a looser one would lead to its value.
        let paths: Vec<_> = paths
            .map(|(path, mask)| (path.clone(), ahead(mask)))
            .collect();
        let rest = ahead(&self.rest);
        let looks = rest.is_some() || paths.iter().any(|(_, mask)| mask.is_some());
        let watch = None;
        looks.then(|| Arc::new(Self { paths, rest, watch }) as _)
    }
}
