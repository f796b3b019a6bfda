//! What is accepted.

use std::time::Duration;

use hookgate::inbox::{Accept, DeadReason, Entry, Quarantine, QuarantineCap};
use hookgate_store_kit::{
    RowState,
    limits::LOCKED,
    rounding::{left, millis},
};
use sqlx::sqlite::SqliteRow;

use super::{
    line::Line,
    op::Held,
    tables::FAR,
    turn::{Counts, Turn, get},
};
use crate::session::Asked;

/// What an event's key said when it was to be taken.
#[derive(Debug, Clone, Copy)]
pub(super) enum Taken {
    /// It is taken now, under this attempt.
    Now { attempt: u32 },
    /// It was not free.
    Not(Keeper),
}

/// What kept a key from being taken.
#[derive(Debug, Clone, Copy)]
pub(super) struct Keeper {
    state: RowState,
    left: Duration,
    is_own: bool,
    same_content: bool,
}

impl Keeper {
    /// Reads the row of a key.
    pub(super) fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let state = RowState::read(get(row, 0)?);
        Ok(Self {
            state: state.ok_or_else(|| sqlx::Error::Decode("a state of a later release".into()))?,
            left: left(get(row, 1)?),
            is_own: get(row, 2)?,
            same_content: get(row, 3)?,
        })
    }

    /// Whether its end has gone by. A lease that lapsed while this call waited for its turn still counts.
    pub(super) fn is_free(&self) -> bool {
        let is_over = self.left.is_zero() && self.state != RowState::InProgress;
        is_over || self.state == RowState::Released
    }

    /// What its copies are told.
    pub(super) fn told(&self) -> Accept {
        match self.state {
            RowState::Queued if self.is_own => Accept::Queued,
            RowState::Queued | RowState::Dead => Accept::Copy,
            RowState::InProgress | RowState::Released => Accept::InProgress {
                retry_after: if self.left.is_zero() {
                    LOCKED
                } else {
                    self.left
                },
            },
            RowState::Processed | RowState::Ignored | RowState::Rejected => Accept::Done {
                same_content: self.same_content,
            },
        }
    }
}

impl Taken {
    fn told(&self) -> Accept {
        match self {
            Self::Now { .. } => Accept::Queued,
            Self::Not(keeper) => keeper.told(),
        }
    }
}

