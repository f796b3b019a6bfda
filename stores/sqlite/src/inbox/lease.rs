//! How work is handed out.

use std::{collections::HashMap, time::Instant};

use hookgate::EventKey;
use hookgate_store_kit::rounding::left;
use sqlx::sqlite::SqliteRow;

use super::{
    line::{Line, digest},
    op::{Ask, Outlook},
    turn::{Turn, after, get},
};
use crate::{json::list, session::Asked};

/// How often it is noted that somebody asks for an endpoint's lines.
const NOTED_EVERY: i64 = 60_000;

/// What can be said of an endpoint when a worker asks.
#[derive(Debug, Clone)]
pub(super) struct Surveyed {
    id: i64,
    has_sound: bool,
    has_suspects: bool,
    /// When the first line is due that waits for its time.
    due: Option<i64>,
    /// When the first lease lapses.
    lapses: Option<i64>,
    is_held: bool,
    asked: Option<i64>,
    paused_until: Option<i64>,
    strikes: Option<u32>,
    probe: Option<EventKey>,
}

impl Surveyed {
    pub(super) fn read(row: &SqliteRow) -> Result<Self, sqlx::Error> {
        let probe: Option<Vec<u8>> = get(row, 9)?;
        Ok(Self {
            id: get(row, 0)?,
            has_sound: get(row, 1)?,
            has_suspects: get(row, 2)?,
            due: get(row, 3)?,
            lapses: get(row, 4)?,
            is_held: get(row, 5)?,
            asked: get(row, 6)?,
            paused_until: get(row, 7)?,
            strikes: get(row, 8)?,
            probe: probe.map(digest).transpose()?.map(EventKey::from_bytes),
        })
    }

    fn is_open(&self, now: i64) -> bool {
        !self.is_held && self.paused_until.is_none_or(|until| until <= now)
    }

    /// Whether it has something to write for an ask.
    pub(super) fn concerns(&self, suspects: bool, (judged, now): (i64, i64)) -> bool {
        let ready = if suspects {
            self.has_suspects
        } else {
            self.has_sound
        };
        let is_due = |at: Option<i64>, by: i64| at.is_some_and(|at| at <= by);
        let is_noted = self
            .asked
            .is_some_and(|at| (at..at.saturating_add(NOTED_EVERY)).contains(&now));
        let has_work = ready || is_due(self.due, now) || is_due(self.lapses, judged);
        !is_noted || self.is_open(now) && has_work
    }
}

/// What is left for a worker, by what can be said of its endpoints.
pub(super) fn outlook(surveyed: &[Surveyed], suspects: bool, now: i64) -> Outlook {
    let waits = |it: &Surveyed| it.is_open(now) && it.has_suspects;
    let next = |it: &Surveyed| {
        let ready = (it.has_sound || it.has_suspects).then_some(now);
        let all = [it.due, it.lapses, ready].into_iter().flatten();
        let until = it.paused_until.unwrap_or(i64::MIN);
        all.map(|at| at.max(until)).filter(|at| *at > now).min()
    };
    let open = surveyed.iter().filter(|it| !it.is_held);
    Outlook {
        suspects_wait: !suspects && surveyed.iter().any(waits),
        next_due: open
            .filter_map(next)
            .min()
            .map(|at| left(at.saturating_sub(now))),
    }
}

