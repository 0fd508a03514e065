//! How names, formats and values together become a judgement.

use super::{Counts, Judgement};
use crate::by_name::{ROLE, TypeKind};
use crate::kind::Sensitive;

/// What is said of every kind that names or values speak for.
pub(super) fn judgements(
    names: &[(Sensitive, f32)],
    (type_kind, thing): (TypeKind, bool),
    counts: &Counts,
) -> Vec<Judgement> {
    let judged = Sensitive::ALL.into_iter().filter_map(|what| {
        let named = names.iter().find(|(known, _)| *known == what);
        let column = Column {
            counts,
            type_kind,
            thing,
            named: named
                .map_or(0.0, |(_, score)| *score)
                .max(part(names, what, counts)),
            strongest: names.first().copied(),
        };
        let judgement = match what {
            Sensitive::FreeText => column.free_text(),
            Sensitive::Document => column.document(),
            _ => column.values(what),
        };
        judgement.filter(|judgement| judgement.certainty >= 0.1)
    });
    judged.collect()
}

/// What is called a full name and has one word only is taken for a family name.
fn part(names: &[(Sensitive, f32)], what: Sensitive, counts: &Counts) -> f32 {
    let full = names
        .iter()
        .find(|(known, score)| *known == Sensitive::PersonName && *score > ROLE);
    let given = names
        .iter()
        .any(|(known, _)| *known == Sensitive::GivenName);
    match full {
        Some((_, score)) if what == Sensitive::FamilyName && !given && counts.is_single() => *score,
        _ => 0.0,
    }
}

struct Column<'a> {
    counts: &'a Counts,
    type_kind: TypeKind,
    /// Whether the name says that the values are numbers of things.
    thing: bool,
    /// How far the names speak for the kind that is judged.
    named: f32,
    /// The kind the names speak for most.
    strongest: Option<(Sensitive, f32)>,
}

