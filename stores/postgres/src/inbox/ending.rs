//! [`Ending`]: how leases of lines end, many at once where they end with marks.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use hookgate::{
    EventKey, UnixTime,
    dedup::{End, Lease, OwnerToken, Settled, StoreError},
    inbox::{Counts, DeadReason, History},
};
use hookgate_store_kit::{Commit, Failed, RowState, limits::ROUNDS, rounding};
use sqlx::Arguments;

use super::{
    core::{self, Core},
    ends,
};
use crate::{row, value::Value};

/// Writes the marks of lines that have been handled.
pub(super) struct Ending(pub(super) Arc<Core>);

/// A line that has been handled.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ended {
    pub(super) key: EventKey,
    pub(super) owner: OwnerToken,
    pub(super) end: End,
    pub(super) retain: Duration,
}

/// The values of the statement that ends lines.
pub(super) fn values(ended: &[Ended]) -> Vec<Value> {
    let state = |it: &Ended| Value::Number(RowState::of(it.end).number().into());
    vec![
        Value::many(ended.iter().map(|it| &it.key)),
        Value::many(ended.iter().map(|it| &it.owner)),
        Value::many(ended.iter().map(state)),
        Value::many(ended.iter().map(|it| Value::of_duration(it.retain))),
    ]
}

impl Commit for Ending {
    const STORE: &str = "postgres_inbox";

    type Item = Ended;
    type Answer = Settled;

    /// A worker's slots bound how many there are.
    fn bytes(_: &Ended) -> Option<usize> {
        None
    }

    async fn commit(&self, ended: &[Ended]) -> Result<Vec<Settled>, Failed> {
        self.0.settle(ended).await.map_err(Failed::Engine)
    }

    async fn refused(&self, _: &Ended, error: StoreError) -> Result<Settled, StoreError> {
        Err(error)
    }
}

impl Core {
    async fn settle(&self, ended: &[Ended]) -> Result<Vec<Settled>, StoreError> {
        let rows = self.query(&self.sql.settle, values(ended)).await?;
        let (mut gone, mut orders) = (Vec::new(), Vec::new());
        for row in &rows {
            let (at, order) = ends::ended(row)?;
            gone.push(at);
            orders.extend(order);
        }
        let mut settled = Vec::with_capacity(ended.len());
        // A late owner may stand beside the one that holds the same line.
        for (at, it) in (1_i64..).zip(ended) {
            let order = self.owned.ended(it.key.as_bytes(), &it.owner);
            if gone.contains(&at) {
                settled.push(Settled::Ok);
                continue;
            }
            // It may have ended with the application's transaction, and nobody else knows that its order can go on.
            orders.extend(order);
            let lease = Lease::of_work(it.key, it.owner, 1);
            settled.push(self.store.marked(&lease).await?);
        }
        if !orders.is_empty() {
            self.promote(&orders).await;
        }
        Ok(settled)
    }

    /// On the connection that no handler can hold.
    pub(super) async fn keep(
        &self,
        leases: &[&Lease],
        by: Duration,
    ) -> Result<Vec<Settled>, StoreError> {
        let values = vec![
            Value::many(leases.iter().map(|lease| lease.key())),
            Value::many(leases.iter().map(|lease| lease.owner())),
            Value::of_duration(by),
        ];
        let rows = self.query_aside(&self.sql.keep, values).await?;
        if rows.len() != leases.len() {
            return Err(StoreError::Timeout);
        }
        let mut kept = Vec::with_capacity(leases.len());
        for (row, lease) in rows.iter().zip(leases) {
            kept.push(if row::get(row, 0)? {
                self.owned
                    .extended(lease.key().as_bytes(), lease.owner(), by);
                Settled::Ok
            } else {
                // A heartbeat that met a settle on its way lost nothing.
                self.marked_aside(lease).await?
            });
        }
        Ok(kept)
    }

    /// As the store's own, in the runtime of the heartbeat.
    async fn marked_aside(&self, lease: &Lease) -> Result<Settled, StoreError> {
        let own_end = self.store.statements().own_end(lease.key(), lease.owner());
        match self.text_aside(own_end).await?.first() {
            Some(row) if row::is_own_mark(row)? => Ok(Settled::Ok),
            _ => Ok(Settled::LeaseLost),
        }
    }

