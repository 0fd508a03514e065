//! SIGKILL of the real binary, at every step boundary and at random moments: whoever comes next
//! heals and completes, a reader of a live copy never sees an error or half of anything, no
//! record claims what was not done, and no two runs write one target at a time.

pub(super) mod moment;
mod polling;
mod verbs;

use super::random::Random;
use super::records::{self, Ledger, Run};
use super::shop::{LIVE, Shop, check};
use super::tally::Tally;
use moment::{Moment, kill};
use polling::Readers;
use std::collections::BTreeSet;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;
use verbs::{RUN, VERBS, Verb};

/// Kills between two clearings of old backups.
const EXPIRE_EVERY: i64 = 20;

/// What came of the kills.
#[derive(Debug, Default)]
pub struct Kills {
    /// How each ended.
    pub tally: Tally,
    /// How often a reader looked.
    pub polls: u64,
}

/// Kills `weir`, the binary, once for every seed, all in one fleet; before that once at every
/// step and state that any of its verbs passes, if `boundaries` are wanted.
pub fn run(weir: &Path, seeds: Range<u64>, boundaries: bool) -> Kills {
    let mut kills = Kills::default();
    if seeds.is_empty() && !boundaries {
        return kills;
    }
    let shop = Arc::new(Shop::new(weir));
    let mut campaign = Campaign {
        ledger: Ledger::new(shop.path("store")),
        verbs: VERBS.map(|verb| verb.measured(&shop)),
        generation: 1,
        shop: Arc::clone(&shop),
    };
    let readers = Readers::start(&shop);
    if boundaries {
        campaign.at_boundaries(&mut kills.tally);
    }
    for seed in seeds {
        let mut random = Random::new(seed);
        let verb = campaign.verbs[random.below(campaign.verbs.len())];
        let moment = Moment::random(&verb, &mut random);
        let again = format!("WEIR_SEED={seed} WEIR_FAULTS=0 WEIR_KILLS=1 scripts/faults");
        campaign.kill(verb, moment, &again, &mut kills.tally);
    }
    kills.polls = readers.stop(&mut kills.tally);
    kills
}

struct Campaign {
    shop: Arc<Shop>,
    verbs: [Verb; VERBS.len()],
    ledger: Ledger,
    generation: i64,
}

impl Campaign {
    fn at_boundaries(&mut self, tally: &mut Tally) {
        for verb in self.verbs {
            for event in 0..verb.events {
                let again = "WEIR_FAULTS=0 WEIR_KILLS=0 scripts/faults";
                self.kill(verb, Moment::Event(event), again, tally);
            }
        }
    }

    fn kill(&mut self, verb: Verb, moment: Moment, again: &str, tally: &mut Tally) {
        self.generation += 1;
        if self.generation % EXPIRE_EVERY == 0 {
            self.shop.expire();
        }
        self.shop.renew(self.generation);
        let words = verb.words(self.generation, &self.shop);
        match self.one(verb, &words, moment) {
            Ok(ended) => tally.count(moment.kind(&verb), ended),
            Err(wrong) => tally.miss(
                moment.kind(&verb),
                format!("weir {words}, killed {moment:?}: {wrong}; again: {again}"),
            ),
        }
    }

    /// One kill, and whether all is well after the next run; says whether the kill came in time.
    fn one(&mut self, verb: Verb, words: &str, moment: Moment) -> Result<&'static str, String> {
        if verb.needs_damage {
            // There must be something to heal.
            kill(&self.shop, "restore staging/shop", Moment::Event(8));
        }
        let (process, was_killed) = kill(&self.shop, words, moment);
        let runs = self.ledger.news();
        let unfinished: BTreeSet<String> = runs
            .iter()
            .filter(|run| run.started.by.pid == process && run.ended.is_none())
            .map(|run| run.started.run.clone())
            .collect();
        self.judge(runs.iter().filter(|run| run.ended.is_some()), &unfinished)?;
        // A recovery may have put an older generation back.
        let production = self
            .shop
            .open("production")
            .map_err(|error| error.to_string())?;
        let generation = check(&production, "production")?;
        drop(production);
        self.shop.age_unfinished_writes();
        if words.starts_with("recover production") || words.starts_with("drill") {
            // A backup changes nothing beside its source, and a run knows of no drill's scratch
            // folder: whoever was recovering or drilling heals that.
            let (code, _, errors) = self.shop.finish("heal");
            if code != Some(0) {
                return Err(format!("heal ended with {code:?}: {errors}"));
            }
        }
        let (code, _, errors) = self.shop.finish(RUN);
        if code != Some(0) {
            return Err(format!("the next run ended with {code:?}: {errors}"));
        }
        let runs = self.ledger.news();
        self.judge(runs.iter(), &unfinished)?;
        is_whole(&self.shop, generation)?;
        Ok(if was_killed { "healed" } else { "had ended" })
    }

    /// What the records say must be true.
    fn judge<'a>(
        &mut self,
        runs: impl Iterator<Item = &'a Run>,
        unfinished: &BTreeSet<String>,
    ) -> Result<(), String> {
        for run in runs {
            let id = &run.started.run;
            if let Some(wrong) = records::false_success(run, &self.shop.path("store")) {
                return Err(wrong);
            }
            if run.ended.is_none() {
                return Err(format!("run {id} was never closed"));
            }
            if unfinished.contains(id) && run.claims_success() {
                return Err(format!("run {id} was killed and claims success"));
            }
            if let Some(wrong) = self.ledger.two_writers(run) {
                return Err(wrong);
            }
        }
        Ok(())
    }
}

/// After the run that follows a kill, every live copy is new and nothing is left.
fn is_whole(shop: &Shop, generation: i64) -> Result<(), String> {
    for (environment, _) in LIVE {
        let live = shop.open(environment).map_err(|error| error.to_string())?;
        let found = check(&live, environment)?;
        if found != generation {
            return Err(format!(
                "{environment} holds generation {found}, not {generation}"
            ));
        }
    }
    let left = shop.leftovers();
    if left.is_empty() {
        Ok(())
    } else {
        Err(format!("left behind: {}", left.join(", ")))
    }
}
