//! Marks in all that is secret or personal, and a search for them.

use std::sync::atomic::Ordering;

use base64::{Engine, prelude::BASE64_STANDARD};

use crate::testing::{
    Content, Host, Reply, Sender,
    effect::{FAILURE, Fault},
    log_lines::{self, Line},
    scene::{Mismatch, PERSON, Played, Scene, Stop},
    switch::SERVER,
};

const HEADER: &str = "canary-of-a-header";

/// Something that must not be seen.
struct Mark {
    what: &'static str,
    text: String,
}

pub(super) async fn redaction<H: Host, S: Sender>(scene: &mut Scene<'_, H, S>) -> Played {
    let event = scene.event()?;
    let carries = event
        .body
        .windows(PERSON.len())
        .any(|part| part == PERSON.as_bytes());
    if !carries {
        return Err(Stop::NotPlayed(Mismatch {
            step: "the kit marks the payload".to_owned(),
            expected: "that the event's body has `asked.personal()` in it".to_owned(),
            got: "a body without".to_owned(),
            change: "let the sender put it where a name or a document's number is".to_owned(),
        }));
    }
    // Start-up is logged too.
    let ((), starting) = log_lines::captured(scene.restart()).await;
    let (replies, lines) = log_lines::captured(all_that_can_go_wrong(scene)).await;
    let replies = replies?;
    let marks = marks(scene);
    for (step, reply) in &replies {
        if let Some(mark) = marks.iter().find(|mark| shows(reply, &mark.text)) {
            return Err(seen(mark.what, &format!("the answer when {step}")));
        }
        // The application's log may have these.
        for (what, text) in [
            ("the text of a handler's error", FAILURE),
            ("a store's error", SERVER),
        ] {
            if shows(reply, text) {
                return Err(seen(what, &format!("the answer when {step}")));
            }
        }
    }
    let own = scene.kit.log.as_ref().map(|text| Line {
        origin: "the log that `Kit::log` gives".to_owned(),
        text: text(),
        by_receiver: false,
    });
    // The receiver has logged its refusals: where those lines are not, the handler's are not either.
    if own.is_none() && !lines.iter().any(|line| line.by_receiver) {
        return Err(Stop::left_out(
            "the application's log cannot be had: switch on hookgate's feature `tracing`, run the \
             application on the test's own thread, or give the log to the kit with `Kit::log`",
        ));
    }
    for line in starting.iter().chain(&lines).chain(&own) {
        if let Some(mark) = marks.iter().find(|mark| line.text.contains(&mark.text)) {
            return Err(seen(mark.what, &line.origin));
        }
    }
    Ok(())
}

fn seen(what: &str, place: &str) -> Stop {
    Stop::Failed(Mismatch {
        step: "the kit searches answers and log".to_owned(),
        expected: format!("nothing of {what}"),
        got: format!("{what} in {place}"),
        change:
            "keep it out: log ids, types and `delivery.event_key()`, never payloads, headers or \
                 whole requests"
                .to_owned(),
    })
}

fn marks<H: Host, S: Sender>(scene: &Scene<'_, H, S>) -> Vec<Mark> {
    let mark = |what, text: &str| Mark {
        what,
        text: text.to_owned(),
    };
    let mut marks = vec![mark("the payload", PERSON), mark("a header", HEADER)];
    if scene.kit.own_secret || scene.bench.0.keys_taken.load(Ordering::SeqCst) {
        let secret = &scene.kit.secret;
        marks.push(mark("the sender's secret", secret));
        marks.push(mark("the sender's secret", &BASE64_STANDARD.encode(secret)));
        marks.push(mark("the sender's secret", &const_hex::encode(secret)));
    }
    let credentials = scene.kit.credentials.iter();
    marks.extend(credentials.map(|(_, value)| mark("the credentials", value)));
    marks
}

fn shows(reply: &Reply, text: &str) -> bool {
    let mut values = reply.headers.iter();
    values.any(|(_, value)| value.contains(text))
        || String::from_utf8_lossy(&reply.body).contains(text)
}

async fn all_that_can_go_wrong<H: Host, S: Sender>(
    scene: &Scene<'_, H, S>,
) -> Played<Vec<(&'static str, Reply)>> {
    let marked = |sent: crate::simulator::Sent| sent.with_header("x-canary", HEADER);
    let event = marked(scene.event()?);
    let mut replies = vec![
        ("an event arrives", scene.send(&event).await),
        ("a copy arrives", scene.send(&event).await),
    ];
    for (step, wrong) in [
        ("the body is altered", event.clone().with_tampered_body()),
        (
            "the signature is altered",
            event.clone().with_tampered_signature(),
        ),
        ("there is no signature", event.clone().unsigned()),
        (
            "the body is no JSON",
            event.clone().with_body(format!("{PERSON}\0")),
        ),
        (
            "the media type is wrong",
            event.clone().without_header("content-type"),
        ),
    ] {
        replies.push((step, scene.send(&wrong).await));
    }
    for content in [Content::UnknownType, Content::OtherShape] {
        let asked = scene.asked(scene.now(), &scene.kit.secret, content);
        if let Some(event) = scene.ask(&asked) {
            replies.push(("an unknown event arrives", scene.send(&marked(event)).await));
        }
    }
    if scene.needs_effect().is_ok() {
        for (step, fault) in [
            ("the handler fails", Fault::Fails),
            ("the handler panics", Fault::Panics),
        ] {
            let event = marked(scene.event()?);
            replies.push((step, scene.send_to_failing(&event, fault).await?));
        }
    }
    let event = marked(scene.event()?);
    scene.bench.0.down.store(true, Ordering::SeqCst);
    replies.push(("the store is down", scene.send(&event).await));
    scene.bench.0.down.store(false, Ordering::SeqCst);
    Ok(replies)
}
