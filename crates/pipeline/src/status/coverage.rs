//! How clean every copy is, and who or what says so.

use super::observe::{Observation, Observed};
use weir_model::sanitising::{Mark, State};

/// One line for all copies together, then one for each: those that somebody vouches for first.
pub(super) fn facts(observed: &Observed) -> Vec<String> {
    let copies: Vec<(&Observation, Option<&Mark>)> = observed
        .databases
        .iter()
        .filter(|database| database.source.is_some())
        .filter_map(|database| {
            let live = database.live.as_ref().ok()?;
            let mark = live.stamp.as_ref().map(|stamp| &stamp.sanitising);
            live.exists.then_some((&**database, mark))
        })
        .collect();
    if copies.is_empty() {
        return Vec::new();
    }
    let mut lines: Vec<(u8, String)> = copies
        .iter()
        .map(|(database, mark)| (rank(*mark), line(&database.place(), *mark)))
        .collect();
    lines.sort();
    std::iter::once(summary(&copies))
        .chain(lines.into_iter().map(|(_, line)| line))
        .collect()
}

fn summary(copies: &[(&Observation, Option<&Mark>)]) -> String {
    let of = |state: State| {
        let mut marks = copies.iter().filter_map(|(_, mark)| *mark);
        let count = marks.by_ref().filter(|mark| mark.state == state).count();
        (count > 0).then(|| format!("{count} {}", words(state)))
    };
    let unmarked = copies.iter().filter(|(_, mark)| mark.is_none()).count();
    let counts: Vec<String> = [State::Sanitised, State::Vouched, State::Raw, State::Own]
        .into_iter()
        .filter_map(of)
        .chain((unmarked > 0).then(|| format!("{unmarked} without a mark")))
        .collect();
    let noun = if copies.len() == 1 { "copy" } else { "copies" };
    format!("{} {noun}: {}", copies.len(), counts.join(", "))
}

fn words(state: State) -> &'static str {
    match state {
        State::Raw => "raw",
        State::Sanitised => "sanitised",
        State::Vouched => "vouched for",
        State::Own => "with data of its own",
    }
}

fn rank(mark: Option<&Mark>) -> u8 {
    match mark.map(|mark| mark.state) {
        Some(State::Vouched) => 0,
        None => 1,
        Some(State::Raw) => 2,
        Some(State::Sanitised) => 3,
        Some(State::Own) => 4,
    }
}

fn line(place: &str, mark: Option<&Mark>) -> String {
    let Some(mark) = mark else {
        return format!("{place}: nobody knows, the copy has no stamp");
    };
    match (&mark.voucher, &mark.ruleset) {
        (Some(voucher), _) if mark.state == State::Vouched => {
            let why = match voucher.why.as_str() {
                "" => String::new(),
                why => format!(": {why}"),
            };
            format!(
                "{place}: {} vouches for it until {}{why}",
                voucher.by, voucher.until
            )
        }
        (_, Some(ruleset)) => {
            format!("{place}: {}", crate::sanitise::in_words(ruleset))
        }
        _ => format!("{place}: {}", words(mark.state)),
    }
}
