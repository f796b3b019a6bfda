//! [`Core::lease`]: one ask of a worker, from its cursors to the payloads.

use std::{
    collections::{BTreeMap, HashMap, HashSet},
    slice,
    sync::Arc,
    time::{Duration, Instant},
};

use bytes::Bytes;
use hookgate::{
    EventKey,
    dedup::{Lease, OwnerToken, StoreError},
    inbox::{Ask, Batch, Leased, OrderKey},
};
use hookgate_store_kit::rounding;

use super::{
    core::{self, Core},
    cursor::{self, Found, Place},
    lease::{self, Head, Line},
};
use crate::{row, value::Value};

/// So many statements one ask sends at most while it finds nothing: each looks at a stride of numbers.
const STRIDES: usize = 20;
/// What a worker waits that is told that there is more to be read.
const AT_ONCE: Duration = Duration::from_millis(1);
/// How often a payload is looked for that is moved meanwhile.
const MOVES: usize = 3;

/// What the last statement of a reading has found.
struct Read {
    /// Where it began, for each endpoint.
    places: Vec<Place>,
    lines: Vec<Line>,
    head: Head,
    /// There may be more.
    is_more: bool,
}

impl Core {
    pub(super) async fn lease(&self, ask: Ask<'_>) -> Result<Batch, StoreError> {
        let is_repeated = self.owned.asks(ask.owner, ask.lasts);
        let batch = self.hand_out(ask, is_repeated).await?;
        self.owned.answered(&ask.owner);
        Ok(batch)
    }

    async fn hand_out(&self, ask: Ask<'_>, is_repeated: bool) -> Result<Batch, StoreError> {
        let again = self.owned.of(&ask.owner);
        if is_repeated || !again.is_empty() {
            let lines = self.held(&again, &ask.owner, ask.endpoints).await?;
            if !lines.is_empty() {
                self.granted(&lines, &ask);
                let rows = self.leased(lines, &ask).await?;
                let batch = Batch::default();
                return Ok(Batch { rows, ..batch });
            }
        }
        self.look_after(ask.endpoints).await;
        let untried = self.untried.take(&ask);
        let room = ask.limit.saturating_sub(untried.len());
        // Before the probes: whoever opens an endpoint meanwhile lets it hand out what a probe of this owner has.
        let mut read = self.read_on(&Ask { limit: room, ..ask }).await?;
        self.granted(&read.lines, &ask);
        let over = read.head.over.iter();
        let over = over.filter(|turn| !untried.contains(turn));
        let turns: Vec<i64> = untried.iter().chain(over).copied().collect();
        let room = ask.limit.saturating_sub(read.lines.len());
        let tries = self.probes(&turns, &read, &ask, room).await?;
        read.lines.extend(tries);
        let next = read.head.next_millis;
        let next = next.map(|millis| rounding::left(millis).max(AT_ONCE));
        Ok(Batch {
            rows: self.leased(read.lines, &ask).await?,
            suspects_wait: read.head.suspects_wait,
            next_due: if read.is_more { Some(AT_ONCE) } else { next },
        })
    }

    /// Reads on until something is found, or nothing is left.
    async fn read_on(&self, ask: &Ask<'_>) -> Result<Read, StoreError> {
        self.begin(ask).await;
        let mut strides = 0;
        loop {
            let now = Instant::now();
            let each = ask.endpoints.iter();
            let mut places: Vec<Place> = each
                .map(|name| self.cursors.place(name, ask.format, now))
                .collect();
            strides += self.lapse_on(ask.endpoints, &mut places, now).await?;
            let (lines, head) = self.read_once(ask, &places).await?;
            let is_more = !ask.suspects && self.learn(ask, &places, &lines, &head);
            if !lines.is_empty() || !is_more || strides >= STRIDES || ask.limit == 0 {
                return Ok(Read {
                    places,
                    lines,
                    head,
                    is_more,
                });
            }
        }
    }

    /// Looks where endpoints have their first line. Where that cannot be said, a new cursor begins at the very first number,
    /// and an older one where it last met a line.
    async fn begin(&self, ask: &Ask<'_>) {
        let now = Instant::now();
        let names = self.cursors.to_begin(ask.endpoints, ask.format, now);
        if names.is_empty() {
            return;
        }
        let starts = self.starts(&names).await.unwrap_or_default();
        for (turn, name) in (1_i64..).zip(names) {
            let start = starts.get(&turn).copied();
            self.cursors.begin(name, ask.format, start, now);
        }
    }

    async fn starts(&self, names: &[&Arc<str>]) -> Result<HashMap<i64, i64>, StoreError> {
        // A snapshot that somebody holds open keeps all entries of lines that are done, and this reads them.
        let sql = format!(
            "SET LOCAL statement_timeout = {}; {}",
            self.store.statements().lock().at_most(self.limit() / 4),
            lease::first(&self.names, &core::names(names.iter().copied()))
        );
        let rows = self.text(sql).await?;
        let starts = rows.iter().map(|row| {
            let start = cursor::before_all(row::get(row, 1)?, row::get(row, 2)?);
            Ok((row::get(row, 0)?, start))
        });
        starts.collect()
    }

