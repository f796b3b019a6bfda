//! A copy with other content: observed, and refused only by choice.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use hookgate::{
    Observed, Observer, Rejection, Secret,
    pack::{
        Authenticated, ContentDigest, Contents, Decoded, KeyParts, LiveKeys, Provider, RawRequest,
        SenderProfile, Undecodable,
    },
    providers::logto::Logto,
    schemes::Verified,
    tenants::Keys,
};

use crate::props::{self, Fault, Gate, On, Reply, Stage, Step, logto, until};

/// Signed as Logto signs. The first word of the body identifies an event.
struct Words(Logto);

impl Provider for Words {
    type Event = String;

    fn name(&self) -> &str {
        "words"
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        self.0.keys()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.0.verify(request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<String>, Undecodable> {
        let text = std::str::from_utf8(authenticated.bytes).map_err(|_| Undecodable("no text"))?;
        let mut parts = KeyParts::new();
        if let Some(word) = text.split(' ').next().filter(|word| !word.is_empty()) {
            parts.part(word);
        }
        let digest = ContentDigest::of(text.as_bytes());
        Ok(Decoded::new(parts, text.to_owned()).content(digest).into())
    }
}

#[derive(Clone, Default)]
struct Changes(Arc<Mutex<Vec<String>>>);

impl Observer for Changes {
    fn changed_content(&self, delivery: Observed<'_>) {
        self.0
            .lock()
            .unwrap()
            .push(delivery.event_key().to_string());
    }

    fn undecodable(&self, _endpoint: &str, why: &'static str, bytes: &bytes::Bytes) {
        self.0.lock().unwrap().push(format!("{why}: {bytes:?}"));
    }
}

fn words() -> Words {
    Words(Logto::new(Secret::utf8(logto::KEY).unwrap()))
}

#[tokio::test]
async fn it_is_a_copy_and_the_application_is_told() {
    let changes = Changes::default();
    let stage = Stage::of(words(), |builder| builder.observer(changes.clone())).await;
    for text in ["one a", "one a", "one b", "one a"] {
        let reply = stage.send(&logto::signed(text, logto::KEY)).await;
        assert_eq!(reply.status, 200);
    }
    assert_eq!(stage.script.runs(), 1);
    let key = stage.script.last().key.to_string();
    assert_eq!(*changes.0.lock().unwrap(), [key]);
}

#[tokio::test]
async fn it_is_refused_by_choice() {
    let stage = Stage::of(words(), |builder| builder.refuse_changed_content()).await;
    let mut answers = Vec::new();
    for text in ["one a", "one a", "one b", "one a", "two b"] {
        answers.push(stage.send(&logto::signed(text, logto::KEY)).await.status);
    }
    assert_eq!(answers, [200, 200, 400, 200, 200]);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn an_event_without_identity_is_no_event_and_its_bytes_go_to_the_application() {
    let told = Changes::default();
    let stage = Stage::of(words(), |builder| builder.observer(told.clone())).await;
    let reply = stage.send(&logto::signed(" none", logto::KEY)).await;
    assert_eq!(reply.status, 400);
    let told = told.0.lock().unwrap();
    assert_eq!(*told, ["nothing identifies the event: b\" none\""]);
}

/// The first runs. Its copies then wait until it has ended.
async fn beside_the_first(stage: &Stage, copies: &[&'static str], step: Step) -> Vec<Reply> {
    let gate = Gate::shut();
    stage.script.then(Step::Wait(gate.clone(), Box::new(step)));
    let first = stage.sending(&logto::signed("one a", logto::KEY));
    until("the run", || stage.script.runs() == 1).await;
    let waiting: Vec<_> = copies
        .iter()
        .map(|text| stage.sending(&logto::signed(*text, logto::KEY)))
        .collect();
    let claims = 1 + copies.len();
    until("the copies", || stage.store.count(On::Claim) == claims).await;
    for _ in 0..200 {
        tokio::task::yield_now().await;
    }
    assert!(waiting.iter().all(|copy| !copy.is_finished()));
    gate.open();
    first.await.unwrap();
    let mut replies = Vec::new();
    for copy in waiting {
        replies.push(props::soon(copy).await.unwrap());
    }
    replies
}

fn statuses(replies: &[Reply]) -> Vec<u16> {
    replies.iter().map(|reply| reply.status).collect()
}

#[tokio::test]
async fn a_copy_that_waits_for_the_first_is_refused_by_choice_too() {
    let stage = Stage::of(words(), |builder| builder.refuse_changed_content()).await;
    let replies = beside_the_first(&stage, &["one b", "one a"], Step::Process).await;
    assert_eq!(statuses(&replies), [400, 200]);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn the_application_is_told_of_a_copy_that_waits_too() {
    let changes = Changes::default();
    let stage = Stage::of(words(), |builder| builder.observer(changes.clone())).await;
    let replies = beside_the_first(&stage, &["one b", "one a"], Step::Process).await;
    assert_eq!(statuses(&replies), [200, 200]);
    let key = stage.script.last().key.to_string();
    assert_eq!(*changes.0.lock().unwrap(), [key]);
}

#[tokio::test]
async fn copies_of_a_first_that_failed_are_sent_back_whatever_their_content() {
    let stage = Stage::of(words(), |builder| builder.refuse_changed_content()).await;
    let replies = beside_the_first(&stage, &["one b", "one a"], Step::Retry).await;
    assert_eq!(statuses(&replies), [503, 503]);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_store_that_cannot_compare_afterwards_is_503_only_where_contents_are_refused() {
    for refuses in [true, false] {
        let stage = Stage::of(words(), |builder| {
            if refuses {
                builder.refuse_changed_content()
            } else {
                builder
            }
        })
        .await;
        // The two claims of the first and its copy, then all that come after the wait.
        let open = Gate::shut();
        open.open();
        stage.store.next(On::Claim, Fault::Waits(open.clone()));
        stage.store.next(On::Claim, Fault::Waits(open));
        stage.store.always(On::Claim, Fault::Down);
        let replies = beside_the_first(&stage, &["one b"], Step::Process).await;
        assert_eq!(statuses(&replies), [if refuses { 503 } else { 200 }]);
    }
}

/// The mark is over just when the copy would be compared with it.
#[tokio::test]
async fn a_copy_that_would_win_after_its_wait_gives_the_event_back() {
    let stage = Stage::of(words(), |builder| {
        builder
            .refuse_changed_content()
            .store_timeout(Duration::from_secs(3600 * 24 * 365))
    })
    .await;
    let (open, compare) = (Gate::shut(), Gate::shut());
    open.open();
    for gate in [&open, &open, &compare] {
        stage.store.next(On::Claim, Fault::Waits(gate.clone()));
    }
    let copy = async { beside_the_first(&stage, &["one b"], Step::Process).await };
    let forgets = async {
        until("the claim", || stage.store.count(On::Claim) == 3).await;
        stage.clock.advance(2 * stage.receiver.retention());
        compare.open();
    };
    let (replies, ()) = tokio::join!(copy, forgets);
    assert_eq!(statuses(&replies), [503]);
    assert_eq!(stage.script.runs(), 1, "it has no body to run with");
    assert_eq!(stage.store.count(On::Release), 1);
    assert_eq!(
        stage.send(&logto::signed("one b", logto::KEY)).await.status,
        200
    );
    assert_eq!(stage.script.runs(), 2);
}
