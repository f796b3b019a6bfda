//! A body with many events, and the end of a process in the middle of it.

use std::{fmt::Write as _, fs::OpenOptions, io::Write as _, path::Path, time::Duration};

use axum::{Router, routing};
use hookgate::{
    Ack, Nack, Receiver,
    access::ApiKey,
    cloudevents::{BATCH_JSON, CloudEvent, Mode},
    dedup::DedupStore,
    json::Json,
    providers::cloudevents::CloudEvents,
};
use hookgate_axum::{Event, ReceiverExt};

use crate::{App, Child, app::PATH, post, process::temporary_folder, respawn, serve, until};

const EVENTS: usize = 100;
/// At this one the first process ends.
const LAST: usize = 40;
/// The copy waits for the end of the killed one's.
const SHORT_LEASE: Duration = Duration::from_secs(2);
const CREDENTIAL: (&str, &str) = ("x-api-key", "the key of a test's broker");

/// Kills a process in the middle of a batch of 100 events, and starts another one. The copy of the batch runs what was not
/// done.
///
/// Each process runs the test `instance`, which calls [`serve_batches`].
///
/// # Panics
///
/// When an event that was done runs again, one is lost, or the copy is never answered 200.
pub async fn a_batch_goes_on_after_a_kill(instance: &'static str, task: &str) {
    let folder = temporary_folder();
    let place = |name: &str| folder.path().join(name);
    let start = |number: u32| -> (Child, _) {
        let told = place(&format!("address-{number}"));
        let task = format!("{} {} {task}", told.display(), folder.path().display());
        let child = respawn(instance, &task);
        let mut address = None;
        until("an instance listens", || {
            let text = std::fs::read_to_string(&told);
            address = text.ok().and_then(|text| text.parse().ok());
            address.is_some()
        });
        (child, address.expect("an address"))
    };
    let ran = || -> Vec<usize> {
        let text = std::fs::read_to_string(place("runs")).unwrap_or_default();
        text.lines().map(|id| id.parse().expect("an id")).collect()
    };

    std::fs::write(place("stops"), "").expect("say that the first one ends");
    let (mut first, address) = tokio::task::block_in_place(|| start(1));
    let sending = tokio::spawn(send_batch(address));
    tokio::task::block_in_place(|| until("the middle", || ran().len() > LAST));
    first.kill();
    assert_eq!(sending.await.expect("it was sent"), None);
    assert_eq!(ran(), (0..=LAST).collect::<Vec<_>>());

    std::fs::remove_file(place("stops")).expect("say that the second one goes on");
    let (_second, address) = tokio::task::block_in_place(|| start(2));
    let copies = async {
        while send_batch(address).await != Some(200) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let done = tokio::time::timeout(Duration::from_secs(60), copies).await;
    done.expect("a copy is answered 200");
    let mut again = ran().split_off(LAST + 1);
    // The one whose lease had to end comes last, or in its place.
    again.sort_unstable();
    assert_eq!(again, (LAST..EVENTS).collect::<Vec<_>>());
}

/// A receiver in a process of its own, until that is killed. `told` and `folder` are the first words of its task.
pub async fn serve_batches(store: impl DedupStore, told: &str, folder: &str) {
    let pack = CloudEvents::by_access().modes([Mode::Batch]);
    let receiver = Receiver::new("batches", pack)
        .access(ApiKey::header(CREDENTIAL.0, CREDENTIAL.1))
        .lease(SHORT_LEASE)
        .dedup(store)
        .build()
        .expect("a receiver");
    let folder: std::sync::Arc<Path> = Path::new(folder).into();
    let on_event = move |Event(delivery): Event<CloudEvent<Json>>| {
        let folder = folder.clone();
        async move {
            let id = &delivery.event().attributes().expect("attributes").id;
            let mut runs = OpenOptions::new();
            let mut runs = runs.create(true).append(true).open(folder.join("runs"))?;
            writeln!(runs, "{id}")?;
            if **id == *LAST.to_string() && folder.join("stops").exists() {
                std::future::pending::<()>().await;
            }
            Ok::<_, Nack>(Ack::processed())
        }
    };
    let route = routing::post(on_event).layer(receiver.layer());
    serve(App::serve(Router::new().route(PATH, route)).await, told).await;
}

async fn send_batch(to: std::net::SocketAddr) -> Option<u16> {
    let mut body = String::from("[");
    for id in 0..EVENTS {
        let comma = if id == 0 { "" } else { "," };
        write!(
            body,
            r#"{comma}{{"specversion":"1.0","type":"t","source":"/s","id":"{id}"}}"#
        )
        .expect("memory");
    }
    body.push(']');
    post(
        to,
        PATH,
        [("content-type", BATCH_JSON), CREDENTIAL],
        body.as_bytes(),
    )
    .await
}
