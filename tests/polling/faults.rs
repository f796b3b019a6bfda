//! Whatever fails at Unico's, over HTTP: the requests are counted, and nothing has to be restarted.

use std::time::Duration;

use hookgate::{
    polling::{AskError, Question, Reply, StatusSource},
    providers::idcloud::{IdCloud, client::Contract},
};
use serde_json::json;

use super::unico::{ID, Says, Unico};
use crate::props::soon;

/// A fault that lasts, and what each question may cost while it does.
struct Fault {
    name: &'static str,
    tokens: Option<Says>,
    answers: Option<Says>,
    logins: usize,
    asked: usize,
    is: fn(&Result<Reply, AskError>) -> bool,
}

impl Default for Fault {
    fn default() -> Self {
        Self {
            name: "",
            tokens: None,
            answers: None,
            logins: 0,
            asked: 1,
            is: |reply| matches!(reply, Err(AskError::Unavailable(_))),
        }
    }
}

fn all() -> Vec<Fault> {
    let status = |status| Some(Says::Json(status, json!({})));
    let other = json!({"process": {"id": "another", "state": "PROCESS_STATE_FINISHED"}});
    let skewed = "Sat, 21 Nov 2026 23:40:15 GMT".to_owned();
    vec![
        Fault {
            name: "the token service is down",
            tokens: status(503),
            logins: 1,
            asked: 0,
            ..Fault::default()
        },
        Fault {
            name: "the token service says what cannot be read",
            tokens: Some(Says::Raw("<html>")),
            logins: 1,
            asked: 0,
            ..Fault::default()
        },
        Fault {
            name: "the token service never ends its answer",
            tokens: Some(Says::Endless),
            logins: 1,
            asked: 0,
            ..Fault::default()
        },
        Fault {
            name: "the token service refuses us, at a time of its own",
            tokens: Some(Says::With(401, "date", skewed)),
            // A second try where its clock is another.
            logins: 2,
            asked: 0,
            is: |reply| matches!(reply, Err(AskError::Refused(_))),
            ..Fault::default()
        },
        Fault {
            name: "401",
            answers: status(401),
            logins: 1,
            asked: 2,
            is: |reply| matches!(reply, Err(AskError::Refused(_))),
            ..Fault::default()
        },
        Fault {
            name: "403",
            answers: status(403),
            is: |reply| matches!(reply, Err(AskError::Refused(_))),
            ..Fault::default()
        },
        Fault {
            name: "429",
            answers: status(429),
            is: |reply| *reply == Err(AskError::Limited { retry_after: None }),
            ..Fault::default()
        },
        Fault {
            name: "429 with Retry-After",
            answers: Some(Says::With(429, "retry-after", "17".to_owned())),
            is: |reply| {
                let retry_after = Some(Duration::from_secs(17));
                *reply == Err(AskError::Limited { retry_after })
            },
            ..Fault::default()
        },
        Fault {
            name: "500",
            answers: status(500),
            ..Fault::default()
        },
        Fault {
            name: "503",
            answers: Some(Says::With(503, "retry-after", "1".to_owned())),
            ..Fault::default()
        },
        Fault {
            name: "an answer that never ends",
            answers: Some(Says::Endless),
            ..Fault::default()
        },
        Fault {
            name: "an answer that cannot be read",
            answers: Some(Says::Raw("{\"process\":")),
            ..Fault::default()
        },
        Fault {
            name: "an answer of another process",
            answers: Some(Says::Json(200, other)),
            ..Fault::default()
        },
    ]
}

/// Asked as the fallback asks: ever more seldom. While it lasts, a question costs a fixed number of requests. Once it is over,
/// the next question has its answer.
#[tokio::test]
async fn a_fault_costs_each_question_the_same_few_requests_and_is_over_by_itself() {
    for fault in all() {
        let unico = Unico::start().await;
        let client = unico.client(Contract::Sdk);
        let source = IdCloud::new().status_source(&client).unwrap();
        let ask = || soon(source.ask(Question::new(None, ID)));
        let seconds = [10, 20, 40, 80, 160, 320, 600];
        unico.always(fault.tokens.clone(), fault.answers.clone());
        // The first login is not the fault's.
        let first = usize::from(fault.tokens.is_none());
        for (number, wait) in seconds.into_iter().enumerate() {
            let reply = ask().await;
            assert!((fault.is)(&reply), "{}: {reply:?}", fault.name);
            let questions = number + 1;
            let (logins, asked) = (unico.logins(), unico.asked().len());
            assert!(
                logins <= first + fault.logins * questions,
                "{}: {logins}",
                fault.name
            );
            assert!(asked <= fault.asked * questions, "{}: {asked}", fault.name);
            unico.clock.advance(Duration::from_secs(wait));
        }
        unico.always(None, None);
        let reply = ask().await;
        assert!(
            matches!(reply, Ok(Reply::Status { is_end: true, .. })),
            "{}: {reply:?}",
            fault.name
        );
    }
}

/// Many ask at the same moment. The service of tokens is asked by one, and the API by nobody.
#[tokio::test]
async fn a_token_service_that_is_down_is_not_asked_by_each_of_many() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    unico.always(Some(Says::Json(503, json!({}))), None);
    for round in 1..=3 {
        let all = [(); 100].map(|()| {
            let client = client.clone();
            tokio::spawn(async move { client.process(ID).await })
        });
        for asking in all {
            assert!(soon(asking).await.unwrap().is_err());
        }
        assert_eq!((unico.logins(), unico.asked().len()), (round, 0));
        unico.clock.advance(Duration::from_secs(3));
    }
    unico.always(None, None);
    soon(client.process(ID)).await.unwrap();
}

/// A clock that is five minutes wrong is learnt once, and asks no more often after that.
#[tokio::test]
async fn a_skew_of_five_minutes_costs_one_login_in_all() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let date = "Sat, 21 Nov 2026 23:40:15 GMT".to_owned();
    unico.tokens([Says::With(401, "date", date)]);
    for hour in 1..=5 {
        soon(client.process(ID)).await.unwrap();
        assert_eq!((unico.logins(), unico.asked().len()), (1 + hour, hour));
        unico.clock.advance(Duration::from_secs(3600));
    }
}
