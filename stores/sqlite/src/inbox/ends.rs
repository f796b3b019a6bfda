//! How the lease of a line ends.

use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

use hookgate::{
    EventKey,
    dedup::{End, OwnerToken, Settled},
    inbox::{self, DeadReason, History},
    time::UnixTime,
};
use hookgate_store_kit::RowState;

use super::{
    line::Line,
    op::Held,
    tables::number,
    turn::{Counts, Turn, after, get},
};
use crate::{
    json::{Hex, list},
    session::Asked,
};

/// A key, and who held its line.
pub(super) type Holder = (EventKey, OwnerToken);

/// How an ended event is erased.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Erase {
    Now,
    /// By the inbox's own connection, which overwrites what it removes.
    Later,
}

impl Turn<'_> {
    pub(super) async fn extend(
        &mut self,
        held: &Held,
        by: Duration,
    ) -> Result<Settled, sqlx::Error> {
        let extend = held
            .asked(Asked::new(&self.sql.extend))
            .number(after(self.now, by));
        if !self.run(extend).await?.is_empty() {
            return Ok(Settled::Ok);
        }
        // A heartbeat that met its owner's mark on its way lost nothing.
        self.own_mark(held).await
    }

    /// Ends the line with a mark, or gives it back.
    pub(super) async fn settle(
        &mut self,
        held: &Held,
        end: End,
        retain: Duration,
        erase: Erase,
    ) -> Result<Settled, sqlx::Error> {
        if end == End::Release {
            let (now, nothing) = (Duration::ZERO, inbox::Counts::Nothing);
            self.give_back(held, now, nothing, None).await?;
            return Ok(Settled::Ok);
        }
        let Some(line) = self.end(held).await? else {
            // Where it ended in a transaction, others may go on.
            self.woke = true;
            return self.own_mark(held).await;
        };
        self.mark(&line, held, end, retain).await?;
        let gone = match erase {
            Erase::Now => &self.sql.erase,
            Erase::Later => &self.sql.leave,
        };
        self.count_out(&line).await?;
        let gone = Asked::new(gone).number(line.number);
        self.run(gone).await?;
        if let Some(order) = &line.order {
            self.go_on(order, line.number).await?;
        }
        Ok(Settled::Ok)
    }

    /// Ends many lines with marks, in few statements. Answers those that it found: the others are ended one by one, which
    /// says what became of them.
    pub(super) async fn settle_many(
        &mut self,
        settles: &[(&Held, End, Duration)],
    ) -> Result<HashSet<Holder>, sqlx::Error> {
        // The first one's time does for all: a lease that lapsed between is nobody else's yet.
        let judged = settles.iter().map(|(held, ..)| held.judged).min();
        let pairs = settles.iter().map(|(held, ..)| {
            let owner = Hex(held.owner.as_bytes());
            format!("[\"{owner}\",\"{}\"]", held.key)
        });
        let end = Asked::new(&self.sql.end_many)
            .text(Some(&list(pairs)))
            .number(judged.unwrap_or(self.now));
        let mut ended = HashMap::new();
        for row in self.run(end).await? {
            let (line, owner): (_, Vec<u8>) = (Line::read(&row)?, get(&row, Line::COLUMNS)?);
            let owner = owner.try_into();
            let owner = owner.map_err(|_| sqlx::Error::Decode("no owner".into()))?;
            ended.insert((line.key, OwnerToken::from_bytes(owner)), line);
        }
        let lines: Vec<Line> = ended.values().copied().collect();
        let holders: HashSet<Holder> = ended.keys().copied().collect();
        let marks = settles.iter().filter_map(|(held, end, retain)| {
            // A settle that is repeated is told of the first one's mark.
            let line = ended.remove(&(held.key, held.owner))?;
            let (owner, state) = (Hex(held.owner.as_bytes()), RowState::of(*end).number());
            let ends = after(self.now, *retain);
            let (key, attempt) = (line.key, line.attempt);
            Some(format!("[\"{key}\",\"{owner}\",{state},{ends},{attempt}]"))
        });
        let mark = Asked::new(&self.sql.mark_many).text(Some(&list(marks)));
        self.run(mark).await?;
        for line in &lines {
            self.count_out(line).await?;
        }
        let numbers = list(lines.iter().map(|line| line.number));
        let [erase, leave] = &self.sql.erase_many;
        let erased = Asked::new(erase).text(Some(&numbers));
        if self.run(erased).await?.len() < lines.len() {
            let left = Asked::new(leave).text(Some(&numbers));
            self.run(left).await?;
        }
        for line in &lines {
            if let Some(order) = &line.order {
                self.go_on(order, line.number).await?;
            }
        }
        Ok(holders)
    }

    /// Counts a line that ends with a mark, while its payload is there.
    async fn count_out(&mut self, line: &Line) -> Result<(), sqlx::Error> {
        let mut counts = Counts {
            queued: -1,
            ..Counts::default()
        };
        if line.is_quarantined {
            counts.quarantined = -1;
            counts.quarantined_bytes = -self.size(line.number).await?;
        }
        self.count(line.endpoint, counts);
        Ok(())
    }

    pub(super) async fn give_back(
        &mut self,
        held: &Held,
        delay: Duration,
        counts: inbox::Counts,
        error: Option<&[u8]>,
    ) -> Result<Settled, sqlx::Error> {
        let Some(mut line) = self.end(held).await? else {
            let returned = Asked::new(&self.sql.was_returned)
                .owner(&held.owner)
                .key(&held.key);
            return Ok(settled(!self.run(returned).await?.is_empty()));
        };
        if counts == inbox::Counts::Failure {
            line.failures = line.failures.saturating_add(1);
            line.vanished = 0;
        }
        self.note_error(&line, error).await?;
        let returned = Asked::new(&self.sql.returned)
            .owner(&held.owner)
            .key(&held.key)
            .number(self.now);
        self.run(returned).await?;
        if delay.is_zero() {
            self.ready(&line).await?;
        } else {
            let due = after(self.now, delay);
            let wait = line.bind(Asked::new(&self.sql.wait)).number(due);
            self.run(wait).await?;
            // Whoever sleeps for longer asks again.
            self.woke = true;
        }
        Ok(Settled::Ok)
    }

    pub(super) async fn bury(
        &mut self,
        held: &Held,
        reason: DeadReason,
        error: Option<&[u8]>,
    ) -> Result<Settled, sqlx::Error> {
        let Some(line) = self.end(held).await? else {
            let Some(number) = self.number_of(&held.key).await? else {
                return Ok(Settled::LeaseLost);
            };
            let buried = Asked::new(&self.sql.was_buried)
                .owner(&held.owner)
                .number(number);
            return Ok(settled(!self.run(buried).await?.is_empty()));
        };
        self.note_error(&line, error).await?;
        self.lay_out(&line, reason, Some(held)).await?;
        let dead = Asked::new(&self.sql.mark_dead)
            .key(&line.key)
            .number(line.attempt.into());
        self.run(dead).await?;
        let counts = Counts {
            queued: -1,
            dead: 1,
            ..Counts::default()
        };
        self.count(line.endpoint, counts);
        if let Some(order) = &line.order {
            self.go_on(order, line.number).await?;
        }
        Ok(Settled::Ok)
    }

    /// Makes a dead letter of a line that stands nowhere else.
    pub(super) async fn lay_out(
        &mut self,
        line: &Line,
        reason: DeadReason,
        by: Option<&Held>,
    ) -> Result<(), sqlx::Error> {
        let bury = line
            .bind(Asked::new(&self.sql.bury))
            .text(Some(reason.as_str()))
            .number(self.now)
            .bytes(by.map(|held| &held.owner.as_bytes()[..]));
        self.run(bury).await?;
        let at = UnixTime::from_millis(self.now);
        self.happened(line.number, |history| history.died(at, reason))
            .await
    }

    /// Notes what became of an event.
    pub(super) async fn happened(
        &mut self,
        number: i64,
        what: impl FnOnce(&mut History),
    ) -> Result<(), sqlx::Error> {
        let stored = Asked::new(&self.sql.history).number(number);
        let stored: Option<Vec<u8>> = match self.run(stored).await?.first() {
            Some(row) => get(row, 0)?,
            None => None,
        };
        let mut history = History::from_bytes(&stored.unwrap_or_default());
        what(&mut history);
        let set = Asked::new(&self.sql.set_history)
            .number(number)
            .bytes(Some(&history.to_bytes()));
        self.run(set).await?;
        Ok(())
    }

    /// The bytes of an event's payload.
    pub(super) async fn size(&mut self, number: i64) -> Result<i64, sqlx::Error> {
        let size = Asked::new(&self.sql.retain).number(number);
        match self.run(size).await?.first() {
            Some(row) => get(row, 1),
            None => Ok(0),
        }
    }

    /// Writes the mark of an event that has ended.
    pub(super) async fn mark(
        &mut self,
        line: &Line,
        held: &Held,
        end: End,
        retain: Duration,
    ) -> Result<(), sqlx::Error> {
        let mark = Asked::new(&self.sql.mark)
            .key(&line.key)
            .owner(&held.owner)
            .number(RowState::of(end).number().into())
            .number(after(self.now, retain))
            .number(line.attempt.into());
        self.run(mark).await?;
        Ok(())
    }

    /// Takes a line from its holder.
    async fn end(&mut self, held: &Held) -> Result<Option<Line>, sqlx::Error> {
        let end = held.asked(Asked::new(&self.sql.end));
        self.run(end).await?.first().map(Line::read).transpose()
    }

    /// The number of what an inbox holds of a key.
    pub(super) async fn number_of(&mut self, key: &EventKey) -> Result<Option<i64>, sqlx::Error> {
        let key = Asked::new(&self.sql.key).key(key);
        match self.run(key).await?.first() {
            Some(row) => Ok(number(get(row, 0)?, get(row, 1)?)),
            None => Ok(None),
        }
    }

    async fn note_error(&mut self, line: &Line, error: Option<&[u8]>) -> Result<(), sqlx::Error> {
        if error.is_some() {
            let note = Asked::new(&self.sql.error).number(line.number).bytes(error);
            self.run(note).await?;
        }
        Ok(())
    }

    /// Whether the owner itself marked a line as done that it does not hold any more.
    async fn own_mark(&mut self, held: &Held) -> Result<Settled, sqlx::Error> {
        let own_end = Asked::new(&self.sql.own_end)
            .key(&held.key)
            .owner(&held.owner);
        let Some(row) = self.run(own_end).await?.pop() else {
            return Ok(Settled::LeaseLost);
        };
        let is_mark = RowState::read(get(&row, 0)?).is_some_and(RowState::is_mark);
        let ends: i64 = get(&row, 1)?;
        Ok(settled(is_mark && ends > self.now))
    }
}

fn settled(is_so: bool) -> Settled {
    if is_so {
        Settled::Ok
    } else {
        Settled::LeaseLost
    }
}
