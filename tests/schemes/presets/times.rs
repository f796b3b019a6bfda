//! Which time of a delivery counts, and what is wrong with one.

use hookgate::{Rejection, UnixTime, providers::preset::PresetSimulator};

use crate::props::presets::linear;

#[tokio::test]
async fn a_time_of_the_attempt_in_the_body_is_one_or_refused() {
    let with = |time: &str| linear(&format!(r#"{{"type":"Issue","webhookTimestamp":{time}}}"#));
    let at = UnixTime::from_millis(1_677_611_643_500);
    for time in ["1677611643500", "\"1677611643500\""] {
        assert_eq!(with(time).delivery().await.sent_at(), Some(at), "{time}");
    }
    // There is none. Without it, a captured delivery would have no end.
    for time in ["null", "\"\"", "0"] {
        let refused = with(time).admit().await.err();
        assert_eq!(refused, Some(Rejection::MissingTimestamp), "{time}");
    }
    for body in [
        r#"{"type":"Issue"}"#,
        r#"{"data":{"webhookTimestamp":1677611643500}}"#,
        "[]",
        "no JSON",
    ] {
        let refused = linear(body).admit().await.err();
        assert_eq!(refused, Some(Rejection::MissingTimestamp), "{body}");
    }
    for time in [
        "1677611643.5",
        "1.6e12",
        "\"2023-02-28T19:14:03Z\"",
        "{}",
        "true",
        "1677611643500,\"webhookTimestamp\":1677611643500",
    ] {
        let refused = with(time).admit().await.err();
        assert_eq!(refused, Some(Rejection::MalformedTimestamp), "{time}");
    }
    let refused = with("1677611943001").admit().await.err();
    assert!(matches!(refused, Some(Rejection::TimestampInFuture { .. })));
    // Seconds in the place of milliseconds are January 1970.
    let refused = with("1677611643").admit().await.err();
    assert!(matches!(refused, Some(Rejection::TimestampTooOld { .. })));
}

#[test]
fn a_time_of_the_attempt_is_written_into_the_body_that_is_sent() {
    let at = UnixTime::from_millis(1_700_000_000_123);
    let linear = PresetSimulator::linear("secret");
    for (given, sent) in [
        (
            r#"{"a": 1, "webhookTimestamp": 5}"#,
            r#"{"a": 1, "webhookTimestamp": 1700000000123}"#,
        ),
        (
            r#"{"webhookTimestamp":"5","a":1}"#,
            r#"{"webhookTimestamp":1700000000123,"a":1}"#,
        ),
        (r#"{"a":1}"#, r#"{"a":1,"webhookTimestamp":1700000000123}"#),
        (r#"{ } "#, r#"{ "webhookTimestamp":1700000000123}"#),
        ("no JSON", "no JSON"),
        ("[1]", "[1]"),
    ] {
        assert_eq!(linear.send(at, given).body, sent);
    }
}
