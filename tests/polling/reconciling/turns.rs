//! Instances take turns, and a pass that is told to stop ends where nothing is lost.

use std::{sync::Arc, time::Duration};

use hookgate::providers::logto::client::Reconciler;
use tokio::{sync::Notify, task::JoinHandle};

use super::server::{Logto, Says, lost};
use crate::props::{soon, until};

/// Runs beside the test until it is told to stop.
fn begin(reconciler: &Reconciler) -> (Arc<Notify>, JoinHandle<usize>) {
    let stop = Arc::new(Notify::new());
    let (stopped, runs) = (stop.clone(), reconciler.clone());
    let running = tokio::spawn(async move { runs.run(stopped.notified()).await.handlers });
    (stop, running)
}

async fn pass_time(logto: &Logto, secs: u64) {
    for _ in 0..secs {
        logto.clock.advance(Duration::from_secs(1));
        for _ in 0..20 {
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn all_instances_together_make_one_pass_in_the_time_between_two() {
    let logto = Logto::start().await;
    let instances = [(); 3].map(|()| begin(&logto.reconciler()));
    until("a first pass", || logto.pages().len() == 1).await;
    pass_time(&logto, 299).await;
    assert_eq!(logto.pages().len(), 1);
    logto.logs(lost(1));
    for _ in 0..100 {
        pass_time(&logto, 1).await;
    }
    until("a second pass", || logto.pages().len() == 2).await;
    until("it is handled", || logto.runs().len() == 1).await;
    for (stop, running) in instances {
        stop.notify_one();
        assert_eq!(soon(running).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn a_pass_that_failed_is_made_again_after_a_minute() {
    let logto = Logto::start().await;
    logto.says([Some(Says::Status(403))]);
    logto.logs(lost(1));
    let (stop, running) = begin(&logto.reconciler());
    until("a first pass", || logto.pages().len() == 1).await;
    pass_time(&logto, 58).await;
    assert_eq!(logto.pages().len(), 1);
    for _ in 0..40 {
        pass_time(&logto, 1).await;
    }
    until("another pass", || logto.runs().len() == 1).await;
    stop.notify_one();
    soon(running).await.unwrap();
}

/// The one that had the turn is gone without a word.
#[tokio::test]
async fn the_turn_of_an_instance_that_died_goes_to_another_one() {
    let logto = Logto::start().await;
    logto.says([Some(Says::Nothing)]);
    let (_stop, dies) = begin(&logto.reconciler());
    until("a first pass", || logto.pages().len() == 1).await;
    dies.abort();
    logto.logs(lost(1));
    let (stop, running) = begin(&logto.reconciler());
    pass_time(&logto, 170).await;
    assert_eq!(logto.pages().len(), 1);
    for _ in 0..60 {
        pass_time(&logto, 1).await;
    }
    until("another pass", || logto.runs().len() == 1).await;
    stop.notify_one();
    soon(running).await.unwrap();
}

#[tokio::test]
async fn a_pass_that_reached_its_most_entries_is_made_again_in_its_usual_time() {
    let logto = Logto::start().await;
    for n in 0..30 {
        logto.logs(lost(n));
    }
    let building = logto.building(Logto::pack()).page_size(10).most_entries(20);
    let (stop, running) = begin(&building.build().unwrap());
    until("a first pass", || logto.runs().len() == 20).await;
    pass_time(&logto, 299).await;
    assert_eq!(logto.pages().len(), 2);
    for _ in 0..100 {
        pass_time(&logto, 1).await;
    }
    until("a second pass", || logto.pages().len() > 2).await;
    stop.notify_one();
    soon(running).await.unwrap();
}
