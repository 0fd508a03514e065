//! How far something is.

use super::words::{bytes, count, length};
use crate::views::Progress;
use maud::{Markup, html};

/// The step, a bar, and the figures beside it.
pub(super) fn progress(progress: &Progress) -> Markup {
    html! {
        div.progress {
            p { "Step " (progress.step) " of " (progress.steps) ": " (progress.name) }
            @match progress.total {
                Some(total) if total > 0 => {
                    progress max=(total) value=(progress.done.min(total)) aria-label=(progress.name) {}
                }
                _ => progress aria-label=(progress.name) {},
            }
            p.figures { (figures(progress)) }
        }
    }
}

/// `1.2 GiB of 3.0 GiB, 45.1 MiB/s, 40 s left`.
pub(super) fn figures(progress: &Progress) -> String {
    let amount = |amount: u64| match progress.unit.as_deref() {
        Some("bytes") => bytes(amount),
        Some(unit) => format!("{} {unit}", count(amount)),
        None => count(amount),
    };
    let mut parts = Vec::new();
    match progress.total {
        Some(total) => parts.push(format!("{} of {}", amount(progress.done), amount(total))),
        None if progress.done > 0 => parts.push(amount(progress.done)),
        None => {}
    }
    if let Some(rate) = progress.rate {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // shown roughly
        parts.push(format!("{} a second", amount(rate.max(0.0) as u64)));
    }
    if let Some(left) = progress.seconds_left {
        parts.push(format!(
            "{} left",
            length(i64::try_from(left).unwrap_or(i64::MAX))
        ));
    }
    parts.join(", ")
}
