//! Charts as SVG. Places are percentages, so that a chart is as wide as its room and its letters
//! keep their size; each has its figures as text beside it.

mod series;
mod spark;

pub(super) use series::{Series, series};
pub(super) use spark::spark;

/// A place in an attribute.
pub(super) fn percent(value: f64) -> String {
    format!("{value:.2}%")
}
