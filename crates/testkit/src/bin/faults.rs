//! Many faults by seed, and a verdict: what `scripts/faults` runs.

// Its result is what it prints, and how it ends.
#![allow(clippy::print_stdout)]

use std::ops::Range;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;
use weir_testkit::faults::{corruption, kills, network};

fn main() -> ExitCode {
    let first = number("WEIR_SEED", 1);
    let seeds = |count: u64| -> Range<u64> { first..first.saturating_add(count) };
    let (faults, killed) = (
        seeds(number("WEIR_FAULTS", 10_000)),
        seeds(number("WEIR_KILLS", 150)),
    );
    let mut missed = Vec::new();

    let began = Instant::now();
    println!("{} corruptions, seeds from {first}", count(&faults));
    match tokio::runtime::Runtime::new() {
        Ok(runtime) => {
            let tally = runtime.block_on(corruption::run(faults));
            print!("{tally}");
            missed.extend_from_slice(tally.missed());
        }
        Err(error) => missed.push(format!("no runtime: {error}")),
    }
    println!("  in {} s", began.elapsed().as_secs());

    let began = Instant::now();
    println!("{} kills, seeds from {first}", count(&killed));
    let kills = kills::run(&weir(), killed);
    print!("{}", kills.tally);
    println!(
        "  {} polls of live copies, in {} s",
        kills.polls,
        began.elapsed().as_secs()
    );
    missed.extend_from_slice(kills.tally.missed());

    let troubled = seeds(number("WEIR_NETWORK", network::pairs()));
    let began = Instant::now();
    println!(
        "{} faults of network and store, seeds from {first}",
        count(&troubled)
    );
    let tally = network::run(&weir(), troubled);
    print!("{tally}");
    println!("  in {} s", began.elapsed().as_secs());
    missed.extend_from_slice(tally.missed());
    verdict(&missed)
}

fn verdict(missed: &[String]) -> ExitCode {
    for miss in missed {
        println!("missed: {miss}");
    }
    if missed.is_empty() {
        println!("faults: met");
        return ExitCode::SUCCESS;
    }
    println!("faults: missed: {} of them, listed above", missed.len());
    ExitCode::FAILURE
}

/// The binary under test: `WEIR_BINARY`, or the one beside this program.
fn weir() -> PathBuf {
    let beside = || {
        std::env::current_exe()
            .unwrap_or_default()
            .with_file_name("weir")
    };
    std::env::var_os("WEIR_BINARY").map_or_else(beside, PathBuf::from)
}

fn number(variable: &str, otherwise: u64) -> u64 {
    let text = std::env::var(variable).unwrap_or_default();
    text.parse().unwrap_or(otherwise)
}

fn count(seeds: &Range<u64>) -> u64 {
    seeds.end.saturating_sub(seeds.start)
}
