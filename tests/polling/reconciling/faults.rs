//! What the pass makes of an API that fails.

use std::time::Duration;

use hookgate::providers::logto::client::{ApiError, ReconcileError, Reconciled};

use super::server::{Logto, Says, lost};
use crate::props::{CANARY, soon};

/// One pass, while the clock moves on whenever it waits.
async fn pass(logto: &Logto) -> Result<Reconciled, ReconcileError> {
    let reconciler = logto.reconciler();
    let clock = logto.clock.clone();
    let moves = tokio::spawn(async move {
        loop {
            clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let passed = soon(reconciler.once()).await;
    moves.abort();
    passed
}

#[tokio::test]
async fn the_client_logs_in_as_rfc_6749_says() {
    let logto = Logto::start().await;
    soon(logto.reconciler().once()).await.unwrap();
    let script = logto.script.lock().unwrap();
    let login = &script.logins[0];
    // `app/1` and `s3cr:t 1`, each encoded, joined by a colon, in base64.
    assert_eq!(login.authorization, "Basic YXBwJTJGMTpzM2NyJTNBdCUyMDE=");
    assert_eq!(
        login.body,
        "grant_type=client_credentials&scope=all&resource=https%3A%2F%2Fdefault.logto.app%2Fapi"
    );
    assert_eq!(script.pages[0].authorization, "Bearer t1");
}

#[tokio::test]
async fn what_passes_by_is_asked_again_and_nothing_is_missed() {
    for says in [
        Says::Status(500),
        Says::Status(502),
        Says::Status(429),
        Says::With(429, "retry-after", "7"),
    ] {
        let logto = Logto::start().await;
        logto.logs(lost(1));
        logto.says(vec![Some(says.clone()); 4]);
        let report = pass(&logto).await.unwrap();
        assert_eq!((report.handled, logto.pages().len()), (1, 5), "{says:?}");
    }
}

#[tokio::test]
async fn what_goes_on_is_given_up_after_five_tries() {
    let logto = Logto::start().await;
    logto.says(vec![Some(Says::Status(503)); 50]);
    let error = pass(&logto).await.unwrap_err();
    assert!(matches!(
        error,
        ReconcileError::Log(ApiError::Status { status: 503 })
    ));
    assert_eq!(logto.pages().len(), 5);
}

#[tokio::test]
async fn what_would_be_the_same_again_is_not_asked_again() {
    for (says, expected) in [
        (Says::Status(403), ApiError::Refused { status: 403 }),
        (Says::Status(404), ApiError::Status { status: 404 }),
        (
            Says::With(302, "location", "/elsewhere"),
            ApiError::Status { status: 302 },
        ),
        (Says::Raw("{"), ApiError::Malformed),
        (Says::Raw("{\"entries\":[]}"), ApiError::Malformed),
        (
            Says::With(429, "retry-after", "3600"),
            ApiError::Limited {
                retry_after: Some(Duration::from_secs(3600)),
            },
        ),
    ] {
        let logto = Logto::start().await;
        logto.says([Some(says.clone())]);
        let error = soon(logto.reconciler().once()).await.unwrap_err();
        let ReconcileError::Log(error) = error else {
            panic!("{error}");
        };
        assert_eq!((error, logto.pages().len()), (expected, 1), "{says:?}");
    }
}

/// A token that somebody has revoked.
#[tokio::test]
async fn a_token_that_is_refused_is_renewed_once() {
    let logto = Logto::start().await;
    let reconciler = logto.reconciler();
    soon(reconciler.once()).await.unwrap();
    logto.clock.advance(Duration::from_secs(61));
    logto.logs(lost(1));
    logto.says([Some(Says::Status(401))]);
    assert_eq!(soon(reconciler.once()).await.unwrap().handled, 1);
    assert_eq!(logto.logins(), 2);
    logto.clock.advance(Duration::from_secs(61));
    logto.says(vec![Some(Says::Status(401)); 2]);
    let error = soon(reconciler.once()).await.unwrap_err();
    assert!(matches!(
        error,
        ReconcileError::Log(ApiError::Refused { status: 401 })
    ));
    assert_eq!(logto.logins(), 3);
}

/// Each entry of an endless page is endless as well.
#[tokio::test]
async fn an_answer_that_never_ends_is_not_read_to_its_end() {
    let logto = Logto::start().await;
    let reconciler = logto.building(Logto::pack()).page_size(2).build().unwrap();
    logto.says([Some(Says::Endless), Some(Says::Endless), None]);
    let report = soon(reconciler.once()).await.unwrap();
    assert_eq!((report.unreadable, logto.pages().len()), (1, 3));
}

#[tokio::test]
async fn a_login_that_is_refused_ends_the_pass_and_is_shown_to_nobody() {
    let logto = Logto::start().await;
    logto
        .script
        .lock()
        .unwrap()
        .tokens
        .push_back(Says::Status(401));
    let error = soon(logto.reconciler().once()).await.unwrap_err();
    assert!(matches!(
        error,
        ReconcileError::Log(ApiError::Login { status: 401 })
    ));
    assert_eq!(logto.logins(), 1);
    let shown = format!(
        "{error} {error:?} {:?} {:?}",
        logto.client(),
        logto.reconciler()
    );
    assert!(
        !shown.contains("s3cr") && !shown.contains(CANARY),
        "{shown}"
    );
}

#[tokio::test]
async fn a_server_that_says_nothing_is_given_up_in_time() {
    let logto = Logto::start().await;
    logto.script.lock().unwrap().tokens.push_back(Says::Nothing);
    let secret = hookgate::Secret::utf8("secret").unwrap();
    let client = hookgate::providers::logto::client::LogtoClient::new(
        format!("http://{}", logto.api.addr),
        "app",
        secret,
    );
    let client = client.timeout(Duration::from_millis(50)).build().unwrap();
    let handler = logto.handler.clone();
    let reconciler = client.reconciler(&logto.receiver(Logto::pack()), "hook");
    let reconciler = reconciler
        .handle(move |it| handler.clone().on_event(it))
        .build()
        .unwrap();
    logto
        .script
        .lock()
        .unwrap()
        .tokens
        .extend(vec![Says::Status(500); 9]);
    let clock = logto.clock.clone();
    let moves = tokio::spawn(async move {
        loop {
            clock.advance(Duration::from_secs(1));
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    });
    let error = soon(reconciler.once()).await.unwrap_err();
    moves.abort();
    assert!(matches!(error, ReconcileError::Log(_)), "{error:?}");
    assert!(logto.pages().is_empty());
}
