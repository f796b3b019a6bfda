//! Facephi's deliveries, over HTTP through the whole road.

use hookgate::{
    BuildError, Receiver, Rejection, UnixTime,
    access::ApiKey,
    dedup::MemoryStore,
    json::Misfit,
    providers::facephi::{
        API_KEY_HEADER, Facephi, FacialResult, Liveness, Mistake, OperationReason, OperationStatus,
        PresignedUrl, Topic, ValidationCode, WorkflowEvent,
    },
    schemes::Recipe,
    simulator::Sent,
};
use serde_json::{Value, json};

use crate::props::{
    Log,
    facephi::{API_KEY, NOW, SECRET, Scene, facephi, pack},
};

const OPERATION: &str = "11111111-2222-4333-8444-555555555555";

fn recipes() -> impl Iterator<Item = Recipe> {
    Recipe::ALL.iter().copied()
}

/// The body as another member of the way would write it: pretty, and with other escapes.
fn rewritten(sent: Sent) -> Sent {
    let text = std::str::from_utf8(&sent.body).unwrap();
    let text = text
        .replace(',', ",\n  ")
        .replace("\":", "\" : ")
        .replace('/', "\\/");
    sent.with_body(text)
}

fn text(sent: &Sent) -> String {
    String::from_utf8(sent.body.to_vec()).unwrap()
}

#[tokio::test]
async fn an_onboarding_arrives_once_whatever_its_order_and_copies() {
    for recipe in recipes().filter(|recipe| recipe.covers_all()) {
        let scene = Scene::of(recipe).await;
        let mut events = facephi().recipe(recipe).onboarding();
        events.reverse();
        events.rotate_left(3);
        for sent in &events {
            assert_eq!(scene.send(sent.clone()).await, 200);
            assert_eq!(scene.send(rewritten(sent.clone())).await, 200);
        }
        for sent in events {
            assert_eq!(scene.send(sent).await, 200);
        }
        let handled = scene.handled();
        assert_eq!(handled.len(), 7, "{recipe:?}");
        assert_eq!(scene.changed(), 0);
        for topic in Topic::ALL {
            let of_topic = handled
                .iter()
                .filter(|handled| handled.event.topic() == Some(*topic));
            let [handled] = of_topic.collect::<Vec<_>>()[..] else {
                panic!("{topic} is not there once");
            };
            assert_eq!(handled.event_type.as_deref(), Some(topic.event_type()));
            assert_eq!(handled.operation_id.as_deref(), Some(OPERATION));
            assert_eq!(handled.occurred_at, Some(NOW));
        }
    }
}

