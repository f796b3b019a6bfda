//! What an inbox reads beside the one that writes. Reading waits for nobody.

use hookgate::{
    dedup::{Lease, StoreError},
    inbox::{Accept, Ask, Entry, Leased},
};
use hookgate_store_kit::rounding::left;
use sqlx::sqlite::SqliteRow;

use super::{
    Inner,
    accept::Keeper,
    lease::{Surveyed, by_turn},
    line::Line,
    turn::{get, now},
};
use crate::{
    fault::store_error,
    json::list,
    session::{Asked, Call},
};

impl Inner {
    pub(super) async fn read(&self, asked: Asked) -> Result<Vec<SqliteRow>, StoreError> {
        asked
            .on(&self.readers, Call::within(self.call_timeout))
            .await
    }

    /// Reads the names of all endpoints. What others have added is known then.
    pub(super) async fn know_endpoints(&self) -> Result<(), StoreError> {
        let rows = self.read(Asked::new(&self.sql.endpoints)).await?;
        let each = rows.iter().map(|row| {
            let name: String = get(row, 1)?;
            Ok((name.into(), get(row, 0)?))
        });
        let known: Vec<_> = each.collect::<Result<_, _>>().map_err(store_error)?;
        self.endpoints.learn(known);
        Ok(())
    }

    /// What `owner` holds, in the order of turns.
    pub(super) async fn held(&self, ask: &Ask<'_>) -> Result<Vec<Leased>, StoreError> {
        let now = now();
        let held = Asked::new(&self.sql.held).owner(&ask.owner).number(now);
        let rows = self.read(held).await?;
        let each = rows.iter().map(|row| self.leased(row, ask, now));
        let leased = each.collect::<Result<Vec<_>, _>>().map_err(store_error)?;
        Ok(by_turn(leased))
    }

    /// A line that was handed out, and the place of its endpoint.
    fn leased(
        &self,
        row: &SqliteRow,
        ask: &Ask<'_>,
        now: i64,
    ) -> Result<(usize, Leased), sqlx::Error> {
        let line = Line::read(row)?;
        let more = |column| Line::COLUMNS + column;
        let name = self.endpoints.name(line.endpoint);
        let name = name.ok_or(sqlx::Error::RowNotFound)?;
        let place = ask.endpoints.iter().position(|it| *it == name);
        let event_type: Option<String> = get(row, more(1))?;
        let key_id: Option<String> = get(row, more(2))?;
        let payload: Option<Vec<u8>> = get(row, more(3))?;
        let leased = Leased {
            lease: Lease::of_work(line.key, ask.owner, line.attempt),
            endpoint: name,
            event_type: event_type.unwrap_or_default().into(),
            key_id: key_id.unwrap_or_default().into(),
            order: line.order,
            format: line.format,
            // One that is gone cannot be read: the worker says what becomes of it.
            payload: payload.unwrap_or_default().into(),
            failures: line.failures,
            vanished: line.vanished,
            age: left(now.saturating_sub(line.since)),
            is_quarantined: line.is_quarantined,
            probe: get(row, more(0))?,
        };
        Ok((place.unwrap_or(usize::MAX), leased))
    }

    /// What can be said of all endpoints of an ask. `None` where one is new.
    pub(super) async fn survey(&self, ask: &Ask<'_>) -> Result<Option<Vec<Surveyed>>, StoreError> {
        let ids = || {
            let each = ask.endpoints.iter().map(|name| self.endpoints.id(name));
            each.collect::<Option<Vec<_>>>()
        };
        let mut known = ids();
        if known.is_none() {
            self.know_endpoints().await?;
            known = ids();
        }
        let Some(ids) = known else {
            return Ok(None);
        };
        let survey = Asked::new(&self.sql.survey)
            .text(Some(&list(ids)))
            .number(ask.format.into());
        let rows = self.read(survey).await?;
        let surveyed: Result<_, _> = rows.iter().map(Surveyed::read).collect();
        surveyed.map(Some).map_err(store_error)
    }

    /// What entries are told that are no news. `None` where one of them may be.
    pub(super) async fn known(&self, entries: &[Entry]) -> Result<Option<Vec<Accept>>, StoreError> {
        let mut known = Vec::with_capacity(entries.len());
        for entry in entries {
            let taken = Asked::new(&self.sql.taken)
                .key(&entry.key)
                .owner(&entry.token)
                .content(entry.content.as_ref())
                .number(now());
            let rows = self.read(taken).await?;
            let keeper = rows.first().map(Keeper::read).transpose();
            match keeper.map_err(store_error)? {
                // The transaction in the way may be the one that settles this event, so a lapsed lease is none.
                Some(keeper) if !keeper.is_free() => known.push(keeper.told()),
                _ => return Ok(None),
            }
        }
        Ok(Some(known))
    }
}
