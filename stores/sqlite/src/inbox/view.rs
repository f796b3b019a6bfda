//! What an operator sees.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use hookgate::{
    EventKey,
    dedup::StoreError,
    inbox::{
        DeadReason, Filter, History, Kept, Listed, OrderKey, Page, PauseReason, Paused, Position,
        Stands, Totals,
    },
    time::UnixTime,
};
use hookgate_store_kit::rounding::left;
use sqlx::sqlite::SqliteRow;

use super::{
    Inner,
    line::digest,
    sql::WINDOW,
    tables::number,
    turn::{get, now},
};
use crate::{fault::store_error, session::Asked};

/// What the position of a list begins with that begins with the newest.
const NEWEST: &str = "newest ";
/// The most rows of a page, whatever is asked for.
const LARGEST_PAGE: usize = 1000;

impl Inner {
    pub(super) async fn totals(&self) -> Result<Vec<Totals>, StoreError> {
        let totals = self.read(Asked::new(&self.sql.view.totals)).await?;
        let now = now();
        let each = totals.iter().map(|row| total(row, now));
        each.collect::<Result<_, _>>().map_err(store_error)
    }

    pub(super) async fn kept(&self, key: &EventKey) -> Result<Option<Kept>, StoreError> {
        self.know_endpoints().await?;
        let row = self.read(Asked::new(&self.sql.key).key(key)).await?;
        let number = row
            .first()
            .map(|row| Ok(number(get(row, 0)?, get(row, 1)?)));
        let Some(number) = number.transpose().map_err(store_error)?.flatten() else {
            return Ok(None);
        };
        let kept = self
            .read(Asked::new(&self.sql.view.kept).number(number))
            .await?;
        let kept = kept.first().map(|row| self.read_kept(row)).transpose();
        kept.map_err(store_error)
    }

