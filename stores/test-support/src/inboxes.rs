//! What an inbox on a database promises to an application, on any [`Effects`] whose store is one:
//! [`test_inboxes!`](crate::test_inboxes) makes tests of it.

mod canaries;
mod poison;

use std::{
    future::Future,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use hookgate::{
    Ack, Nack, Receiver, ReceiverBuilder,
    inbox::Inbox,
    json::{Json, Payload},
    worker::Worker,
};
use tokio::{sync::oneshot, task::JoinHandle};

pub use self::{
    canaries::{
        CANARY, accept_canaries, discard_canaries, files_with_canary, handle_canaries, shows_canary,
    },
    poison::{
        serve_poisoned, what_always_fails_holds_up_no_other,
        what_is_always_unavailable_ends_and_holds_up_no_other,
        what_kills_its_process_runs_alone_and_dies,
    },
};
use crate::{App, Effects, TestDelivery, send, serve, storm};

/// A test of each promise, on what `$effects` makes, which is `None` where there is no engine to be had.
#[macro_export]
macro_rules! test_inboxes {
    ($effects:path) => {
        $crate::test_inboxes! { $effects:
            what_is_accepted_is_handled_once,
            an_effect_and_the_end_of_its_event_commit_together,
            a_run_that_rolls_back_is_run_again,
            an_order_goes_on_after_an_end_in_a_transaction,
            from_dedup_to_inbox_and_back_no_mark_is_forgotten,
            what_always_fails_holds_up_no_other,
            what_is_always_unavailable_ends_and_holds_up_no_other,
        }
    };
    ($effects:path: $($promise:ident),+ $(,)?) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $promise() {
            if let Some(effects) = $effects().await {
                $crate::inboxes::$promise(effects).await;
            }
        }
    )+};
}

/// Longer than any of this takes, on the busiest machine.
const STUCK: Duration = Duration::from_secs(60);
/// The lease of workers that are killed.
const SHORT_LEASE: Duration = Duration::from_millis(1500);

/// A worker that runs until this is dropped, or stopped.
#[derive(Debug)]
pub struct Working {
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<()>,
}

impl Working {
    /// Runs `worker`.
    pub fn start(worker: Worker) -> Self {
        let (stop, stopped) = oneshot::channel::<()>();
        let task = tokio::spawn(async move {
            let stopped = async { drop(stopped.await) };
            worker.run(stopped).await.expect("a worker");
        });
        let stop = Some(stop);
        Self { stop, task }
    }

