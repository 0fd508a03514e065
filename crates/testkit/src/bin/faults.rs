//! Many faults by seed, and a verdict: what `scripts/faults` runs.

// Its result is what it prints, and how it ends.
#![allow(clippy::print_stdout)]

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use weir_testkit::faults::{Tally, canaries, corruption, kills, network, writers};

/// Corruptions between two lines that say how far it is.
const SLICE: u64 = 10_000;

fn main() -> ExitCode {
    let mut missed = corruptions(seeds("WEIR_FAULTS", 10_000));
    missed.extend(killed(
        seeds("WEIR_KILLS", 150),
        number("WEIR_BOUNDARIES", 1) > 0,
    ));
    missed.extend(canaries_planted(seeds("WEIR_CANARIES", canaries::CANARIES)));
    missed.extend(troubled(seeds("WEIR_NETWORK", network::pairs())));
    missed.extend(meetings(seeds("WEIR_WRITERS", 500)));
    for miss in &missed {
        println!("missed: {miss}");
    }
    if missed.is_empty() {
        println!("faults: met");
        return ExitCode::SUCCESS;
    }
    println!("faults: missed: {} of them, listed above", missed.len());
    ExitCode::FAILURE
}

/// Slice by slice, so that an hour's run shows how far it is.
fn corruptions(seeds: Range<u64>) -> Vec<String> {
    let began = announce("corruptions", &seeds);
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return vec![format!("no runtime: {error}")],
    };
    let (mut tally, weir) = (Tally::default(), weir());
    let mut first = seeds.start;
    while first < seeds.end {
        let last = first.saturating_add(SLICE).min(seeds.end);
        tally.add(runtime.block_on(corruption::run(first..last, Some(&weir))));
        println!("  … {} done", last.saturating_sub(seeds.start));
        first = last;
    }
    conclude(&tally, began)
}

fn killed(seeds: Range<u64>, boundaries: bool) -> Vec<String> {
    let began = announce("kills at random moments", &seeds);
    let kills = kills::run(&weir(), seeds, boundaries);
    println!("  {} polls of live copies", kills.polls);
    conclude(&kills.tally, began)
}

fn canaries_planted(seeds: Range<u64>) -> Vec<String> {
    let began = announce("canaries", &seeds);
    conclude(&canaries::run(&weir(), seeds), began)
}

fn troubled(seeds: Range<u64>) -> Vec<String> {
    let began = announce("faults of network and store", &seeds);
    conclude(&network::run(&weir(), seeds), began)
}

fn meetings(seeds: Range<u64>) -> Vec<String> {
    let began = announce("meetings of writers", &seeds);
    conclude(&writers::run(Some(&weir()), seeds), began)
}

fn announce(what: &str, seeds: &Range<u64>) -> Instant {
    let count = seeds.end.saturating_sub(seeds.start);
    println!("{count} {what}, seeds from {}", seeds.start);
    Instant::now()
}

fn conclude(tally: &Tally, began: Instant) -> Vec<String> {
    print!("{tally}");
    println!("  in {} s", began.elapsed().as_secs());
    tally.missed().to_vec()
}

/// The binary under test: `WEIR_BINARY`, or the one beside this program.
fn weir() -> PathBuf {
    let beside = || {
        std::env::current_exe()
            .unwrap_or_default()
            .with_file_name("weir")
    };
    let named = std::env::var_os("WEIR_BINARY").map_or_else(beside, PathBuf::from);
    // It is started in other folders.
    std::path::absolute(&named).unwrap_or(named)
}

/// As many seeds as a variable says.
fn seeds(variable: &str, otherwise: u64) -> Range<u64> {
    let first = number("WEIR_SEED", 1);
    first..first.saturating_add(number(variable, otherwise))
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let text = std::env::var(variable).unwrap_or_default();
    text.parse().unwrap_or(otherwise)
}