#[tokio::test]
async fn what_the_events_say_arrives_typed() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    for sent in facephi().onboarding() {
        scene.send(sent).await;
    }
    for handled in scene.handled() {
        match handled.event {
            WorkflowEvent::OperationStarted(started) => {
                assert_eq!(started.customer_id.as_deref(), Some("customer-1"));
            }
            WorkflowEvent::IdCaptured(captured) => {
                let urls: Vec<_> = captured
                    .assets()
                    .iter()
                    .map(|asset| asset.url.expose())
                    .collect();
                assert_eq!(urls.len(), 3);
                assert!(urls[0].starts_with("https://cdn.example/"));
                let ocr: Value = captured.ocr.as_ref().unwrap().parse().unwrap();
                assert_eq!(ocr["DocumentNumber"], "000000000");
            }
            WorkflowEvent::SelfieCaptured(captured) => assert_eq!(captured.assets().len(), 1),
            WorkflowEvent::FacialAuthenticationEvaluated(face) => {
                assert_eq!(face.result, Some(FacialResult::Positive));
                assert_eq!(face.similarity, Some(0.9917));
            }
            WorkflowEvent::PassiveLivenessEvaluated(liveness) => {
                assert_eq!(liveness.diagnostic, Some(Liveness::Live));
            }
            WorkflowEvent::IdValidated(validated) => {
                let found = validated.verification.as_ref().unwrap();
                assert_eq!(found.code, Some(ValidationCode::Approved));
                assert_eq!(found.code, found.status);
            }
            WorkflowEvent::OperationFinished(finished) => {
                assert_eq!(finished.status, Some(OperationStatus::Succeeded));
                assert_eq!(finished.reason, Some(OperationReason::None));
            }
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn every_member_of_data_may_have_another_type() {
    let others = [
        json!(null),
        json!(true),
        json!(-7.5),
        json!("x"),
        json!([1]),
        json!({"x": [{}]}),
    ];
    let scene = Scene::of(Recipe::WithoutMember).await;
    let mut sent_events = 0;
    for topic in Topic::ALL.iter().copied() {
        let sent: Value = serde_json::from_slice(&facephi().send(topic).body).unwrap();
        let data = sent["data"].as_object().unwrap();
        let mut variants: Vec<Value> = others.to_vec();
        for name in data.keys() {
            for other in &others {
                let mut changed = data.clone();
                changed.insert(name.clone(), other.clone());
                variants.push(changed.into());
            }
        }
        for data in variants {
            let operation = format!("operation-{sent_events}");
            let sent = facephi()
                .operation(operation)
                .event(topic.event_type(), &data);
            assert_eq!(scene.send(sent).await, 200);
            sent_events += 1;
            let handled = scene.handled().pop().unwrap();
            assert_eq!(handled.event_type.as_deref(), Some(topic.event_type()));
            match &handled.event {
                WorkflowEvent::Unrecognized(event) => {
                    assert_eq!(event.name(), topic.event_type());
                    assert_eq!(event.raw.as_ref().unwrap().parse::<Value>().unwrap(), data);
                    assert!(matches!(event.error, Misfit::Members { .. }));
                }
                known => assert_eq!(known.topic(), Some(topic)),
            }
        }
    }
    assert_eq!(scene.runs(), sent_events);
}

#[tokio::test]
async fn an_unknown_type_and_an_event_without_data_arrive() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let sent = facephi().event("com.idv_suite.api.workflows.id_lost.v1", &json!({"a": 1}));
    assert_eq!(scene.send(sent).await, 200);
    let sent = facephi().body(
        r#"{"specversion":"1.0","type":"workflows.id_captured.v2","source":"s","id":"1"}"#,
        "",
    );
    assert_eq!(scene.send(sent).await, 200);
    let [unknown, empty] = &scene.handled()[..] else {
        panic!("not two events");
    };
    let WorkflowEvent::Unrecognized(unknown) = &unknown.event else {
        panic!("{:?}", unknown.event);
    };
    assert_eq!(unknown.error, Misfit::UnknownName);
    assert_eq!(unknown.raw.as_ref().unwrap().get(), r#"{"a":1}"#);
    let WorkflowEvent::Unrecognized(empty) = &empty.event else {
        panic!("{:?}", empty.event);
    };
    assert_eq!(
        (empty.error, empty.name()),
        (Misfit::NoData, "workflows.id_captured.v2")
    );
}

#[tokio::test]
async fn what_is_covered_cannot_be_changed() {
    for recipe in recipes().filter(|recipe| recipe.covers_all()) {
        let scene = Scene::of(recipe).await;
        for topic in Topic::ALL.iter().copied() {
            for mistake in Mistake::ALL.iter().copied() {
                let sent = facephi().recipe(recipe).mistaken(topic, mistake);
                assert_eq!(
                    scene.send(sent.clone()).await,
                    401,
                    "{recipe:?} {mistake:?}"
                );
                assert_eq!(
                    scene.send(rewritten(sent)).await,
                    401,
                    "{recipe:?} {mistake:?}"
                );
            }
        }
        assert_eq!(scene.runs(), 0);
    }
}

#[tokio::test]
async fn every_byte_of_a_body_is_covered_or_is_the_signature() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let sent = facephi().send(Topic::OperationFinished);
    assert_eq!(scene.send(sent.clone()).await, 200);
    for place in 0..sent.body.len() {
        let mut body = sent.body.to_vec();
        body[place] = if body[place] == b'0' { b'1' } else { b'0' };
        let status = scene.send(sent.clone().with_body(body)).await;
        assert_eq!(status, 401, "byte {place}");
    }
    assert_eq!(scene.runs(), 1);
}

#[tokio::test]
async fn texts_that_two_readers_understand_differently_are_refused() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let event = r#"{"specversion":"1.0","type":"t","source":"s","id":"1","data":{"n":9007199254740992,"z":null}}"#;
    let sent = facephi().body(event, "");
    let changed = |from: &str, to: &str| {
        let body = text(&sent);
        assert!(body.contains(from));
        sent.clone().with_body(body.replacen(from, to, 1))
    };
    // The handler gets what was signed: 993 is read as 992.
    assert_eq!(scene.send(changed("740992", "740993")).await, 200);
    let handled = scene.handled().pop().unwrap();
    assert_eq!(handled.raw, event);
    assert_eq!(scene.send(sent.clone()).await, 200);
    assert_eq!((scene.runs(), scene.changed()), (1, 0));

    for (from, to) in [
        ("null", "1e400"),
        ("null", "null,\"z\":null"),
        ("{\"specversion\"", "{\"id\":\"0\",\"specversion\""),
        ("{\"specversion\"", "{\"\\u0069d\":\"0\",\"specversion\""),
        (
            "{\"specversion\"",
            "{\"\\u0073ignature\":\"x\",\"specversion\"",
        ),
        ("{\"specversion\"", "{\"extension\":1,\"specversion\""),
        ("\"data\":{", "\"data\":{\"signature\":1,"),
    ] {
        assert_eq!(scene.send(changed(from, to)).await, 401, "{to}");
    }
    // The signature moved into the data, where it would be a member that nobody signed.
    let body = text(&sent);
    let start = body.find("\"signature\"").unwrap();
    let end = body.find("\"data\"").unwrap();
    let moved = format!("{}{}", &body[..start], &body[end..]);
    let moved = moved.replacen(
        "\"data\":{",
        &format!("\"data\":{{{}", &body[start..end]),
        1,
    );
    assert_eq!(scene.send(sent.clone().with_body(moved)).await, 401);
    assert_eq!(scene.runs(), 1);
}

