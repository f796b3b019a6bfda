//! Data that must not be shown. Tests look for it.

/// This text stands in every value that must not be shown.
pub(crate) const CANARY: &str = "CANARY";

/// A user with personal data in every place, and a presigned address.
pub(crate) fn personal(event: &str, n: u64) -> String {
    format!(
        r#"{{"event":"{event}","createdAt":"2026-11-21T23:35:15.000Z","hookId":"h{n}","userAgent":"CANARY-AGENT","userIp":"CANARY-IP","userId":"CANARY-ID","user":{{"id":"CANARY-ID","primaryEmail":"CANARY@example.com","name":"CANARY-NAME","avatar":"https://cdn.example.com/a?sig=CANARY-PRESIGNED"}},"data":{{"id":7,"name":"CANARY-NAME"}},"token":"CANARY-TOKEN"}}"#
    )
}

#[track_caller]
pub(crate) fn quiet(what: &str, text: &str) {
    assert!(!text.contains(CANARY), "{what}: {text}");
}
