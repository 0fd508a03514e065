//! A line in a cell.

use maud::{Markup, html};

/// How sizes went: a line, and what came of it in a word.
pub(in super::super) fn spark(values: &[u64]) -> Markup {
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return Markup::default();
    };
    if values.len() < 2 {
        return Markup::default();
    }
    html! {
        " "
        svg.spark viewBox="0 0 50 15" width="50" height="15" aria-hidden="true" {
            polyline points=(points(values)) {}
        }
        " "
        span.trend { (trend(*first, *last)) }
    }
}

/// From left to right over 48 pixels, the largest 11 pixels above the smallest.
fn points(values: &[u64]) -> String {
    let least = values.iter().min().copied().unwrap_or_default();
    let most = values.iter().max().copied().unwrap_or_default();
    let last = values.len().saturating_sub(1).max(1);
    #[allow(clippy::cast_precision_loss)] // drawn on 15 pixels
    let points: Vec<String> = values
        .iter()
        .enumerate()
        .map(|(number, value)| {
            let x = 1.0 + number as f64 / last as f64 * 48.0;
            let y = 13.0 - (value - least) as f64 / (most - least).max(1) as f64 * 11.0;
            format!("{x:.0},{y:.0}")
        })
        .collect();
    points.join(" ")
}

/// What became of a size, in a word.
fn trend(first: u64, last: u64) -> String {
    if first == 0 {
        return String::new();
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation)] // shown roughly
    let percent = ((last as f64 / first as f64 - 1.0) * 100.0).round() as i64;
    match percent {
        0 => "steady".to_owned(),
        1.. => format!("+{percent} %"),
        _ => format!("−{} %", percent.unsigned_abs()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_trend_is_told_in_words() {
        assert_eq!(trend(100, 112), "+12 %");
        assert_eq!(trend(100, 50), "−50 %");
        assert_eq!(trend(1000, 1001), "steady");
    }

    #[test]
    fn one_size_has_no_trend() {
        assert_eq!(spark(&[]).into_string(), "");
        assert_eq!(spark(&[5]).into_string(), "");
        assert!(spark(&[5, 5]).into_string().contains("steady"));
    }

    #[test]
    fn a_line_stays_in_its_room() {
        assert_eq!(points(&[0, u64::MAX, 0]), "1,13 25,2 49,13");
    }
}