    async fn read_once(
        &self,
        ask: &Ask<'_>,
        places: &[Place],
    ) -> Result<(Vec<Line>, Head), StoreError> {
        let ahead = |place: &Place| Value::Number(place.ahead);
        let values = vec![
            core::names(ask.endpoints),
            Value::many(places.iter().map(ahead)),
            Value::many(places.iter().map(again)),
            Value::from(&ask.owner),
            Value::of_duration(ask.lasts),
            Value::Number(ask.format.into()),
            Value::Number(i64::try_from(ask.limit).unwrap_or(i64::MAX)),
            Value::Flag(ask.suspects),
        ];
        let rows = self.query(&self.sql.lease, values).await?;
        let first = rows.first().ok_or(StoreError::Timeout)?;
        let lines = rows.iter().filter_map(|row| lease::line(row).transpose());
        Ok((lines.collect::<Result<_, _>>()?, lease::head(first)?))
    }

    /// Moves the cursors on. Says whether there is more to be read.
    fn learn(&self, ask: &Ask<'_>, places: &[Place], lines: &[Line], head: &Head) -> bool {
        let now = Instant::now();
        let mut is_more = false;
        for ((turn, name), at) in (1_i64..).zip(ask.endpoints).zip(places) {
            if head.shut.contains(&turn) {
                // Its repeated reading goes on all the same. Else each ask would look at the same piece. Where a line may try
                // the endpoint, it may stand in that piece alone: the reading goes on after the try.
                if !head.over.contains(&turn) {
                    self.cursors.passed(name, *at, now);
                }
                continue;
            }
            let ready = || {
                lines
                    .iter()
                    .filter(|line| line.turn == turn && !line.is_later)
            };
            let again: Vec<i64> = ready()
                .map(|line| line.number)
                .filter(|number| *number <= at.ahead)
                .collect();
            let found = Found {
                last_ahead: ready()
                    .map(|line| line.number)
                    .filter(|number| *number > at.ahead)
                    .max(),
                last_again: again.iter().copied().max(),
                is_full: lines.len() >= ask.limit && !head.idle.contains(&turn),
                // The statement reads no more of a piece than it may hand out.
                is_again_read: !head.left.contains(&turn) && again.len() < ask.limit,
                newest: head.newest,
            };
            is_more |= self.cursors.found(name, *at, found, now);
        }
        is_more
    }

    /// Makes lines due again whose lease has lapsed: this store's own, and those that a repeated reading passes. That
    /// goes on to the next piece that has lines. Answers how many strides it took.
    async fn lapse_on(
        &self,
        endpoints: &[Arc<str>],
        places: &mut [Place],
        now: Instant,
    ) -> Result<usize, StoreError> {
        let each = endpoints.iter().zip(places);
        let mut read: Vec<_> = each.filter(|(_, place)| place.again.is_some()).collect();
        let mut strides = 0;
        loop {
            let met = self.lapse(&read, now).await?;
            strides += 1;
            read.retain_mut(|(name, place)| {
                if met.contains(*name) {
                    return false;
                }
                let next = self.cursors.passed(name, **place, now);
                // What is read has been looked at: the next ask does both.
                place.again = next.filter(|_| strides < STRIDES);
                place.again.is_some()
            });
            if read.is_empty() {
                return Ok(strides);
            }
        }
    }

    /// Answers the endpoints that have lines in their piece.
    async fn lapse(
        &self,
        read: &[(&Arc<str>, &mut Place)],
        now: Instant,
    ) -> Result<HashSet<Arc<str>>, StoreError> {
        let mut all_met = HashSet::new();
        let own = self.owned.lapsed(now);
        if own.is_empty() && read.is_empty() {
            return Ok(all_met);
        }
        let values = vec![
            core::names(read.iter().map(|(name, _)| *name)),
            Value::many(read.iter().map(|(_, place)| again(place))),
            Value::many(read.iter().map(|(_, place)| place.upto)),
            core::keys(&own),
        ];
        for row in self.query(&self.sql.lapse, values).await? {
            let turn: i64 = row::get(&row, 0)?;
            let met: Option<i64> = row::get(&row, 1)?;
            let place = usize::try_from(turn.saturating_sub(1)).unwrap_or(usize::MAX);
            if let (Some((name, _)), Some(met)) = (read.get(place), met) {
                self.cursors.met(name, met);
                all_met.insert(Arc::clone(name));
            }
        }
        Ok(all_met)
    }

    fn granted(&self, lines: &[Line], ask: &Ask<'_>) {
        let lines = lines.iter().map(|line| (line.event_key, line.order_key));
        self.owned.granted(lines, ask.owner, ask.lasts);
    }

