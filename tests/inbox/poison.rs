//! Events whose pack panics in `decode`: the others go on, and each of these is kept.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, Ordering},
};

use hookgate::{
    Ack, Delivery, Nack,
    access::AnyoneMayCall,
    inbox::{DeadReason, Filter, Inbox, MemoryInbox, Stands},
    testing::FakeClock,
    worker::Worker,
};

use super::learner::Learner;
use crate::props::{Call, Stage, now, until};

const EACH: usize = 20;

/// An endpoint, and what its handler was handed.
struct Endpoint {
    stage: Stage,
    inbox: MemoryInbox,
    can_read: Arc<AtomicBool>,
    handled: Arc<Mutex<Vec<String>>>,
}

impl Endpoint {
    async fn new(can_read: bool) -> Self {
        let clock = FakeClock::at(now());
        let inbox = MemoryInbox::with_clock(1000, clock.clone());
        let can_read = Arc::new(AtomicBool::new(can_read));
        let stage = Stage::of(Learner(can_read.clone()), |builder| {
            builder
                .access(AnyoneMayCall)
                .clock(clock.clone())
                .timer(clock.clone())
                .inbox_for_tests(inbox.clone())
        })
        .await;
        let stage = Stage { clock, ..stage };
        let handled = Arc::default();
        Self {
            stage,
            inbox,
            can_read,
            handled,
        }
    }

    /// Sends as many of each, in turn.
    async fn send_both(&self) {
        for number in 0..EACH {
            for text in ["panic", "good"] {
                let call = Call::post("/hook", format!("{text} {number}"));
                assert_eq!(self.stage.send(&call).await.status, 200, "{text} {number}");
            }
        }
    }

    async fn work(&self) {
        let handled = self.handled.clone();
        let handler = move |delivery: Delivery<String>| {
            handled.lock().unwrap().push(delivery.event().clone());
            async { Ok::<_, Nack>(Ack::processed()) }
        };
        let clock = self.stage.clock.clone();
        let worker = Worker::new(self.inbox.clone())
            .clock(clock.clone())
            .handle(&self.stage.receiver, handler);
        let running = tokio::spawn(worker.run_on(clock, std::future::pending()));
        until("nothing is queued", || self.inbox.len() == EACH).await;
        running.abort();
    }

    async fn expect_good_alone(&self) {
        let mut handled = self.handled.lock().unwrap().clone();
        handled.sort();
        let mut good: Vec<_> = (0..EACH).map(|number| format!("good {number}")).collect();
        good.sort();
        assert_eq!(handled, good);
        let totals = self.inbox.totals().await.unwrap();
        assert!(totals.iter().all(|it| it.pause.is_none()), "{totals:?}");
    }

    async fn dead(&self) -> Vec<DeadReason> {
        let page = self.inbox.list(&Filter::dead(), None, 100).await.unwrap();
        let reason = |stands: &Stands| match stands {
            Stands::Dead { reason, .. } => *reason,
            other => panic!("{other:?}"),
        };
        page.rows.iter().map(|row| reason(&row.stands)).collect()
    }
}

#[tokio::test]
async fn what_panics_in_decode_when_it_comes_is_kept_and_harms_no_other() {
    let endpoint = Endpoint::new(false).await;
    endpoint.send_both().await;
    endpoint.work().await;
    endpoint.expect_good_alone().await;
    assert_eq!(endpoint.dead().await, [DeadReason::Undecodable; EACH]);
}

/// It was read when it came, and a later release of its pack panics.
#[tokio::test]
async fn what_panics_in_decode_in_the_worker_is_a_dead_letter_and_harms_no_other() {
    let endpoint = Endpoint::new(true).await;
    endpoint.send_both().await;
    endpoint.can_read.store(false, Ordering::SeqCst);
    endpoint.work().await;
    endpoint.expect_good_alone().await;
    assert_eq!(endpoint.dead().await, [DeadReason::Undecodable; EACH]);
}