impl Turn<'_> {
    /// Entries of different keys.
    pub(super) async fn accept(&mut self, entries: &[&Entry]) -> Result<Vec<Accept>, sqlx::Error> {
        let first = self.numbers(entries.len()).await?;
        let mut accepted = Vec::with_capacity(entries.len());
        for (number, entry) in (first..).zip(entries) {
            let taken = self.take(entry, RowState::Queued, number).await?;
            if let Taken::Now { attempt } = taken {
                let line = self.store(entry, number, attempt).await?;
                self.queue(&line).await?;
                let queued = Counts {
                    queued: 1,
                    ..Counts::default()
                };
                self.count(line.endpoint, queued);
            }
            accepted.push(taken.told());
        }
        Ok(accepted)
    }

    pub(super) async fn quarantine(
        &mut self,
        entry: &Entry,
        cap: QuarantineCap,
    ) -> Result<Quarantine, sqlx::Error> {
        let endpoint = self.endpoint(&entry.endpoint).await?;
        self.finish().await?;
        let counted = Asked::new(&self.sql.quarantined).number(endpoint);
        let counted = self
            .run(counted)
            .await?
            .pop()
            .ok_or(sqlx::Error::RowNotFound)?;
        let (rows, bytes): (i64, i64) = (get(&counted, 0)?, get(&counted, 1)?);
        let size = i64::try_from(entry.payload.len()).unwrap_or(i64::MAX);
        let has_room = rows < i64::from(cap.rows)
            && u64::try_from(bytes.saturating_add(size)).unwrap_or_default() <= cap.bytes;
        if !has_room {
            let is_kept = self.keeper(entry).await?.is_some_and(|it| it.is_kept());
            return Ok(quarantine(is_kept));
        }
        let number = self.numbers(1).await?;
        let attempt = match self.take(entry, RowState::Dead, number).await? {
            Taken::Now { attempt } => attempt,
            Taken::Not(keeper) => return Ok(quarantine(keeper.is_kept())),
        };
        let line = Line {
            is_quarantined: true,
            ..self.store(entry, number, attempt).await?
        };
        self.lay_out(&line, DeadReason::Undecodable, None).await?;
        let kept = Counts {
            dead: 1,
            quarantined: 1,
            quarantined_bytes: size,
            ..Counts::default()
        };
        self.count(endpoint, kept);
        Ok(Quarantine::Kept)
    }

    /// Keeps an entry that the engine refused as work, as a dead letter. Nothing of it is left out: a payload may be bound
    /// to what stands beside it.
    pub(super) async fn set_aside(&mut self, entry: &Entry) -> Result<Accept, sqlx::Error> {
        let number = self.numbers(1).await?;
        let taken = self.take(entry, RowState::Dead, number).await?;
        if let Taken::Now { attempt } = taken {
            let line = self.store(entry, number, attempt).await?;
            self.lay_out(&line, DeadReason::Damaged, None).await?;
            let dead = Counts {
                dead: 1,
                ..Counts::default()
            };
            self.count(line.endpoint, dead);
        }
        Ok(taken.told())
    }

    /// One conditional write. A loser reads.
    async fn take(
        &mut self,
        entry: &Entry,
        state: RowState,
        number: i64,
    ) -> Result<Taken, sqlx::Error> {
        let take = Asked::new(&self.sql.take)
            .key(&entry.key)
            .owner(&entry.token)
            .content(entry.content.as_ref())
            .number(state.number().into())
            .number(FAR.saturating_add(number))
            .number(self.judged);
        if let Some(row) = self.run(take).await?.first() {
            let attempt = get(row, 0)?;
            return Ok(Taken::Now { attempt });
        }
        let keeper = self.keeper(entry).await?;
        keeper.map(Taken::Not).ok_or(sqlx::Error::RowNotFound)
    }

    /// What keeps a key from being taken.
    async fn keeper(&mut self, entry: &Entry) -> Result<Option<Keeper>, sqlx::Error> {
        let taken = Asked::new(&self.sql.taken)
            .key(&entry.key)
            .owner(&entry.token)
            .content(entry.content.as_ref())
            .number(self.now);
        self.run(taken).await?.first().map(Keeper::read).transpose()
    }

    async fn store(
        &mut self,
        entry: &Entry,
        number: i64,
        attempt: u32,
    ) -> Result<Line, sqlx::Error> {
        let line = Line {
            number,
            key: entry.key,
            endpoint: self.endpoint(&entry.endpoint).await?,
            format: entry.format,
            order: entry.order,
            attempt: attempt.saturating_sub(1),
            failures: 0,
            vanished: 0,
            replays: 0,
            since: self.now,
            is_quarantined: false,
        };
        let event = Asked::new(&self.sql.event)
            .number(number)
            .key(&line.key)
            .number(line.endpoint)
            .text(Some(entry.event_type))
            .text(Some(&entry.key_id))
            .bytes(line.order.as_ref().map(|order| &order.as_bytes()[..]))
            .number(line.format.into())
            .number(self.now)
            .number(millis(entry.retain))
            .bytes(Some(&entry.payload));
        self.run(event).await?;
        Ok(line)
    }
}

impl Keeper {
    /// Whether a request in quarantine is here, or was discarded.
    fn is_kept(&self) -> bool {
        !matches!(self.state, RowState::InProgress | RowState::Released)
    }
}

fn quarantine(is_kept: bool) -> Quarantine {
    if is_kept {
        Quarantine::Kept
    } else {
        Quarantine::Full
    }
}

impl Held {
    pub(super) fn asked(&self, asked: Asked) -> Asked {
        asked.owner(&self.owner).key(&self.key).number(self.judged)
    }
}
