//! Deliveries of one event that meet on the road: the first runs, its copies wait.

use std::{future::pending, sync::Arc, time::Duration};

use hookgate_interleavings::{
    Ack, EventKey, Nack, Receiver, Secret, UnixTime,
    dedup::{Claim, DedupStore, End, Lease, MemoryStore, OwnerToken, Settled, StoreError},
    forward_calls,
    framework::{
        Background, Concluded, DeliverySlot, Head, Judged, Ran, RunsToEnd, Sleep, TimeLeft, Timer,
        Verdict, conclude, handle,
    },
    json::{Json, Payload},
    pack::ContentDigest,
    providers::preset::{Preset, PresetSimulator},
    testing::FakeClock,
};
use shuttle::{
    future::{JoinHandle, block_on, spawn, yield_now},
    rand::{Rng, thread_rng},
    sync::atomic::{AtomicUsize, Ordering},
};

use crate::check::check;

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "the secret of a model";
/// What is shorter passes soon: pauses, and limits of calls. What is longer never does, so whoever needs a lease's end or a
/// copy's patience to go on waits for ever. The checker sees that.
const SOON: Duration = Duration::from_millis(2500);
/// Other tasks take less than so many turns while a call is on its way, and while a pause or a limit passes. So an answer is
/// mostly in time.
const CALL: usize = 3;
const PAUSE: usize = 16;

struct ModelTimer;

impl Timer for ModelTimer {
    fn sleep(&self, duration: Duration) -> Sleep {
        if duration < SOON {
            Box::pin(a_while(PAUSE))
        } else {
            Box::pin(pending())
        }
    }

    fn spawn(&self, work: Background) {
        spawn(work);
    }
}

async fn a_while(most: usize) {
    for _ in 0..thread_rng().gen_range(1..most) {
        yield_now().await;
    }
}

/// A store behind a network: its calls take a while on their way there, and on their way back.
struct Far(MemoryStore);

impl DedupStore for Far {
    async fn claim(
        &self,
        key: &EventKey,
        content: Option<&ContentDigest>,
        owner: OwnerToken,
        lease: Duration,
    ) -> Result<Claim, StoreError> {
        // Who is on the way arrives, whether or not somebody waits for the answer.
        let (store, key, content) = (self.0.clone(), *key, content.copied());
        let there = spawn(async move {
            a_while(CALL).await;
            store.claim(&key, content.as_ref(), owner, lease).await
        });
        let answer = there.await.unwrap();
        a_while(CALL).await;
        answer
    }

    async fn settle(
        &self,
        lease: &Lease,
        end: End,
        retain: Duration,
    ) -> Result<Settled, StoreError> {
        let store = self.0.clone();
        let lease = Lease::granted(*lease.key(), *lease.owner(), lease.attempt());
        let there = spawn(async move {
            a_while(CALL).await;
            store.settle(&lease, end, retain).await
        });
        let answer = there.await.unwrap();
        a_while(CALL).await;
        answer
    }

    forward_calls!(0: extend, look, settled, promises, held, findings);
}

/// What a model's handler has done.
#[derive(Default)]
struct Handler {
    now: AtomicUsize,
    begun: AtomicUsize,
    done: AtomicUsize,
    /// So many runs fail.
    failures: AtomicUsize,
}

impl Handler {
    async fn run(&self) -> Result<Ack, Nack> {
        let _alone = Alone::of(&self.now);
        self.begun.fetch_add(1, Ordering::SeqCst);
        yield_now().await;
        let fails = self
            .failures
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
                left.checked_sub(1)
            });
        if fails.is_ok() {
            return Err(Nack::retry());
        }
        self.done.fetch_add(1, Ordering::SeqCst);
        Ok(Ack::processed())
    }
}

/// One who runs, until it is dropped.
struct Alone<'a>(&'a AtomicUsize);

