//! One meeting of writers on hosts of their own: the first one is held, another one takes over
//! once it sees no sign of life, the first one goes on; then a third one writes.

use super::pause::{Pause, State};
use super::plot::Plot;
use super::scene::{Role, Scene, Work, Writer};
use super::wire::Wire;
use jiff::SignedDuration;
use std::sync::Arc;
use std::time::Duration;
use weir_model::error::Kind;

/// How often the newer writer may find the first one still alive.
const MOST_TURNED_AWAY: usize = 20;
/// How often a writer tries where the first one's beats come in time.
const TRIES_IN_VAIN: usize = 2;
/// How long the first writer is waited for.
const PATIENCE: Duration = Duration::from_secs(60);

/// How two writers ended, and what they left.
struct Met {
    stale: Option<Kind>,
    newer: Option<Kind>,
    /// How many attempts of the newer one were refused before its last.
    turned_away: usize,
    /// Whether the live copy changed after the first writer went on.
    changed: bool,
}

/// Lets them meet; how it ended.
pub(super) fn meet(scene: &Arc<Scene>, plot: &Plot) -> Result<&'static str, String> {
    let first = scene.token()?;
    let met = two(scene, plot)?;
    let ended = judge(plot, &met)?;
    if met.newer.is_none() && scene.token()? <= first {
        return Err("the token did not rise".to_owned());
    }
    // Whoever wrote left a way back, and the stale writer has not taken it away.
    if ended != "neither wrote" && !scene.has_previous() {
        return Err("the previous copy is gone".to_owned());
    }
    third(scene, plot)?;
    records(scene, plot, &met)?;
    match scene.leftovers() {
        left if left.is_empty() => Ok(ended),
        left => Err(format!("left behind: {}", left.join(", "))),
    }
}

fn two(scene: &Arc<Scene>, plot: &Plot) -> Result<Met, String> {
    let pause = Pause::at(plot.state);
    let role = Role {
        host: "first",
        work: plot.stale,
        minutes: plot.minutes[0],
    };
    let stale = scene.start(role, Some(&pause));
    pause.reached(PATIENCE)?;
    if let Some(line) = &scene.line {
        line.begin(plot.seed);
    }
    if !plot.locked {
        // As where the lock is another host's, or somebody has tidied it up.
        scene.lose_the_lock();
    }
    let newer = take_over(scene, plot);
    let after = scene.live();
    stale.clock.jump(SignedDuration::from_mins(plot.jump));
    if let Some(line) = scene.line.as_ref().filter(|_| plot.mended) {
        line.heal();
    }
    pause.release();
    let stale = stale.done()?;
    let (newer, turned_away) = newer?;
    Ok(Met {
        stale,
        newer,
        turned_away,
        changed: scene.live()? != after?,
    })
}

/// Another writer tries until it succeeds, or is refused for good: how its last attempt ended,
/// and how many came before it.
fn take_over(scene: &Arc<Scene>, plot: &Plot) -> Result<(Option<Kind>, usize), String> {
    // A beat that was under way when the first writer's ceased is a sign of life.
    let patience = match plot.wire {
        Some(Wire::Late) => TRIES_IN_VAIN,
        _ if plot.held() => 0,
        _ => MOST_TURNED_AWAY,
    };
    let role = Role {
        host: "second",
        work: plot.newer,
        minutes: plot.minutes[1],
    };
    let mut turned_away = 0;
    loop {
        let newer = scene.start(role, None).done()?;
        if newer != Some(Kind::Locked) || turned_away == patience {
            return Ok((newer, turned_away));
        }
        turned_away += 1;
    }
}

/// Whether the two ended as they may: not both of them as if theirs were the last word.
fn judge(plot: &Plot, met: &Met) -> Result<&'static str, String> {
    let in_time = plot.wire == Some(Wire::Late);
    match (met.stale, met.newer, met.changed) {
        // Its beats came within the time to live: nobody may have taken it for dead.
        (None, Some(Kind::Locked), true) if in_time => Ok("kept its lease"),
        // It knew its lease as its own: the target itself is who refused.
        (Some(Kind::Locked), None, false) if plot.state >= State::AboutToSwap && !in_time => {
            Ok("swap refused")
        }
        (Some(Kind::Locked), None, false) if !in_time => Ok("refused"),
        // It could not ask whether the target is still its own.
        (Some(Kind::Store), None, false) if plot.is_cut_off() => Ok("turned back"),
        // The lock was held all the while, and kept the newer writer out.
        (Some(Kind::Locked), Some(Kind::Locked), false) if plot.held() => Ok("neither wrote"),
        (Some(Kind::Store), Some(Kind::Locked), false) if plot.held() && plot.is_cut_off() => {
            Ok("neither wrote")
        }
        (None, Some(Kind::Locked), true) if plot.held() => Ok("kept its lock"),
        (stale, newer, changed) => Err(format!(
            "the stale writer ended as {stale:?}, the newer one as {newer:?}, and the live copy \
             {} after",
            if changed { "changed" } else { "did not change" }
        )),
    }
}

/// Whoever comes next writes, with a token above theirs.
fn third(scene: &Arc<Scene>, plot: &Plot) -> Result<(), String> {
    let before = scene.token()?;
    let role = Role {
        host: "third",
        work: Work::Restore,
        minutes: plot.minutes[2],
    };
    let ended = Writer::done(scene.start(role, None))?;
    if let Some(kind) = ended {
        return Err(format!("the writer after them failed as {kind:?}"));
    }
    if scene.token()? <= before {
        return Err("the token of the writer after them is not above".to_owned());
    }
    Ok(())
}

/// Every run is recorded, and those that succeeded, and no other, say so. Who is cut off from
/// the store may leave a record without an end.
fn records(scene: &Scene, plot: &Plot, met: &Met) -> Result<(), String> {
    let runs = scene.runs();
    let of = |host: &str| {
        let runs = runs.iter().filter(move |run| run.started.by.host == host);
        let ended = runs.clone().filter(|run| run.ended.is_some()).count();
        let claimed = runs.clone().filter(|run| run.claims_success()).count();
        (runs.count(), ended, claimed)
    };
    let [stale, newer] = [met.stale, met.newer].map(|failed| usize::from(failed.is_none()));
    let attempts = met.turned_away + 1;
    let first = of("first");
    let silent = plot.is_cut_off() && first == (1, 0, 0);
    let true_to = (first == (1, 1, stale) || silent)
        && of("second") == (attempts, attempts, newer)
        && of("third") == (1, 1, 1);
    match true_to {
        true => Ok(()),
        false => Err(format!(
            "of the runs, how many are recorded, have ended and claim success: {first:?} of the \
             first writer, {:?} of the second, {:?} of the third",
            of("second"),
            of("third")
        )),
    }
}