impl Turn<'_> {
    /// `None` where it is too late.
    pub(super) async fn lease(&mut self, ask: &Ask) -> Result<Option<Outlook>, sqlx::Error> {
        if Instant::now() >= ask.until {
            return Ok(None);
        }
        self.lease_in_time(ask).await.map(Some)
    }

    async fn lease_in_time(&mut self, ask: &Ask) -> Result<Outlook, sqlx::Error> {
        let mut ids = Vec::with_capacity(ask.endpoints.len());
        for name in &ask.endpoints {
            ids.push(self.endpoint(name).await?);
        }
        let ids = list(ids);
        let surveyed = self.survey(&ids, ask.format).await?;
        // An ask that is repeated while the first one waits for its turn is one ask.
        let holds = Asked::new(&self.sql.holds)
            .owner(&ask.owner)
            .number(self.now);
        if !self.run(holds).await?.is_empty() {
            return Ok(outlook(&surveyed, ask.suspects, self.now));
        }
        self.make_due(&surveyed, ask).await?;
        let mut turns = Vec::new();
        let now = self.now;
        for it in surveyed.iter().filter(|it| it.is_open(now)) {
            let candidates = self.candidates(it, ask).await?;
            if !candidates.is_empty() {
                turns.push((it, candidates));
            }
        }
        let mut left = ask.limit;
        for (it, candidates) in shares(turns, ask.limit) {
            left = left.saturating_sub(candidates.len());
            self.hand_out(it, &candidates, ask).await?;
        }
        if left == 0 {
            // A worker that has its fill asks again before it rests.
            return Ok(outlook(&surveyed, ask.suspects, self.now));
        }
        let surveyed = self.survey(&ids, ask.format).await?;
        Ok(outlook(&surveyed, ask.suspects, self.now))
    }

    async fn survey(&mut self, ids: &str, format: u16) -> Result<Vec<Surveyed>, sqlx::Error> {
        let survey = Asked::new(&self.sql.survey)
            .text(Some(ids))
            .number(format.into());
        self.run(survey).await?.iter().map(Surveyed::read).collect()
    }

    /// Makes lines ready whose time has come, or whose holder is gone.
    async fn make_due(&mut self, surveyed: &[Surveyed], ask: &Ask) -> Result<(), sqlx::Error> {
        for it in surveyed {
            let asked = Asked::new(&self.sql.asked).number(it.id).number(self.now);
            if it
                .asked
                .is_none_or(|at| self.now.abs_diff(at) >= NOTED_EVERY.unsigned_abs())
            {
                self.run(asked).await?;
            }
            if it.lapses.is_some_and(|at| at <= ask.judged) {
                let lapsed = Asked::new(&self.sql.lapsed)
                    .number(it.id)
                    .number(ask.judged);
                for row in self.run(lapsed).await? {
                    let mut line = Line::read(&row)?;
                    line.vanished = line.vanished.saturating_add(1);
                    self.ready(&line).await?;
                }
            }
            if it.due.is_some_and(|at| at <= self.now) {
                for statement in &self.sql.due {
                    let due = Asked::new(statement).number(it.id).number(self.now);
                    self.run(due).await?;
                }
            }
        }
        Ok(())
    }

    /// The lines of an endpoint that may be handed out, in their order.
    async fn candidates(
        &mut self,
        it: &Surveyed,
        ask: &Ask,
    ) -> Result<Vec<Candidate>, sqlx::Error> {
        let is_probing = it.strikes.is_some();
        let most = if is_probing { 2 } else { ask.limit };
        let first = Asked::new(&self.sql.first)
            .number(it.id)
            .number(ask.suspects.into())
            .number(ask.format.into())
            .number(i64::try_from(most).unwrap_or(i64::MAX));
        let mut candidates = Vec::new();
        for row in self.run(first).await? {
            let key = EventKey::from_bytes(digest(get(&row, 1)?)?);
            candidates.push(Candidate {
                number: get(&row, 0)?,
                key,
            });
        }
        if is_probing {
            // Another one than last time, where there is another.
            let is_other = |other: &Candidate| Some(other.key) != it.probe;
            let probe = candidates.iter().position(is_other).unwrap_or_default();
            candidates = candidates.into_iter().skip(probe).take(1).collect();
        }
        Ok(candidates)
    }

    async fn hand_out(
        &mut self,
        it: &Surveyed,
        candidates: &[Candidate],
        ask: &Ask,
    ) -> Result<(), sqlx::Error> {
        let ends = after(self.now, ask.lasts);
        if it.strikes.is_some()
            && let Some(probe) = candidates.first()
        {
            // Its pause goes on for as long as its lease.
            let probe = Asked::new(&self.sql.probe)
                .number(it.id)
                .number(ends)
                .bytes(Some(probe.key.as_bytes()));
            self.run(probe).await?;
        }
        let numbers = list(candidates.iter().map(|it| it.number));
        let of_them = |statement| {
            Asked::new(statement)
                .number(it.id)
                .number(ask.suspects.into())
                .text(Some(&numbers))
        };
        let [take, remove] = &self.sql.hand_out;
        let take = of_them(take)
            .owner(&ask.owner)
            .number(ends)
            .optional(it.strikes.map(i64::from));
        self.run(take).await?;
        self.run(of_them(remove)).await?;
        Ok(())
    }
}

