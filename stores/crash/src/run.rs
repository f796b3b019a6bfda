//! [`Run`]: traffic before, during and after what goes wrong. [`Count`]: what came of it.

use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicUsize, Ordering},
    },
};

use http::StatusCode;

use crate::{
    Result,
    engine::{Engine, drained},
    fault::{Fault, Place},
    processes::Processes,
    rate::{Side, median, pieces},
    row::{ROWS, Row},
    senders::{Told, is_transactional, send},
};

/// What must be reached of the rate of a database to which nothing has happened.
const RECOVERED: f64 = 0.95;
/// Rates over fewer events say nothing.
const ENOUGH: i64 = 10_000;

#[derive(Default)]
pub(crate) struct Count {
    /// How often something went wrong.
    pub(crate) times: usize,
    /// How processes ended that nothing should have ended.
    pub(crate) by_itself: Vec<String>,
    pub(crate) accepted: usize,
    pub(crate) lost: usize,
    pub(crate) twice_with_end: i64,
    pub(crate) twice_alone: i64,
    pub(crate) before: f64,
    pub(crate) after: f64,
    /// The rate after, divided by that of a database to which nothing has happened.
    pub(crate) compared: Option<f64>,
    /// An answer that is neither a success nor 503.
    pub(crate) odd: Option<StatusCode>,
}

impl Count {
    /// Whether the rate is below that of a database to which nothing has happened.
    pub(crate) fn is_slower(&self) -> bool {
        self.compared.is_some_and(|it| it < RECOVERED)
    }

    /// Compares what was accepted with what was done.
    fn judge(&mut self, accepted: &[i64], effects: &BTreeMap<i64, i64>) {
        self.lost = accepted
            .iter()
            .filter(|event| !effects.contains_key(event))
            .count();
        for (event, times) in effects {
            let more = times - 1;
            if is_transactional(*event) {
                self.twice_with_end += more;
            } else {
                self.twice_alone += more;
            }
        }
    }
}

/// A row, on one database.
pub(crate) struct Run<'a> {
    row: &'a Row,
    place: &'a Place,
    engine: Engine,
    told: Told,
    /// How many answers were 503.
    refused: Arc<AtomicUsize>,
    odd: Arc<Mutex<Option<StatusCode>>>,
    accepted: Vec<i64>,
    count: Count,
}

impl<'a> Run<'a> {
    /// Sends so many events, and counts what became of them.
    pub(crate) async fn of(row: &'a Row, events: i64, place: &'a Place) -> Result<Count> {
        let (refused, odd) = (Arc::<AtomicUsize>::default(), Arc::default());
        let mut run = Self {
            row,
            place,
            engine: Engine::create(&place.url).await?,
            told: listen(&refused, &odd),
            refused,
            odd,
            accepted: Vec::new(),
            count: Count::default(),
        };
        let (first, second) = (events / 5, events * 4 / 5);
        run.before(0..first).await?;
        run.during(first..second).await?;
        run.after(second..events, events >= ENOUGH).await?;
        run.counted().await
    }

    async fn before(&mut self, events: Range<i64>) -> Result<()> {
        let sound = Processes::start(&ROWS[0], &self.place.url).await?;
        let side = Side::new(&self.engine, &sound.addresses, &self.told);
        let mut rates = Vec::new();
        for piece in pieces(events) {
            rates.push(side.rate(piece, &mut self.accepted).await?);
        }
        self.count.before = median(rates);
        sound.stop().await?.none()
    }

    async fn during(&mut self, events: Range<i64>) -> Result<()> {
        let mut fault = Fault::prepare(self.row.database, self.place).await?;
        let processes = Processes::start(self.row, &fault.url()).await?;
        fault.strike(&self.refused).await?;
        // A short run may be over before a kill was due.
        let middle = i64::midpoint(events.start, events.end);
        let (to, told, accepted) = (&processes.addresses, &self.told, &mut self.accepted);
        let traffic = async {
            accepted.extend(send(to, events.start..middle, told).await?);
            processes.kill_at_last();
            accepted.extend(send(to, middle..events.end, told).await?);
            Ok(())
        };
        tokio::select! {
            done = traffic => done,
            // Nobody would bring the database back.
            failed = fault.fails() => failed,
        }?;
        let times = fault.end().await?;
        // A worker that were stopped with its hands full would repeat effects, which is another row's.
        drained(&self.engine).await?;
        let deaths = processes.stop().await?;
        self.count.times = times + deaths.meant;
        self.count.by_itself = deaths.by_itself;
        Ok(())
    }

    async fn after(&mut self, events: Range<i64>, is_enough: bool) -> Result<()> {
        let other = if self.row.recovers && is_enough {
            Some(Other::start(self.place, 0..events.start).await?)
        } else {
            None
        };
        let sound = Processes::start(&ROWS[0], &self.place.url).await?;
        let side = Side::new(&self.engine, &sound.addresses, &self.told);
        let (mut rates, mut others) = (Vec::new(), Vec::new());
        for piece in pieces(events) {
            if let Some(other) = &other {
                others.push(other.rate(piece.clone()).await?);
            }
            rates.push(side.rate(piece, &mut self.accepted).await?);
        }
        self.count.after = median(rates);
        if let Some(other) = other {
            self.count.compared = Some(self.count.after / median(others));
            other.stop().await?;
        }
        sound.stop().await?.none()
    }

    async fn counted(mut self) -> Result<Count> {
        self.accepted.sort_unstable();
        self.accepted.dedup();
        self.count.accepted = self.accepted.len();
        self.count.odd = *self.odd.lock().unwrap_or_else(PoisonError::into_inner);
        let effects = self.engine.effects().await?;
        self.count.judge(&self.accepted, &effects);
        let (_, dead) = self.engine.kept().await?;
        if dead > 0 {
            return Err(format!("{dead} events are dead letters, and none should be").into());
        }
        Ok(self.count)
    }
}

/// Counts answers of 503, and keeps one that is neither that nor a success.
fn listen(refused: &Arc<AtomicUsize>, odd: &Arc<Mutex<Option<StatusCode>>>) -> Told {
    let (refused, odd) = (refused.clone(), odd.clone());
    Arc::new(move |_, status| {
        if status == StatusCode::SERVICE_UNAVAILABLE {
            refused.fetch_add(1, Ordering::Relaxed);
        } else if !status.is_success() {
            *odd.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
        }
    })
}

/// A database of its own to which nothing happens, with as many events. So both rates are measured at the same time, whatever
/// else the machine does.
struct Other {
    engine: Engine,
    processes: Processes,
    told: Told,
    _place: Place,
}

impl Other {
    async fn start(beside: &Place, before: Range<i64>) -> Result<Self> {
        let place = beside.another().await?;
        let engine = Engine::create(&place.url).await?;
        let told: Told = Arc::new(|_, _| {});
        let earlier = Processes::start(&ROWS[0], &place.url).await?;
        let side = Side::new(&engine, &earlier.addresses, &told);
        side.rate(before, &mut Vec::new()).await?;
        earlier.stop().await?.none()?;
        // Both sides begin with new processes.
        let processes = Processes::start(&ROWS[0], &place.url).await?;
        Ok(Self {
            engine,
            processes,
            told,
            _place: place,
        })
    }

    async fn rate(&self, events: Range<i64>) -> Result<f64> {
        let side = Side::new(&self.engine, &self.processes.addresses, &self.told);
        side.rate(events, &mut Vec::new()).await
    }

    async fn stop(self) -> Result<()> {
        self.processes.stop().await?.none()
    }
}
