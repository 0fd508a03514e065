//! CHECKs over columns that rules change: proven, tried by a server, or told to be unproven.

use crate::site::Site;
use serde::Serialize;
use std::path::Path;
use weir_config::problem::Problems;
use weir_engine::{Context, Tried};
use weir_mask::{Attempt, AttemptResult, CheckProof, Verdict};
use weir_model::catalog::Catalog;
use weir_model::error::{Error, Kind, Result};

/// A CHECK over columns that rules change, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CheckRules {
    /// The table.
    pub table: String,
    /// The check's name; of one without, its expression.
    pub check: String,
    /// The columns it uses.
    pub columns: Vec<String>,
    /// Whether what the rules write satisfies it.
    pub holds: Holds,
    /// How that is known, or why it is not; empty where it is proven.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub because: String,
}

/// Whether what rules write satisfies a CHECK.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Holds {
    /// Whatever the rows are.
    Proven,
    /// A server said so of made-up values.
    Tried,
    /// Nobody knows before there are rows.
    Unproven,
}

impl CheckRules {
    /// What an operator is told where it is not proven.
    pub(crate) fn doubt(&self) -> Option<String> {
        (self.holds == Holds::Unproven).then(|| {
            format!(
                "unproven: CHECK {} of {}, whose columns are masked: {}",
                self.check, self.table, self.because
            )
        })
    }
}

/// Who can be asked about made-up values.
pub(crate) enum Server<'a> {
    /// The server at that place.
    At(&'a Site),
    /// None, and why.
    None(&'a str),
}

/// What is said of the CHECKs that the rules of `site` touch, in what a catalog tells; one line for
/// each that is not proven.
///
/// # Errors
/// `sanitise` with every rule whose made-up values broke one, `interrupted`, `deadline`.
pub(crate) async fn doubts(
    site: &Site,
    catalog: &Catalog,
    server: Server<'_>,
    context: &Context,
) -> Result<Vec<String>> {
    let Some(path) = &site.ruleset else {
        return Ok(Vec::new());
    };
    let ruleset = super::read(path)?;
    let types = super::types(site.engine.as_ref());
    let proofs = ruleset.prove(catalog, &super::key(site)?, types);
    let found = told(path, proofs, &server, context).await?;
    Ok(found.iter().filter_map(CheckRules::doubt).collect())
}

/// What came of every CHECK, once the server was asked about those that only it can judge.
///
/// # Errors
/// As [`doubts`].
pub(crate) async fn told(
    path: &Path,
    proofs: Vec<CheckProof>,
    server: &Server<'_>,
    context: &Context,
) -> Result<Vec<CheckRules>> {
    let (mut found, mut broken) = (Vec::new(), Vec::new());
    let mut silent: Option<String> = None;
    for proof in proofs {
        let (holds, because) = match &proof.verdict {
            Verdict::Proven => (Holds::Proven, String::new()),
            Verdict::Unproven(why) => (Holds::Unproven, why.clone()),
            Verdict::ToTry(attempt) => {
                let asked = match &silent {
                    Some(why) => Asked::Nobody(why.clone()),
                    None => ask(attempt, server, context).await?,
                };
                match asked {
                    Asked::Broken => {
                        broken.extend(proof.refusal().0);
                        continue;
                    }
                    Asked::Nobody(why) => {
                        silent = Some(why.clone());
                        (Holds::Unproven, why)
                    }
                    Asked::Unanswered(why) => (Holds::Unproven, why),
                    Asked::Held(rows) => {
                        let because = format!("a server found it true of {rows} made-up values");
                        (Holds::Tried, because)
                    }
                }
            }
        };
        found.push(CheckRules {
            table: proof.table,
            check: proof.check,
            columns: proof.columns,
            holds,
            because,
        });
    }
    match broken.is_empty() {
        true => Ok(found),
        false => Err(super::refused(path, Problems(broken))),
    }
}

/// What a server said.
enum Asked {
    Held(usize),
    Broken,
    Unanswered(String),
    /// There is none to be asked.
    Nobody(String),
}

async fn ask(attempt: &Attempt, server: &Server<'_>, context: &Context) -> Result<Asked> {
    let site = match server {
        Server::At(site) => site,
        Server::None(why) => return Ok(Asked::Nobody((*why).to_owned())),
    };
    let trial = attempt.trial();
    let tried = match site.engine.satisfies(&site.endpoint, trial, context).await {
        Ok(tried) => tried,
        Err(error) if is_a_stop(&error) => return Err(error),
        Err(_) => {
            let why = format!("{} could not be asked", site.describe());
            return Ok(Asked::Nobody(why));
        }
    };
    Ok(match tried {
        Tried::Unanswered(why) => Asked::Unanswered(why),
        Tried::Satisfied(answers) => match attempt.result(&answers) {
            AttemptResult::Held(rows) => Asked::Held(rows),
            AttemptResult::Broken => Asked::Broken,
            AttemptResult::NothingFits => {
                Asked::Unanswered("no made-up value satisfies it to begin with".to_owned())
            }
        },
    })
}

fn is_a_stop(error: &Error) -> bool {
    matches!(error.kind(), Kind::Interrupted | Kind::Deadline)
}
