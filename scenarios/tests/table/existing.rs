//! Handlers that were there before their receiver. `docs/existing-handler.md` shows them, and has the table that is
//! made here.

use std::{fmt, fs, path::Path, sync::Arc};

use hookgate::Nack;
use serde::Deserialize;

use crate::{everywhere::with_extractors, handlers::is_unavailable, stage::Stage, wire::Answer};

/// The application's own books.
#[derive(Clone)]
pub(crate) struct Books(Arc<Stage>);

#[derive(Deserialize)]
pub(crate) struct Payment {
    order: u64,
}

#[derive(Debug)]
pub(crate) enum BookError {
    UnknownOrder,
    Database,
}

impl Books {
    pub(crate) fn new(stage: Arc<Stage>) -> Self {
        Self(stage)
    }

    pub(crate) async fn book(&self, payment: Payment) -> Result<(), BookError> {
        self.0.ran();
        match payment.order {
            404 => Err(BookError::UnknownOrder),
            500 => Err(BookError::Database),
            _ => Ok(()),
        }
    }
}

impl fmt::Display for BookError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the payment was not booked: {self:?}")
    }
}

impl std::error::Error for BookError {}

pub(crate) fn verdict(error: BookError) -> Nack {
    match error {
        // No copy of the event will find it either.
        BookError::UnknownOrder => Nack::rejected("an order that nobody knows").with_error(error),
        BookError::Database => Nack::unavailable().with_error(error),
    }
}

/// What a handler does, and requests that make it do so: route and body.
const TABLE: &[(&str, &[(&str, &str)])] = &[
    (
        "a 2xx",
        &[
            ("/hook", r#"{"act":"created"}"#),
            ("/payments", r#"{"order":1}"#),
        ],
    ),
    ("a 3xx", &[("/hook", r#"{"act":"found"}"#)]),
    (
        "a 4xx or 5xx",
        &[
            ("/hook", r#"{"act":"not_found"}"#),
            ("/payments", r#"{"order":500}"#),
        ],
    ),
    (
        "an error that it returns, such as `actix_web::error::ErrorBadRequest`",
        &[("/payments", r#"{"order":404}"#)],
    ),
    (
        "a refusal of an extractor: 400, 413, 415, 422",
        &[("/payments", r#"{"order":"one"}"#), ("/payments", "[")],
    ),
    ("a panic", &[("/hook", r#"{"act":"panic"}"#)]),
    (
        "`Ack::processed()`",
        &[
            ("/hook", r#"{"act":"process"}"#),
            ("/told", r#"{"order":1}"#),
        ],
    ),
    ("`Ack::ignored(why)`", &[("/hook", r#"{"act":"ignore"}"#)]),
    (
        "`Nack::retry()`, `?` on any error",
        &[
            ("/hook", r#"{"act":"retry"}"#),
            ("/hook", r#"{"act":"error"}"#),
        ],
    ),
    (
        "`Nack::retry_after(wait)`",
        &[("/hook", r#"{"act":"retry_after"}"#)],
    ),
    ("`Nack::unavailable()`", &[("/told", r#"{"order":500}"#)]),
    (
        "`Nack::rejected(why)`",
        &[
            ("/hook", r#"{"act":"reject"}"#),
            ("/told", r#"{"order":404}"#),
        ],
    ),
];

/// What the table says of the answer to an event, and of that to its copy.
fn in_words(first: &Answer, copy: &Answer, runs: usize) -> (&'static str, &'static str) {
    let got = match first.status {
        200 if first.body.is_empty() => "200",
        200..300 => "the handler's own answer",
        _ => {
            let wait = first.header("retry-after");
            is_unavailable(first, wait);
            assert!(first.header("location").is_none());
            wait.map_or("503", |_| "503 with `Retry-After`")
        }
    };
    if copy.status == 503 {
        assert_ne!(runs, 1, "it ran once");
        return (got, "runs");
    }
    assert_eq!((copy.status, &*copy.body, runs), (200, "", 1));
    (got, "200, does not run")
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_handler_does_means_what_the_guide_says() {
    let guide = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/existing-handler.md");
    let guide = fs::read_to_string(guide).unwrap();
    let told: Vec<_> = guide
        .lines()
        .skip_while(|line| *line != "| your handler | the sender gets | a copy |")
        .skip(2)
        .take_while(|line| line.starts_with('|'))
        .collect();
    with_extractors(
        |tools| tools.receiver(),
        async |scene| {
            let mut lines = Vec::new();
            let mut answers = Vec::new();
            for (row, (what, requests)) in TABLE.iter().enumerate() {
                let mut said = None;
                for (number, (path, body)) in requests.iter().enumerate() {
                    let now = hookgate::time::Clock::now(&scene.clock);
                    let mut sent = scene
                        .sender
                        .send(&format!("msg_{row}_{number}"), now, *body);
                    sent.path = (*path).to_owned();
                    let runs = scene.stage.runs();
                    let pair = [scene.send(&sent).await, scene.send(&sent).await];
                    let words = in_words(&pair[0], &pair[1], scene.stage.runs() - runs);
                    let before = *said.get_or_insert(words);
                    assert_eq!(words, before, "{what}: {body}");
                    answers.extend(pair);
                }
                let (got, copy) = said.unwrap();
                lines.push(format!("| {what} | {got} | {copy} |"));
            }
            assert!(
                told == lines,
                "the guide should say:\n{}\n",
                lines.join("\n")
            );
            answers
        },
    )
    .await;
}
