//! `date`: another day.

mod moment;
mod reach;

use super::keyed::text_of;
use super::{
    DOMAIN, Determinism, Length, Mask, OptionAbout, OptionProblem, OptionValues, Options,
    OutputType, Place, RowView, Transformer, Uniqueness, ValueMask,
};
use crate::key::DomainKey;
use crate::scheme::{Draws, Pseudonym};
use jiff::civil::DateTime;
use jiff::{SignedDuration, ToSpan as _};
use moment::{Epoch, Moment};
use reach::Reach;
use std::sync::Arc;
use weir_engine::{Field, Replacement};
use weir_model::error::Result;

/// Days by which a date moves at most, unless the rule says otherwise.
const DAYS: i64 = 30;

const KEEP: &[&str] = &["year", "month"];
const TRUNCATE: &[&str] = &["year", "month", "day", "hour"];
const EPOCH: &[&str] = &["seconds", "milliseconds"];

pub(super) static ABOUT: Transformer = Transformer {
    name: "date",
    meaning: "another day: moved by a keyed number of days, anywhere in the same year or month, or cut off",
    example: ("1985-04-12", "1985-04-10"),
    determinism: Determinism::KeyedByRow,
    uniqueness: Uniqueness::MayCollide,
    output: "a date or moment written as the value is; what is none becomes 1970-01-01",
    options: &[
        OptionAbout {
            name: "days",
            meaning: "by how many days it moves at most, forth or back; 30 unless given",
            values: OptionValues::Integer(1, 36_500),
            required: false,
        },
        OptionAbout {
            name: "subject",
            meaning: "the column that says whose date it is: all dates of one subject move alike, so that what lies between them stays",
            values: OptionValues::Text,
            required: false,
        },
        OptionAbout {
            name: "keep",
            meaning: "`year` or `month`: the day is drawn anew within it",
            values: OptionValues::Choice(KEEP),
            required: false,
        },
        OptionAbout {
            name: "truncate",
            meaning: "`year`, `month`, `day` or `hour`: what is finer is cut off",
            values: OptionValues::Choice(TRUNCATE),
            required: false,
        },
        OptionAbout {
            name: "epoch",
            meaning: "what whole numbers count from 1970: `seconds` or `milliseconds`; `seconds` unless given",
            values: OptionValues::Choice(EPOCH),
            required: false,
        },
        DOMAIN,
    ],
    domain: Some("date"),
    // What is cut off may have been nothing.
    identifying: false,
    make,
};

/// What is cut off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Year,
    Month,
    Day,
    Hour,
}

/// Where the other day lies.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Way {
    Shift { days: i64, subject: Option<String> },
    Within(Unit),
    Truncate(Unit),
}

fn make(options: &mut Options) -> std::result::Result<Arc<dyn Mask>, OptionProblem> {
    let days = options.integer("days", 1, 36_500)?;
    let subject = options.text("subject")?;
    let keep = options.choice("keep", &[("year", Unit::Year), ("month", Unit::Month)])?;
    let units = [
        ("year", Unit::Year),
        ("month", Unit::Month),
        ("day", Unit::Day),
        ("hour", Unit::Hour),
    ];
    let truncate = options.choice("truncate", &units)?;
    let epochs = [
        ("seconds", Epoch::Seconds),
        ("milliseconds", Epoch::Milliseconds),
    ];
    let epoch = options.choice("epoch", &epochs)?.unwrap_or(Epoch::Seconds);
    let shifts = days.is_some() || subject.is_some();
    let way = match (shifts, keep, truncate) {
        (_, None, None) => Way::Shift {
            days: days.unwrap_or(DAYS),
            subject,
        },
        (false, Some(unit), None) => Way::Within(unit),
        (false, None, Some(unit)) => Way::Truncate(unit),
        _ => {
            return Err(OptionProblem::new(
                "it is not clear what the dates become",
                "say one of: `days` (with `subject`), `keep`, `truncate`",
            ));
        }
    };
    let domain = options.domain("date")?;
    Ok(Arc::new(Date { domain, way, epoch }))
}

#[derive(Debug, Clone)]
struct Date {
    domain: String,
    way: Way,
    epoch: Epoch,
}

impl Mask for Date {
    fn transformer(&self) -> &'static Transformer {
        &ABOUT
    }

    fn rule(&self) -> String {
        let Self { domain, way, epoch } = self;
        let way = match way {
            Way::Shift {
                days,
                subject: None,
            } => format!("days {days}"),
            Way::Shift {
                days,
                subject: Some(subject),
            } => format!("days {days}, subject {subject}"),
            Way::Within(unit) => format!("keep {unit:?}"),
            Way::Truncate(unit) => format!("truncate {unit:?}"),
        };
        format!("date, domain {domain}, {way}, epoch {epoch:?}")
    }

    fn output(&self) -> OutputType {
        OutputType::Same
    }

    fn length(&self) -> Length {
        Length::Any
    }

    fn reads(&self) -> Vec<String> {
        match &self.way {
            Way::Shift {
                subject: Some(subject),
                ..
            } => vec![subject.clone()],
            _ => Vec::new(),
        }
    }

    fn bind(&self, place: &Place<'_>) -> Result<Arc<dyn ValueMask>> {
        let subject = self.reads().first().and_then(|name| place.index_of(name));
        Ok(Arc::new(DateMask {
            key: place.key.domain(&self.domain),
            way: self.way.clone(),
            epoch: self.epoch,
            subject,
            is_bounded: Reach::is_of(&place.column.data_type),
        }))
    }
}

