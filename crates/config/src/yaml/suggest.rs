//! The nearest allowed name to one that is not allowed.

/// The allowed name that `given` was probably meant to be, if one is near enough.
#[must_use]
pub fn nearest<'a>(given: &str, allowed: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let given = given.to_lowercase();
    allowed
        .into_iter()
        .map(|name| (distance(&given, &name.to_lowercase()), name))
        .filter(|(distance, name)| {
            let length = name.chars().count();
            *distance <= 1 + length / 4 && *distance < length
        })
        .min_by_key(|(distance, _)| *distance)
        .map(|(_, name)| name)
}

/// "did you mean `a`? allowed here: `a`, `b`": the help for a name that is not allowed.
#[must_use]
pub fn unknown_help(given: &str, allowed: &[&str], allowed_are: &str) -> String {
    let list = listed(allowed);
    match nearest(given, allowed.iter().copied()) {
        Some(name) => format!("did you mean `{name}`? {allowed_are}: {list}"),
        None => format!("{allowed_are}: {list}"),
    }
}

/// Names for a sentence: "`a`, `b`", or "none".
#[must_use]
pub fn listed(names: &[&str]) -> String {
    if names.is_empty() {
        return "none".to_owned();
    }
    let quoted: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}

/// Edit distance in which swapping two neighbouring letters counts as one mistake.
fn distance(left: &str, right: &str) -> usize {
    // Beyond this no name is near, and hostile lengths would cost quadratic time.
    const LONGEST: usize = 64;
    let left: Vec<char> = left.chars().take(LONGEST).collect();
    let right: Vec<char> = right.chars().take(LONGEST).collect();
    let mut before_last: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=right.len()).collect();
    for (row, left_char) in left.iter().enumerate() {
        let mut current = vec![row + 1];
        for (column, right_char) in right.iter().enumerate() {
            let at = |line: &[usize], index: usize| line.get(index).copied().unwrap_or(usize::MAX);
            let substituted = at(&last, column) + usize::from(left_char != right_char);
            let mut best = substituted
                .min(at(&last, column + 1) + 1)
                .min(at(&current, column) + 1);
            let swapped = row > 0
                && column > 0
                && left.get(row - 1) == Some(right_char)
                && right.get(column - 1) == Some(left_char);
            if swapped {
                best = best.min(at(&before_last, column - 1) + 1);
            }
            current.push(best);
        }
        before_last = std::mem::replace(&mut last, current);
    }
    last.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{distance, nearest};

    #[test]
    fn counts_edits_and_swaps() {
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("scheduel", "schedule"), 1);
        assert_eq!(distance("kitten", "sitting"), 3);
    }

    #[test]
    fn suggests_only_what_is_near() {
        let names = ["schedule", "store", "state"];
        assert_eq!(nearest("scheduel", names), Some("schedule"));
        assert_eq!(nearest("Stor", names), Some("store"));
        assert_eq!(nearest("flavour", names), None);
    }
}