    /// The lines that try whether the pauses of these endpoints are over, `room` at most. The next ask begins with the
    /// endpoints that had no room: another endpoint's backlog may fill each batch.
    async fn probes(
        &self,
        turns: &[i64],
        read: &Read,
        ask: &Ask<'_>,
        room: usize,
    ) -> Result<Vec<Line>, StoreError> {
        let mut lines = Vec::new();
        for turn in turns {
            if lines.len() >= room {
                self.untried.add(*turn, ask);
            } else if let Some(line) = self.probe(*turn, read, ask).await? {
                self.granted(slice::from_ref(&line), ask);
                lines.push(line);
            }
        }
        Ok(lines)
    }

    /// Looks where `read` has found a line that may try. A later piece of the repeated reading does not have it.
    async fn probe(
        &self,
        turn: i64,
        read: &Read,
        ask: &Ask<'_>,
    ) -> Result<Option<Line>, StoreError> {
        let index = usize::try_from(turn.saturating_sub(1)).unwrap_or(usize::MAX);
        let (Some(name), Some(place)) = (ask.endpoints.get(index), read.places.get(index)) else {
            return Ok(None);
        };
        let values = vec![
            Value::from(name),
            Value::Number(place.ahead),
            again(place),
            Value::from(&ask.owner),
            Value::of_duration(ask.lasts),
            Value::Number(ask.format.into()),
            Value::Flag(ask.suspects),
        ];
        let rows = self.query(&self.sql.probe, values).await?;
        // An ask for suspects reads no piece.
        if !ask.suspects && read.head.over.contains(&turn) {
            self.cursors.passed(name, *place, Instant::now());
        }
        let line = rows.first().map(lease::trying_line).transpose()?;
        Ok(line.flatten().map(|line| Line { turn, ..line }))
    }

    /// What `owner` still holds of these lines, and of those that try one of these endpoints.
    async fn held(
        &self,
        keys: &[[u8; 32]],
        owner: &OwnerToken,
        endpoints: &[Arc<str>],
    ) -> Result<Vec<Line>, StoreError> {
        let values = vec![core::keys(keys), owner.into(), core::names(endpoints)];
        let rows = self.query(&self.sql.held, values).await?;
        let lines = rows
            .iter()
            .filter_map(|row| lease::trying_line(row).transpose());
        lines.collect()
    }

    async fn leased(&self, lines: Vec<Line>, ask: &Ask<'_>) -> Result<Vec<Leased>, StoreError> {
        let mut payloads = self.payloads(&lines, &ask.owner).await?;
        let names: HashMap<&str, &Arc<str>> =
            ask.endpoints.iter().map(|name| (&**name, name)).collect();
        let leased = |line: Line| Leased {
            lease: Lease::of_work(
                EventKey::from_bytes(line.event_key),
                ask.owner,
                line.attempt,
            ),
            endpoint: names
                .get(&*line.endpoint)
                .map_or_else(|| line.endpoint.as_str().into(), |name| Arc::clone(name)),
            event_type: line.event_type.into(),
            key_id: String::from_utf8_lossy(&line.key_id).into(),
            order: line.order_key.map(OrderKey::from_bytes),
            format: line.format,
            // What is nowhere is damaged: its line becomes a dead letter.
            payload: payloads.remove(&line.number).unwrap_or_default(),
            failures: line.failures,
            vanished: line.vanished,
            age: line.age,
            is_quarantined: line.is_quarantined,
            probe: line.probe,
        };
        Ok(lines.into_iter().map(leased).collect())
    }

    /// The payloads of leased lines by their numbers. One that was moved is looked for where its line says then.
    async fn payloads(
        &self,
        lines: &[Line],
        owner: &OwnerToken,
    ) -> Result<HashMap<i64, Bytes>, StoreError> {
        let mut found = HashMap::with_capacity(lines.len());
        let mut places: Vec<(i16, i64, [u8; 32])> = lines
            .iter()
            .map(|line| (line.slot, line.number, line.event_key))
            .collect();
        for _ in 0..MOVES {
            let mut slots: BTreeMap<i16, Vec<i64>> = BTreeMap::new();
            for (slot, number, _) in &places {
                slots.entry(*slot).or_default().push(*number);
            }
            for (slot, numbers) in slots {
                let Some(statement) = self.sql.payloads(slot) else {
                    continue;
                };
                for row in self.query(statement, vec![Value::many(numbers)]).await? {
                    let body: Vec<u8> = row::get(&row, 1)?;
                    found.insert(row::get::<i64>(&row, 0)?, Bytes::from(body));
                }
            }
            places.retain(|(_, number, _)| !found.contains_key(number));
            if places.is_empty() {
                break;
            }
            let keys: Vec<[u8; 32]> = places.iter().map(|(.., key)| *key).collect();
            let moved = self.held(&keys, owner, &[]).await?;
            places = moved
                .iter()
                .map(|line| (line.slot, line.number, line.event_key))
                .collect();
        }
        Ok(found)
    }
}

fn again(place: &Place) -> Value {
    place.again.map_or(Value::Null, Value::Number)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a panic is how a test fails")]
mod tests;