    /// What waits or runs, then the dead letters, each by its number. A position is the part and the last number.
    pub(super) async fn list(
        &self,
        filter: &Filter,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<Page, StoreError> {
        self.know_endpoints().await?;
        let from = after.and_then(position).unwrap_or((false, i64::MIN));
        let endpoint = filter.endpoint.as_ref().map(|name| self.endpoints.id(name));
        // Of an endpoint of which nothing is known nothing is kept.
        if limit == 0 || matches!(endpoint, Some(None)) {
            return Ok(Page::default());
        }
        let mut page = Page::default();
        if filter.newest_first {
            let from = after.and_then(|after| after.as_str().strip_prefix(NEWEST)?.parse().ok());
            let from = from.unwrap_or(i64::MAX);
            let room = limit.min(LARGEST_PAGE);
            let (rows, first) = self.newest(filter, endpoint.flatten(), from, room).await?;
            page.rows = rows;
            page.next = first.map(|first| Position::new(format!("{NEWEST}{first}")));
            return Ok(page);
        }
        for of_dead in [false, true] {
            if from.0 && !of_dead || filter.dead == Some(!of_dead) {
                continue;
            }
            let from = if from.0 == of_dead { from.1 } else { i64::MIN };
            let room = limit.min(LARGEST_PAGE).saturating_sub(page.rows.len());
            let (rows, last) = self
                .part(filter, endpoint.flatten(), (of_dead, from), room)
                .await?;
            page.rows.extend(rows);
            if let Some(last) = last {
                let part = if of_dead { "dead" } else { "queued" };
                page.next = Some(Position::new(format!("{part} {last}")));
                break;
            }
        }
        Ok(page)
    }

    /// Some of one part, `room` at most, and the last number that was looked at, where there is more.
    async fn part(
        &self,
        filter: &Filter,
        endpoint: Option<i64>,
        (of_dead, after): (bool, i64),
        room: usize,
    ) -> Result<(Vec<Listed>, Option<i64>), StoreError> {
        let [queued, dead] = &self.sql.view.windows;
        let (window, list) = if of_dead {
            (dead, &self.sql.view.list_dead)
        } else {
            (queued, &self.sql.view.list_queued)
        };
        self.looked_at(filter, endpoint, (window, list), after, room)
            .await
    }

    /// The same backwards, from what was accepted last.
    async fn newest(
        &self,
        filter: &Filter,
        endpoint: Option<i64>,
        before: i64,
        room: usize,
    ) -> Result<(Vec<Listed>, Option<i64>), StoreError> {
        let newest = &self.sql.view.newest;
        let [all, dead] = &newest.windows;
        let statements = match filter.dead {
            None => (all, &newest.all),
            Some(false) => (all, &newest.queued),
            Some(true) => (dead, &newest.dead),
        };
        self.looked_at(filter, endpoint, statements, before, room)
            .await
    }

    /// Some rows, `room` at most, that lie behind `after`; and the last number that was looked at, where there is more. A page
    /// that a few fill looks at no more.
    async fn looked_at(
        &self,
        filter: &Filter,
        endpoint: Option<i64>,
        statements: (&Arc<str>, &Arc<str>),
        after: i64,
        room: usize,
    ) -> Result<(Vec<Listed>, Option<i64>), StoreError> {
        let few = i64::try_from(room).map_or(WINDOW, |room| room.saturating_mul(2).min(WINDOW));
        let mut found = Vec::new();
        let mut next = Some(after);
        for size in [few, WINDOW] {
            let left = room.saturating_sub(found.len());
            let Some(after) = next.filter(|_| left > 0) else {
                break;
            };
            let (rows, last) = self
                .window(filter, endpoint, statements, (after, size), left)
                .await?;
            found.extend(rows);
            next = last;
        }
        Ok((found, next))
    }

    /// The same of one window, which has so many at most.
    async fn window(
        &self,
        filter: &Filter,
        endpoint: Option<i64>,
        (window, list): (&Arc<str>, &Arc<str>),
        (after, size): (i64, i64),
        room: usize,
    ) -> Result<(Vec<Listed>, Option<i64>), StoreError> {
        let window = Asked::new(window).number(after).number(size);
        let window = self.read(window).await?;
        let window = window.first().map(|row| Ok((get(row, 0)?, get(row, 1)?)));
        let window: Option<(Option<i64>, i64)> = window.transpose().map_err(store_error)?;
        let Some((Some(last), count)) = window else {
            return Ok((Vec::new(), None));
        };
        let list = Asked::new(list)
            .number(after)
            .number(last)
            .optional(endpoint)
            .text(filter.event_type.as_deref())
            .text(filter.key_id.as_deref())
            .optional(filter.accepted_from.map(UnixTime::as_millis))
            .optional(filter.accepted_before.map(UnixTime::as_millis))
            .number(i64::try_from(room).unwrap_or(i64::MAX))
            .text(filter.reason.map(DeadReason::as_str));
        let rows = self.read(list).await?;
        let number = |row: &SqliteRow| get::<i64>(row, 0);
        let last_row = rows.last().map(number).transpose().map_err(store_error)?;
        let listed = rows.iter().map(|row| self.read_listed(row));
        let listed = listed.collect::<Result<Vec<_>, _>>().map_err(store_error)?;
        let next = if listed.len() >= room {
            last_row.or(Some(after))
        } else {
            (count >= size).then_some(last)
        };
        Ok((listed, next))
    }

    fn read_listed(&self, row: &SqliteRow) -> Result<Listed, sqlx::Error> {
        let name = self.endpoints.name(get(row, 2)?);
        let name = name.ok_or(sqlx::Error::RowNotFound)?;
        let order: Option<Vec<u8>> = get(row, 5)?;
        let accepted_at = UnixTime::from_millis(get(row, 6)?);
        let place: String = get(row, 12)?;
        let due: Option<i64> = get(row, 13)?;
        let due = due.map_or(accepted_at, UnixTime::from_millis);
        let reason: Option<String> = get(row, 14)?;
        let stands = match &*place {
            "d" => Stands::Dead {
                // One of a later release stands for none of ours.
                reason: reason
                    .and_then(|reason| DeadReason::read(&reason))
                    .unwrap_or(DeadReason::Damaged),
                at: due,
            },
            "p" => Stands::Behind,
            "r" => Stands::Runs,
            _ => Stands::Waits { due },
        };
        let key = EventKey::from_bytes(digest(get(row, 1)?)?);
        let (event_type, key_id): (String, String) = (get(row, 3)?, get(row, 4)?);
        let mut listed = Listed::new(key, name, event_type, key_id.into(), accepted_at, stands);
        listed.attempt = get(row, 7)?;
        listed.failures = get(row, 8)?;
        listed.vanished = get(row, 9)?;
        listed.replays = get(row, 10)?;
        listed.is_quarantined = get(row, 11)?;
        listed.order = order.map(digest).transpose()?.map(OrderKey::from_bytes);
        Ok(listed)
    }

    fn read_kept(&self, row: &SqliteRow) -> Result<Kept, sqlx::Error> {
        let payload: Vec<u8> = get(row, 16)?;
        let error: Option<Vec<u8>> = get(row, 17)?;
        let history: Option<Vec<u8>> = get(row, 18)?;
        Ok(Kept::new(
            self.read_listed(row)?,
            get(row, 15)?,
            payload.into(),
            error.map(Bytes::from),
            History::from_bytes(&history.unwrap_or_default()),
        ))
    }
}

fn position(after: &Position) -> Option<(bool, i64)> {
    let (part, last) = after.as_str().split_once(' ')?;
    Some((part == "dead", last.parse().ok()?))
}

fn total(row: &SqliteRow, now: i64) -> Result<Totals, sqlx::Error> {
    let name: String = get(row, 0)?;
    let count = |column| get::<i64>(row, column).map(|it| u64::try_from(it).unwrap_or_default());
    let ago = |column| -> Result<Option<Duration>, sqlx::Error> {
        let at: Option<i64> = get(row, column)?;
        Ok(at.map(|at| left(now.saturating_sub(at))))
    };
    let mut totals = Totals::new(Arc::from(name));
    totals.queued = count(1)?;
    totals.dead = count(2)?;
    totals.quarantined = count(3)?;
    totals.quarantined_bytes = count(4)?;
    totals.oldest_queued = ago(5)?;
    totals.oldest_dead = ago(6)?;
    let reason: Option<String> = get(row, 7)?;
    let until: Option<i64> = get(row, 8)?;
    let strikes: Option<u32> = get(row, 9)?;
    totals.pause = reason
        .zip(until)
        .zip(strikes)
        .map(|((reason, until), strikes)| Paused {
            reason: if reason == PauseReason::Misrouted.as_str() {
                PauseReason::Misrouted
            } else {
                PauseReason::Unavailable
            },
            strikes,
            left: left(until.saturating_sub(now)),
        });
    totals.is_held = get(row, 10)?;
    totals.asked = ago(11)?;
    Ok(totals)
}
