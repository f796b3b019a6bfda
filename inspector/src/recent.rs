//! [`Recent`]: what this process has seen of late.

use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use hookgate::{
    EventKey, Observed, Observer, Reason, Rejection, UnixTime,
    time::{Clock, SystemClock},
};

/// So many deliveries are kept.
const DEFAULT_COUNT: usize = 1000;
/// So many bytes they take at most.
const DEFAULT_BYTES: usize = 1024 * 1024;
/// So much is kept of what a refusal says. All its texts are shorter, but for one with a name of a route's parameter.
const LONGEST_TEXT: usize = 300;

/// What the receivers of this process have seen of late: an [`Observer`] that keeps the last deliveries in memory, refused
/// ones included. Clones are one.
///
/// It keeps no text that a sender wrote, but for types that a pack knows. Of an event it has the key, the type, the id of
/// the key that matched, and the signed times. Of a refusal it has what the [`Rejection`] says: a fixed text. That may have
/// figures in it, such as a limit or the age of a signed time, or the name of a setting. It keeps the last 1,000 deliveries, and 1 MiB of them at most. It costs one
/// short lock a delivery.
///
/// An application with an observer of its own gives both: `.observer((recent.clone(), mine))`.
///
/// ```
/// use hookgate::{Receiver, Secret, dedup::MemoryStore, providers::logto::Logto};
/// use hookgate_inspector::{Inspector, Recent};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let recent = Recent::new();
/// let receiver = Receiver::new("logto", Logto::new(Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES")?))
///     .dedup(MemoryStore::new())
///     .observer(recent.clone())
///     .build()?;
/// let inspector = Inspector::builder().receiver(&receiver).recent(&recent).build()?;
/// # let _ = inspector;
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Recent(Arc<Inner>);

struct Inner {
    count: usize,
    bytes: usize,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The number of the last delivery: the first has 1.
    last: u64,
    /// What was told of silence is no delivery, and a change all the same.
    changes: u64,
    bytes: usize,
    seen: VecDeque<Arc<Seen>>,
    endpoints: BTreeMap<Arc<str>, Tally>,
}

/// One delivery as it ended here.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) number: u64,
    pub(crate) at: UnixTime,
    pub(crate) endpoint: Arc<str>,
    pub(crate) reason: Reason,
    /// What the refusal says, where it was refused.
    pub(crate) said: Option<Box<str>>,
    /// Of a verified one.
    pub(crate) event: Option<Event>,
}

/// What is known of a verified event.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) key: EventKey,
    pub(crate) event_type: &'static str,
    pub(crate) key_id: Arc<str>,
    pub(crate) received_at: UnixTime,
    pub(crate) sent_at: Option<UnixTime>,
    pub(crate) occurred_at: Option<UnixTime>,
}

impl Seen {
    pub(crate) fn event_type(&self) -> &'static str {
        self.event.as_ref().map_or("none", |event| event.event_type)
    }

    fn bytes(&self) -> usize {
        let text = self.said.as_ref().map_or(0, |said| said.len());
        // The endpoint and the key's id are shared.
        size_of::<Self>().saturating_add(text)
    }
}

/// What became of an endpoint's deliveries since the process began.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    /// By reason.
    pub(crate) counts: BTreeMap<&'static str, (Reason, u64)>,
    /// The last verified one.
    pub(crate) last_verified: Option<UnixTime>,
    pub(crate) last_refused: Option<(UnixTime, Reason)>,
    /// Told to be silent then, after so long.
    pub(crate) silent: Option<(UnixTime, Duration)>,
}

impl Default for Recent {
    fn default() -> Self {
        Self::new()
    }
}

impl Recent {
    /// The last 1,000 deliveries, in 1 MiB.
    pub fn new() -> Self {
        Self::with_bounds(DEFAULT_COUNT, DEFAULT_BYTES)
    }

    /// The last `count` deliveries, in `bytes` at most.
    pub fn with_bounds(count: usize, bytes: usize) -> Self {
        Self::with_clock(count, bytes, SystemClock::new())
    }

    /// The same with a clock of your own, for tests.
    pub fn with_clock(count: usize, bytes: usize, clock: impl Clock) -> Self {
        Self(Arc::new(Inner {
            count,
            bytes,
            clock: Arc::new(clock),
            state: Mutex::default(),
        }))
    }

    /// The newest first, from the one before number `before` on.
    pub(crate) fn newest(&self, before: Option<u64>) -> Vec<Arc<Seen>> {
        let state = self.state();
        let seen = state.seen.iter().rev();
        let older = seen.filter(|seen| before.is_none_or(|before| seen.number < before));
        older.cloned().collect()
    }

    pub(crate) fn get(&self, number: u64) -> Option<Arc<Seen>> {
        let state = self.state();
        state
            .seen
            .iter()
            .find(|seen| seen.number == number)
            .cloned()
    }

    pub(crate) fn of_key(&self, key: &EventKey) -> Vec<Arc<Seen>> {
        let state = self.state();
        let is_it = |seen: &&Arc<Seen>| seen.event.as_ref().is_some_and(|event| event.key == *key);
        state.seen.iter().filter(is_it).cloned().collect()
    }

