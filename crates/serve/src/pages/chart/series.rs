//! Values over time, beside what they may be at most.

use super::percent;
use jiff::Timestamp;
use maud::{Markup, html};

/// Pixels from top to bottom.
const HEIGHT: f64 = 132.0;
/// Of which the days below the chart take so many, and the largest value above it.
const BELOW: f64 = 18.0;
const ABOVE: f64 = 14.0;

/// What is drawn.
pub(in super::super) struct Series<'a> {
    /// An id that the page has once.
    pub(in super::super) id: &'a str,
    /// What it is.
    pub(in super::super) title: &'a str,
    /// What it shows, as a sentence.
    pub(in super::super) told: &'a str,
    /// Oldest first: when, how many seconds, and whether the test held.
    pub(in super::super) points: &'a [(Timestamp, i64, bool)],
    /// How many seconds it may be.
    pub(in super::super) objective: Option<i64>,
    /// How seconds are written.
    pub(in super::super) written: fn(i64) -> String,
}

/// The chart, with its title above.
pub(in super::super) fn series(series: &Series<'_>) -> Markup {
    let (Some(first), Some(last)) = (series.points.first(), series.points.last()) else {
        return Markup::default();
    };
    let ground = format!("{:.0}", HEIGHT - BELOW);
    html! {
        figure {
            figcaption id={ (series.id) "-title" } { (series.title) }
            svg.chart width="100%" height=(format!("{HEIGHT:.0}")) role="img"
                aria-labelledby={ (series.id) "-title" } aria-describedby={ (series.id) "-told" } {
                desc id={ (series.id) "-told" } { (series.told) }
                line.ground x1="0" x2="100%" y1=(ground) y2=(ground) {}
                @if let Some(most) = series.objective { (objective(series, most)) }
                @for (from, to) in series.points.iter().zip(series.points.iter().skip(1)) {
                    line.line x1=(series.x(from.0)) y1=(series.y(from.1)) x2=(series.x(to.0)) y2=(series.y(to.1)) {}
                }
                @for (at, value, held) in series.points {
                    @if *held {
                        circle.dot cx=(series.x(*at)) cy=(series.y(*value)) r="3.5" {}
                    } @else {
                        svg x=(series.x(*at)) y=(series.y(*value)) overflow="visible" {
                            path.miss d="M-4 -4L4 4M-4 4L4 -4" {}
                        }
                    }
                }
                text x="0" y=(format!("{HEIGHT:.0}")) { (first.0.strftime("%d %b")) }
                @if first.0 != last.0 {
                    text.end x="100%" y=(format!("{HEIGHT:.0}")) { (last.0.strftime("%d %b")) }
                }
            }
        }
    }
}

fn objective(series: &Series<'_>, most: i64) -> Markup {
    let y = series.y(most);
    html! {
        line.objective x1="0" x2="100%" y1=(y) y2=(y) {}
        svg x="0" y=(y) overflow="visible" {
            text.objective x="0" y="-4" { "at most " ((series.written)(most)) }
        }
    }
}

#[allow(clippy::cast_precision_loss)] // drawn on a few hundred pixels
impl Series<'_> {
    /// Where a time is, in percent of the width, with room for half a dot at both ends.
    fn x(&self, at: Timestamp) -> String {
        let (Some(first), Some(last)) = (self.points.first(), self.points.last()) else {
            return percent(50.0);
        };
        let whole = last.0.duration_since(first.0).as_secs_f64();
        if whole <= 0.0 {
            return percent(50.0);
        }
        percent(at.duration_since(first.0).as_secs_f64() / whole * 97.0 + 1.5)
    }

    /// Where a length is, in pixels from the top: nothing at the ground, the largest at the top.
    fn y(&self, seconds: i64) -> String {
        let lengths = self.points.iter().map(|(_, seconds, _)| *seconds);
        let most = lengths.chain(self.objective).max().unwrap_or(1).max(1);
        let share = (seconds.max(0) as f64 / most as f64).min(1.0);
        format!("{:.1}", HEIGHT - BELOW - share * (HEIGHT - BELOW - ABOVE))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn drawn(points: &[(Timestamp, i64, bool)]) -> Series<'_> {
        Series {
            id: "a",
            title: "t",
            told: "d",
            points,
            objective: Some(100),
            written: |seconds| seconds.to_string(),
        }
    }

    #[test]
    fn the_largest_is_at_the_top_and_nothing_at_the_ground() {
        let points = [(at(0), 0, true), (at(10), 50, false)];
        let series = drawn(&points);
        assert_eq!(series.y(0), "114.0");
        assert_eq!(series.y(100), "14.0");
        assert_eq!(series.y(-5), "114.0");
        assert_eq!([series.x(at(0)), series.x(at(10))], ["1.50%", "98.50%"]);
    }

    #[test]
    fn one_test_stands_in_the_middle_and_none_is_no_chart() {
        let points = [(at(7), 3, true)];
        assert_eq!(drawn(&points).x(at(7)), "50.00%");
        assert_eq!(series(&drawn(&[])).into_string(), "");
    }
}
