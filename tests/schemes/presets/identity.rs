//! What makes two deliveries of a preset one event.

use hookgate::Rejection;

use crate::props::presets::{linear, stripe, vectors};

/// The body says whether it is JSON or a form: the media type is not signed.
#[tokio::test]
async fn the_media_type_of_slack_makes_no_new_event() {
    for vector in vectors("slack") {
        for media_type in ["application/json", "application/x-www-form-urlencoded"] {
            let changed = vector.with_header("content-type", media_type);
            assert_eq!(vector.key().await, changed.key().await, "{media_type}");
        }
    }
}

#[tokio::test]
async fn stripes_events_are_told_apart_by_their_id_or_else_their_bytes() {
    let first = stripe(r#"{"id":"evt_1","pending_webhooks":2}"#).key().await;
    let retry = stripe(r#"{"pending_webhooks":1,"id":"evt_1"}"#).key().await;
    let other = stripe(r#"{"id":"evt_2","pending_webhooks":2}"#).key().await;
    assert_eq!(first, retry);
    assert_ne!(first, other);

    let bare = stripe(r#"{"object":"event"}"#).key().await;
    assert_eq!(bare, stripe(r#"{"object":"event"}"#).key().await);
    assert_ne!(bare, stripe(r#"{"object": "event"}"#).key().await);
    let nested = stripe(r#"{"data":{"id":"evt_1"}}"#).key().await;
    assert_ne!(first, nested);
}

#[tokio::test]
async fn an_id_that_stands_twice_is_refused() {
    let twice = stripe(r#"{"id":"evt_1","id":"evt_2"}"#);
    let refused = twice.admit().await.err();
    assert!(matches!(refused, Some(Rejection::Undecodable(_))));
}

#[tokio::test]
async fn attempts_of_linear_that_differ_in_their_time_alone_are_one_event() {
    let at = 1_677_611_643;
    let first = linear(&format!(
        r#"{{"type":"Issue","data":{{"id":"a"}},"webhookTimestamp":{at}000}}"#
    ));
    let again = linear(&format!(
        r#"{{"type":"Issue","data":{{"id":"a"}},"webhookTimestamp":{}500}}"#,
        at + 61
    ));
    let first_in_body = linear(&format!(
        r#"{{"webhookTimestamp":{at}001,"type":"Issue","data":{{"id":"a"}}}}"#
    ));
    let key = first.key().await;
    assert_eq!(key, again.key().await);
    assert_eq!(key, first_in_body.key().await);

    for other in [
        r#"{"type":"Issue","data":{"id":"b"},"webhookTimestamp":1677611643000}"#,
        r#"{"type":"Issue","data":{"id":"a","webhookTimestamp":1},"webhookTimestamp":1677611643000}"#,
        r#"{"type":"Comment","data":{"id":"a"},"webhookTimestamp":1677611643000}"#,
    ] {
        assert_ne!(key, linear(other).key().await, "{other}");
    }
}
