//! Keeping operations from starting for a while.

use super::{Action, Done, refused_field, sentences, wrong_field};
use crate::views::{Confirm, Field, FieldKind};
use crate::web::answer::Refusal;
use crate::web::asked::Asked;
use schemars::JsonSchema;
use serde::Deserialize;
use weir_model::error::{Kind, Result};
use weir_pipeline::holds::{self, HOLDABLE, LONGEST_DAYS, NewHold};

/// The choice of all operations.
const EVERYTHING: &str = "everything";
/// The longest reason: it stands in every list.
const LONGEST_REASON: usize = 500;

/// What is held.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewHold")]
pub(super) struct Input {
    /// `environment`, `environment/app` or `environment/app/job`.
    place: String,
    /// Only this operation (`restore` is all that replaces the live copy); all of them if it is
    /// not given, or `everything`.
    operation: Option<String>,
    /// When it ends by itself: `friday`, `2026-12-01`, `2026-12-01T10:00` or `3d`.
    until: String,
    /// Why, for whoever meets it.
    reason: String,
}

#[derive(Deserialize)]
struct Query {
    place: String,
}

pub(super) fn action() -> Action<Input> {
    Action {
        name: "hold",
        api: "/api/v1/holds",
        about: "Keeps operations from starting for a while.",
        ask: |asked| Box::pin(ask(asked)),
        act: |asked, input| Box::pin(act(asked, input)),
    }
}

async fn ask(asked: &Asked) -> Result<Confirm, Refusal> {
    let query: Query = asked.query()?;
    let zone = holds::time_zone(asked.actor().weir(), &query.place)?;
    let zone = zone.iana_name().unwrap_or("UTC").to_owned();
    refuse_elsewhere(asked, &query.place)?;
    let mut choices: Vec<String> = HOLDABLE.iter().map(|&name| name.to_owned()).collect();
    choices.push(EVERYTHING.to_owned());
    let field = |name: &str, label: &str, value: &str, help: String| Field {
        name: name.to_owned(),
        label: label.to_owned(),
        value: value.to_owned(),
        kind: FieldKind::Text,
        required: true,
        help: Some(help),
    };
    Ok(Confirm {
        action: "hold".to_owned(),
        title: format!("Hold {}", query.place),
        will: vec![
            "What is held does not start, whoever or whatever would start it; the rest of a job \
             goes on."
                .to_owned(),
            "What works already is not stopped, and nothing is overwritten.".to_owned(),
            format!("It ends by itself, after {LONGEST_DAYS} days at the latest."),
        ],
        form: "/actions/hold".to_owned(),
        fields: vec![
            sentences::hidden("place", &query.place),
            Field {
                kind: FieldKind::Choice(choices),
                ..field(
                    "operation",
                    "Operation",
                    "restore",
                    "restore is all that replaces the live copy: backups keep running.".to_owned(),
                )
            },
            field(
                "until",
                "Until",
                "1d",
                format!("friday (its beginning), 2026-12-01, 2026-12-01T10:00 or 3d; in {zone}."),
            ),
            field("reason", "Reason", "", "Others will ask.".to_owned()),
        ],
        button: "Hold".to_owned(),
        danger: false,
    })
}

async fn act(asked: &Asked, input: Input) -> Result<Done, Refusal> {
    let (actor, place) = (asked.actor(), &input.place);
    let weir = actor.weir();
    let zone = holds::time_zone(weir, place)?;
    refuse_elsewhere(asked, place)?;
    let until = holds::until(input.until.trim(), weir.now(), &zone)
        .map_err(|error| refused_field("until", &error))?;
    let reason = input.reason.trim();
    if reason.is_empty() || reason.chars().count() > LONGEST_REASON {
        let hint = format!("say why, in at most {LONGEST_REASON} letters");
        return Err(wrong_field("reason", "it is empty or too long", &hint));
    }
    let operation = input.operation.filter(|name| name != EVERYTHING);
    if let Some(name) = operation.as_deref()
        && !HOLDABLE.contains(&name)
    {
        let hint = format!("name one of {EVERYTHING}, {}", HOLDABLE.join(", "));
        return Err(wrong_field(
            "operation",
            "it cannot be held on its own",
            &hint,
        ));
    }
    let what = format!(
        "hold {} of {place} until {}",
        operation.as_deref().unwrap_or(EVERYTHING),
        sentences::moment(until)
    );
    asked.audit(&what);
    let new = NewHold {
        place: place.clone(),
        operation,
        owner: asked.person(),
        reason: reason.to_owned(),
        until,
    };
    let placed = holds::place(weir, new, actor.context()).await;
    actor.changed().await;
    match placed {
        Ok(hold) => Ok(Done::Hold(hold.id)),
        // All else was looked at before.
        Err(error) if error.kind() == Kind::Usage => Err(refused_field("until", &error)),
        Err(error) => Err(asked.refused(&what, error)),
    }
}

fn refuse_elsewhere(asked: &Asked, place: &str) -> Result<()> {
    let environment = place.split('/').next().unwrap_or_default();
    asked.actor().refuse_elsewhere(environment)
}
