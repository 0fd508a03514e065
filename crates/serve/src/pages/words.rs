//! Times, ages, sizes and counts as people read them, with the exact figure behind.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, html};
use std::time::Duration;
use weir_pipeline::words;

pub(super) use weir_pipeline::words::{bytes, count, milliseconds};

/// A length of seconds in its two largest units; nothing for what is not known.
pub(super) fn length(seconds: i64) -> String {
    match u64::try_from(seconds) {
        Ok(seconds @ 0..=9) => format!("{seconds} s"),
        Ok(seconds) => words::duration(Duration::from_secs(seconds)),
        Err(_) => "0 s".to_owned(),
    }
}

/// An age or what is left of a time, more coarsely than [`length`].
pub(super) fn age(seconds: i64) -> String {
    words::age(SignedDuration::from_secs(seconds))
}

fn exact(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

/// The exact time.
pub(super) fn moment(at: Timestamp) -> Markup {
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) { (at.strftime("%Y-%m-%d %H:%M:%S")) } }
}

/// The time of day, with the day if it is another than that of `beside`.
pub(super) fn clock(at: Timestamp, beside: Timestamp) -> Markup {
    let day = |at: Timestamp| at.strftime("%d").to_string();
    let form = if day(at) == day(beside) {
        "%H:%M"
    } else {
        "%a %H:%M"
    };
    html! {
        time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) title=(exact(at)) { (at.strftime(form)) }
    }
}

/// `3 h ago` or `in 3 h`, with the exact time behind.
pub(super) fn when(at: Timestamp, now: Timestamp) -> Markup {
    let seconds = now.duration_since(at).as_secs();
    let text = match seconds {
        0 => "now".to_owned(),
        1.. => format!("{} ago", age(seconds)),
        _ => format!("in {}", age(seconds.saturating_neg())),
    };
    html! { time datetime=(at.strftime("%Y-%m-%dT%H:%M:%SZ")) title=(exact(at)) { (text) } }
}

/// The exact time and its age.
pub(super) fn now_and_then(at: Timestamp, now: Timestamp) -> Markup {
    html! { (moment(at)) ", " (when(at, now)) }
}
