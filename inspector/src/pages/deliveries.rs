//! `deliveries`: the newest first, page by page.

use askama::Template;
use hookgate::{
    UnixTime,
    inbox::{DeadReason, Filter, Listed, Position, Stands},
};
use serde::Serialize;

use super::{
    Asked, Frame, live,
    words::{sign, state, tone},
};
use crate::{
    answer::Refused,
    query::Query,
    recent::{Recent, Seen},
    text::Text,
};

/// So many stand on a page.
const PAGE: usize = 50;
/// A filter that means few of many may need several looks. So many are made for one page.
const MOST_LOOKS: usize = 20;

#[derive(Template, Serialize)]
#[template(path = "deliveries.html")]
pub(super) struct Deliveries {
    #[serde(skip)]
    frame: Frame,
    /// `recent` or `inbox`.
    source: &'static str,
    /// `null` where no inbox is shown.
    inbox_answered: Option<bool>,
    rows: Vec<Row>,
    /// The value of `after` with which the next page is asked for.
    next: Option<String>,
    #[serde(skip)]
    filters: Vec<Link>,
    #[serde(skip)]
    sources: Vec<Link>,
    #[serde(skip)]
    times: Vec<Link>,
    #[serde(skip)]
    first: Option<String>,
    #[serde(skip)]
    older: Option<String>,
}

/// A link, and whether it stands for what is shown now.
struct Link {
    text: Text,
    link: String,
    is_shown: bool,
}

#[derive(Serialize)]
struct Row {
    /// The number of one that was seen here.
    id: Option<u64>,
    key: Option<String>,
    at: String,
    receiver: Cell,
    #[serde(rename = "type")]
    event_type: Cell,
    outcome: Cell,
    reason: Option<Cell>,
    #[serde(skip)]
    link: String,
    #[serde(skip)]
    sign: &'static str,
    #[serde(skip)]
    tone: &'static str,
}

impl Row {
    /// As much of the key as tells events of one page apart.
    fn short(&self) -> &str {
        self.key
            .as_deref()
            .and_then(|key| key.get(..12))
            .unwrap_or_default()
    }
}

/// A value, with the link to all that have it.
#[derive(Serialize)]
#[serde(transparent)]
struct Cell {
    text: Text,
    #[serde(skip)]
    link: String,
}

/// What is looked for, as the query says it.
struct Wanted<'a> {
    receiver: Option<&'a str>,
    event_type: Option<&'a str>,
    outcome: Option<&'a str>,
    reason: Option<&'a str>,
    from: Option<UnixTime>,
    before: Option<UnixTime>,
}

impl<'a> Wanted<'a> {
    fn of(asked: &'a Asked<'_>) -> Result<Self, Refused> {
        let query = &asked.query;
        let now = asked.shown.clock.now();
        let moment = |name| query.moment(name, now);
        Ok(Self {
            receiver: query.get("receiver"),
            event_type: query.get("type"),
            outcome: query.get("outcome"),
            reason: query.get("reason"),
            from: moment("from")?,
            before: moment("before")?,
        })
    }

    fn means(&self, seen: &Seen) -> bool {
        let is = |asked: Option<&str>, is: &str| asked.is_none_or(|asked| asked == is);
        is(self.receiver, &seen.endpoint)
            && is(self.event_type, seen.event_type())
            && is(self.outcome, seen.reason.outcome())
            && is(self.reason, seen.reason.as_str())
            && self.from.is_none_or(|from| seen.at >= from)
            && self.before.is_none_or(|before| seen.at < before)
    }

    /// `None` where nothing is meant that an inbox could keep.
    fn filter(&self) -> Option<Filter> {
        let mut filter = Filter::all().newest_first();
        filter.endpoint = self.receiver.map(Into::into);
        filter.event_type = self.event_type.map(Into::into);
        filter.accepted_from = self.from;
        filter.accepted_before = self.before;
        filter.dead = match self.outcome {
            None => None,
            Some("dead") => Some(true),
            Some("waits" | "behind" | "runs") => Some(false),
            Some(_) => return None,
        };
        match self.reason {
            None => Some(filter),
            Some(_) if filter.dead == Some(false) => None,
            Some(reason) => Some(filter.dead_by(DeadReason::read(reason)?)),
        }
    }
}

pub(super) async fn page(asked: &Asked<'_>) -> Result<Deliveries, Refused> {
    let shown = asked.shown;
    let wanted = Wanted::of(asked)?;
    let source = match (asked.query.get("source"), &shown.recent, &shown.inbox) {
        (Some("inbox"), _, Some(_)) | (_, None, Some(_)) => "inbox",
        _ => "recent",
    };
    let after = asked.query.get("after");
    let told = live::told(shown).await?;
    let is_inbox_away = told.answered == Some(false);
    if is_inbox_away && source == "inbox" {
        return Err(Refused::NO_INBOX);
    }
    let (rows, next) = match (source, &shown.recent) {
        ("recent", Some(recent)) => seen(asked, recent, &wanted, after),
        ("recent", None) => (Vec::new(), None),
        _ => kept(asked, &wanted, after).await?,
    };
    let mut frame = asked.frame("deliveries", "Deliveries");
    frame.is_inbox_away = is_inbox_away;
    if after.is_none() {
        frame.cursor = Some(live::cursor(shown, &told));
    }
    let older = next
        .as_ref()
        .map(|next| asked.link("deliveries", &asked.query.with("after", next)));
    Ok(Deliveries {
        frame,
        source,
        inbox_answered: told.answered,
        rows,
        filters: filters(asked),
        sources: sources(asked, source),
        times: times(asked),
        first: after.map(|_| asked.link("deliveries", &asked.query.without("after"))),
        older,
        next,
    })
}

