//! How fast texts are read.

use crate::random::Random;
use std::hint::black_box;
use weir_detect::find;

const BYTES: usize = 8 << 20;
const ROUNDS: usize = 5;

const ENGLISH: &str = "the river carried what the mountain had let go and nobody in the village asked where it went because every spring brought more of it than anyone could use";
const GERMAN: &str = "der Fluss trug fort was der Berg verloren hatte und im Dorf fragte niemand nach dem Ziel denn jeder Frühling brachte mehr davon als man in den Mühlen brauchen konnte";

/// MB/s of the best round, for texts of several kinds; prose without a finding first.
pub(crate) fn measure() -> Vec<(&'static str, f64)> {
    let mut random = Random::new("speed");
    let short: Vec<String> = (0..BYTES / 24)
        .map(|_| prose(&mut random, ENGLISH, 24))
        .collect();
    let json = format!(
        r#"{{"order": {}, "state": "paid", "lines": [{{"sku": "AB-{}", "count": 2}}]}}"#,
        random.digits(6),
        random.digits(4)
    );
    vec![
        ("English prose", rate(&[prose(&mut random, ENGLISH, BYTES)])),
        ("German prose", rate(&[prose(&mut random, GERMAN, BYTES)])),
        ("values of 24 bytes", rate(&short)),
        (
            "numbers",
            rate(&[(0..BYTES / 9).map(|_| random.digits(8) + " ").collect()]),
        ),
        ("JSON of 80 bytes", rate(&vec![json; BYTES / 80])),
        ("hexadecimal", rate(&[random.hex(BYTES)])),
    ]
}

/// Sentences of the words of a text.
fn prose(random: &mut Random, words: &str, bytes: usize) -> String {
    let words: Vec<_> = words.split(' ').collect();
    let mut text = String::with_capacity(bytes + 16);
    let mut first = true;
    while text.len() < bytes {
        let word = random.pick(&words);
        if first {
            text.extend(word.chars().take(1).flat_map(char::to_uppercase));
            text.extend(word.chars().skip(1));
        } else {
            text.push_str(word);
        }
        first = random.chance(8);
        text.push_str(if first { ". " } else { " " });
    }
    text
}

fn rate(texts: &[String]) -> f64 {
    let bytes: usize = texts.iter().map(String::len).sum();
    let mut found = Vec::new();
    let round = |_| {
        let started = core_seconds();
        for text in texts {
            find(black_box(text.as_bytes()), &mut found);
            black_box(found.len());
        }
        core_seconds() - started
    };
    let best = (0..ROUNDS).map(round).fold(f64::INFINITY, f64::min);
    bytes as f64 / 1e6 / best
}

/// The seconds this thread had a core for: others on the machine must not be charged to it.
fn core_seconds() -> f64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat")
        .expect("Linux says how long a thread ran");
    let nanoseconds = text
        .split(' ')
        .next()
        .and_then(|number| number.parse::<f64>().ok());
    nanoseconds.expect("a number") / 1e9
}
