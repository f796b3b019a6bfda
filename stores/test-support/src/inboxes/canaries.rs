//! Deliveries that hold a canary wherever a sender can put one, so that a test can look for it where it must not be.

use std::{io, path::Path, time::Duration};

use hookgate::{
    Ack, Nack, Receiver, ReceiverBuilder, UnixTime,
    inbox::{Filter, Inbox},
    json::{Json, Payload},
    providers::preset::StandardWebhooksSimulator,
    worker::{Retries, Worker},
};
use memchr::memmem;

use super::{Working, drained};
use crate::{App, TestDelivery, app, post};

/// What nobody but the handler may see. In the body, the headers, the address, the type, the order and the errors.
pub const CANARY: &str = "canary-5f1d0c7e";
/// So many deliveries hold it.
const CANARIES: u64 = 12;

/// The canary as it stands in a file or in a text: plain, and in the hexadecimal digits of either case in which engines show
/// bytes.
fn forms() -> [String; 3] {
    let hex: String = CANARY.bytes().map(|byte| format!("{byte:02x}")).collect();
    [CANARY.to_owned(), hex.to_uppercase(), hex]
}

/// Whether `text` shows the canary.
pub fn shows_canary(text: &str) -> bool {
    forms().iter().any(|form| text.contains(form))
}

/// The files in `folder`, and in the folders in it, that hold the canary.
pub fn files_with_canary(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in there(folder, folder.read_dir()).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(files_with_canary(&path));
            continue;
        }
        let bytes = there(&path, std::fs::read(&path)).unwrap_or_default();
        let has = |form: &String| memmem::find(&bytes, form.as_bytes()).is_some();
        if forms().iter().any(has) {
            found.push(path.display().to_string());
        }
    }
    found
}

/// `None` where it is gone: a server removes files meanwhile. What cannot be read is not clean.
fn there<T>(path: &Path, read: io::Result<T>) -> Option<T> {
    match read {
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        read => Some(read.unwrap_or_else(|error| panic!("{}: {error}", path.display()))),
    }
}

/// Accepts them over HTTP.
pub async fn accept_canaries(inbox: &(impl Inbox + Clone)) -> Receiver {
    let settings =
        |it: ReceiverBuilder| it.inbox_order(|_: &Payload<Json>| Some(CANARY.to_owned()));
    let (app, receiver) = App::accepting(inbox.clone(), settings).await;
    for number in 0..CANARIES {
        let kind = number % 3;
        let body = format!(
            r#"{{"type":"{CANARY}","data":{{"kind":{kind},"number":{number},"name":"{CANARY}"}}}}"#
        );
        let id = format!("{CANARY} {number}");
        let now = UnixTime::from_system(std::time::SystemTime::now());
        let sent = StandardWebhooksSimulator::new(app::SECRET).send(&id, now, body);
        let headers = sent.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_ref(), value.as_ref()));
        // The inbox keeps the first of them.
        let more = [("user-agent", CANARY), ("x-note", CANARY)];
        let path = format!("{}/{CANARY}?token={CANARY}", app::PATH);
        let answer = post(app.address(), &path, headers.chain(more), &sent.body).await;
        assert_eq!(answer, Some(200));
    }
    receiver
}

/// Handles them: a third is done, a third fails twice, and a third is rejected.
pub async fn handle_canaries(inbox: &(impl Inbox + Clone), receiver: &Receiver) {
    let mut retries = Retries::default();
    retries.first = Duration::ZERO;
    retries.failures = 2;
    let handler = |delivery: TestDelivery| async move {
        let payload = String::from_utf8_lossy(delivery.payload()).into_owned();
        assert!(payload.contains(CANARY));
        let kind = (0..3).find(|kind| payload.contains(&format!(r#""kind":{kind}"#)));
        match kind.expect("it has a kind") {
            0 => Ok(Ack::processed()),
            1 => Err(Nack::rejected(CANARY)),
            _ => Err(format!("{CANARY} is not known").into()),
        }
    };
    let worker = Worker::new(inbox.clone()).retries(retries);
    let working = Working::start(worker.handle(receiver, handler));
    drained(inbox).await;
    working.stop().await;
    assert_eq!(dead(inbox).await.len() as u64, CANARIES * 2 / 3);
}

/// Discards half of the dead, and leaves the rest to [`erase`](Inbox::erase).
pub async fn discard_canaries(inbox: &impl Inbox) {
    for key in dead(inbox).await.iter().step_by(2) {
        assert!(inbox.discard(key).await.expect("discard"));
    }
}

async fn dead(inbox: &impl Inbox) -> Vec<hookgate::EventKey> {
    let page = inbox.list(&Filter::dead(), None, 100).await.expect("list");
    page.rows.iter().map(|row| row.key).collect()
}
