//! An error: what was being done, what went wrong, what to do next.

use super::words::moment;
use crate::views::{Failure, Unreadable};
use maud::{Markup, html};

/// An error with its remedy.
pub(super) fn failure(failure: &Failure) -> Markup {
    told(
        &failure.kind,
        &failure.doing,
        &failure.cause,
        failure.hint.as_deref(),
    )
}

/// The same from its parts.
pub(super) fn told(kind: &str, doing: &str, cause: &str, hint: Option<&str>) -> Markup {
    html! {
        div.failure {
            p.cause { "Could not " (doing) ": " (cause) }
            @if let Some(hint) = hint {
                p.remedy { strong { "What to do: " } (hint) }
            }
            p.faint { "Kind " code { (kind) } ", explained in " code { "docs/errors/" (kind) ".md" } }
        }
    }
}

/// Environments that cannot be read from here: unknown, never missing.
pub(super) fn unreadable(list: &[Unreadable]) -> Markup {
    html! {
        @if !list.is_empty() {
            div.callout {
                p { strong { "Cannot be read from here. " } "What is in it is unknown, not missing." }
                ul {
                    @for one in list {
                        li {
                            strong { (one.environment) } ": " (one.why)
                            @if let Some(at) = one.as_of {
                                "; what is shown of it was read " (moment(at))
                            }
                        }
                    }
                }
            }
        }
    }
}