fn seen(
    asked: &Asked<'_>,
    recent: &Recent,
    wanted: &Wanted<'_>,
    after: Option<&str>,
) -> (Vec<Row>, Option<String>) {
    let before = after.and_then(|after| after.parse().ok());
    let all = recent.newest(before);
    let mut meant = all.iter().filter(|seen| wanted.means(seen)).peekable();
    let rows: Vec<_> = meant.by_ref().take(PAGE).collect();
    let is_more = meant.peek().is_some();
    let next = rows
        .last()
        .filter(|_| is_more)
        .map(|last| last.number.to_string());
    (
        rows.iter().map(|seen| row_of_seen(asked, seen)).collect(),
        next,
    )
}

async fn kept(
    asked: &Asked<'_>,
    wanted: &Wanted<'_>,
    after: Option<&str>,
) -> Result<(Vec<Row>, Option<String>), Refused> {
    let (Some(inbox), Some(filter)) = (&asked.shown.inbox, wanted.filter()) else {
        return Ok((Vec::new(), None));
    };
    let mut after = after.map(Position::new);
    let mut rows = Vec::new();
    for _ in 0..MOST_LOOKS {
        let limit = PAGE.saturating_sub(rows.len());
        let page = inbox.list(&filter, after.as_ref(), limit).await;
        let page = page.map_err(|_| Refused::NO_INBOX)?;
        let meant = page.rows.iter().filter(|listed| match wanted.outcome {
            Some(outcome) => outcome == state(listed.stands),
            None => true,
        });
        rows.extend(meant.map(|listed| row_of_kept(asked, listed)));
        after = page.next;
        if after.is_none() || rows.len() >= PAGE {
            break;
        }
    }
    Ok((rows, after.map(|after| after.as_str().to_owned())))
}

fn row_of_seen(asked: &Asked<'_>, seen: &Seen) -> Row {
    let id = seen.number.to_string();
    let outcome = seen.reason.outcome();
    Row {
        id: Some(seen.number),
        key: seen.event.as_ref().map(|event| event.key.to_string()),
        at: seen.at.to_rfc3339(),
        receiver: cell(asked, "receiver", &seen.endpoint),
        event_type: cell(asked, "type", seen.event_type()),
        outcome: cell(asked, "outcome", outcome),
        reason: Some(cell(asked, "reason", seen.reason.as_str())),
        link: asked.link("delivery", &Query::default().with("id", &id)),
        sign: sign(outcome),
        tone: tone(outcome),
    }
}

fn row_of_kept(asked: &Asked<'_>, listed: &Listed) -> Row {
    let key = listed.key.to_string();
    let outcome = state(listed.stands);
    let reason = match listed.stands {
        Stands::Dead { reason, .. } => Some(cell(asked, "reason", reason.as_str())),
        _ => None,
    };
    Row {
        id: None,
        at: listed.accepted_at.to_rfc3339(),
        receiver: cell(asked, "receiver", &listed.endpoint),
        event_type: cell(asked, "type", &listed.event_type),
        outcome: cell(asked, "outcome", outcome),
        reason,
        link: asked.link("delivery", &Query::default().with("key", &key)),
        key: Some(key),
        sign: sign(outcome),
        tone: tone(outcome),
    }
}

fn cell(asked: &Asked<'_>, name: &str, value: &str) -> Cell {
    Cell {
        text: Text(value.to_owned()),
        link: asked.link("deliveries", &asked.query.with(name, value)),
    }
}

/// What is asked for now, each with the link to the list without it.
fn filters(asked: &Asked<'_>) -> Vec<Link> {
    let names = ["receiver", "type", "outcome", "reason", "from", "before"];
    let each = names.into_iter().filter_map(|name| {
        let value = asked.query.get(name)?;
        Some(Link {
            text: Text(format!("{name}: {value}")),
            link: asked.link("deliveries", &asked.query.without(name)),
            is_shown: true,
        })
    });
    each.collect()
}

fn sources(asked: &Asked<'_>, source: &str) -> Vec<Link> {
    if asked.shown.recent.is_none() || asked.shown.inbox.is_none() {
        return Vec::new();
    }
    let each = [
        ("recent", "Seen by this process"),
        ("inbox", "Kept in the inbox"),
    ];
    let links = each.map(|(name, text)| {
        // What is a reason here is none there.
        let query = asked
            .query
            .without("reason")
            .without("outcome")
            .with("source", name);
        Link {
            text: Text(text.to_owned()),
            link: asked.link("deliveries", &query),
            is_shown: name == source,
        }
    });
    links.into()
}

fn times(asked: &Asked<'_>) -> Vec<Link> {
    let each = [
        ("15m", "15 min"),
        ("1h", "1 h"),
        ("24h", "24 h"),
        ("7d", "7 d"),
    ];
    let links = each.map(|(age, text)| Link {
        text: Text(text.to_owned()),
        link: asked.link("deliveries", &asked.query.with("from", age)),
        is_shown: asked.query.get("from") == Some(age),
    });
    links.into()
}
