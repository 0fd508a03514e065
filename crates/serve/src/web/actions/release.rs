//! Ending a hold before its time.

use super::{Action, Done, sentences, wrong_field};
use crate::views::Confirm;
use crate::web::answer::Refusal;
use crate::web::asked::Asked;
use schemars::JsonSchema;
use serde::Deserialize;
use weir_model::error::{Error, Kind, Result};
use weir_model::hold::Hold;
use weir_pipeline::holds;

/// Which hold ends.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "NewRelease")]
pub(super) struct Input {
    /// The id of the hold, where the address does not say it.
    hold: Option<String>,
}

#[derive(Deserialize)]
struct Query {
    hold: String,
}

pub(super) fn action() -> Action<Input> {
    Action {
        name: "release",
        api: "/api/v1/holds/{id}/release",
        about: "Ends a hold before its time.",
        ask: |asked| Box::pin(ask(asked)),
        act: |asked, input| Box::pin(act(asked, input)),
    }
}

async fn ask(asked: &Asked) -> Result<Confirm, Refusal> {
    let query: Query = asked.query()?;
    let (title, mut will) = match find(asked, &query.hold).await? {
        Some(hold) => {
            let operation = hold.operation.as_deref().unwrap_or("everything");
            let place = hold.place();
            (
                format!("Release {operation} of {place}"),
                vec![format!("{place}: {operation} is {}.", hold.in_words())],
            )
        }
        None => (
            format!("Release {}", query.hold),
            vec!["What it holds cannot be read; it is released all the same.".to_owned()],
        ),
    };
    will.push("What was held starts again when it is next due, or run.".to_owned());
    Ok(Confirm {
        action: "release".to_owned(),
        title,
        will,
        form: "/actions/release".to_owned(),
        fields: vec![sentences::hidden("hold", &query.hold)],
        button: "Release".to_owned(),
        danger: false,
    })
}

async fn act(asked: &Asked, input: Input) -> Result<Done, Refusal> {
    let actor = asked.actor();
    let id = match (asked.part("id"), input.hold) {
        ("", Some(hold)) => hold,
        ("", None) => return Err(wrong_field("hold", "it is missing", "give the hold's id")),
        (id, _) => id.to_owned(),
    };
    let hold = find(asked, &id).await?;
    let what = match &hold {
        Some(hold) => format!("release {id} of {}", hold.place()),
        None => format!("release {id}, which cannot be read"),
    };
    asked.audit(&what);
    let released = holds::release(actor.weir(), &id, &asked.person(), actor.context()).await;
    actor.changed().await;
    match released {
        Ok(_) => Ok(Done::Hold(id)),
        Err(error) => Err(asked.refused(&what, error)),
    }
}

/// The hold of this id in the environments at hand; nothing for one that cannot be read.
async fn find(asked: &Asked, id: &str) -> Result<Option<Hold>> {
    let actor = asked.actor();
    let mut failure = None;
    for environment in actor.environments() {
        let listed = holds::list(actor.weir(), Some(environment), false, &asked.site.context);
        match listed.await {
            Ok(report) => {
                let mut holds = report.holds.into_iter().map(|found| found.hold);
                if let Some(hold) = holds.find(|hold| hold.id == id) {
                    return Ok(Some(hold));
                }
                if report
                    .unreadable
                    .iter()
                    .any(|unreadable| unreadable.id == id)
                {
                    return Ok(None);
                }
            }
            Err(error) => {
                failure.get_or_insert(error);
            }
        }
    }
    let doing = format!("find the hold {id}");
    let unknown = Error::new(Kind::Usage, doing, "no hold of this id is in force")
        .hint("the list of holds says which are");
    Err(failure.unwrap_or(unknown))
}
