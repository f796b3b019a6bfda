//! Unico Check: both shapes of the body, every mode without signature.

use std::time::Duration;

use hookgate::{
    Receiver, UnixTime,
    access::{Access, AllOf, AnyoneMayCall, ApiKey, HeaderSecrets},
    dedup::MemoryStore,
    pack::{Provider, Retries},
    providers::unico_check::{Event, Status, UnicoCheck, UnicoCheckSimulator},
    simulator::Sent,
};
use proptest::prelude::*;

use crate::props::{Call, Stage, decoded, event_key};

const ID: &str = "f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704";
/// As a customer's documentation shows it.
const DOCUMENTED: &str = r#"{
  "eventDate": "2023-04-19T13:10:00.1234567Z",
  "event": "update_process",
  "data": { "id": "f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704", "status": 3, "score": 14 }
}"#;

fn event(body: &str) -> Event {
    decoded(UnicoCheck::new(), body).unwrap().0
}

fn key_of(body: &str) -> String {
    decoded(UnicoCheck::new(), body).unwrap().1
}

fn key(parts: &[&str]) -> String {
    event_key("test", "unico-check", parts)
}

#[test]
fn the_documented_body_is_read_with_its_seven_digits() {
    let Event::ProcessUpdated(update) = event(DOCUMENTED) else {
        panic!("not an update");
    };
    assert_eq!(
        (update.id.as_str(), update.status, update.score),
        (ID, Status::Concluded, Some(14))
    );
    assert_eq!(update.event.as_deref(), Some("update_process"));
    assert_eq!(
        update.occurred_at,
        UnixTime::from_rfc3339("2023-04-19T13:10:00.123Z")
    );
    assert_eq!(update.raw.get(), DOCUMENTED);
    assert!(!format!("{update:?}").contains("14"));
}