/// A line that may be handed out.
struct Candidate {
    number: i64,
    key: EventKey,
}

/// What each has of `limit`: the first of each, then the second of each, and so on.
fn shares<K, V>(turns: Vec<(K, Vec<V>)>, limit: usize) -> Vec<(K, Vec<V>)> {
    let mut left = limit;
    let mut counts = vec![0; turns.len()];
    loop {
        let before = left;
        for (count, (_, all)) in counts.iter_mut().zip(&turns) {
            if left > 0 && *count < all.len() {
                *count += 1;
                left -= 1;
            }
        }
        if left == before {
            break;
        }
    }
    let cut = |((it, mut all), count): ((K, Vec<V>), usize)| {
        all.truncate(count);
        (!all.is_empty()).then_some((it, all))
    };
    turns.into_iter().zip(counts).filter_map(cut).collect()
}

/// Puts lines into the order of turns. They come with the place of their endpoint, in the order of their numbers.
pub(super) fn by_turn<T>(lines: Vec<(usize, T)>) -> Vec<T> {
    let mut ranks = HashMap::new();
    let mut ranked: Vec<_> = (lines.into_iter())
        .map(|(endpoint, line)| {
            let rank = ranks.entry(endpoint).or_insert(0_usize);
            *rank += 1;
            ((*rank, endpoint), line)
        })
        .collect();
    ranked.sort_by_key(|(turn, _)| *turn);
    ranked.into_iter().map(|(_, line)| line).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests {
    use std::time::Duration;

    use hookgate::{
        dedup::{OwnerToken, StoreError},
        inbox::{self, Accept, Entry, FORMAT, Inbox},
    };

    use super::{super::SqliteInbox, *};

    /// Its lines would be nobody's until their leases lapse, and count as runs without a verdict then.
    #[tokio::test]
    async fn an_ask_whose_turn_comes_too_late_leases_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let mut hasty = SqliteInbox::builder();
        hasty.ask_stands = Duration::ZERO;
        let hasty = hasty.open(&path).await.unwrap();
        let entry = Entry {
            key: EventKey::from_bytes([1; 32]),
            token: OwnerToken::from_bytes([1; 16]),
            content: None,
            endpoint: "endpoint".into(),
            event_type: "known",
            key_id: "key".into(),
            order: None,
            retain: Duration::from_secs(60),
            format: FORMAT,
            payload: "payload".into(),
        };
        assert_eq!(hasty.accept(vec![entry]).await.unwrap(), [Accept::Queued]);
        let endpoints = ["endpoint".into()];
        let ask = |owner| inbox::Ask {
            endpoints: &endpoints,
            format: FORMAT,
            limit: 1,
            lasts: Duration::from_secs(60),
            owner: OwnerToken::from_bytes([owner; 16]),
            suspects: false,
        };
        let late = hasty.lease(ask(2)).await;
        assert!(matches!(late, Err(StoreError::Timeout)), "{late:?}");
        let inbox = SqliteInbox::open(&path).await.unwrap();
        assert_eq!(inbox.lease(ask(3)).await.unwrap().rows.len(), 1);
    }
}
