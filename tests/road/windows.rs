//! Which time must be inside the window, where a pack of an application's own gives one, both or none.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    Rejection, Secret, UnixTime,
    access::AnyoneMayCall,
    pack::{
        Authenticated, Contents, LiveKeys, Provider, RawRequest, SenderProfile, TimeKind,
        Undecodable,
    },
    providers::{facephi::Facephi, logto::Logto, preset::Preset, unico_check::UnicoCheck},
    schemes::Verified,
    tenants::Keys,
};

use crate::props::{self, Call, Puppet, Stage, logto, now};

const PAST: Duration = Duration::from_secs(600);
const FUTURE: Duration = Duration::from_secs(300);
const SECOND: Duration = Duration::from_secs(1);

/// An event that says when it occurred.
fn dated(word: &str, at: UnixTime) -> Call {
    Call::post("/hook", format!("{word} at={}", at.as_secs()))
}

/// Both limits are inside. Beyond them the answer is 401, and nothing runs.
async fn keeps_its_window(stage: &Stage) {
    for (word, at, status) in [
        ("older", now().saturating_sub(PAST + SECOND), 401),
        ("newer", now().saturating_add(FUTURE + SECOND), 401),
        ("oldest", now().saturating_sub(PAST), 200),
        ("newest", now().saturating_add(FUTURE), 200),
        ("fresh", now(), 200),
    ] {
        let reply = stage.send(&dated(word, at)).await;
        assert_eq!(reply.status, status, "{word}");
    }
    assert_eq!(stage.script.runs(), 3);
}

#[tokio::test]
async fn an_events_own_time_is_checked_by_a_window_that_was_set_though_the_profile_names_no_time() {
    assert_eq!(Puppet::default().profile().time, TimeKind::NotSigned);
    let stage = Stage::of(Puppet::default(), |builder| builder.past(PAST)).await;
    keeps_its_window(&stage).await;
    let stage = Stage::of(Puppet::default(), |builder| {
        let retention = PAST + FUTURE + Duration::from_secs(60);
        builder.future(FUTURE).retention(retention)
    })
    .await;
    keeps_its_window(&stage).await;
}

#[tokio::test]
async fn without_a_window_no_time_of_such_a_pack_is_checked() {
    let stage = Stage::of(Puppet::default(), |builder| builder).await;
    assert_eq!(stage.receiver.window(), None);
    let reply = stage.send(&dated("old", UnixTime::from_secs(1))).await;
    assert_eq!(reply.status, 200);
}

#[tokio::test]
async fn a_time_that_is_there_and_cannot_be_read_is_refused_where_times_are_checked() {
    let unreadable = |word: &str| Call::post("/hook", format!("{word} at=yesterday"));
    let stage = Stage::of(Puppet::default(), |builder| builder.past(PAST)).await;
    for word in ["thing", "odd", "unknown", "unwanted"] {
        assert_eq!(stage.send(&unreadable(word)).await.status, 401, "{word}");
    }
    assert_eq!(stage.script.runs(), 0);
    // A receiver that checks no time takes any age, so an unknown age is no worse.
    let stage = Stage::of(Puppet::default(), |builder| builder).await;
    assert_eq!(stage.send(&unreadable("thing")).await.status, 200);
    let stage = Stage::of(Puppet::default(), |builder| {
        builder.past(PAST).without_time_check()
    })
    .await;
    assert_eq!(stage.send(&unreadable("thing")).await.status, 200);
}

const KEY: &str = "N0tASecretForAnyone0123456789abc";

fn secret() -> Secret {
    Secret::utf8(KEY).unwrap()
}

/// A member `name` with this JSON, or none.
fn member(name: &str, json: Option<&str>) -> String {
    json.map_or(String::new(), |json| format!(",\"{name}\":{json}"))
}

/// Logto's: one of a known type, one of an unknown type.
fn of_logto(id: &str, json: Option<&str>) -> [Call; 2] {
    ["PostSignIn", "Some.New.Event"].map(|name| {
        let created_at = member("createdAt", json);
        let body = format!(
            "{{\"event\":\"{name}\",\"sessionId\":\"{id}\",\"userId\":\"u\",\"hookId\":\"h\"{created_at}}}"
        );
        logto::signed(body, KEY)
    })
}

/// Facephi's: one with data of its type, one of an unknown type.
fn of_facephi(id: &str, json: Option<&str>) -> [Call; 2] {
    ["operation_finished", "unheard_of"].map(|name| {
        let data = r#"{"status":"SUCCEEDED","reason":""}"#;
        let signed = format!(
            r#"{{"specversion":"1.0","type":"com.idv_suite.api.workflows.{name}.v1","source":"/s","id":"{name}-{id}"{},"data":{data}"#,
            member("time", json)
        );
        let mac = props::hmac_sha256(KEY.as_bytes(), format!("{signed}}}").as_bytes());
        let mac = STANDARD.encode(mac);
        Call::post("/hook", format!("{signed},\"signature\":\"{mac}\"}}"))
            .with("content-type", "application/cloudevents+json")
    })
}