#[test]
fn statuses_are_open_and_dates_are_optional() {
    for (status, expected) in [
        (2, Status::Divergence),
        (3, Status::Concluded),
        (4, Status::Cancelled),
        (5, Status::Error),
        (-7, Status::Other(-7)),
        (6, Status::Other(6)),
    ] {
        for body in [
            format!(r#"{{"id":"{ID}","status":{status}}}"#),
            format!(
                r#"{{"event":"update_process","data":{{"id":"{ID}","status":{status},"score":null}}}}"#
            ),
            format!(
                r#"{{"eventDate":"soon","event":"update_process","data":{{"id":"{ID}","status":{status}}}}}"#
            ),
        ] {
            let Event::ProcessUpdated(update) = event(&body) else {
                panic!("not an update: {body}");
            };
            assert_eq!(
                (update.status, update.score, update.occurred_at),
                (expected, None, None)
            );
        }
    }
}

#[test]
fn another_event_with_a_score_is_a_suspicious_score() {
    let body =
        format!(r#"{{"event":"score_changed","data":{{"id":"{ID}","score":-30,"cpf":"1"}}}}"#);
    let Event::SuspiciousScore(score) = event(&body) else {
        panic!("not a score");
    };
    assert_eq!(
        (score.id.as_str(), score.score, score.status),
        (ID, -30, None)
    );
    assert_eq!(
        (score.event.as_str(), score.raw.get()),
        ("score_changed", body.as_str())
    );
}

#[test]
fn what_is_neither_arrives_whole() {
    for body in [
        format!(r#"{{"event":"moon_landed","data":{{"id":"{ID}"}}}}"#),
        format!(r#"{{"event":"moon_landed","data":{{"id":"{ID}","status":3}}}}"#),
        format!(r#"{{"event":"update_process","data":{{"id":"{ID}"}}}}"#),
        format!(r#"{{"event":"update_process","data":{{"id":"{ID}","status":"3"}}}}"#),
        format!(r#"{{"event":"update_process","data":{{"id":"{ID}","status":3,"score":"high"}}}}"#),
        format!(r#"{{"id":"{ID}"}}"#),
    ] {
        let Event::Unrecognized(unrecognized) = event(&body) else {
            panic!("recognized: {body}");
        };
        assert_eq!(
            (unrecognized.id.as_str(), unrecognized.raw.get()),
            (ID, body.as_str())
        );
    }
}

#[test]
fn without_identity_there_is_no_event() {
    for body in [
        "",
        "[]",
        "{}",
        "{\"id\":7,\"status\":3}",
        "{\"id\":\"\",\"status\":3}",
        "{\"event\":\"update_process\",\"data\":[]}",
        "{\"event\":\"update_process\",\"data\":{}}",
        "{\"event\":7,\"data\":{\"id\":\"a\",\"status\":3}}",
        "{\"id\":\"a\",\"id\":\"b\",\"status\":3}",
        "{\"id\":\"a\",\"status\":3,\"status\":4}",
        "{\"event\":\"update_process\",\"data\":{\"id\":\"a\",\"status\":3,\"score\":1,\"score\":2}}",
        "{\"data\":{\"id\":\"a\",\"status\":3},\"data\":{\"id\":\"b\",\"status\":3}}",
    ] {
        assert!(decoded(UnicoCheck::new(), body).is_err(), "{body}");
    }
}

#[test]
fn the_key_has_shape_id_event_status_and_score_and_nothing_else() {
    assert_eq!(
        key_of(DOCUMENTED),
        key(&["enveloped", ID, "update_process", "3", "14"])
    );
    let later = DOCUMENTED
        .replace("2023-04-19", "2024-01-01")
        .replace(": 3", ":3");
    assert_eq!(key_of(&later), key_of(DOCUMENTED));
    let flat = format!(r#"{{"id":"{ID}","status":3}}"#);
    assert_eq!(key_of(&flat), key(&["flat", ID, "", "3", ""]));
    let null = format!(r#"{{"id":"{ID}","status":3,"score":null}}"#);
    assert_eq!(key_of(&null), key_of(&flat));
    for changed in [
        DOCUMENTED.replace("\"score\": 14", "\"score\": 15"),
        DOCUMENTED.replace("\"status\": 3", "\"status\": 4"),
        DOCUMENTED.replace("update_process", "score_changed"),
        DOCUMENTED.replace("f4dd6bc9", "f4dd6bca"),
    ] {
        assert_ne!(key_of(&changed), key_of(DOCUMENTED), "{changed}");
    }
    // Without a name it is the update of a process, so an empty one must not make another event of it.
    let (unnamed, empty) = (
        format!(r#"{{"id":"{ID}","status":3,"score":14}}"#),
        format!(r#"{{"id":"{ID}","event":"","status":3,"score":14}}"#),
    );
    assert_eq!(key_of(&unnamed), key_of(&empty));
    for body in [&unnamed, &empty] {
        assert!(matches!(event(body), Event::ProcessUpdated(_)), "{body}");
    }
    let distinct = |body: &str| {
        decoded(UnicoCheck::new().distinct_by_content(), body)
            .unwrap()
            .1
    };
    assert_ne!(distinct(&later), distinct(DOCUMENTED));
    assert_eq!(distinct(DOCUMENTED), distinct(DOCUMENTED));
}

async fn statuses(rule: impl Access, calls: &[Sent]) -> (Vec<u16>, usize) {
    let stage = Stage::of(UnicoCheck::new(), |builder| builder.access(rule)).await;
    let mut statuses = Vec::new();
    for sent in calls {
        statuses.push(stage.send(&Call::of(sent)).await.status);
    }
    (statuses, stage.script.runs())
}

#[tokio::test]
async fn every_mode_of_the_form_lets_in_its_own_and_nobody_else() {
    let nobody = UnicoCheckSimulator::new();
    let secret = nobody.clone().secret("Bearer a:b");
    let pairs = nobody
        .clone()
        .header("X-Client", "acme")
        .header("x-token", "1");
    let both = secret
        .clone()
        .header("x-client", "acme")
        .header("x-token", "1");
    let half = secret.clone().header("x-client", "acme");
    let sent: Vec<_> = [&nobody, &secret, &pairs, &both, &half]
        .map(|unico| unico.flat(ID, Status::Concluded))
        .into();
    let a_secret = || ApiKey::authorization("Bearer a:b");
    let two_pairs = || HeaderSecrets::new([("X-Client", "acme"), ("X-Token", "1")]);
    assert_eq!(
        statuses(AnyoneMayCall, &sent).await,
        (vec![200, 200, 200, 200, 200], 1)
    );
    assert_eq!(
        statuses(a_secret(), &sent).await,
        (vec![401, 200, 401, 200, 200], 1)
    );
    assert_eq!(
        statuses(two_pairs(), &sent).await,
        (vec![401, 401, 200, 200, 401], 1)
    );
    let rule = AllOf::of(a_secret()).and(two_pairs());
    assert_eq!(
        statuses(rule, &sent).await,
        (vec![401, 401, 401, 200, 401], 1)
    );
}

#[tokio::test]
async fn a_process_moves_on_and_a_second_score_change_is_not_swallowed() {
    let unico = UnicoCheckSimulator::new();
    let stage = Stage::of(UnicoCheck::new(), |builder| builder.access(AnyoneMayCall)).await;
    for (sent, runs) in [
        (unico.update_process(ID, Status::Divergence, None), 1),
        (unico.update_process(ID, Status::Divergence, None), 1),
        (unico.update_process(ID, Status::Concluded, Some(14)), 2),
        (unico.update_process(ID, Status::Concluded, Some(-3)), 3),
        (unico.update_process(ID, Status::Concluded, Some(14)), 3),
    ] {
        assert_eq!(stage.send(&Call::of(&sent)).await.status, 200);
        assert_eq!(stage.script.runs(), runs);
    }
}

#[tokio::test]
async fn statuses_that_nobody_wants_are_not_run_but_scores_are() {
    let unico = UnicoCheckSimulator::new();
    let pack = UnicoCheck::new().interested_in([Status::Concluded]);
    let stage = Stage::of(pack, |builder| builder.access(AnyoneMayCall)).await;
    let score =
        format!(r#"{{"event":"score_changed","data":{{"id":"{ID}","score":1,"status":2}}}}"#);
    for (sent, runs) in [
        (unico.update_process(ID, Status::Divergence, None), 0),
        (unico.update_process(ID, Status::Other(8), None), 0),
        (unico.update_process(ID, Status::Concluded, None), 1),
        (unico.body(score), 2),
    ] {
        assert_eq!(stage.send(&Call::of(&sent)).await.status, 200);
        assert_eq!(stage.script.runs(), runs);
    }
}

#[test]
fn the_retention_covers_the_forms_attempts_and_a_rule_is_needed() {
    let pack = UnicoCheck::new().attempts(10, Duration::from_secs(300));
    assert_eq!(
        pack.profile().retries,
        Retries::For(Duration::from_secs(2700))
    );
    let store = MemoryStore::with_capacity(1);
    assert!(
        Receiver::new("test", UnicoCheck::new())
            .dedup(store)
            .build()
            .is_err()
    );
}

proptest! {
    #[test]
    fn different_facts_are_different_events(
        one in (any::<bool>(), "[a-z]{1,3}", 0_i64..4, prop::option::of(-2_i64..2)),
        other in (any::<bool>(), "[a-z]{1,3}", 0_i64..4, prop::option::of(-2_i64..2)),
    ) {
        let body = |(flat, id, status, score): &(bool, String, i64, Option<i64>)| {
            let score = score.map_or(String::new(), |score| format!(",\"score\":{score}"));
            let data = format!("{{\"id\":\"{id}\",\"status\":{status}{score}}}");
            if *flat { data } else { format!("{{\"event\":\"update_process\",\"data\":{data}}}") }
        };
        prop_assert_eq!(key_of(&body(&one)) == key_of(&body(&other)), one == other);
    }

    #[test]
    fn no_body_panics(body in "[\\[\\]{}\":,a-z0-9 ]{0,60}") {
        let _ = decoded(UnicoCheck::new(), &body);
    }
}
