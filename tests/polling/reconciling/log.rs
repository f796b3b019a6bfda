//! What the log may hold beside events of the hook.

use std::time::Duration;

use hookgate::UnixTime;
use serde_json::{Value, json};

use super::server::{HOOK, Logto, body, entry, lost, shown};
use crate::props::{now, soon};

fn ago(secs: u64) -> UnixTime {
    now().saturating_sub(Duration::from_secs(secs))
}

#[tokio::test]
async fn an_entry_that_shows_no_event_of_the_hook_is_left_out_and_the_others_are_not() {
    let logto = Logto::start().await;
    let without_body = {
        let mut entry = lost(1);
        entry["payload"]["hookRequest"] = json!({});
        entry
    };
    let without_payload = json!({"id": "l", "createdAt": now().as_millis()});
    let foreign = entry(
        &shown(&body(2, ago(1)).replace(HOOK, "foreign")),
        ago(1),
        true,
    );
    let mut timeless = shown(&body(3, ago(1)));
    timeless["createdAt"] = json!("yesterday");
    let mut none = shown(&body(4, ago(1)));
    none.as_object_mut().unwrap().remove("event");
    let twice = lost(5).to_string().replace(
        r#""isDefault":false"#,
        r#""isDefault":false,"isDefault":true"#,
    );
    let hooks = lost(6)
        .to_string()
        .replace(r#""hookId""#, r#""hookId":"x","hookId""#);
    let mut deep = shown(&body(7, ago(1)));
    deep["data"]["nested"] =
        serde_json::from_str(&format!("{}1{}", "[".repeat(120), "]".repeat(120))).unwrap();
    let deeper = entry(&deep, ago(1), true).to_string();
    let deeper = deeper
        .replacen("[[[[", &"[".repeat(40), 1)
        .replacen("]]]]", &"]".repeat(40), 1);
    let strange = [
        without_body.to_string(),
        without_payload.to_string(),
        foreign.to_string(),
        entry(&timeless, ago(1), true).to_string(),
        entry(&none, ago(1), true).to_string(),
        twice,
        hooks,
        deeper,
        "null".to_owned(),
        "[]".to_owned(),
        r#"{"payload":7}"#.to_owned(),
        r#"{"payload":{"hookRequest":{"body":"text"}}}"#.to_owned(),
    ];
    for text in &strange {
        logto.logs(text);
    }
    logto.logs(lost(8));
    let report = soon(logto.reconciler().once()).await.unwrap();
    assert_eq!(report.unreadable, strange.len(), "{report:?}");
    assert_eq!(
        (report.handled, logto.runs()[0].path.as_str()),
        (1, "/roles/8")
    );
    assert!(report.is_whole);
}

/// The mark of an older one may have gone: nobody would know that it was handled.
#[tokio::test]
async fn an_event_that_is_older_than_the_window_is_left_alone() {
    let logto = Logto::start().await;
    for (n, age) in [(1, 23 * 3600 + 1), (2, 23 * 3600 - 1), (3, 25 * 3600)] {
        // What Logto wrote down late.
        logto.logs(entry(&shown(&body(n, ago(age))), ago(10), true));
    }
    let report = soon(logto.reconciler().once()).await.unwrap();
    assert_eq!((report.too_old, report.handled), (2, 1));
    assert_eq!(logto.runs()[0].path, "/roles/2");
}

/// The endpoint got its canonical identity then: what it had handled before has other keys.
#[tokio::test]
async fn an_event_from_before_a_named_moment_is_left_alone() {
    let logto = Logto::start().await;
    for (n, age) in [(1, 3601), (2, 3600)] {
        logto.logs(entry(&shown(&body(n, ago(age))), ago(age), true));
    }
    let building = logto.building(Logto::pack()).since(ago(3600));
    let report = soon(building.build().unwrap().once()).await.unwrap();
    assert_eq!((report.too_old, report.handled), (1, 1));
    assert_eq!(logto.runs()[0].path, "/roles/2");
}

#[tokio::test]
async fn an_event_that_is_larger_than_the_receiver_takes_is_left_out() {
    let logto = Logto::start().await;
    let mut large = shown(&body(1, ago(1)));
    large["data"]["description"] = Value::String("x".repeat(1024 * 1024));
    logto.logs(entry(&large, ago(1), true));
    logto.logs(lost(2));
    let report = soon(logto.reconciler().once()).await.unwrap();
    assert_eq!((report.unreadable, report.handled), (1, 1));
}

/// Strangers fill their own profiles. One page of that must not hide what else is lost.
#[tokio::test]
async fn a_page_that_is_too_large_is_read_entry_by_entry() {
    let logto = Logto::start().await;
    let mut large = shown(&body(1, ago(1)));
    large["data"]["description"] = Value::String("x".repeat(17 * 1024 * 1024));
    logto.logs(lost(2));
    logto.logs(entry(&large, ago(1), true));
    logto.logs(lost(3));
    let report = soon(logto.reconciler().once()).await.unwrap();
    assert_eq!((report.unreadable, report.handled, report.read), (1, 2, 3));
    assert!(report.is_whole);
}