#[tokio::test]
async fn repeated_members_that_were_signed_are_refused_too() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    for event in [
        r#"{"specversion":"1.0","type":"t","source":"s","id":"1","id":"2"}"#,
        r#"{"specversion":"1.0","type":"t","source":"s","id":"1","\u0069d":"2"}"#,
        r#"{"specversion":"1.0","type":"t","source":"s","id":"1","id":null}"#,
        r#"{"specversion":"1.0","type":"t","source":"s","id":"1","x":1,"x":1}"#,
        r#"{"specversion":"1.0","type":"t","source":"s","id":"1","data":1,"data_base64":"AA=="}"#,
    ] {
        assert_eq!(scene.send(facephi().body(event, "")).await, 400, "{event}");
        assert!(matches!(scene.rejection(), Some(Rejection::Undecodable(_))));
    }
    assert_eq!(scene.runs(), 0);
}

#[tokio::test]
async fn with_data_only_the_claim_identifies_and_does_no_more() {
    let scene = Scene::of(Recipe::DataOnly).await;
    let facephi = facephi().recipe(Recipe::DataOnly);
    let sent = facephi.send(Topic::OperationFinished);
    assert_eq!(scene.send(sent.clone()).await, 200);
    assert_eq!(scene.send(rewritten(sent.clone())).await, 200);
    assert_eq!(scene.runs(), 1);
    let first = scene.handled().pop().unwrap();
    let WorkflowEvent::DataOnly(event) = &first.event else {
        panic!("{:?}", first.event);
    };
    assert_eq!(event.data.get(), r#"{"reason":"","status":"SUCCEEDED"}"#);
    assert_eq!(first.raw, event.data.get());
    assert_eq!(
        event.claimed.trust_unsigned().event_type,
        Topic::OperationFinished.event_type()
    );
    assert_eq!(
        (first.event_type, first.occurred_at, first.operation_id),
        (None, None, None)
    );

    // It may be relabelled, redated or extended: it is still the same event, and a copy of it.
    let body = text(&sent);
    for (from, to) in [
        ("operation_finished", "operation_started"),
        ("2026-", "2031-"),
        ("{\"specversion\"", "{\"added\":1,\"specversion\""),
    ] {
        assert!(body.contains(from));
        let changed = sent.clone().with_body(body.replacen(from, to, 1));
        assert_eq!(scene.send(changed).await, 200, "{to}");
    }
    assert_eq!((scene.runs(), scene.changed()), (1, 0));

    // Another operation, or another id, is another event. The claim decides nothing else.
    let other = facephi.operation("another").send(Topic::OperationFinished);
    assert_eq!(scene.send(other).await, 200);
    assert_eq!(scene.runs(), 2);

    // Data that was not signed, or stands twice, is refused.
    for (from, to) in [
        ("SUCCEEDED", "DENIED"),
        ("\"data\":", "\"data\":1,\"data\":"),
    ] {
        let changed = sent.clone().with_body(body.replacen(from, to, 1));
        assert_eq!(scene.send(changed).await, 401, "{to}");
    }
    assert_eq!(scene.runs(), 2);
}

#[tokio::test]
async fn a_claimed_type_is_believed_on_demand_and_dates_nothing() {
    let pack = pack()
        .recipe(Recipe::DataOnly)
        .trust_claimed_type()
        .interested_in([Topic::IdCaptured]);
    let scene = Scene::with(pack).await;
    for sent in facephi().recipe(Recipe::DataOnly).onboarding() {
        assert_eq!(scene.send(sent).await, 200);
    }
    let [handled] = &scene.handled()[..] else {
        panic!("not one event");
    };
    let WorkflowEvent::IdCaptured(captured) = &handled.event else {
        panic!("{:?}", handled.event);
    };
    assert_eq!(captured.assets().len(), 3);
    assert!(captured.attributes().is_none());
    assert!(captured.claimed().is_some());
    assert_eq!(
        (handled.occurred_at, handled.operation_id.as_deref()),
        (None, None)
    );
}

#[test]
fn data_only_needs_credentials_and_no_contradictions() {
    let build = |pack: Facephi, access: bool| {
        let builder = Receiver::new("facephi", pack).dedup(MemoryStore::new());
        match access {
            true => builder
                .access(ApiKey::header(API_KEY_HEADER, API_KEY))
                .build(),
            false => builder.build(),
        }
    };
    let data_only = || pack().recipe(Recipe::DataOnly);
    let refused = |built: Result<Receiver, BuildError>| {
        assert!(matches!(built, Err(BuildError::Pack(_))), "{built:?}");
    };
    assert!(build(pack(), false).is_ok());
    assert!(build(data_only(), true).is_ok());
    let open = build(data_only(), false);
    assert!(matches!(open, Err(BuildError::Receiver(_))), "{open:?}");
    refused(build(data_only().interested_in([Topic::IdCaptured]), true));
    refused(build(pack().trust_claimed_type(), true));
    assert!(
        build(
            data_only()
                .trust_claimed_type()
                .interested_in([Topic::IdCaptured]),
            true
        )
        .is_ok()
    );
}

#[tokio::test]
async fn a_retry_with_fresh_links_is_a_copy_with_changed_content() {
    for recipe in recipes().filter(|recipe| recipe.covers_all()) {
        let scene = Scene::of(recipe).await;
        let facephi = facephi().recipe(recipe);
        assert_eq!(scene.send(facephi.send(Topic::IdCaptured)).await, 200);
        assert_eq!(scene.send(facephi.send(Topic::IdCaptured)).await, 200);
        assert_eq!((scene.runs(), scene.changed()), (1, 0));
        assert_eq!(
            scene.send(facephi.retry().send(Topic::IdCaptured)).await,
            200
        );
        assert_eq!((scene.runs(), scene.changed()), (1, 1));
    }
}

#[tokio::test]
async fn a_retry_is_recognised_or_refused_however_late() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let sent = facephi().send(Topic::IdCaptured);
    let early = facephi()
        .operation("early")
        .at(NOW.saturating_add(std::time::Duration::from_secs(300)));
    let early = early.send(Topic::IdCaptured);
    assert_eq!(scene.send(sent.clone()).await, 200);
    assert_eq!(scene.send(early.clone()).await, 200);
    let mut answers = Vec::new();
    for _ in 0..24 * 16 {
        scene.advance(1);
        answers.push(scene.send(sent.clone()).await);
        scene.send(early.clone()).await;
    }
    assert_eq!(scene.runs(), 2);
    // A copy is recognised as long as the event is remembered, then refused for its age.
    let recognised = answers.iter().take_while(|status| **status == 200).count();
    assert_eq!(recognised, 24 * 7 - 1);
    assert!(answers[recognised..].iter().all(|status| *status == 401));
}