    pub(crate) fn tallies(&self) -> BTreeMap<Arc<str>, Tally> {
        self.state().endpoints.clone()
    }

    /// Grows with each change.
    pub(crate) fn changes(&self) -> u64 {
        self.state().changes
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in the lock panics half-way: what is there is whole.
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, endpoint: &str, reason: Reason, said: Option<Box<str>>, event: Option<Event>) {
        let at = self.0.clock.now();
        let mut state = self.state();
        state.last = state.last.saturating_add(1);
        let name = state.name(endpoint);
        let tally = state.endpoints.entry(name.clone()).or_default();
        let count = tally.counts.entry(reason.as_str()).or_insert((reason, 0));
        count.1 = count.1.saturating_add(1);
        if event.is_some() {
            tally.last_verified = Some(at);
        } else if said.is_some() {
            tally.last_refused = Some((at, reason));
        }
        let seen = Seen {
            number: state.last,
            at,
            endpoint: name,
            reason,
            said,
            event,
        };
        state.changes = state.changes.saturating_add(1);
        state.bytes = state.bytes.saturating_add(seen.bytes());
        state.seen.push_back(Arc::new(seen));
        while state.seen.len() > self.0.count || state.bytes > self.0.bytes {
            let Some(oldest) = state.seen.pop_front() else {
                break;
            };
            state.bytes = state.bytes.saturating_sub(oldest.bytes());
        }
    }

    fn change(&self, endpoint: &str, silent: Option<(UnixTime, Duration)>) {
        let mut state = self.state();
        state.changes = state.changes.saturating_add(1);
        let name = state.name(endpoint);
        state.endpoints.entry(name).or_default().silent = silent;
    }
}

impl State {
    /// The same allocation for each delivery of an endpoint.
    fn name(&self, endpoint: &str) -> Arc<str> {
        let known = self.endpoints.get_key_value(endpoint);
        known.map_or_else(|| endpoint.into(), |(name, _)| name.clone())
    }
}

impl Observer for Recent {
    fn rejected(&self, endpoint: &str, rejection: &Rejection) {
        let mut said = rejection.to_string();
        if said.len() > LONGEST_TEXT {
            let end = (0..=LONGEST_TEXT)
                .rev()
                .find(|end| said.is_char_boundary(*end));
            said.truncate(end.unwrap_or_default());
        }
        self.add(endpoint, rejection.reason(), Some(said.into()), None);
    }

    fn answered(&self, endpoint: &str, reason: Reason) {
        self.add(endpoint, reason, None, None);
    }

    fn ended(&self, delivery: Observed<'_>, reason: Reason) {
        let event = Event {
            key: *delivery.event_key(),
            event_type: delivery.event_type().map_or("none", |it| it.label()),
            key_id: delivery.key_id().clone(),
            received_at: delivery.received_at(),
            sent_at: delivery.sent_at(),
            occurred_at: delivery.occurred_at(),
        };
        self.add(delivery.endpoint(), reason, None, Some(event));
    }

    fn silent(&self, endpoint: &str, ago: Duration, _: u64) {
        self.change(endpoint, Some((self.0.clock.now(), ago)));
    }

    fn heard_again(&self, endpoint: &str) {
        self.change(endpoint, None);
    }
}

impl fmt::Debug for Recent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Recent")
            .field("count", &self.0.count)
            .field("bytes", &self.0.bytes)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::*;

    fn numbers(recent: &Recent) -> Vec<u64> {
        recent.newest(None).iter().map(|seen| seen.number).collect()
    }

    #[test]
    fn it_is_bounded_in_count_and_in_bytes() {
        let recent = Recent::with_bounds(3, 1024 * 1024);
        for _ in 0..5 {
            recent.rejected("one", &Rejection::SignatureMismatch);
        }
        assert_eq!(numbers(&recent), [5, 4, 3]);
        assert_eq!(recent.newest(Some(4)).len(), 1);
        let tally = recent.tallies().remove("one").unwrap();
        assert_eq!(tally.counts["signature_mismatch"].1, 5);

        let one = recent.get(5).unwrap().bytes();
        let recent = Recent::with_bounds(1000, one * 2);
        for _ in 0..5 {
            recent.rejected("one", &Rejection::SignatureMismatch);
        }
        assert_eq!(numbers(&recent), [5, 4]);
        assert!(recent.state().bytes <= one * 2);
    }

    #[test]
    fn a_long_text_is_cut_between_characters() {
        let recent = Recent::new();
        let name = "é".repeat(1000);
        recent.rejected("one", &Rejection::RouteParamNotWired(name));
        let said = recent.get(1).unwrap().said.clone().unwrap();
        assert!((290..=300).contains(&said.len()), "{}", said.len());
    }

    #[test]
    fn silence_is_told_until_it_ends() {
        let recent = Recent::new();
        recent.silent("one", Duration::from_secs(60), 0);
        assert!(recent.tallies()["one"].silent.is_some());
        recent.heard_again("one");
        assert!(recent.tallies()["one"].silent.is_none());
        assert_eq!(recent.changes(), 2);
        assert_eq!(numbers(&recent), [0_u64; 0]);
    }
}
