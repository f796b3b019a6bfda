//! `live`: a text that changes when there is something new to show. [`Told`]: what the inbox says of itself.

use std::hash::{DefaultHasher, Hash, Hasher};

use hookgate::inbox::Totals;
use serde::Serialize;

use super::{Asked, Shown};
use crate::answer::Refused;

#[derive(Serialize)]
pub(super) struct Live {
    cursor: String,
    /// See [`Told::answered`].
    inbox_answered: Option<bool>,
}

/// What the inbox says of itself.
pub(super) struct Told {
    pub(super) totals: Vec<Totals>,
    /// `None` where no inbox is shown.
    pub(super) answered: Option<bool>,
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Live, Refused> {
    let told = told(asked.shown).await?;
    Ok(Live {
        cursor: cursor(asked.shown, &told),
        inbox_answered: told.answered,
    })
}

/// The totals of the inbox. They take no longer where more is kept.
///
/// # Errors
///
/// Where the inbox does not answer and nothing else is shown. What this process knows by itself is shown without it.
pub(super) async fn told(shown: &Shown) -> Result<Told, Refused> {
    let Some(inbox) = &shown.inbox else {
        return Ok(Told {
            totals: Vec::new(),
            answered: None,
        });
    };
    let totals = inbox.totals().await;
    let knows_more = shown.recent.is_some() || !shown.receivers.is_empty();
    if totals.is_err() && !knows_more {
        return Err(Refused::NO_INBOX);
    }
    Ok(Told {
        answered: Some(totals.is_ok()),
        totals: totals.unwrap_or_default(),
    })
}

/// The same as long as nothing changes. Ages are no change.
pub(super) fn cursor(shown: &Shown, told: &Told) -> String {
    let changes = shown.recent.as_ref().map_or(0, |recent| recent.changes());
    let mut hasher = DefaultHasher::new();
    told.answered.hash(&mut hasher);
    for of in &told.totals {
        let counts = (of.queued, of.dead, of.quarantined);
        let pause = of.pause.map(|pause| pause.strikes);
        (&of.endpoint, counts, of.is_held, pause).hash(&mut hasher);
    }
    for receiver in &shown.receivers {
        receiver.is_refusing().hash(&mut hasher);
    }
    format!("{changes}-{:x}", hasher.finish())
}