#[tokio::test]
async fn an_event_from_the_future_is_refused() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let future = NOW.saturating_add(std::time::Duration::from_secs(301));
    assert_eq!(
        scene
            .send(facephi().at(future).send(Topic::IdCaptured))
            .await,
        401
    );
    assert_eq!(scene.runs(), 0);
}

#[tokio::test]
async fn the_epoch_is_no_time_and_is_said_once() {
    let log = Log::begin();
    let scene = Scene::of(Recipe::WithoutMember).await;
    for sent in facephi().at(UnixTime::EPOCH).onboarding() {
        assert_eq!(scene.send(sent).await, 200);
    }
    assert_eq!(scene.runs(), 7);
    assert!(
        scene
            .handled()
            .iter()
            .all(|handled| handled.occurred_at.is_none())
    );
    assert_eq!(log.with("no signed time").len(), 1);
}

#[tokio::test]
async fn a_body_of_another_recipe_is_refused_and_the_log_says_what_to_look_at() {
    for configured in recipes() {
        for sent_by in recipes().filter(|recipe| *recipe != configured) {
            let log = Log::begin();
            let scene = Scene::of(configured).await;
            let sent = facephi().recipe(sent_by).send(Topic::IdCaptured);
            assert_eq!(scene.send(sent.clone()).await, 401);
            assert!(matches!(
                scene.rejection(),
                Some(Rejection::SignatureMismatchUnder(_))
            ));
            let log = log.text();
            let name = serde_json::to_value(configured).unwrap();
            assert!(
                log.contains(&format!("recipe (now `{}`)", name.as_str().unwrap())),
                "{log}"
            );
            let body: Value = serde_json::from_slice(&sent.body).unwrap();
            for secret in [
                SECRET,
                API_KEY,
                "cdn.example",
                "000000000",
                OPERATION,
                body["signature"].as_str().unwrap(),
                body["id"].as_str().unwrap(),
            ] {
                assert!(!log.contains(secret), "{log}");
            }
        }
    }
}