    /// Stops it, and waits for what it runs.
    ///
    /// # Panics
    ///
    /// When it does not stop.
    pub async fn stop(mut self) {
        drop(self.stop.take());
        let task = &mut self.task;
        let stopped = tokio::time::timeout(STUCK, task).await;
        stopped.expect("the worker stops").expect("no panic");
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A worker of `receiver` on the inbox of `effects`.
pub fn worker<E, H, F>(effects: &E, receiver: &Receiver, handler: H) -> Worker
where
    E: Effects,
    E::Store: Inbox,
    H: Fn(E, TestDelivery) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Result<Ack, Nack>> + Send + 'static,
{
    let its = effects.clone();
    let handler = move |delivery| handler(its.clone(), delivery);
    Worker::new(effects.store().clone())
        .handle(receiver, handler)
        .poll(Duration::from_millis(250))
}

/// Writes the effect, and settles in its transaction.
pub async fn in_its_transaction<E: Effects>(
    effects: E,
    delivery: TestDelivery,
) -> Result<Ack, Nack> {
    let mut tx = effects.write(delivery.event_key()).await?;
    effects.settle_in(&mut tx, delivery.lease()).await?;
    E::commit(tx).await?;
    Ok(Ack::processed())
}

/// Waits until the inbox keeps nothing that is to be handled.
///
/// # Panics
///
/// When that takes more than a minute.
pub async fn drained(inbox: &impl Inbox) {
    let empty = async {
        // A page may have no rows before others that have.
        while !inbox
            .totals()
            .await
            .is_ok_and(|all| all.iter().all(|it| it.queued == 0))
        {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(STUCK, empty)
        .await
        .expect("what was accepted is handled");
}

async fn send_all(app: &App, events: u64) {
    for event in 0..events {
        let sent = send(app.address(), &format!("event {event}")).await;
        assert_eq!(sent, Some(200), "event {event}");
    }
}

/// Over HTTP, with copies before, during and after.
pub async fn what_is_accepted_is_handled_once<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    let (app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    send_all(&app, 20).await;
    assert_eq!(effects.written().await, (0, 0), "nobody handles yet");
    send_all(&app, 5).await;
    let working = Working::start(worker(&effects, &receiver, in_its_transaction));
    send_all(&app, 30).await;
    drained(effects.store()).await;
    send_all(&app, 30).await;
    working.stop().await;
    assert_eq!(effects.written().await, (30, 30));
    assert_eq!(effects.unprocessed().await, 0, "every event is done");
}

/// A process that dies right after the commit leaves a handled event, and one that dies before leaves none.
pub async fn an_effect_and_the_end_of_its_event_commit_together<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    let (app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    let runs = Arc::<AtomicU64>::default();
    let handler = {
        let runs = runs.clone();
        move |effects: E, delivery: TestDelivery| {
            let runs = runs.clone();
            async move {
                runs.fetch_add(1, Ordering::SeqCst);
                let mut tx = effects.write(delivery.event_key()).await?;
                effects.settle_in(&mut tx, delivery.lease()).await?;
                // Twice in one transaction is once.
                effects.settle_in(&mut tx, delivery.lease()).await?;
                E::commit(tx).await?;
                // Its mark stands, so what is said now changes nothing.
                Err(Nack::retry())
            }
        }
    };
    let working = Working::start(worker(&effects, &receiver, handler));
    send_all(&app, 3).await;
    drained(effects.store()).await;
    send_all(&app, 3).await;
    working.stop().await;
    assert_eq!(
        (runs.load(Ordering::SeqCst), effects.written().await),
        (3, (3, 3))
    );
    assert_eq!(effects.unprocessed().await, 0);
}

/// The effect is gone with the mark, and both come back with the next run.
pub async fn a_run_that_rolls_back_is_run_again<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    let (app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    let runs = Arc::<AtomicU64>::default();
    let handler = {
        let runs = runs.clone();
        move |effects: E, delivery: TestDelivery| {
            let run = runs.fetch_add(1, Ordering::SeqCst);
            async move {
                let mut tx = effects.write(delivery.event_key()).await?;
                effects.settle_in(&mut tx, delivery.lease()).await?;
                if run == 0 {
                    E::roll_back(tx).await?;
                    return Err(Nack::retry_after(Duration::ZERO));
                }
                E::commit(tx).await?;
                assert_eq!(delivery.lease().attempt(), 2);
                Ok(Ack::processed())
            }
        }
    };
    let working = Working::start(worker(&effects, &receiver, handler));
    send_all(&app, 1).await;
    drained(effects.store()).await;
    working.stop().await;
    assert_eq!(
        (runs.load(Ordering::SeqCst), effects.written().await),
        (2, (1, 1))
    );
}

/// The next one of its order is not parked for ever.
pub async fn an_order_goes_on_after_an_end_in_a_transaction<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    let ordered = |receiver: ReceiverBuilder| {
        receiver.inbox_order(|_: &Payload<Json>| Some("one operation".to_owned()))
    };
    let (app, receiver) = App::accepting(effects.store().clone(), ordered).await;
    send_all(&app, 10).await;
    let (most, now) = (Arc::<AtomicU64>::default(), Arc::<AtomicU64>::default());
    let handler = {
        let (most, now) = (most.clone(), now.clone());
        move |effects: E, delivery: TestDelivery| {
            let (most, now) = (most.clone(), now.clone());
            async move {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let ran = in_its_transaction(effects, delivery).await;
                now.fetch_sub(1, Ordering::SeqCst);
                ran
            }
        }
    };
    let working = Working::start(worker(&effects, &receiver, handler));
    drained(effects.store()).await;
    working.stop().await;
    assert_eq!(effects.written().await, (10, 10));
    assert_eq!(most.load(Ordering::SeqCst), 1, "one at a time");
}

/// An endpoint changes its mind, on the same database.
pub async fn from_dedup_to_inbox_and_back_no_mark_is_forgotten<E: Effects>(effects: E)
where
    E::Store: Inbox,
{
    let store = effects.store().clone();
    let inline = |effects: &E| {
        let its = effects.clone();
        App::start(effects.store().clone(), move |delivery| {
            in_its_transaction(its.clone(), delivery)
        })
    };
    let app = inline(&effects).await;
    send_all(&app, 2).await;
    drop(app);
    let (app, receiver) = App::accepting(store.clone(), |it| it).await;
    send_all(&app, 4).await;
    let working = Working::start(worker(&effects, &receiver, in_its_transaction));
    drained(&store).await;
    working.stop().await;
    assert_eq!(effects.written().await, (4, 4));
    // One waits when the endpoint goes back: its copies are content, and a worker may come later.
    let sent = send(app.address(), "waits").await;
    assert_eq!(sent, Some(200));
    drop(app);
    let app = inline(&effects).await;
    send_all(&app, 6).await;
    assert_eq!(send(app.address(), "waits").await, Some(200));
    assert_eq!(effects.written().await, (6, 6));
    let working = Working::start(worker(&effects, &receiver, in_its_transaction));
    drained(&store).await;
    working.stop().await;
    assert_eq!(effects.written().await, (7, 7));
}

/// A [`storm`] over processes that accept and work: `instance` calls [`serve_inbox`].
///
/// # Panics
///
/// When an event is not done at the end, or its effect is not there exactly once.
pub async fn storm_over_inbox<E: Effects>(effects: &E, instance: &'static str, task: &str)
where
    E::Store: Inbox,
{
    let storm = storm(instance, task).await;
    let (_app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    let working = Working::start(worker(effects, &receiver, in_its_transaction));
    drained(effects.store()).await;
    working.stop().await;
    let all = i64::try_from(storm.events).expect("a small number");
    assert_eq!(
        effects.written().await,
        (all, all),
        "every effect exactly once"
    );
    assert_eq!(effects.unprocessed().await, 0, "every event is done");
}

/// Accepts and works in one process, until it is killed.
pub async fn serve_inbox<E: Effects>(effects: E, place: &str)
where
    E::Store: Inbox,
{
    let (app, receiver) = App::accepting(effects.store().clone(), |it| it).await;
    let handler = |effects: E, delivery: TestDelivery| async move {
        let mut tx = effects.write(delivery.event_key()).await?;
        tokio::time::sleep(Duration::from_millis(5)).await;
        effects.settle_in(&mut tx, delivery.lease()).await?;
        E::commit(tx).await?;
        Ok(Ack::processed())
    };
    let worker = worker(&effects, &receiver, handler).lease(SHORT_LEASE);
    let _working = Working::start(worker);
    serve(app, place).await;
}
