//! An application whose receiver accepts into an inbox, with an inspector beside it.

use std::time::{Duration, SystemTime};

use bytes::Bytes;
use hookgate::{
    Ack, EventKey, Nack, Receiver, UnixTime,
    inbox::{Filter, Inbox, MemoryInbox},
    providers::preset::StandardWebhooksSimulator,
    worker::{Retries, Worker},
};
use hookgate_inspector::{Admission, Behind, Inspector, InspectorBuilder, Recent};
use hookgate_test_support::{
    App, TestDelivery,
    inboxes::{Working, drained},
    post,
};
use http::{HeaderName, Request, Response, request::Parts};
use serde_json::Value;

/// The application's, which signs what the test sends.
const SECRET: &[u8] = b"the secret of a test's sender";
const PATH: &str = "/webhooks/test";

pub(crate) struct Scene {
    pub(crate) recent: Recent,
    pub(crate) inbox: MemoryInbox,
    pub(crate) receiver: Receiver,
    app: App,
}

impl Scene {
    pub(crate) async fn start() -> Self {
        let (recent, inbox) = (Recent::new(), MemoryInbox::new());
        let (told, kept_in) = (recent.clone(), inbox.clone());
        let (app, receiver) = App::accepting(inbox.clone(), |it| {
            let kept = ["user-agent", "x-note"].map(HeaderName::from_static);
            it.inbox_for_tests(kept_in)
                .observer(told)
                .inbox_headers(kept)
        })
        .await;
        Self {
            recent,
            inbox,
            receiver,
            app,
        }
    }

    /// A signed delivery of the event `id`.
    pub(crate) async fn deliver(&self, id: &str, body: &[u8], note: &str) {
        let now = UnixTime::from_system(SystemTime::now());
        let sent =
            StandardWebhooksSimulator::new(SECRET).send(id, now, Bytes::copy_from_slice(body));
        let headers = sent.headers.iter();
        let headers = headers.map(|(name, value)| (name.as_ref(), value.as_ref()));
        let more = [("x-note", note)];
        let answer = post(self.app.address(), PATH, headers.chain(more), &sent.body).await;
        assert_eq!(answer, Some(200));
    }

    /// A signed delivery with some of its headers changed, which is refused.
    pub(crate) async fn disturb(&self, changed: &[(&str, &str)]) {
        let now = UnixTime::from_system(SystemTime::now());
        let sent =
            StandardWebhooksSimulator::new(SECRET).send("one", now, Bytes::from_static(b"{}"));
        let headers = sent.headers.iter();
        let kept = headers
            .map(|(name, value)| (name.as_ref(), value.as_ref()))
            .filter(|(name, _)| changed.iter().all(|(it, _)| it != name));
        let headers = kept.chain(changed.iter().copied());
        let answer = post(self.app.address(), PATH, headers, &sent.body).await;
        assert!(
            answer.is_some_and(|answer| answer >= 400),
            "{changed:?}: {answer:?}"
        );
    }

    /// A delivery that nobody has signed.
    pub(crate) async fn intrude(&self, path: &str) {
        let forged = [
            ("webhook-id", "msg_1"),
            ("webhook-timestamp", "1700000000"),
            (
                "webhook-signature",
                "v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
            ),
            ("content-type", "application/json"),
        ];
        let path = format!("{PATH}{path}");
        let answer = post(self.app.address(), &path, forged, b"{}").await;
        assert_eq!(answer, Some(401));
    }

    /// Has a worker reject all that waits: dead letters.
    pub(crate) async fn reject_all(&self, error: &'static str) {
        let mut retries = Retries::default();
        retries.first = Duration::ZERO;
        let worker = Worker::new(self.inbox.clone()).retries(retries);
        let handler = move |_: TestDelivery| async move { Err::<Ack, _>(Nack::rejected(error)) };
        let working = Working::start(worker.handle(&self.receiver, handler));
        drained(&self.inbox).await;
        working.stop().await;
    }

    pub(crate) async fn keys(&self) -> Vec<EventKey> {
        let page = self.inbox.list(&Filter::all(), None, 1000).await.unwrap();
        page.rows.iter().map(|row| row.key).collect()
    }

    pub(crate) fn builder(&self) -> InspectorBuilder {
        Inspector::builder()
            .receiver(&self.receiver)
            .recent(&self.recent)
            .inbox(self.inbox.clone())
    }

    pub(crate) fn open(&self) -> Behind {
        open(self.builder())
    }
}

/// Open to whoever calls: the test is the application.
pub(crate) fn open(builder: InspectorBuilder) -> Behind {
    let inspector = builder.build().unwrap();
    inspector.behind(|_| async { Admission::Granted })
}

pub(crate) fn head(method: &str, address: &str, headers: &[(&str, &str)]) -> Parts {
    let mut request = Request::builder().method(method).uri(address);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(()).unwrap().into_parts().0
}

pub(crate) async fn get(behind: &Behind, address: &str) -> Response<Bytes> {
    behind.answer(head("GET", address, &[]), "").await
}

/// A page that is there.
pub(crate) async fn page(behind: &Behind, address: &str) -> String {
    let answer = get(behind, address).await;
    let body = String::from_utf8(answer.body().to_vec()).unwrap();
    assert_eq!(answer.status(), 200, "{address}: {body}");
    body
}

pub(crate) async fn json(behind: &Behind, address: &str) -> Value {
    let asked = [("accept", "application/json")];
    let answer = behind.answer(head("GET", address, &asked), "").await;
    assert_eq!(answer.status(), 200, "{address}");
    assert_eq!(answer.headers()["content-type"], "application/json");
    serde_json::from_slice(answer.body()).unwrap()
}

/// The addresses in a page's links.
pub(crate) fn links(page: &str) -> Vec<String> {
    let after = page.split("href=\"").skip(1);
    let links = after.filter_map(|rest| rest.split('"').next());
    links
        .map(|link| link.replace("&#38;", "&").replace("&amp;", "&"))
        .collect()
}