    pub(super) async fn give_back(
        &self,
        lease: &Lease,
        delay: Duration,
        counts: Counts,
        error: Option<&Bytes>,
    ) -> Result<Settled, StoreError> {
        let values = || {
            let mut values = ends::of_owner(lease.key(), lease.owner())?;
            #[allow(
                clippy::cast_precision_loss,
                reason = "microseconds of a hundred years fit"
            )]
            values.add(rounding::micros(delay) as f64)?;
            values.add(counts == Counts::Failure)?;
            values.add(error.map(|error| &error[..]))?;
            Ok(values)
        };
        let rows = self
            .bound_rows(ends::give_back(&self.names), values())
            .await?;
        self.owned.ended(lease.key().as_bytes(), lease.owner());
        if rows.is_empty() {
            return Ok(Settled::LeaseLost);
        }
        self.wake();
        Ok(Settled::Ok)
    }

    pub(super) async fn bury(
        &self,
        lease: &Lease,
        reason: DeadReason,
        error: Option<&Bytes>,
    ) -> Result<Settled, StoreError> {
        for round in 1..=ROUNDS {
            let history = self.history_of(lease.key()).await?;
            let Some((mut history, now)) = history else {
                return Ok(Settled::LeaseLost);
            };
            history.died(now, reason);
            // A payload that was moved meanwhile is found by another statement. One that is nowhere must not keep its
            // line from its end.
            let instead = (round == ROUNDS).then_some(&[0_u8; 0][..]);
            let values = || {
                let mut values = ends::of_owner(lease.key(), lease.owner())?;
                values.add(reason.as_str())?;
                values.add(error.map(|error| &error[..]))?;
                values.add(history.to_bytes())?;
                values.add(instead)?;
                Ok(values)
            };
            let buried = self.bound(ends::bury(&self.names), None, values()).await?;
            let rows = match buried {
                Err(refused) if refused.is_about_nothing() => continue,
                buried => buried.map_err(|refused| refused.error())?,
            };
            self.owned.ended(lease.key().as_bytes(), lease.owner());
            let Some(row) = rows.first() else {
                return Ok(Settled::LeaseLost);
            };
            if let Some(order) = ends::order(row, 0)? {
                self.promote(&[order]).await;
            }
            return Ok(Settled::Ok);
        }
        Err(StoreError::Timeout)
    }

    /// What became of an event until now, and the server's time. `None` where nothing is kept of it.
    pub(super) async fn history_of(
        &self,
        key: &EventKey,
    ) -> Result<Option<(History, UnixTime)>, StoreError> {
        let sql = ends::history(&self.names, &core::key(key));
        let rows = self.text(sql).await?;
        let Some(row) = rows.first() else {
            return Ok(None);
        };
        let history: Option<Vec<u8>> = row::get(row, 0)?;
        let history = History::from_bytes(&history.unwrap_or_default());
        Ok(Some((history, UnixTime::from_millis(row::get(row, 1)?))))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use hookgate::dedup::{DedupStore, State};
    use hookgate_test_support::{RETAIN, owner};

    use super::*;
    use crate::inbox::tests::{ask, entry, inbox};

    #[tokio::test]
    async fn of_two_owners_of_a_line_in_one_batch_the_one_that_holds_it_ends_it() {
        let Some((inbox, _server)) = inbox("two_owners").await else {
            return;
        };
        let entries = (0..20).map(entry).collect();
        hookgate::inbox::Inbox::accept(&inbox, entries)
            .await
            .unwrap();
        let ended = |row: &hookgate::inbox::Leased, end| Ended {
            key: *row.lease.key(),
            owner: *row.lease.owner(),
            end,
            retain: RETAIN,
        };
        let late = ask(&inbox, owner(1), Duration::ZERO).await;
        let held = ask(&inbox, owner(2), RETAIN).await;
        assert_eq!((late.len(), held.len()), (20, 20));
        // Whichever of them comes first.
        let mut batch = Vec::new();
        for (at, (late, held)) in late.iter().zip(&held).enumerate() {
            let mut both = [ended(late, End::Processed), ended(held, End::Rejected)];
            both.rotate_left(at % 2);
            batch.extend(both);
        }
        let settled = inbox.core().settle(&batch).await.unwrap();
        for (it, settled) in batch.iter().zip(settled) {
            let expected = match it.end {
                End::Processed => Settled::LeaseLost,
                _ => Settled::Ok,
            };
            assert_eq!(settled, expected, "{it:?}");
        }
        let rejected = format!(
            "SELECT count(*) FROM {} WHERE state = {}",
            inbox.core().names.dedup,
            RowState::Rejected.number()
        );
        let rows = inbox.core().text(rejected).await.unwrap();
        assert_eq!(row::count(&rows[0]).unwrap(), 20);
        assert_eq!(inbox.look(&batch[0].key).await.unwrap(), State::Done);
    }
}