#[tokio::test]
async fn nothing_personal_is_shown_or_logged() {
    let log = Log::begin();
    for recipe in [Recipe::WithoutMember, Recipe::DataOnly] {
        let scene = Scene::of(recipe).await;
        for sent in facephi().recipe(recipe).onboarding() {
            scene.send(sent).await;
        }
        let scene_shown: String = scene
            .handled()
            .iter()
            .map(|handled| format!("{:?} {:#?}", handled.event, handled.event))
            .collect();
        let shown = scene_shown + &log.text() + &format!("{:?} {:?}", pack(), facephi());
        for personal in [
            "cdn.example",
            "sig=",
            "000000000",
            "DocumentNumber",
            "customer-1",
            SECRET,
        ] {
            assert!(!shown.contains(personal), "{personal}: {shown}");
        }
        // The simulator shows which operation it plays. Events and logs do not.
        assert!(!log.text().contains(OPERATION));
    }
}

#[tokio::test]
async fn batch_and_binary_mode_are_not_taken() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let sent = facephi()
        .send(Topic::IdCaptured)
        .without_header("content-type");
    for (media_type, status) in [
        ("application/cloudevents-batch+json", 415),
        ("application/json", 415),
        ("application/cloudevents+xml", 415),
        ("application/cloudevents+json; charset=utf-8", 200),
    ] {
        let sent = sent.clone().with_header("content-type", media_type);
        assert_eq!(scene.send(sent).await, status, "{media_type}");
    }
    let scene = Scene::with(pack().plain_json()).await;
    let sent = sent.with_header("content-type", "application/json");
    assert_eq!(scene.send(sent).await, 200);
}

#[tokio::test]
async fn the_api_key_is_asked_for_before_the_body_is_looked_at() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    let sent = facephi()
        .send(Topic::IdCaptured)
        .without_header(API_KEY_HEADER);
    assert_eq!(scene.send(sent.clone()).await, 401);
    assert_eq!(scene.rejection(), Some(Rejection::AccessMissing));
    assert_eq!(
        scene.send(sent.with_header(API_KEY_HEADER, "wrong")).await,
        401
    );
    assert_eq!(scene.rejection(), Some(Rejection::AccessDenied));
}

#[tokio::test]
async fn events_of_other_topics_are_answered_and_not_run() {
    let scene =
        Scene::with(pack().interested_in(["workflows/id-captured/v1".parse().unwrap()])).await;
    for sent in facephi().onboarding() {
        assert_eq!(scene.send(sent).await, 200);
    }
    let handled = scene.handled();
    assert_eq!(handled.len(), 1);
    assert_eq!(handled[0].event.topic(), Some(Topic::IdCaptured));
}

#[tokio::test]
async fn an_event_is_its_source_and_its_id() {
    let scene = Scene::of(Recipe::WithoutMember).await;
    for (source, id) in [("s", "1"), ("s", "2"), ("s2", "1"), ("s", "1")] {
        let event =
            format!(r#"{{"specversion":"1.0","type":"t","source":"{source}","id":"{id}"}}"#);
        assert_eq!(scene.send(facephi().body(&event, "")).await, 200);
    }
    assert_eq!(scene.runs(), 3);
}

#[test]
fn a_link_is_shown_to_nobody_who_does_not_ask() {
    let url = PresignedUrl::new("https://cdn.example/front?sig=secret");
    assert_eq!(format!("{url:?}"), "PresignedUrl(..)");
    assert_eq!(url.expose(), "https://cdn.example/front?sig=secret");
}

#[tokio::test]
async fn equal_events_have_equal_keys_in_every_way_of_writing_them() {
    let mut keys = Vec::new();
    for recipe in recipes().filter(|recipe| recipe.covers_all()) {
        for rewrite in [false, true] {
            let scene = Scene::of(recipe).await;
            let sent = facephi().recipe(recipe).send(Topic::IdCaptured);
            let sent = if rewrite { rewritten(sent) } else { sent };
            assert_eq!(scene.send(sent).await, 200);
            keys.push(scene.handled().pop().unwrap().key);
        }
    }
    assert!(keys.iter().all(|key| *key == keys[0]));
}
