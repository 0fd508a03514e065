//! Snapshots of a group, all opened before any data flows.

use crate::meeting::Seat;
use crate::site::Site;
use crate::steps::Steps;
use crate::weir::Weir;
use jiff::{SignedDuration, Timestamp};
use std::time::Instant;
use weir_engine::Opened;
use weir_model::error::Result;
use weir_model::group::GroupMoment;

/// The seat of an operation that opens a snapshot.
pub(crate) struct Opening {
    pub(super) seat: Seat<Option<Span>>,
    group: String,
    moment: String,
    members: Vec<String>,
}

/// When one snapshot was opened: somewhere in between.
#[derive(Debug, Clone, Copy)]
pub(super) struct Span {
    at: Timestamp,
    before: Instant,
    after: Instant,
}

/// A snapshot that is held.
pub(crate) struct Held {
    pub(crate) opened: Box<dyn Opened>,
    /// When it was opened.
    pub(crate) created: Timestamp,
    /// The moment it shares with others.
    pub(crate) moment: Option<GroupMoment>,
}

impl Opening {
    pub(super) fn new(
        seat: Seat<Option<Span>>,
        group: &str,
        moment: String,
        members: &[String],
    ) -> Self {
        Self {
            seat,
            group: group.to_owned(),
            moment,
            members: members.to_vec(),
        }
    }

    /// Waits until everybody is about to open: some restore before.
    ///
    /// # Errors
    /// What keeps another of the group from it; `interrupted`, `deadline`.
    pub(crate) async fn come(&self, site: &Site, steps: &mut Steps<'_>) -> Result<()> {
        steps.next(&format!("wait for the group {}", self.group))?;
        let doing = self.doing(site);
        self.seat.say(None, &doing, steps.context()).await?;
        Ok(())
    }

    fn doing(&self, site: &Site) -> String {
        format!("open {} with its group {}", site.describe(), self.group)
    }

    fn shared(&self, spans: &[Span]) -> Option<GroupMoment> {
        let first = spans.iter().min_by_key(|span| span.before)?;
        let last = spans.iter().map(|span| span.after).max()?;
        let skew = last.saturating_duration_since(first.before);
        let length = SignedDuration::try_from(skew).unwrap_or_default();
        Some(GroupMoment {
            name: self.group.clone(),
            moment: self.moment.clone(),
            members: self.members.clone(),
            first: first.at,
            last: first.at.saturating_add(length).unwrap_or(first.at),
            // Never less than it was.
            skew_ms: u64::try_from(skew.as_millis())
                .unwrap_or(u64::MAX)
                .saturating_add(1),
        })
    }
}

/// Opens a snapshot; with a group, returns once all of the group's are open.
///
/// # Errors
/// `source`; what keeps another of the group from it; `interrupted`, `deadline`.
pub(crate) async fn open(
    weir: &Weir,
    site: &Site,
    together: Option<&Opening>,
    steps: &mut Steps<'_>,
) -> Result<Held> {
    let context = steps.context();
    let Some(group) = together else {
        return Ok(Held {
            opened: site.engine.open(&site.endpoint, context).await?,
            created: weir.now(),
            moment: None,
        });
    };
    let doing = group.doing(site);
    // Taking a name has taken some longer than others.
    group.seat.say(None, &doing, context).await?;
    let (at, before) = (weir.now(), Instant::now());
    let opened = site.engine.open(&site.endpoint, context).await?;
    let (created, after) = (weir.now(), Instant::now());
    let span = Span { at, before, after };
    let said = group.seat.say(Some(span), &doing, context).await?;
    let spans: Vec<Span> = said.into_iter().flatten().collect();
    let moment = group.shared(&spans);
    if let Some(moment) = &moment {
        context.note(format!(
            "{} snapshots of the group {} are open, at most {} ms apart",
            spans.len(),
            moment.name,
            moment.skew_ms
        ));
    }
    Ok(Held {
        opened,
        created,
        moment,
    })
}
