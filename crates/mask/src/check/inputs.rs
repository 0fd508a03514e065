//! Values made up for a column, to try rules with before any real one is there.

use crate::bind::{Affinity, affinity_of, declared_length};
use weir_engine::Replacement;

/// How many of each shape.
const OF_EACH: u64 = 20;
/// Numbers at which something often ends.
const NUMBERS: [i64; 12] = [0, 1, 2, 5, 9, 10, 18, 65, 99, 100, 1_000, 1_000_000];

/// A few hundred values of a type, the same every time. `labels` are those of an enum.
pub(crate) fn made_up(data_type: &str, labels: &[String], is_enforced: bool) -> Vec<Replacement> {
    if !labels.is_empty() {
        return labels.iter().cloned().map(Replacement::Text).collect();
    }
    let room = declared_length(data_type).unwrap_or(usize::MAX);
    let numbers = || numbers().filter(|number| fits(data_type, *number));
    match affinity_of(data_type) {
        Affinity::Integer if is_enforced && data_type.to_ascii_lowercase().starts_with("bool") => {
            let both = ["t", "f"].map(str::to_owned);
            both.map(Replacement::Text).to_vec()
        }
        Affinity::Integer => numbers().map(Replacement::Integer).collect(),
        // Where types are hints alone, a number comes as one; elsewhere as the server writes it.
        Affinity::Real | Affinity::Number => numbers()
            .map(|number| match is_enforced {
                true => Replacement::Text(format!("{number}.00")),
                false => Replacement::Real(number as f64 / 4.0),
            })
            .collect(),
        Affinity::Text | Affinity::List | Affinity::Other => {
            let first = data_type.split([' ', '(']).next().unwrap_or_default();
            let texts = match first.to_ascii_lowercase().as_str() {
                "date" => each(day),
                "timestamp" | "timestamptz" | "datetime" => {
                    each(|n| format!("{} 10:20:30", day(n)))
                }
                "time" => each(|n| format!("{:02}:{:02}:30", n % 24, n % 60)),
                "uuid" => each(uuid),
                "inet" => each(|n| format!("10.1.{}.{}", n % 250, n + 1)),
                "json" | "jsonb" => each(|n| format!("{{\"a\": {n}, \"b\": [\"Anna {n}\"]}}")),
                _ => texts(),
            };
            let fit = texts
                .into_iter()
                .filter(|text| text.chars().count() <= room);
            fit.map(Replacement::Text).collect()
        }
    }
}

fn numbers() -> impl Iterator<Item = i64> {
    let many = (0..10 * OF_EACH).map(|n| i64::try_from(mixed(n) % 30_000).unwrap_or_default());
    NUMBERS
        .into_iter()
        .chain(NUMBERS.map(|number| -number))
        .chain(0..120)
        .chain(many)
}

/// Whether a type has room for a number.
fn fits(data_type: &str, number: i64) -> bool {
    let lower = data_type.to_ascii_lowercase();
    let first = lower.split([' ', '(']).next().unwrap_or_default();
    let most = match first {
        "tinyint" => 127,
        "smallint" => 32_767,
        _ => whole_digits(&lower).map_or(i64::MAX, |digits| 10_i64.saturating_pow(digits) - 1),
    };
    number <= most && number >= if lower.contains("unsigned") { 0 } else { -most }
}

/// The digits before the point that `numeric(8,2)` has room for.
fn whole_digits(data_type: &str) -> Option<u32> {
    if affinity_of(data_type) != Affinity::Number {
        return None;
    }
    let (_, inside) = data_type.split_once('(')?;
    let (inside, _) = inside.split_once(')')?;
    let mut numbers = inside
        .split(',')
        .map(|number| number.trim().parse::<u32>().ok());
    let all = numbers.next()??;
    Some(all.saturating_sub(numbers.next().flatten().unwrap_or_default()))
}

/// A number far from its neighbours'.
fn mixed(n: u64) -> u64 {
    n.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(23) >> 8
}

fn each(shape: impl Fn(u64) -> String) -> Vec<String> {
    (0..10 * OF_EACH).map(shape).collect()
}

fn day(n: u64) -> String {
    format!("{}-{:02}-{:02}", 1930 + n % 95, 1 + n % 12, 1 + n % 28)
}

fn uuid(n: u64) -> String {
    let (high, low) = (mixed(n), mixed(n + 7));
    format!(
        "{:08x}-{:04x}-4{:03x}-a{:03x}-{:012x}",
        high & 0xffff_ffff,
        low & 0xffff,
        (high >> 40) & 0xfff,
        (low >> 40) & 0xfff,
        high & 0xffff_ffff_ffff
    )
}

/// Texts of the shapes that columns are checked for.
fn texts() -> Vec<String> {
    const NAMES: [&str; 8] = [
        "Anna",
        "Ben",
        "Zoë",
        "O'Hara",
        "Jean-Luc",
        "Müller",
        "de la Cruz",
        "X",
    ];
    let name = |n: u64| {
        let at = usize::try_from(n).unwrap_or_default() % NAMES.len();
        NAMES.get(at).copied().unwrap_or_default()
    };
    let letter = |n: u64, first: char| {
        char::from_u32(u32::from(first) + u32::try_from(mixed(n) % 26).unwrap_or_default())
            .unwrap_or(first)
    };
    let letters = |n: u64, first: char, count: u64| -> String {
        (0..count).map(|at| letter(31 * n + at, first)).collect()
    };
    let digits = |n: u64, count: u64| -> String {
        (0..count)
            .map(|at| char::from(b'0' + (mixed(17 * n + at) % 10) as u8))
            .collect()
    };
    let shapes: [&dyn Fn(u64) -> String; 20] = [
        &|n| format!("{}{n}@example.org", letters(n, 'a', 3 + n % 9)),
        &|n| {
            format!(
                "{}.{}@mail.example.co.uk",
                letters(n, 'a', 6),
                letters(n, 'a', 4)
            )
        },
        &|n| format!("{} {}", name(n), name(n / 8)),
        &|n| name(n).to_owned(),
        &|n| format!("+49{}", digits(n, 7 + n % 5)),
        &|n| format!("+1 212 {} {}", digits(n, 3), digits(n, 4)),
        &|n| format!("0{} {}", digits(n, 3), digits(n, 6)),
        &|n| digits(n, 1 + n),
        &|n| letters(n, 'a', 1 + n % 12),
        &|n| letters(n, 'A', 1 + n % 8),
        &|n| format!("{}{}", letters(n, 'A', 1 + n % 4), digits(n, 1 + n % 8)),
        &|n| format!("{}-{}", letters(n, 'A', 2 + n % 2), digits(n, 2 + n % 6)),
        &|n| format!("{}_{}", letters(n, 'a', 4), digits(n, 2)),
        &|n| format!("https://{}.example.org/{n}", letters(n, 'a', 5)),
        &|n| format!("10.{}.{}.{}", n, mixed(n) % 250, n + 1),
        &|n| format!("{:016x}{:016x}", mixed(n), mixed(n + 3)),
        &day,
        &uuid,
        &|n| {
            format!(
                "{} {} {} {n}",
                name(n),
                letters(n, 'a', 6),
                "lorem ipsum dolor ".repeat(usize::try_from(n % 4).unwrap_or_default())
            )
        },
        &|n| {
            format!(
                "{} {}{}",
                letters(n, 'A', 2),
                digits(n, 1),
                letters(n, 'A', 2)
            )
        },
    ];
    let mut texts = Vec::new();
    for shape in shapes {
        texts.extend((0..OF_EACH).map(shape));
    }
    texts
}
