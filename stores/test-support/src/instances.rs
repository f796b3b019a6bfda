//! Several instances of one application on one store.

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hookgate::{Ack, Nack, dedup::DedupStore};

use crate::{App, ClockOff, Effects, TestDelivery, send_until_done, serve, storm};

const EVENTS: u64 = 40;
const COPIES: usize = 4;
/// The lease of receivers in a storm. It is soon over for those that are killed.
const SHORT_LEASE: Duration = Duration::from_millis(600);

/// Sends copies of each event to two instances at once: each event is handled once, by one of them. The second
/// one's clock is half a minute ahead, which must not matter.
///
/// # Panics
///
/// When an event is handled twice.
pub async fn copies_to_two_instances<S: DedupStore>(stores: [S; 2]) {
    let runs = Arc::<AtomicU64>::default();
    let mut instances = Vec::new();
    for (store, ahead) in stores.into_iter().zip([0, 30]) {
        let clock = ClockOff::by(ahead);
        let runs = runs.clone();
        let handler = move |_| {
            let runs = runs.clone();
            async move {
                runs.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(30)).await;
                Ok(Ack::processed())
            }
        };
        instances.push(App::start_with(store, |receiver| receiver.clock(clock), handler).await);
    }
    let mut copies = Vec::new();
    for event in 0..EVENTS {
        for copy in 0..COPIES {
            let to = instances[copy % 2].address();
            copies.push(tokio::spawn(async move {
                send_until_done(|| to, &format!("event {event}")).await;
            }));
        }
    }
    for copy in copies {
        copy.await.expect("answered");
    }
    assert_eq!(runs.load(Ordering::Relaxed), EVENTS);
}

/// A [`storm`] over receivers that settle in their transactions: `instance` calls [`serve_effects`].
///
/// # Panics
///
/// When an event is not done at the end, or its effect is not there exactly once.
pub async fn storm_over_effects(effects: &impl Effects, instance: &'static str, task: &str) {
    let storm = storm(instance, task).await;
    let all = i64::try_from(storm.events).expect("a small number");
    assert_eq!(
        effects.written().await,
        (all, all),
        "every effect exactly once"
    );
    assert_eq!(effects.unprocessed().await, 0, "every event is done");
}

/// A receiver that settles in its transactions, until it is killed.
pub async fn serve_effects<E: Effects>(effects: E, place: &str) {
    let store = effects.store().clone();
    let handler = move |delivery: TestDelivery| {
        let effects = effects.clone();
        async move {
            let mut tx = effects.write(delivery.event_key()).await?;
            tokio::time::sleep(Duration::from_millis(5)).await;
            effects.settle_in(&mut tx, delivery.lease()).await?;
            E::commit(tx).await?;
            Ok(Ack::processed())
        }
    };
    serve(in_a_storm(store, handler).await, place).await;
}

/// An instance of a [`storm`].
pub async fn in_a_storm<S, H, F>(store: S, handler: H) -> App
where
    S: DedupStore,
    H: Fn(TestDelivery) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    App::start_with(
        store,
        |receiver| receiver.lease(SHORT_LEASE).heartbeat(SHORT_LEASE / 4),
        handler,
    )
    .await
}
