//! `dead`: dead letters in groups, each with the command that replays it.

use std::collections::BTreeMap;

use askama::Template;
use hookgate::{
    UnixTime,
    inbox::{Filter, Listed, Stands},
};
use serde::Serialize;

use super::{Asked, Frame, live};
use crate::{answer::Refused, query::Query, text::Text};

/// So many dead letters are looked at, the newest.
const MOST: usize = 1000;

#[derive(Template, Serialize)]
#[template(path = "dead.html")]
pub(super) struct Dead {
    #[serde(skip)]
    frame: Frame,
    /// How many there are, by the inbox's own counts.
    dead: u64,
    /// How many the groups are made of: the newest.
    looked_at: usize,
    is_all: bool,
    groups: Vec<Group>,
}

#[derive(Serialize)]
struct Group {
    receiver: Text,
    #[serde(rename = "type")]
    event_type: Text,
    reason: &'static str,
    count: u64,
    oldest: String,
    newest: String,
    /// The line that replays it: it says how many it means, or replays just so many as stand here.
    replay: Option<String>,
    #[serde(skip)]
    link: String,
}

struct Span {
    count: u64,
    oldest: UnixTime,
    newest: UnixTime,
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Dead, Refused> {
    let told = live::told(asked.shown).await?;
    if told.answered == Some(false) {
        return Err(Refused::NO_INBOX);
    }
    let letters = newest(asked).await?;
    let dead = told.totals.iter().map(|of| of.dead);
    let dead = dead.fold(0, u64::saturating_add);
    let is_all = letters.len() < MOST;
    let mut groups: BTreeMap<_, Span> = BTreeMap::new();
    for letter in &letters {
        let Stands::Dead { reason, at } = letter.stands else {
            continue;
        };
        let name = (&*letter.endpoint, &*letter.event_type, reason.as_str());
        let span = groups.entry(name).or_insert(Span {
            count: 0,
            oldest: at,
            newest: at,
        });
        span.count = span.count.saturating_add(1);
        span.oldest = span.oldest.min(at);
        span.newest = span.newest.max(at);
    }
    let mut frame = asked.frame("dead", "Dead letters");
    frame.cursor = Some(live::cursor(asked.shown, &told));
    let groups = groups
        .into_iter()
        .map(|(name, span)| group(asked, name, &span, is_all));
    Ok(Dead {
        frame,
        dead,
        looked_at: letters.len(),
        is_all,
        groups: groups.collect(),
    })
}

async fn newest(asked: &Asked<'_>) -> Result<Vec<Listed>, Refused> {
    let mut letters = Vec::new();
    let Some(inbox) = &asked.shown.inbox else {
        return Ok(letters);
    };
    let filter = Filter::dead().newest_first();
    let mut after = None;
    while letters.len() < MOST {
        let limit = MOST.saturating_sub(letters.len());
        let page = inbox.list(&filter, after.as_ref(), limit).await;
        let page = page.map_err(|_| Refused::NO_INBOX)?;
        letters.extend(page.rows);
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    Ok(letters)
}

fn group(
    asked: &Asked<'_>,
    (receiver, event_type, reason): (&str, &str, &'static str),
    span: &Span,
    is_all: bool,
) -> Group {
    let count = span.count.to_string();
    let mut options = vec![
        ("endpoint", receiver),
        ("type", event_type),
        ("reason", reason),
        ("why", "SAY WHY"),
    ];
    // Without it the command says how many it means. With another number than it means, it does nothing.
    if is_all {
        options.push(("expect", &count));
    }
    let of_it = Query::default()
        .with("source", "inbox")
        .with("receiver", receiver);
    let of_it = of_it.with("type", event_type).with("reason", reason);
    Group {
        receiver: Text(receiver.to_owned()),
        event_type: Text(event_type.to_owned()),
        reason,
        count: span.count,
        oldest: span.oldest.to_rfc3339(),
        newest: span.newest.to_rfc3339(),
        replay: asked.shown.arguments.line(&["replay"], &options),
        link: asked.link("deliveries", &of_it),
    }
}
