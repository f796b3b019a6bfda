//! Dead letters, and what an operator does with endpoints.

use std::{sync::Arc, time::Duration};

use hookgate::{EventKey, dedup::End, inbox::Pause, time::UnixTime};
use hookgate_store_kit::{Pruned, RowState, rounding::millis};

use super::{
    line::Line,
    sql::MOST_ERASED,
    tables::FAR,
    turn::{Counts, Turn, after, get},
};
use crate::session::Asked;

impl Turn<'_> {
    pub(super) async fn replay(&mut self, key: &EventKey, why: &str) -> Result<bool, sqlx::Error> {
        let Some(mut line) = self.unbury(key).await? else {
            return Ok(false);
        };
        let old = line.number;
        // The latest in the order: what came after it has gone on without it.
        line.number = self.numbers(1).await?;
        line.failures = 0;
        line.vanished = 0;
        line.replays = line.replays.saturating_add(1);
        line.since = self.now;
        let renumber = Asked::new(&self.sql.renumber)
            .number(old)
            .number(line.number);
        self.run(renumber).await?;
        let at = UnixTime::from_millis(self.now);
        self.happened(line.number, |history| history.replayed(at, why))
            .await?;
        let requeue = Asked::new(&self.sql.requeue)
            .key(key)
            .number(FAR.saturating_add(line.number));
        self.run(requeue).await?;
        self.queue(&line).await?;
        let counts = Counts {
            queued: 1,
            dead: -1,
            ..Counts::default()
        };
        self.count(line.endpoint, counts);
        Ok(true)
    }

    pub(super) async fn discard(&mut self, key: &EventKey) -> Result<bool, sqlx::Error> {
        match self.unbury(key).await? {
            Some(line) => self.forget(&line).await.map(|_| true),
            None => Ok(false),
        }
    }

    pub(super) async fn erase(&mut self, age: Duration, limit: u32) -> Result<Pruned, sqlx::Error> {
        let old = Asked::new(&self.sql.old)
            .number(self.now.saturating_sub(millis(age)))
            .number(limit.into());
        let old = self.run(old).await?;
        let (mut rows, mut bytes) = (0, 0);
        for row in &old {
            if bytes >= MOST_ERASED {
                break;
            }
            let unbury = Asked::new(&self.sql.unbury).number(get(row, 0)?);
            if let Some(row) = self.run(unbury).await?.first() {
                bytes += self.forget(&Line::read(row)?).await?;
            }
            rows += 1;
        }
        Ok(Pruned {
            rows,
            is_full: rows >= limit.into() || rows < old.len() as u64,
        })
    }

    /// Takes a dead letter from where it lies.
    async fn unbury(&mut self, key: &EventKey) -> Result<Option<Line>, sqlx::Error> {
        let Some(number) = self.number_of(key).await? else {
            return Ok(None);
        };
        let unbury = Asked::new(&self.sql.unbury).number(number);
        self.run(unbury).await?.first().map(Line::read).transpose()
    }

    /// Erases a dead letter, and leaves a mark. Answers the bytes of its payload.
    async fn forget(&mut self, line: &Line) -> Result<i64, sqlx::Error> {
        let retain = Asked::new(&self.sql.retain).number(line.number);
        let (retain, size) = match self.run(retain).await?.first() {
            Some(row) => (get(row, 0)?, get(row, 1)?),
            None => (0, 0),
        };
        let mark = Asked::new(&self.sql.discard)
            .key(&line.key)
            .number(RowState::of(End::Rejected).number().into())
            .number(self.now.saturating_add(retain))
            .number(line.attempt.into());
        self.run(mark).await?;
        let erase = Asked::new(&self.sql.erase).number(line.number);
        self.run(erase).await?;
        let counts = Counts {
            dead: -1,
            quarantined: -i64::from(line.is_quarantined),
            quarantined_bytes: if line.is_quarantined { -size } else { 0 },
            ..Counts::default()
        };
        self.count(line.endpoint, counts);
        Ok(size)
    }

    pub(super) async fn pause(&mut self, name: &Arc<str>, pause: Pause) -> Result<(), sqlx::Error> {
        let pause = Asked::new(&self.sql.pause)
            .number(self.endpoint(name).await?)
            .text(Some(pause.reason.as_str()))
            .number(after(self.now, pause.lasts))
            .number(pause.strikes.into());
        self.run(pause).await?;
        Ok(())
    }

    pub(super) async fn resume(&mut self, name: &str) -> Result<(), sqlx::Error> {
        let resume = Asked::new(&self.sql.resume).text(Some(name));
        self.run(resume).await?;
        self.woke = true;
        Ok(())
    }

    pub(super) async fn hold(&mut self, name: &Arc<str>, is_held: bool) -> Result<(), sqlx::Error> {
        let hold = Asked::new(&self.sql.hold)
            .number(self.endpoint(name).await?)
            .number(is_held.into());
        self.run(hold).await?;
        self.woke = true;
        Ok(())
    }
}