/// PagerDuty's: one of a known type, one of an unknown type. The application's type is any JSON.
fn of_pagerduty(id: &str, json: Option<&str>) -> [Call; 2] {
    ["incident.triggered", "incident.unheard_of"].map(|name| {
        let occurred_at = member("occurred_at", json);
        let body =
            format!(r#"{{"event":{{"id":"{name}-{id}","event_type":"{name}"{occurred_at}}}}}"#);
        let mac = props::hmac_sha256(KEY.as_bytes(), body.as_bytes());
        let mac: String = mac.iter().map(|byte| format!("{byte:02x}")).collect();
        Call::post("/hook", body)
            .with("content-type", "application/json")
            .with("x-pagerduty-signature", format!("v1={mac}"))
    })
}

/// Unico's: one in the envelope, one that is not recognised.
fn of_unico(id: &str, json: Option<&str>) -> [Call; 2] {
    let date = member("eventDate", json);
    [
        format!(r#"{{"event":"update_process","data":{{"id":"{id}","status":3}}{date}}}"#),
        format!(r#"{{"event":"unheard_of","data":{{"id":"{id}"}}{date}}}"#),
    ]
    .map(|body| Call::post("/hook", body).with("content-type", "application/json"))
}

/// Makes two deliveries of a sender whose time is this JSON.
type Of = fn(&str, Option<&str>) -> [Call; 2];

/// The status of both, which must be the same, and whether their handlers ran.
async fn answer(stage: &Stage, of: Of, id: &str, json: Option<&str>) -> (u16, bool) {
    let before = stage.script.runs();
    let [first, second] = of(id, json);
    let status = stage.send(&first).await.status;
    assert_eq!(stage.send(&second).await.status, status, "{json:?}");
    let runs = stage.script.runs() - before;
    assert!(runs == 0 || runs == 2, "{json:?}");
    (status, runs == 2)
}

/// Times that broken senders may write, and that nothing reads.
const UNREADABLE: [&str; 12] = [
    "\"yesterday\"",
    "\" \"",
    "\"0001-01-01T00:00:00.\"",
    "\"0001-01-01T00:00:01\"",
    "\"null\"",
    "\"2026-11-21\"",
    "\"2026-11-21X23:35:15Z\"",
    "\"2026-11-21T23:35:15\"",
    "1795304115",
    "false",
    "{}",
    "[\"2026-11-21T23:35:15Z\"]",
];

async fn refuses_what_cannot_be_read(strict: Stage, relaxed: Stage, of: Of, name: &str) {
    for (place, json) in UNREADABLE.into_iter().enumerate() {
        let id = format!("unreadable-{place}");
        let json = Some(json);
        assert_eq!(
            answer(&strict, of, &id, json).await,
            (401, false),
            "{json:?}"
        );
        assert_eq!(
            answer(&relaxed, of, &id, json).await,
            (200, true),
            "{json:?}"
        );
    }
    let fresh = format!("\"{}\"", now().to_rfc3339());
    // If a body has two, neither counts.
    let twice = format!("{fresh},\"{name}\":{fresh}");
    let (status, ran) = answer(&strict, of, "twice", Some(&twice)).await;
    assert!(matches!(status, 400 | 401) && !ran, "{status}");
    for (id, json) in [
        ("none", None),
        ("null", Some("null")),
        ("epoch", Some("\"1970-01-01T00:00:00Z\"")),
        ("empty", Some("\"\"")),
        ("least of .NET", Some("\"0001-01-01T00:00:00\"")),
        ("in parts", Some("\"0001-01-01T00:00:00.0000000\"")),
        ("in UTC", Some("\"0001-01-01T00:00:00Z\"")),
        ("in parts, in UTC", Some("\"0001-01-01T00:00:00.000Z\"")),
        ("of an offset", Some("\"0001-01-01T00:00:00+00:00\"")),
        ("fresh", Some(&*fresh)),
    ] {
        assert_eq!(answer(&strict, of, id, json).await, (200, true), "{id}");
    }
    let old = "\"2020-01-01T00:00:00Z\"";
    assert_eq!(answer(&strict, of, "old", Some(old)).await, (401, false));
    let codes = |stage: &Stage| -> Vec<_> {
        let findings = stage.receiver.check();
        findings.iter().map(hookgate::Finding::code).collect()
    };
    assert!(codes(&relaxed).contains(&"accepts_unreadable_time"));
    assert!(!codes(&strict).contains(&"accepts_unreadable_time"));
}

#[tokio::test]
async fn logto_refuses_a_created_at_that_cannot_be_read_unless_told_otherwise() {
    let stage = |pack| Stage::of(pack, |builder| builder);
    let strict = stage(Logto::new(secret())).await;
    let relaxed = stage(Logto::new(secret()).accept_unreadable_time()).await;
    refuses_what_cannot_be_read(strict, relaxed, of_logto, "createdAt").await;
}

#[tokio::test]
async fn facephi_refuses_a_time_that_cannot_be_read_unless_told_otherwise() {
    let stage = |pack| Stage::of(pack, |builder| builder);
    let strict = stage(Facephi::new(secret())).await;
    let relaxed = stage(Facephi::new(secret()).accept_unreadable_time()).await;
    refuses_what_cannot_be_read(strict, relaxed, of_facephi, "time").await;
}

#[tokio::test]
async fn a_preset_refuses_a_time_of_the_event_that_cannot_be_read_unless_told_otherwise() {
    let stage = |pack| Stage::of(pack, |builder| builder);
    let strict = stage(Preset::pagerduty(secret())).await;
    let relaxed = stage(Preset::pagerduty(secret()).accept_unreadable_time()).await;
    refuses_what_cannot_be_read(strict, relaxed, of_pagerduty, "occurred_at").await;
}

#[tokio::test]
async fn unico_check_refuses_a_date_that_cannot_be_read_where_a_window_is_set() {
    let stage = |pack| Stage::of(pack, |builder| builder.access(AnyoneMayCall).past(PAST));
    let strict = stage(UnicoCheck::new()).await;
    let relaxed = stage(UnicoCheck::new().accept_unreadable_time()).await;
    refuses_what_cannot_be_read(strict, relaxed, of_unico, "eventDate").await;
}

#[tokio::test]
async fn that_unreadable_times_are_accepted_is_only_said_where_times_are_checked() {
    let said = async |pack: Logto, checks: bool| {
        let stage = Stage::of(pack, |builder| match checks {
            true => builder,
            false => builder.without_time_check(),
        });
        let findings = stage.await.receiver.check();
        findings
            .iter()
            .any(|it| it.code() == "accepts_unreadable_time")
    };
    let relaxed = || Logto::new(secret()).accept_unreadable_time();
    assert!(said(relaxed(), true).await);
    assert!(!said(relaxed(), false).await);
    // Without a window nothing checks the date of Unico's notifications.
    let unico = UnicoCheck::new().accept_unreadable_time();
    let stage = Stage::of(unico, |builder| builder.access(AnyoneMayCall)).await;
    let findings = stage.receiver.check();
    assert!(
        findings
            .iter()
            .all(|it| it.code() != "accepts_unreadable_time")
    );
}

#[test]
fn date_and_time_are_parted_by_t_or_a_space_and_by_nothing_else() {
    let expected = UnixTime::from_rfc3339("2026-11-28T16:00:00Z");
    assert_eq!(expected, Some(UnixTime::from_secs(1_795_881_600)));
    for between in (0..=u8::MAX).map(char::from).chain(['٠', '\u{2028}']) {
        let read = UnixTime::from_rfc3339(&format!("2026-11-28{between}16:00:00Z"));
        let is_taken = matches!(between, 'T' | 't' | ' ');
        assert_eq!(read, expected.filter(|_| is_taken), "{between:?}");
    }
}

/// Its requests are signed at a time only where they say so.
struct SometimesSigned;

impl Provider for SometimesSigned {
    type Event = String;

    fn name(&self) -> &str {
        "sometimes-signed"
    }

    fn profile(&self) -> SenderProfile {
        let mut profile = Puppet::default().profile();
        profile.time = TimeKind::SentAt;
        profile.past = Some(PAST);
        profile
    }

    fn keys(&self) -> Keys {
        Keys::NotNeeded
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let verified = Puppet::default().verify(request, keys)?;
        let is_signed_now = request.body.starts_with(b"signed-now");
        Ok(verified.with_sent_at(is_signed_now.then(now)))
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<String>, Undecodable> {
        Puppet::default().decode(authenticated)
    }
}

#[tokio::test]
async fn an_events_own_time_is_checked_where_the_attempt_has_none() {
    let stage = Stage::of(SometimesSigned, |builder| builder).await;
    keeps_its_window(&stage).await;
    // Where it has one, that says how fresh the delivery is, however old its event.
    let old = now().saturating_sub(PAST * 100);
    let reply = stage.send(&dated("signed-now", old)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(stage.script.runs(), 4);
}
