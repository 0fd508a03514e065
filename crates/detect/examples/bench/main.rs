//! `scripts/bench detect`: precision and recall of the detectors on labelled columns, and their speed.

// A benchmark prints, and stops where its own files are broken.
#![allow(
    clippy::print_stdout,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic
)]

mod columns;
mod numbers;
mod random;
mod score;
mod secrets;
mod speed;
mod values;
mod words;

use score::Score;
use std::process::ExitCode;

/// What the held-out part must reach.
const RECALL: f64 = 0.95;
const PRECISION: f64 = 0.9;
/// MB of prose without a finding that a core must read in a second.
const SPEED: f64 = 150.0;

fn main() -> ExitCode {
    let verbose = std::env::args().any(|argument| argument == "--misses");
    let held_out = part("held-out", verbose);
    let fresh = part("fresh", verbose);
    let tuning = part("tuning", verbose);
    let speeds = speed::measure();
    println!("\nthroughput of find, one core:");
    for (what, rate) in &speeds {
        println!("  {what:<28} {rate:>8.0} MB/s");
    }
    let parts = [
        ("held-out", &held_out),
        ("fresh", &fresh),
        ("tuning", &tuning),
    ];
    let missed = missed(&parts[..2], speeds[0].1);
    write_json(&parts, &speeds, missed.is_empty());
    if missed.is_empty() {
        println!("bench detect: met");
        return ExitCode::SUCCESS;
    }
    println!("bench detect: missed: {}", missed.join("; "));
    ExitCode::FAILURE
}

fn part(name: &str, verbose: bool) -> Score {
    let columns = columns::read(name);
    let score = Score::of(&columns, verbose && name == "tuning");
    println!(
        "\n{name}: {} columns, {} of them traps",
        columns.len(),
        score.traps
    );
    score.print();
    score
}

/// What the parts nobody tuned for, and the speed, miss.
fn missed(parts: &[(&str, &Score)], speed: f64) -> Vec<String> {
    let mut missed = Vec::new();
    for (name, score) in parts {
        let (precision, recall) = score.overall();
        if recall < RECALL {
            missed.push(format!(
                "recall {recall:.3} of the {name} columns, {RECALL} promised"
            ));
        }
        if precision < PRECISION {
            missed.push(format!(
                "precision {precision:.3} of the {name} columns, {PRECISION} promised"
            ));
        }
    }
    if speed < SPEED {
        missed.push(format!("{speed:.0} MB/s of prose, {SPEED:.0} promised"));
    }
    missed
}

fn write_json(parts: &[(&str, &Score)], speeds: &[(&str, f64)], met: bool) {
    let parts: Vec<_> = parts
        .iter()
        .map(|(name, score)| format!("  \"{name}\": {}", score.json()))
        .collect();
    let rate = |(what, rate): &(&str, f64)| {
        format!("    {{\"what\": \"{what}\", \"mb_per_second\": {rate:.1}}}")
    };
    let rates: Vec<_> = speeds.iter().map(rate).collect();
    let verdict = if met { "met" } else { "missed" };
    let text = format!(
        "{{\n  \"bench\": \"detect\",\n  \"verdict\": \"{verdict}\",\n{},\n  \"speed\": [\n{}\n  ]\n}}\n",
        parts.join(",\n"),
        rates.join(",\n")
    );
    std::fs::create_dir_all("bench-results").expect("a folder for results");
    std::fs::write("bench-results/detect.json", text).expect("the results can be written");
    println!("raw figures: bench-results/detect.json");
}
