//! What is around every page: head, navigation, foot.

use super::words::{moment, now_and_then};
use jiff::Timestamp;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use weir_pipeline::words::printable;

/// The name of the hidden field that carries [`Frame::form_token`].
pub const TOKEN_FIELD: &str = "form_token";

/// Who looks at what, and when.
#[derive(Debug, Clone)]
pub struct Frame {
    /// Who is signed in.
    pub person: Option<String>,
    /// Whether actions are offered.
    pub may_act: bool,
    /// What proves that a form of this session was posted.
    pub form_token: Option<String>,
    /// The path and the query that were asked for.
    pub path: String,
    /// What ages are counted to.
    pub now: Timestamp,
}

/// The screens of the navigation: path, name, and the letter that opens it after `g`.
const SCREENS: [(&str, &str, &str); 7] = [
    ("/", "Overview", "o"),
    ("/tonight", "Tonight", "t"),
    ("/runs", "Runs", "r"),
    ("/backups", "Backups", "b"),
    ("/drills", "Drills", "d"),
    ("/sanitising", "Sanitising", "s"),
    ("/holds", "Holds", "h"),
];

impl Frame {
    /// The hidden field without which a form is refused.
    pub(super) fn token(&self) -> Markup {
        html! {
            @if let Some(token) = &self.form_token {
                input type="hidden" name=(TOKEN_FIELD) value=(token);
            }
        }
    }

    /// A field of the query, decoded.
    pub(super) fn asked(&self, name: &str) -> Option<String> {
        super::links::field(&self.path, name)
    }

    fn is_at(&self, path: &str) -> Option<&'static str> {
        let here = self.path.split('?').next().unwrap_or_default();
        let below = here.strip_prefix(path);
        match below {
            Some("") => Some("page"),
            Some(rest) if path != "/" && rest.starts_with('/') => Some("true"),
            _ => None,
        }
    }
}

/// How a page keeps up with what it shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fresh {
    /// It does not change.
    Still,
    /// Something on it works now.
    Fast,
    /// It changes now and then.
    Slow,
}

impl Fresh {
    /// Fast while something works.
    pub(super) fn fast_if(working: bool) -> Self {
        if working { Self::Fast } else { Self::Slow }
    }

    fn seconds(self) -> Option<&'static str> {
        match self {
            Self::Still => None,
            Self::Fast => Some("5"),
            Self::Slow => Some("60"),
        }
    }
}

/// A whole page. Parts with `data-live` and an id are kept up to date by the script; without it,
/// the browser loads a page anew on which something works.
pub(super) fn page(title: &str, fresh: Fresh, content: &Markup, frame: &Frame) -> Markup {
    let whole = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · Weir" }
                link rel="icon" type="image/svg+xml" href="/assets/icon.svg";
                link rel="stylesheet" href="/assets/weir.css";
                script src="/assets/weir.js" defer {}
                @if let (Fresh::Fast, Some(seconds)) = (fresh, fresh.seconds()) {
                    noscript { meta http-equiv="refresh" content=(seconds); }
                }
            }
            body data-refresh=[fresh.seconds()] {
                a.skip href="#content" { "Skip to the content" }
                (header(frame))
                main id="content" tabindex="-1" { (content) }
                (footer(frame))
            }
        }
    };
    PreEscaped(without_controls(&whole.into_string()))
}

fn header(frame: &Frame) -> Markup {
    html! {
        header.top {
            a.brand href="/" aria-label="Weir, overview" {
                img src="/assets/icon.svg" width="22" height="22" alt="";
                span { "Weir" }
            }
            nav aria-label="Screens" {
                ul {
                    @for (path, name, letter) in SCREENS {
                        li {
                            a href=(path) data-key=(letter) aria-current=[frame.is_at(path)] { (name) }
                        }
                    }
                }
            }
            (person(frame))
        }
    }
}

fn person(frame: &Frame) -> Markup {
    html! {
        div.person {
            @match &frame.person {
                Some(person) => {
                    span title=(may(frame)) { (person) }
                    @if frame.form_token.is_some() {
                        form method="post" action="/sign-out" {
                            (frame.token())
                            button.quiet { "Sign out" }
                        }
                    }
                }
                None if frame.path.starts_with("/sign-in") => {}
                None => a href={ "/sign-in?next=" (super::links::encoded(&frame.path)) } { "Sign in" }
            }
        }
    }
}

fn may(frame: &Frame) -> &'static str {
    if frame.may_act { "may act" } else { "may look" }
}

fn footer(frame: &Frame) -> Markup {
    html! {
        footer {
            p id="shown" data-live { "Shown " (moment(frame.now)) ". Times are UTC." }
            p.keys hidden {
                span {
                    "Keys: " kbd { "/" } " filters, " kbd { "g" } " then "
                    @for (number, (_, name, letter)) in SCREENS.iter().enumerate() {
                        @if number > 0 { " " }
                        kbd title=(name) { (letter) }
                    }
                    " goes."
                }
                " "
                button.quiet type="button" data-keys { "Turn keys off" }
            }
        }
    }
}

/// Nothing that others wrote may steer a terminal into which a page is copied, or turn around the
/// text after it. Weir's own markup holds no such character, so the whole page is looked at once.
fn without_controls(page: &str) -> String {
    let lines: Vec<String> = page.split('\n').map(printable).collect();
    lines.join("\n")
}

/// A heading with what the page is about below it.
pub(super) fn heading(title: &str, at: Option<Timestamp>, frame: &Frame) -> Markup {
    html! {
        div.heading {
            h1 { (title) }
            @if let Some(at) = at {
                p.faint id="as-of" data-live { "as of " (now_and_then(at, frame.now)) }
            }
        }
    }
}