impl<'a> Alone<'a> {
    fn of(now: &'a AtomicUsize) -> Self {
        assert_eq!(now.fetch_add(1, Ordering::SeqCst), 0, "two run");
        Self(now)
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

#[derive(Clone)]
struct Endpoint {
    receiver: Receiver,
    handler: Arc<Handler>,
}

impl Endpoint {
    /// So many runs fail.
    fn with_failures(failures: usize) -> Self {
        let clock = FakeClock::at(NOW);
        let store = MemoryStore::with_clock(100, clock.clone());
        Self::with_store(store, clock, failures)
    }

    /// Its store's answers may come too late.
    fn far() -> Self {
        let clock = FakeClock::at(NOW);
        let store = MemoryStore::with_clock(100, clock.clone());
        Self::with_store(Far(store), clock, 0)
    }

    fn with_store(store: impl DedupStore, clock: FakeClock, failures: usize) -> Self {
        let pack = Preset::stripe(Secret::utf8(SECRET).unwrap());
        let receiver = Receiver::new("model", pack)
            .clock(clock)
            .store_timeout(SOON / 2)
            .dedup(store);
        let handler = Handler {
            failures: AtomicUsize::new(failures),
            ..Handler::default()
        };
        Self {
            receiver: receiver.build().unwrap(),
            handler: Arc::new(handler),
        }
    }

    /// One delivery of the one event, as a middleware takes it. Says its status.
    async fn deliver(self) -> u16 {
        let sent = PresetSimulator::stripe(SECRET).send(NOW, r#"{"id":"evt_1","type":"paid"}"#);
        let timer: Arc<dyn Timer> = Arc::new(ModelTimer);
        let head = Head::new("POST", "/hook", &sent.headers);
        let body = Some(sent.body.clone());
        let judged = self.receiver.judge().admit(head, body, &timer).await;
        let Ok(Judged::Admitted(admitted)) = judged else {
            panic!("not admitted");
        };
        let handler = self.handler.clone();
        let run = move |slot: DeliverySlot, _| async move {
            let _delivery = slot.take::<Payload<Json>>().unwrap();
            match handler.run().await {
                Ok(_) => Ran::answered(None, 200, ()),
                Err(nack) => Ran::failed(Some(Verdict(nack.into())), Some(503)),
            }
        };
        let left = TimeLeft::of(&admitted);
        let work = handle(self.receiver.clone(), admitted, timer.clone(), run);
        let to_end = |work| drop(spawn(work));
        let work = RunsToEnd::new(&self.receiver, &timer, left, work, to_end);
        match conclude(&timer, work).await {
            Concluded::Reply(()) => 200,
            Concluded::Answer(answer) => answer.status().as_u16(),
        }
    }

    fn delivered(&self) -> JoinHandle<u16> {
        spawn(self.clone().deliver())
    }

    /// The sender goes on until it is answered 200.
    async fn deliver_until_done(&self) {
        while self.clone().deliver().await != 200 {
            yield_now().await;
        }
    }

    fn done(&self) -> usize {
        self.handler.done.load(Ordering::SeqCst)
    }

    fn begun(&self) -> usize {
        self.handler.begun.load(Ordering::SeqCst)
    }

    fn is_idle(&self) -> bool {
        self.receiver.busy().is_idle()
    }

    /// Returns once nothing is under way. Where something always is, the model takes more steps than the checker allows.
    async fn rests(&self) {
        while !self.is_idle() {
            yield_now().await;
        }
    }
}

#[test]
fn copies_of_a_running_event_hear_that_it_is_done() {
    check(|| {
        block_on(async {
            let endpoint = Endpoint::with_failures(0);
            let all = [(); 4].map(|()| endpoint.delivered());
            for one in all {
                assert_eq!(one.await.unwrap(), 200);
            }
            assert_eq!(endpoint.done(), 1);
            endpoint.rests().await;
        });
    });
}

#[test]
fn copies_of_an_event_that_failed_are_answered_and_the_next_one_runs() {
    check(|| {
        block_on(async {
            let endpoint = Endpoint::with_failures(1);
            let all = [(); 3].map(|()| endpoint.delivered());
            let mut later = 0;
            for one in all {
                match one.await.unwrap() {
                    200 => {}
                    503 => later += 1,
                    other => panic!("answered {other}"),
                }
            }
            assert!(later >= 1, "whose run failed is told so");
            endpoint.deliver_until_done().await;
            assert_eq!(endpoint.done(), 1);
            endpoint.rests().await;
        });
    });
}

/// The copy that asks the store for all may be the one whose sender leaves. Who leaves while the handler runs takes nothing
/// along.
#[test]
fn when_a_sender_leaves_the_others_still_hear_the_end() {
    check(|| {
        block_on(async {
            let endpoint = Endpoint::with_failures(0);
            let stays = [(); 2].map(|()| endpoint.delivered());
            let leaves = endpoint.delivered();
            yield_now().await;
            leaves.abort();
            let _ = leaves.await;
            for one in stays {
                assert_eq!(one.await.unwrap(), 200);
            }
            assert_eq!(endpoint.done(), 1);
            endpoint.rests().await;
        });
    });
}

/// A claim whose answer comes too late is given back, and a mark is written all the same.
#[test]
fn a_claim_whose_answer_was_lost_is_given_back() {
    check(|| {
        block_on(async {
            let endpoint = Endpoint::far();
            let all = [(); 2].map(|()| endpoint.delivered());
            for one in all {
                assert!([200, 503].contains(&one.await.unwrap()));
            }
            endpoint.deliver_until_done().await;
            assert_eq!(endpoint.done(), 1);
            endpoint.rests().await;
        });
    });
}

#[test]
fn who_drains_a_receiver_hears_when_nothing_runs_any_more() {
    check(|| {
        block_on(async {
            let endpoint = Endpoint::with_failures(1);
            let all = [(); 3].map(|()| endpoint.delivered());
            let draining = endpoint.clone();
            let drained = spawn(async move {
                draining.receiver.refuse();
                draining.receiver.drained().await;
                assert_eq!(draining.handler.now.load(Ordering::SeqCst), 0, "one runs");
                draining.begun()
            });
            for one in all {
                assert!([200, 503].contains(&one.await.unwrap()));
            }
            let begun = drained.await.unwrap();
            assert_eq!(endpoint.begun(), begun, "one has begun since");
        });
    });
}
