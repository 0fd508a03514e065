//! `weir plan --tonight`: the hours ahead as a timeline.

use crate::output::Output;
use crate::session::Session;
use crate::style::Tone;
use crate::units;
use jiff::{SignedDuration, Timestamp};
use weir_model::error::Result;
use weir_pipeline::Selection;
use weir_serve::{Expected, Forecast, forecast};

/// How far it looks.
const HOURS: SignedDuration = SignedDuration::from_hours(24);
/// Columns of a line.
const WIDTH: usize = 100;
/// Columns of a job's name.
const NAME: usize = 36;
/// Columns of the bars.
const BAR: i64 = 48;

/// Looks ahead, and prints what is to be expected.
pub(super) async fn run(session: &Session, selection: &Selection) -> Result<u8> {
    let (weir, context) = (session.weir()?, session.context());
    let to = weir.now().saturating_add(HOURS).unwrap_or(Timestamp::MAX);
    let forecast = forecast(&weir, selection, to, &context).await?;
    session.progress.close();
    if session.output.is_json() {
        session.output.json(&forecast)?;
    } else {
        print(&forecast, &session.output);
    }
    Ok(0)
}

fn print(forecast: &Forecast, output: &Output) {
    output.line(output.paint(
        Tone::Faint,
        format!(
            "From {} to {}, in UTC. Runs take what they took before.",
            units::time(forecast.from),
            units::time(forecast.to)
        ),
    ));
    if forecast.entries.is_empty() {
        output.line("Nothing is due.");
    }
    let mut entries: Vec<&Expected> = forecast.entries.iter().collect();
    entries.sort_by_key(|entry| (entry.starts.unwrap_or(entry.due), &entry.job));
    let mut day = String::new();
    for entry in entries {
        let of_entry = entry.starts.unwrap_or(entry.due);
        let of_entry = of_entry.strftime("%A %Y-%m-%d").to_string();
        if of_entry != day {
            output.heading(&of_entry);
            day = of_entry;
        }
        print_entry(entry, forecast, output);
    }
    notes("Have a look", &forecast.warnings, Tone::Doubtful, output);
    let unreadable: Vec<String> = forecast
        .unreadable
        .iter()
        .map(|found| {
            format!(
                "{}: {}; its jobs are expected to start when they are due",
                found.environment, found.why
            )
        })
        .collect();
    notes(
        "Not readable from here",
        &unreadable,
        Tone::Doubtful,
        output,
    );
}

fn notes(heading: &str, lines: &[String], tone: Tone, output: &Output) {
    if lines.is_empty() {
        return;
    }
    output.heading(heading);
    for line in lines {
        for (index, part) in wrapped(line, WIDTH - 2).into_iter().enumerate() {
            let mark = if index == 0 { "- " } else { "  " };
            output.line(output.paint(tone, format!("{mark}{part}")));
        }
    }
}

fn print_entry(entry: &Expected, forecast: &Forecast, output: &Output) {
    let time = |at: Option<Timestamp>| {
        at.map_or("?    ".to_owned(), |at| at.strftime("%H:%M").to_string())
    };
    let when = match entry.starts {
        Some(starts) => format!("{}-{}", time(Some(starts)), time(entry.ends)),
        None => format!("{:<11}", "not run"),
    };
    let name = shortened(&entry.job, NAME);
    let line = format!("  {when} {name:<NAME$} {}", bar(entry, forecast));
    output.line(line.trim_end());
    let mut why: Vec<(Tone, String)> = Vec::new();
    if entry.starts.is_some_and(|starts| starts != entry.due) || entry.starts.is_none() {
        let due = entry.due.strftime("%H:%M");
        why.push((Tone::Faint, format!("due {due}")));
    }
    why.extend(entry.waits_for.iter().map(|it| (Tone::Faint, it.clone())));
    let late = entry.late.iter();
    why.extend(late.map(|it| (Tone::Doubtful, format!("runs all the same: {it}"))));
    let left_out = entry.left_out.iter();
    why.extend(left_out.map(|it| (Tone::Doubtful, format!("left out: {it}"))));
    for (tone, text) in why {
        for part in wrapped(&text, WIDTH - 14) {
            output.line(format!("{:14}{}", "", output.paint(tone, part)));
        }
    }
}

/// Dots while it waits, and a bar while it works.
fn bar(entry: &Expected, forecast: &Forecast) -> String {
    let all = forecast.to.duration_since(forecast.from).as_secs().max(1);
    let column = |at: Timestamp| {
        let since = at.duration_since(forecast.from).as_secs().clamp(0, all);
        let column = since.saturating_mul(BAR - 1) / all;
        usize::try_from(column).unwrap_or_default()
    };
    let due = column(entry.due);
    let Some(starts) = entry.starts.map(column) else {
        return format!("{:due$}·", "");
    };
    let ends = entry.ends.map_or(starts, column);
    let (waits, works) = (starts.saturating_sub(due), ends.saturating_sub(starts) + 1);
    let before = due.min(starts);
    format!("{:before$}{}{}", "", "·".repeat(waits), "█".repeat(works))
}

/// A name that is too long loses its middle: both ends tell more.
fn shortened(name: &str, width: usize) -> String {
    let letters: Vec<char> = name.chars().collect();
    if letters.len() <= width {
        return name.to_owned();
    }
    let (front, back) = (width / 2, width - width / 2 - 1);
    let front = letters.iter().take(front);
    let back = letters.iter().skip(letters.len() - back);
    front.chain(['…'].iter()).chain(back).collect()
}

/// Lines of at most `width` letters, broken between words.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_name_keeps_both_ends() {
        assert_eq!(shortened("staging/shop", 12), "staging/shop");
        assert_eq!(shortened("staging/very-long-app", 11), "stagi…g-app");
    }

    #[test]
    fn a_bar_stands_where_its_time_is() {
        let at = |hour: i64| {
            let midnight: Timestamp = "2026-11-27T00:00:00Z".parse().unwrap();
            midnight + SignedDuration::from_hours(hour)
        };
        let forecast = Forecast {
            from: at(0),
            to: at(47),
            entries: Vec::new(),
            warnings: Vec::new(),
            unreadable: Vec::new(),
        };
        let mut entry = Expected {
            job: String::new(),
            due: at(2),
            starts: Some(at(4)),
            ends: Some(at(6)),
            usual_seconds: None,
            waits_for: Vec::new(),
            late: None,
            left_out: None,
        };
        assert_eq!(bar(&entry, &forecast), "  ··███");
        entry.starts = None;
        assert_eq!(bar(&entry, &forecast), "  ·");
    }
}