struct DateMask {
    key: DomainKey,
    way: Way,
    epoch: Epoch,
    subject: Option<usize>,
    /// Whether the column's type reaches no further than [`Reach`].
    is_bounded: bool,
}

impl ValueMask for DateMask {
    fn mask(&self, field: Field<'_>, row: &RowView<'_>) -> Result<Replacement> {
        let read = match field {
            Field::Null => return Ok(Replacement::Null),
            Field::Integer(number) => Moment::of_epoch(number, self.epoch),
            _ => text_of(field).and_then(|text| Moment::parse(&text)),
        };
        let other = match read {
            Some(moment) if moment.is_everlasting() => moment,
            Some(moment) => {
                let at = self.other(moment.at, field, row);
                moment.moved_to(at)
            }
            None => Moment::origin(field),
        };
        Ok(other.written(field))
    }
}

impl DateMask {
    fn other(&self, at: DateTime, field: Field<'_>, row: &RowView<'_>) -> DateTime {
        let reach = match self.is_bounded {
            true => Reach::around(at),
            false => Reach::default(),
        };
        reach.nearest(self.drawn(at, reach, field, row))
    }

    /// Another day, within reach where a move the other way leads there.
    fn drawn(&self, at: DateTime, reach: Reach, field: Field<'_>, row: &RowView<'_>) -> DateTime {
        match &self.way {
            Way::Truncate(unit) => truncated(at, *unit),
            Way::Shift { days, .. } => {
                // Without a subject every value moves by its own number of days.
                let subject = self.subject.map(|column| row.before(column));
                let subject = subject
                    .filter(|subject| *subject != Field::Null)
                    .unwrap_or(field);
                let pseudonym = Pseudonym::of(&self.key, subject);
                let Some(mut draws) = pseudonym.as_ref().map(|found| found.draws(&self.key)) else {
                    return truncated(at, Unit::Year);
                };
                let shift = 1 + draws.below(days.unsigned_abs()) as i64;
                let shift = if draws.small(2) == 0 { shift } else { -shift };
                let there = moved(at, shift);
                let back = || moved(at, -shift);
                let within = |other: &DateTime| reach.has(*other);
                there
                    .filter(within)
                    .or_else(|| back().filter(within))
                    // Where it is too far either way, it goes as far as there is.
                    .or(there)
                    .or_else(back)
                    .unwrap_or(at)
            }
            Way::Within(unit) => {
                let pseudonym = Pseudonym::of(&self.key, field);
                let Some(mut draws) = pseudonym.as_ref().map(|found| found.draws(&self.key)) else {
                    return truncated(at, Unit::Year);
                };
                within(at, *unit, &mut draws)
            }
        }
    }
}

/// The same time so many days later; `None` where there are no more days.
fn moved(at: DateTime, days: i64) -> Option<DateTime> {
    let day = at.date().checked_add(SignedDuration::from_hours(24 * days));
    Some(day.ok()?.to_datetime(at.time()))
}

/// Another day and time of the same year or month, never the same day.
fn within(at: DateTime, unit: Unit, draws: &mut Draws<'_>) -> DateTime {
    let first = truncated(at, unit);
    let (count, own) = match unit {
        Unit::Year => (at.date().days_in_year(), at.date().day_of_year()),
        _ => (at.date().days_in_month().into(), at.date().day().into()),
    };
    // One of the other days: those from its own on are one further.
    let drawn = draws.below(u64::try_from(count - 1).unwrap_or_default()) as i64;
    let day = if drawn + 1 >= i64::from(own) {
        drawn + 1
    } else {
        drawn
    };
    let seconds = match at.time() == jiff::civil::Time::midnight() {
        true => 0,
        false => draws.below(86_400) as i64,
    };
    first
        .checked_add(day.days().seconds(seconds))
        .unwrap_or(first)
}

fn truncated(at: DateTime, unit: Unit) -> DateTime {
    let first = match unit {
        Unit::Year => at.date().first_of_year(),
        Unit::Month => at.date().first_of_month(),
        Unit::Day | Unit::Hour => at.date(),
    };
    let hour = if unit == Unit::Hour { at.hour() } else { 0 };
    first.at(hour, 0, 0, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::Date;
    use proptest::prelude::*;

    fn moment() -> impl Strategy<Value = DateTime> {
        let parts = (
            -9_999_i16..=9_999,
            1_i8..=12,
            1_i8..=28,
            0_i8..24,
            0..1_000_000_000,
        );
        parts.prop_map(|(year, month, day, hour, nanosecond)| {
            let date = Date::new(year, month, day).unwrap();
            date.at(hour, 59, 7, nanosecond)
        })
    }

    proptest! {
        #[test]
        fn days_are_those_of_the_calendar(at in moment(), days in -36_500_i64..=36_500) {
            prop_assert_eq!(moved(at, days), at.checked_add(days.days()).ok());
        }
    }

    #[test]
    fn there_are_no_days_behind_the_last() {
        for (at, days) in [(DateTime::MAX, 1), (DateTime::MIN, -1)] {
            assert_eq!(moved(at, days), None);
            assert_eq!(moved(at, -days), at.checked_add((-days).days()).ok());
        }
    }
}
