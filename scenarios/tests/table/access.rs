//! Access beside the signature.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use hookgate::{
    UnixTime,
    access::{Access, AllOf, ApiKey, Denied, Preparing},
    pack::Head,
    time::Timer,
};
use http::HeaderValue;

use crate::{everywhere::everywhere, wire::Answer};

pub(crate) fn is_challenged(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"ApiKey realm="webhook""#)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_wrong_credentials_get_one_answer() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .access(ApiKey::header("x-api-key", "opens"))
        },
        async |scene| {
            let event = scene.event("msg_1", "process");
            let wrong = event.clone().with_header("x-api-key", "open");
            let right = event.clone().with_header("x-api-key", "opens");
            let twice = right.clone().with_header("x-api-key", "opens");
            let answers = vec![
                scene.send(&event).await,
                scene.send(&wrong).await,
                scene.send(&twice).await,
            ];
            answers.iter().for_each(is_challenged);
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            assert_eq!(scene.stage.runs(), 0);
            assert_eq!(scene.send(&right).await.status, 200);
            answers
        },
    )
    .await;
}

/// A rule that cannot judge before something has come that is not there yet.
#[derive(Default)]
struct Awaited(Arc<AtomicBool>);

impl Access for Awaited {
    fn check(&self, _head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        match self.0.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(Denied::Unavailable),
        }
    }

    fn prepare(
        &self,
        _head: &Head<'_>,
        _now: UnixTime,
        _timer: &Arc<dyn Timer>,
    ) -> Option<Preparing> {
        let came = self.0.clone();
        Some(Box::pin(async move {
            tokio::task::yield_now().await;
            came.store(true, Ordering::SeqCst);
        }))
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_need_before_they_judge_is_awaited() {
    everywhere(
        |tools| {
            let rules = AllOf::of(Awaited::default()).and(Arc::new(Awaited::default()));
            tools.receiver().access(rules)
        },
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

/// A rule that can never judge, since what it needs does not come.
struct Unavailable;

impl Access for Unavailable {
    fn check(&self, _head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        Err(Denied::Unavailable)
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_rule_that_cannot_judge_is_503_and_runs_nothing() {
    everywhere(
        |tools| tools.receiver().access(Unavailable),
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 503, "{answer:?}");
            assert_eq!(answer.header("retry-after"), Some("5"));
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}