impl Column<'_> {
    fn values(&self, what: Sensitive) -> Option<Judgement> {
        let mut why = Vec::new();
        let by_name = self.by_name(what, &mut why);
        let by_format = self.by_format(what, &mut why);
        let certainty = 1.0 - (1.0 - by_name) * (1.0 - by_format);
        (certainty > 0.0).then_some(Judgement {
            what,
            certainty,
            why,
        })
    }

    /// What the name says, as far as the values go with it.
    fn by_name(&self, what: Sensitive, why: &mut Vec<String>) -> f32 {
        if self.named == 0.0 {
            return 0.0;
        }
        why.push(format!(
            "the column's name says {} ({})",
            what.name(),
            percent(self.named)
        ));
        if self.counts.values == 0 || matches!(self.type_kind, TypeKind::Says(_)) {
            return self.named;
        }
        let format = self
            .counts
            .share_of(&self.counts.fits, what)
            .max(self.counts.share_of(&self.counts.whole, what));
        why.push(format!("{} of the values could be one", percent(format)));
        self.named * (0.15 + 0.85 * format) * self.variety(what, why) * self.part_of_name(what)
    }

    /// Values of one word are a part of a name, those of several the full one.
    fn part_of_name(&self, what: Sensitive) -> f32 {
        let single = self.counts.is_single();
        let titled = self.counts.share(self.counts.looks.titled) >= 0.7;
        match what {
            Sensitive::PersonName if self.named <= ROLE && !titled => 0.5,
            Sensitive::PersonName if single => 0.7,
            Sensitive::GivenName | Sensitive::FamilyName if !single && self.named < 0.85 => 0.7,
            _ => 1.0,
        }
    }

    /// A column of a few values that come again and again is a list of choices, not of people.
    fn variety(&self, what: Sensitive, why: &mut Vec<String>) -> f32 {
        let different = self.counts.different();
        let few = different <= 12.0 && self.counts.values >= 40;
        let people = !matches!(what, Sensitive::Secret | Sensitive::IpAddress);
        if few && people {
            why.push("only a few different values".to_owned());
            return 0.4;
        }
        1.0
    }

    /// What the values say without the name.
    fn by_format(&self, what: Sensitive, why: &mut Vec<String>) -> f32 {
        let whole = self.counts.share_of(&self.counts.whole, what);
        let sure = self.counts.share_of(&self.counts.sure, what);
        if matches!(self.type_kind, TypeKind::Nothing) {
            return 0.0;
        }
        let mut certainty = match what {
            Sensitive::PersonName => self.people(why),
            Sensitive::GivenName | Sensitive::FamilyName => self.single_names(what, why),
            Sensitive::Company => self.companies(why),
            _ if whole >= 0.02 => {
                why.push(format!(
                    "{} of the values are one by their format, {} surely",
                    percent(whole),
                    percent(sure)
                ));
                strength(what, whole, sure)
            }
            _ => 0.0,
        };
        if self.thing && (sure < 0.3 || what == Sensitive::IpAddress)
            || self.belongs_to_another(what)
        {
            why.push("the column's name speaks against it".to_owned());
            certainty *= 0.3;
        }
        certainty
    }

    /// Whether the name clearly says another kind that the values could be as well.
    fn belongs_to_another(&self, what: Sensitive) -> bool {
        self.strongest.is_some_and(|(other, score)| {
            other != what && score >= 0.8 && self.counts.share_of(&self.counts.fits, other) >= 0.8
        })
    }

    /// Values made of a listed given and a listed family name, or shaped like such.
    fn people(&self, why: &mut Vec<String>) -> f32 {
        let looks = &self.counts.looks;
        let full = self.counts.share(looks.full);
        let titled = self.counts.share(looks.titled);
        let thing = self.thing
            || self
                .strongest
                .is_some_and(|(what, score)| what == Sensitive::PersonName && score <= 0.1);
        if full >= 0.2 {
            why.push(format!(
                "{} of the values are a known given and family name",
                percent(full)
            ));
            let base = if thing { 0.35 } else { 0.9 };
            return base * (full * 1.6).min(1.0);
        }
        // Names nobody listed: two or three words with capitals, hardly any twice.
        let words = self.counts.share(looks.words);
        let different = self.counts.different() >= 0.7 * self.counts.values as f64;
        let other = self
            .strongest
            .is_some_and(|(what, score)| what != Sensitive::PersonName && score >= 0.5);
        if titled < 0.85 || words > 2.8 || !different || self.counts.values < 20 || thing || other {
            return 0.0;
        }
        why.push(format!(
            "{} of the values are two or three words with capitals",
            percent(titled)
        ));
        0.5
    }

    fn single_names(&self, what: Sensitive, why: &mut Vec<String>) -> f32 {
        let listed = match what {
            Sensitive::GivenName => self.counts.looks.given,
            _ => self.counts.looks.family,
        };
        let share = self.counts.share(listed);
        if share < 0.5 {
            return 0.0;
        }
        why.push(format!(
            "{} of the values are known as a {}",
            percent(share),
            what.name()
        ));
        // Cities, months and products are called like people.
        if share >= 0.85 && self.counts.different() > 20.0 {
            0.55
        } else {
            0.3
        }
    }

    /// Values that end as names of companies do, and, in tables of customers, what stands among them.
    fn companies(&self, why: &mut Vec<String>) -> f32 {
        let legal = self.counts.share(self.counts.looks.legal);
        if legal < 0.1 {
            return 0.0;
        }
        why.push(format!(
            "{} of the values end in the form of a company",
            percent(legal)
        ));
        let whose = self
            .strongest
            .is_some_and(|(what, score)| what == Sensitive::PersonName && score >= 0.5);
        if whose { 0.9 } else { (legal * 2.0).min(0.9) }
    }

    fn free_text(&self) -> Option<Judgement> {
        let counts = self.counts;
        let with = counts.share(counts.with_findings);
        let prose = counts.share(counts.looks.prose);
        let json = counts.share(counts.looks.json);
        if with < 0.01 || prose < 0.2 || json > 0.5 {
            return None;
        }
        let mut why = vec![format!(
            "{} of the texts have something inside",
            percent(with)
        )];
        why.extend(self.inside());
        let sure = self.share_inside(&counts.inside_sure);
        let certainty = if sure >= 0.01 {
            0.7 + 0.29 * (sure * 4.0).min(1.0)
        } else {
            0.3 + 0.4 * (with * 2.0).min(1.0)
        };
        Some(Judgement {
            what: Sensitive::FreeText,
            certainty,
            why,
        })
    }

    fn document(&self) -> Option<Judgement> {
        let counts = self.counts;
        let json = counts.share(counts.looks.json);
        let with = counts.share(counts.with_findings);
        if json < 0.5 || with < 0.01 {
            return None;
        }
        let mut why = vec![format!(
            "{} of the values are JSON, {} with something inside",
            percent(json),
            percent(with)
        )];
        why.extend(self.inside());
        let sure = self.share_inside(&counts.inside_sure);
        let certainty = if sure >= 0.01 {
            0.95
        } else {
            0.35 + 0.5 * with.min(1.0)
        };
        Some(Judgement {
            what: Sensitive::Document,
            certainty,
            why,
        })
    }

    fn share_inside(&self, counts: &[u64; super::KINDS]) -> f32 {
        self.counts.share(counts.iter().copied().max().unwrap_or(0))
    }

    /// What is inside, a line each.
    fn inside(&self) -> impl Iterator<Item = String> + '_ {
        let shares = Sensitive::ALL
            .into_iter()
            .map(|what| (what, self.counts.share_of(&self.counts.inside, what)));
        let found = shares.filter(|(_, share)| *share > 0.0);
        found.map(|(what, share)| format!("{} in {}", what.name(), percent(share)))
    }
}

/// How much a share of values of a kind's format says. What an order number can look like needs the
/// name as well, or nearly all values.
fn strength(what: Sensitive, whole: f32, sure: f32) -> f32 {
    let most = match what {
        Sensitive::Postcode
        | Sensitive::Coordinates
        | Sensitive::Secret
        | Sensitive::PostalAddress => 0.75,
        _ => 0.85,
    };
    let likely = if whole >= 0.5 {
        most * whole
    } else {
        most * whole * 0.5
    };
    let certain = if sure >= 0.3 {
        0.97 * (0.6 + 0.4 * sure)
    } else {
        sure * 1.5
    };
    likely.max(certain).min(0.99)
}

fn percent(share: f32) -> String {
    format!("{:.0} %", share * 100.0)
}
