//! `delivery`: one of them, with its verdict and what to do. `body`: its bytes, to save.

use askama::Template;
use bytes::Bytes;
use hookgate::{
    EventKey,
    inbox::{DeadReason, Happening, Masked, Stands, StoredDelivery},
};
use http::Response;
use serde::Serialize;

use super::{
    Asked, Frame,
    facts::{Fact, Found, Keeps, Subject},
    words::{dead_advice, sign, state, tone},
};
use crate::{
    answer::{self, Refused},
    query::Query,
    recent::Seen,
    text::{Block, Text},
};

/// So much of a body is shown. All of it can be saved.
const MOST_SHOWN: usize = 64 * 1024;

#[derive(Template, Serialize)]
#[template(path = "delivery.html")]
pub(super) struct Delivery {
    #[serde(skip)]
    frame: Frame,
    key: Option<String>,
    /// `null` where it was not asked. `false`: what it keeps of the event is missing here.
    inbox_answered: Option<bool>,
    verdict: Verdict,
    facts: Vec<Fact>,
    timeline: Vec<Moment>,
    contents: Option<Contents>,
    /// The line that has a dead letter run again.
    replay: Option<String>,
    #[serde(skip)]
    kept: Option<String>,
    #[serde(skip)]
    show: Option<String>,
    #[serde(skip)]
    save: String,
    #[serde(skip)]
    others: Vec<Other>,
}

#[derive(Serialize)]
struct Verdict {
    outcome: &'static str,
    reason: Option<&'static str>,
    meaning: Option<&'static str>,
    /// The check that failed, with its figures.
    said: Option<Text>,
    advice: Option<&'static str>,
    #[serde(skip)]
    sign: &'static str,
    #[serde(skip)]
    tone: &'static str,
}

#[derive(Serialize)]
struct Moment {
    at: String,
    what: Text,
}

/// What the sender wrote: shown where the application allows it and the reader asks.
#[derive(Serialize)]
struct Contents {
    path: Text,
    query: Option<Text>,
    headers: Vec<Fact>,
    body: Block,
    is_cut: bool,
    error: Option<Block>,
}

/// Another delivery of the same event.
struct Other {
    text: Text,
    link: String,
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Delivery, Refused> {
    let name = asked.query.get("id").or(asked.query.get("key"));
    let found = Subject::find(asked, name.ok_or(Refused::NOT_FOUND)?).await?;
    let Found {
        subject,
        mut inbox_answered,
    } = found;
    let key = subject.key();
    let mut kept = None;
    if let (Subject::Seen(_), Some(key), None) = (&subject, &key, inbox_answered) {
        let keeps = Keeps::ask(asked, key).await;
        inbox_answered = keeps.answered();
        if let Keeps::Event(event) = keeps {
            kept = Some(event);
        }
    }
    let masked = match &subject {
        Subject::Kept(kept) => Some(kept),
        Subject::Seen(_) => kept.as_ref(),
    };
    let mut frame = asked.frame("delivery", "One delivery");
    frame.is_inbox_away = inbox_answered == Some(false);
    let text = key.map(|key| key.to_string());
    let query = Query::default().with("key", text.as_deref().unwrap_or_default());
    let may_show = asked.shown.shows_contents && masked.is_some();
    let contents = match &key {
        Some(key) if asked.query.get("contents").is_some() => Some(contents(asked, key).await?),
        _ => None,
    };
    let is_dead = masked.is_some_and(|kept| kept.listed.stands.is_dead());
    let replay = text.as_deref().filter(|_| is_dead).and_then(|key| {
        let arguments = &asked.shown.arguments;
        arguments.line(&["replay", key], &[("why", "SAY WHY")])
    });
    let is_kept_elsewhere = matches!(subject, Subject::Seen(_)) && masked.is_some();
    Ok(Delivery {
        kept: is_kept_elsewhere.then(|| asked.link("delivery", &query)),
        frame,
        inbox_answered,
        verdict: Verdict::of(&subject),
        facts: subject.facts(asked).0,
        timeline: timeline(asked, key.as_ref(), masked.map(|kept| &**kept)),
        others: others(asked, &subject),
        show: (may_show && contents.is_none())
            .then(|| asked.link("delivery", &query.with("contents", "shown"))),
        save: asked.link("body", &query),
        contents,
        replay,
        key: text,
    })
}

impl Verdict {
    fn of(subject: &Subject) -> Self {
        match subject {
            Subject::Seen(seen) => Self::of_seen(seen),
            Subject::Kept(kept) => {
                let outcome = state(kept.listed.stands);
                let dead = match kept.listed.stands {
                    Stands::Dead { reason, .. } => Some(reason),
                    _ => None,
                };
                Self {
                    outcome,
                    reason: dead.map(DeadReason::as_str),
                    meaning: None,
                    said: None,
                    advice: dead.map(dead_advice),
                    sign: sign(outcome),
                    tone: tone(outcome),
                }
            }
        }
    }

