//! What is accepted.

use hookgate::{
    dedup::State,
    inbox::{Accept, DeadReason, Entry, Quarantine, QuarantineCap},
};
use hookgate_store_kit::{
    RowState,
    rounding::{left, millis},
};

use super::{
    line::Line,
    op::Held,
    tables::FAR,
    turn::{Counts, Turn, get},
};
use crate::session::Asked;

/// What an event's key said when it was to be taken.
enum Taken {
    /// It is taken now, under this attempt.
    Now { attempt: u32 },
    /// It was not free.
    Not {
        state: RowState,
        seen: State,
        is_own: bool,
        same_content: bool,
    },
}

impl Turn<'_> {
    /// Entries of different keys.
    pub(super) async fn accept(&mut self, entries: &[&Entry]) -> Result<Vec<Accept>, sqlx::Error> {
        let first = self.numbers(entries.len()).await?;
        let mut accepted = Vec::with_capacity(entries.len());
        for (number, entry) in (first..).zip(entries) {
            let taken = self.take(entry, RowState::Queued, number).await?;
            accepted.push(match taken {
                Taken::Now { attempt } => {
                    let line = self.store(entry, number, attempt).await?;
                    self.queue(&line).await?;
                    let queued = Counts {
                        queued: 1,
                        ..Counts::default()
                    };
                    self.count(line.endpoint, queued);
                    Accept::Queued
                }
                Taken::Not {
                    state: RowState::Queued,
                    is_own: true,
                    ..
                } => Accept::Queued,
                Taken::Not {
                    state: RowState::Queued | RowState::Dead,
                    ..
                } => Accept::Copy,
                Taken::Not {
                    seen: State::InProgress { retry_after },
                    ..
                } => Accept::InProgress { retry_after },
                Taken::Not { same_content, .. } => Accept::Done { same_content },
            });
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
            let kept = self.taken(entry).await?;
            return Ok(match kept {
                Some(Taken::Not {
                    seen: State::Done, ..
                }) => Quarantine::Kept,
                _ => Quarantine::Full,
            });
        }
        let number = self.numbers(1).await?;
        Ok(match self.take(entry, RowState::Dead, number).await? {
            Taken::Now { attempt } => {
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
                Quarantine::Kept
            }
            // It is here, or somebody discarded it.
            Taken::Not {
                seen: State::Done, ..
            } => Quarantine::Kept,
            Taken::Not { .. } => Quarantine::Full,
        })
    }

    /// Keeps an entry that the engine cannot take as work: as a dead letter, and as little of it as may be at fault.
    pub(super) async fn set_aside(&mut self, entry: &Entry) -> Result<Accept, sqlx::Error> {
        let bare = Entry {
            order: None,
            ..entry.clone()
        };
        let number = self.numbers(1).await?;
        Ok(match self.take(&bare, RowState::Dead, number).await? {
            Taken::Now { attempt } => {
                let line = self.store(&bare, number, attempt).await?;
                self.lay_out(&line, DeadReason::Damaged, None).await?;
                let dead = Counts {
                    dead: 1,
                    ..Counts::default()
                };
                self.count(line.endpoint, dead);
                Accept::Queued
            }
            Taken::Not { .. } => Accept::Copy,
        })
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
            .number(self.now);
        if let Some(row) = self.run(take).await?.first() {
            let attempt = get(row, 0)?;
            return Ok(Taken::Now { attempt });
        }
        let taken = self.taken(entry).await?;
        taken.ok_or(sqlx::Error::RowNotFound)
    }

    async fn taken(&mut self, entry: &Entry) -> Result<Option<Taken>, sqlx::Error> {
        let taken = Asked::new(&self.sql.taken)
            .key(&entry.key)
            .owner(&entry.token)
            .content(entry.content.as_ref())
            .number(self.now);
        let Some(row) = self.run(taken).await?.pop() else {
            return Ok(None);
        };
        let state = RowState::read(get(&row, 0)?);
        let state =
            state.ok_or_else(|| sqlx::Error::Decode("a state of a later release".into()))?;
        Ok(Some(Taken::Not {
            state,
            seen: state.with_left(left(get(&row, 1)?)),
            is_own: get(&row, 2)?,
            same_content: get(&row, 3)?,
        }))
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

impl Held {
    pub(super) fn asked(&self, asked: Asked) -> Asked {
        asked.owner(&self.owner).key(&self.key).number(self.judged)
    }
}
