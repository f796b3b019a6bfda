//! Pauses, holds, and what a worker that asks looks after on its way.

use std::{
    collections::{HashMap, HashSet},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use hookgate::{
    dedup::StoreError,
    inbox::{Ask, Pause},
};

use super::{core::Core, order};
use crate::{row, statements::from_now, value::Value};

/// How often it is noted that a worker asks.
const NOTED_EVERY: Duration = Duration::from_secs(60);
/// How often orders are looked for that nobody lets go on: an instance died between a commit and its promotion.
const SWEPT_EVERY: Duration = Duration::from_secs(1);
/// So many orders are looked at each time.
const ORDERS: u32 = 200;

/// What was last looked after, and when.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    noted: Mutex<HashMap<Arc<str>, Instant>>,
    swept: Mutex<Option<(Instant, [u8; 32])>>,
}

/// Endpoints whose pause is over, and that no line has tried yet. Suspects try apart from the others.
#[derive(Debug, Default)]
pub(super) struct Untried(Mutex<HashSet<(Arc<str>, bool)>>);

impl Untried {
    fn endpoints(&self) -> MutexGuard<'_, HashSet<(Arc<str>, bool)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes the endpoint at a place of `ask`, counted from one.
    pub(super) fn add(&self, turn: i64, ask: &Ask<'_>) {
        let place = usize::try_from(turn.saturating_sub(1)).unwrap_or(usize::MAX);
        if let Some(name) = ask.endpoints.get(place) {
            self.endpoints().insert((name.clone(), ask.suspects));
        }
    }

    /// The places of those that `ask` names. They are forgotten here.
    pub(super) fn take(&self, ask: &Ask<'_>) -> Vec<i64> {
        let mut endpoints = self.endpoints();
        let turns = (1_i64..).zip(ask.endpoints);
        turns
            .filter(|(_, name)| endpoints.remove(&(Arc::clone(name), ask.suspects)))
            .map(|(turn, _)| turn)
            .collect()
    }
}

fn is_due(last: Option<Instant>, now: Instant, every: Duration) -> bool {
    last.is_none_or(|last| now.duration_since(last) >= every)
}

impl Core {
    /// Nothing of it may keep a worker from its work: what fails is done by the next ask.
    pub(super) async fn look_after(&self, endpoints: &[Arc<str>]) {
        let now = Instant::now();
        let unnoted = self.to_be_noted(endpoints, now);
        if !unnoted.is_empty() && self.note(&unnoted).await.is_ok() {
            let each = unnoted.into_iter().map(|name| (name, now));
            self.noted().extend(each);
        }
        if let Some(after) = self.is_to_be_swept(now)
            && let Ok(last) = self.sweep(&after).await
        {
            let mut swept = self
                .rounds
                .swept
                .lock()
                .unwrap_or_else(PoisonError::into_inner);
            *swept = Some((now, last));
        }
    }

    fn noted(&self) -> MutexGuard<'_, HashMap<Arc<str>, Instant>> {
        let noted = &self.rounds.noted;
        noted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn to_be_noted(&self, endpoints: &[Arc<str>], now: Instant) -> Vec<Arc<str>> {
        let noted = self.noted();
        let is_due = |name: &&Arc<str>| is_due(noted.get(*name).copied(), now, NOTED_EVERY);
        endpoints.iter().filter(is_due).cloned().collect()
    }

    /// From which order on.
    fn is_to_be_swept(&self, now: Instant) -> Option<[u8; 32]> {
        let mut swept = self
            .rounds
            .swept
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let after = swept.map_or([0; 32], |(_, after)| after);
        is_due(swept.map(|(when, _)| when), now, SWEPT_EVERY).then(|| {
            *swept = Some((now, after));
            after
        })
    }

    async fn note(&self, endpoints: &[Arc<str>]) -> Result<(), StoreError> {
        let (table, names) = (&self.names.endpoint, super::core::names(endpoints));
        let sql = format!(
            "INSERT INTO {table} AS e (name, asked_at) \
             SELECT convert_from(name, 'UTF8'), clock_timestamp() FROM unnest({names}::bytea[]) AS a(name) ORDER BY name \
             ON CONFLICT (name) DO UPDATE SET asked_at = excluded.asked_at \
             WHERE e.asked_at IS NULL OR e.asked_at < excluded.asked_at - interval '50 s'"
        );
        self.text(sql).await?;
        Ok(())
    }

    /// Lets orders go on that nobody let go on. Answers where to begin next time.
    async fn sweep(&self, after: &[u8; 32]) -> Result<[u8; 32], StoreError> {
        let rows = self
            .text(order::forgotten(&self.names, after, ORDERS))
            .await?;
        let (mut last, mut forgotten) = ([0; 32], Vec::new());
        for row in &rows {
            let order = row::digest(&row::get::<Vec<u8>>(row, 0)?)?;
            last = order;
            if row::get(row, 1)? {
                forgotten.push(order);
            }
        }
        if !forgotten.is_empty() {
            self.try_promote(&forgotten).await?;
        }
        let is_full = rows.len() >= ORDERS as usize;
        Ok(if is_full { last } else { [0; 32] })
    }

    pub(super) async fn pause(&self, endpoint: &str, pause: Pause) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO {table} AS e (name, paused_until, reason, strikes) \
             VALUES (convert_from({name}::bytea, 'UTF8'), {until}, '{reason}', {strikes}) \
             ON CONFLICT (name) DO UPDATE SET paused_until = excluded.paused_until, reason = excluded.reason, \
             strikes = excluded.strikes WHERE e.paused_until IS NULL OR e.strikes <= excluded.strikes",
            table = self.names.endpoint,
            name = Value::Name(endpoint.into()),
            until = from_now(Value::of_duration(pause.lasts)),
            reason = pause.reason.as_str(),
            strikes = i32::try_from(pause.strikes).unwrap_or(i32::MAX),
        );
        self.text(sql).await?;
        Ok(())
    }

    pub(super) async fn resume(&self, endpoint: &str) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {table} SET paused_until = NULL, reason = NULL, strikes = 0, probe = NULL \
             WHERE name = convert_from({name}::bytea, 'UTF8') AND paused_until IS NOT NULL",
            table = self.names.endpoint,
            name = Value::Name(endpoint.into()),
        );
        self.text(sql).await?;
        self.tell_of_old();
        Ok(())
    }

    pub(super) async fn hold(&self, endpoint: &str, is_held: bool) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO {table} (name, held) VALUES (convert_from({name}::bytea, 'UTF8'), {is_held}) \
             ON CONFLICT (name) DO UPDATE SET held = excluded.held",
            table = self.names.endpoint,
            name = Value::Name(endpoint.into()),
        );
        self.text(sql).await?;
        self.tell_of_old();
        Ok(())
    }
}