    fn of_seen(seen: &Seen) -> Self {
        let outcome = seen.reason.outcome();
        Self {
            outcome,
            reason: Some(seen.reason.as_str()),
            meaning: Some(seen.reason.meaning()),
            said: seen.said.as_ref().map(|said| Text(said.to_string())),
            advice: Some(seen.reason.advice()),
            sign: sign(outcome),
            tone: tone(outcome),
        }
    }
}

/// What became of the event, the first first: what this process saw, and what the inbox has kept.
fn timeline(asked: &Asked<'_>, key: Option<&EventKey>, kept: Option<&Masked>) -> Vec<Moment> {
    let mut moments = Vec::new();
    if let (Some(key), Some(recent)) = (key, &asked.shown.recent) {
        for seen in recent.of_key(key) {
            let what = format!("{}: {}", seen.reason.outcome(), seen.reason);
            moments.push((seen.at, what));
        }
    }
    if let Some(kept) = kept {
        moments.push((kept.listed.accepted_at, "accepted by the inbox".to_owned()));
        for (at, happening) in kept.history.iter() {
            let what = match happening {
                Happening::Died { reason } => {
                    let reason = reason.map_or("other", |reason| reason.as_str());
                    format!("died: {reason}")
                }
                Happening::Replayed { why } => format!("replayed: {why}"),
                _ => "changed".to_owned(),
            };
            moments.push((at, what));
        }
    }
    moments.sort_by_key(|(at, _)| *at);
    let each = moments.into_iter().map(|(at, what)| Moment {
        at: at.to_rfc3339(),
        what: Text(what),
    });
    each.collect()
}

/// The other deliveries of the same event, to be seen beside it.
fn others(asked: &Asked<'_>, subject: &Subject) -> Vec<Other> {
    let (Some(key), Some(recent)) = (subject.key(), &asked.shown.recent) else {
        return Vec::new();
    };
    let (own, shown) = match subject {
        Subject::Seen(seen) => (seen.number.to_string(), Some(seen.number)),
        Subject::Kept(_) => (key.to_string(), None),
    };
    let seen = recent.of_key(&key);
    let each = seen
        .iter()
        .filter(|seen| Some(seen.number) != shown)
        .map(|seen| {
            let both = Query::default()
                .with("a", &own)
                .with("b", &seen.number.to_string());
            Other {
                text: Text(format!("{} at {}", seen.reason, seen.at.to_rfc3339())),
                link: asked.link("compare", &both),
            }
        });
    each.collect()
}

/// What is kept of an event as its sender wrote it, where the application allows that it is shown.
async fn opened(
    asked: &Asked<'_>,
    key: &EventKey,
) -> Result<(StoredDelivery, Option<Bytes>), Refused> {
    if !asked.shown.shows_contents {
        return Err(Refused::NOT_ALLOWED);
    }
    let inbox = asked.shown.inbox.as_ref().ok_or(Refused::NOT_FOUND)?;
    let opened = inbox.show_personal_data(key).await;
    let opened = opened
        .map_err(|_| Refused::NO_INBOX)?
        .ok_or(Refused::NOT_FOUND)?;
    let delivery = opened.delivery.map_err(|_| Refused::NOT_FOUND)?;
    Ok((delivery, opened.kept.error))
}

async fn contents(asked: &Asked<'_>, key: &EventKey) -> Result<Contents, Refused> {
    let (StoredDelivery { request, .. }, error) = opened(asked, key).await?;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let headers = request.headers.iter().map(|(name, value)| Fact {
        name: name.to_string(),
        value: Text(text(value)),
    });
    let shown = request.body.get(..MOST_SHOWN);
    Ok(Contents {
        path: Text(request.path.into()),
        query: request.query.map(|query| Text(query.into())),
        headers: headers.collect(),
        body: Block(text(shown.unwrap_or(&request.body))),
        is_cut: shown.is_some_and(|shown| shown.len() < request.body.len()),
        error: error.map(|error| Block(text(&error))),
    })
}

/// The body as it came, to be saved.
pub(super) async fn body(asked: &Asked<'_>) -> Result<Response<Bytes>, Refused> {
    let key = asked.query.get("key").and_then(EventKey::from_hex);
    let (delivery, _) = opened(asked, &key.ok_or(Refused::NOT_FOUND)?).await?;
    Ok(answer::download(delivery.request.body))
}
