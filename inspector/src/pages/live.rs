//! `live`: a text that changes when there is something new to show.

use std::hash::{DefaultHasher, Hash, Hasher};

use hookgate::inbox::Totals;
use serde::Serialize;

use super::{Asked, Shown};
use crate::answer::Refused;

#[derive(Serialize)]
pub(super) struct Live {
    cursor: String,
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Live, Refused> {
    let totals = totals(asked.shown).await?;
    let cursor = cursor(asked.shown, &totals);
    Ok(Live { cursor })
}

/// The totals of the inbox. They take no longer where more is kept.
pub(super) async fn totals(shown: &Shown) -> Result<Vec<Totals>, Refused> {
    match &shown.inbox {
        Some(inbox) => inbox.totals().await.map_err(|_| Refused::NO_INBOX),
        None => Ok(Vec::new()),
    }
}

/// The same as long as nothing changes. Ages are no change.
pub(super) fn cursor(shown: &Shown, totals: &[Totals]) -> String {
    let changes = shown.recent.as_ref().map_or(0, |recent| recent.changes());
    let mut hasher = DefaultHasher::new();
    for of in totals {
        let counts = (of.queued, of.dead, of.quarantined);
        let pause = of.pause.map(|pause| pause.strikes);
        (&of.endpoint, counts, of.is_held, pause).hash(&mut hasher);
    }
    for receiver in &shown.receivers {
        receiver.is_refusing().hash(&mut hasher);
    }
    format!("{changes}-{:x}", hasher.finish())
}
