//! Tokens that show who calls: where they stand, when they are judged, and what they never prove.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use bytes::Bytes;
use hookgate::{
    Ack, BuildError, Delivery, Key, Keyring, Nack, Reason, Receiver, Rejection, Secret, UnixTime,
    dedup::MemoryStore,
    framework::{BodyBroken, BodySource},
    inbox::MemoryInbox,
    json::{Json, Payload},
    keys::{JwsAlgorithm, LiveKeys, VerifyingKey},
    pack::{Head, Keys, RawRequest, Scheme},
    providers::{
        known::{self, KnownSender, Proof},
        preset::{Preset, PresetSimulator},
    },
    schemes::{AccessTokenConfig, OneTimeTokenConfig, SchemeConfig},
    simulator::{SampleId, Sent, Signer},
    testing::FakeClock,
    time::Timer,
};
use http::HeaderName;
use proptest::{collection::vec, prelude::*, sample::select};
use serde_json::json;

use crate::props::{
    Call, Stage, at_once, hex, hmac_sha256, now,
    presets::{preset_of, presets},
    vector,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const TOKEN: &str = "a token of both ends";

fn scheme(config: impl Into<SchemeConfig>) -> Box<dyn Scheme> {
    config.into().try_into().unwrap()
}

/// The id of the key that matched, at `now`.
fn judged(
    pack: Preset,
    now: UnixTime,
    headers: &[(&str, &str)],
    body: impl BodySource,
) -> Result<String, Rejection> {
    let clock = FakeClock::at(now);
    let receiver = Receiver::new("tokens", pack)
        .dedup(MemoryStore::with_clock(10, clock.clone()))
        .clock(clock.clone())
        .build()
        .unwrap();
    let timer: Arc<dyn Timer> = Arc::new(clock);
    let headers: Vec<_> = [("content-type", "application/json")]
        .into_iter()
        .chain(headers.iter().copied())
        .collect();
    let head = Head::new("POST", "/", &headers);
    let judged = at_once(receiver.judge().admit(head, body, &timer))?;
    Ok(judged.admitted().unwrap().first().key_id().to_owned())
}

fn under(
    config: AccessTokenConfig,
    headers: &[(&str, &str)],
    body: &str,
) -> Result<String, Rejection> {
    let ring = Keyring::new([
        Key::new("old", Secret::utf8("an older token").unwrap()).until(NOW),
        Key::new("new", Secret::utf8(TOKEN).unwrap()),
        Key::new("next", Secret::utf8("another token").unwrap()),
    ]);
    let pack = Preset::custom("tokens", scheme(config), ring.unwrap());
    judged(pack, NOW, headers, Some(Bytes::from(body.to_owned())))
}

#[test]
fn a_token_in_a_header_must_stand_once_and_be_a_live_key() {
    let header = || AccessTokenConfig::header("X-Token");
    let with = |value| under(header(), &[("x-token", value)], "{}");
    assert_eq!(with(TOKEN), Ok("new".to_owned()));
    assert_eq!(with("another token"), Ok("next".to_owned()));
    let denied = Err(Rejection::AccessDenied);
    for wrong in [
        "an older token",
        "A token of both ends",
        "a token of both end",
        "a token of both ends, another token",
        "",
    ] {
        assert_eq!(with(wrong), denied, "{wrong}");
    }
    assert_eq!(under(header(), &[], "{}"), Err(Rejection::AccessMissing));
    let twice = [("x-token", TOKEN), ("X-Token", TOKEN)];
    assert_eq!(under(header(), &twice, "{}"), denied);
    // It covers nothing: any body goes.
    for body in ["", "[", r#"{"id":"1"}"#] {
        assert!(under(header(), &[("x-token", TOKEN)], body).is_ok());
    }
}

#[test]
fn a_token_of_each_item_must_be_there_and_right() {
    let each = || AccessTokenConfig::each_of("/value", "/state/token");
    let item = |token: &str| json!({"state": {"token": token}});
    let with = |body: serde_json::Value| under(each(), &[], &body.to_string());
    let right = || item(TOKEN);
    assert_eq!(with(json!({"value": [right()]})), Ok("new".to_owned()));
    // The first one's.
    let mixed = json!({"value": [item("another token"), right()]});
    assert_eq!(with(mixed), Ok("next".to_owned()));
    for (body, why) in [
        (json!({}), Rejection::AccessMissing),
        (json!({"value": []}), Rejection::AccessMissing),
        (json!({"value": right()}), Rejection::AccessMissing),
        (json!({"value": [right(), {}]}), Rejection::AccessMissing),
        (json!({"value": [right(), []]}), Rejection::AccessMissing),
        (json!({"value": [{}, right()]}), Rejection::AccessMissing),
        (
            json!({"value": [right(), item("")]}),
            Rejection::AccessMissing,
        ),
        (
            json!({"value": [right(), item("no")]}),
            Rejection::AccessDenied,
        ),
        (
            json!({"value": [item("no"), right()]}),
            Rejection::AccessDenied,
        ),
        (json!([right()]), Rejection::AccessMissing),
    ] {
        assert_eq!(with(body.clone()), Err(why), "{body}");
    }
    let twice = format!(r#"{{"value":[{0}],"value":[{0}]}}"#, right());
    assert_eq!(under(each(), &[], &twice), Err(Rejection::AccessDenied));
    let cut = format!(r#"{{"value":[{}]"#, right());
    assert_eq!(under(each(), &[], &cut), Err(Rejection::AccessMissing));
}

/// Members, each a name and a value as they are written.
type Written = Vec<(&'static str, &'static str)>;

/// An item as it is written: an object, or something else.
fn item() -> impl Strategy<Value = Result<Written, &'static str>> {
    let name = select(vec!["\"t\"", "\"\\u0074\"", "\"u\"", "\"T\""]);
    let value = vec![
        "\"k\"",
        "\"\\u006b\"",
        "\"x\"",
        "\"k \"",
        "\"\"",
        "null",
        "[\"k\"]",
    ];
    // Mostly the right one.
    let right = Just(Ok(vec![("\"t\"", "\"k\"")]));
    let members = vec((name, select(value)), 0..3).prop_map(Ok);
    let other = select(vec!["1", "[]", "\"k\"", "null"]).prop_map(Err);
    prop_oneof![4 => right, 3 => members, 1 => other]
}

fn written(item: &Result<Written, &str>) -> String {
    match item {
        Err(other) => (*other).to_owned(),
        Ok(members) => {
            let members = members.iter();
            let members: Vec<_> = members
                .map(|(name, value)| format!("{name}: {value}"))
                .collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn has_token(item: &Result<Written, &str>) -> bool {
    let is_token = |name: &str| ["\"t\"", "\"\\u0074\""].contains(&name);
    let Ok(members) = item else { return false };
    let mut tokens = members.iter().filter(|(name, _)| is_token(name));
    let right = |(_, value): &(&str, &str)| ["\"k\"", "\"\\u006b\""].contains(value);
    tokens.next().is_some_and(right) && tokens.next().is_none()
}

proptest! {
    /// However it is written, and whatever stands beside it.
    #[test]
    fn a_list_is_believed_exactly_when_each_item_shows_the_token(
        lists in vec(vec(item(), 0..4), 0..3), behind in select(vec!["", " ", "x", "{}"]),
    ) {
        let items = |list: &Vec<_>| list.iter().map(written).collect::<Vec<_>>().join(" ,");
        let lists_written: Vec<_> = lists.iter().map(|it| format!("\"value\":[{}]", items(it))).collect();
        let body = format!("{{{}}}{behind}", lists_written.join(","));
        let is_right = match &lists[..] {
            [list] => !list.is_empty() && list.iter().all(has_token) && behind.trim().is_empty(),
            _ => false,
        };
        let scheme = scheme(AccessTokenConfig::each_of("/value", "/t"));
        let keys = [Key::new("0", Secret::utf8("k").unwrap())];
        let headers: Vec<(&str, &str)> = Vec::new();
        let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
        let verified = scheme.verify(request, LiveKeys::new(&keys, NOW));
        prop_assert_eq!(verified.is_ok(), is_right, "{}", body);
    }

    #[test]
    fn no_body_makes_a_scheme_with_a_token_panic(body in any::<Vec<u8>>(), json in "[\\[\\]{}:,\"tk0 ]{0,40}") {
        let configs: [SchemeConfig; 3] = [
            AccessTokenConfig::member("/t").into(),
            AccessTokenConfig::each_of("/t", "/k").into(),
            OneTimeTokenConfig::new("/t", "/k", 16, "/s").into(),
        ];
        let keys = [Key::new("0", Secret::utf8("the token of nobody").unwrap())];
        let headers: Vec<(&str, &str)> = Vec::new();
        let head = Head::new("POST", "/", &headers);
        for config in configs {
            for body in [&body[..], json.as_bytes()] {
                let verified = scheme(config.clone());
                let verified = verified.verify(RawRequest::new(head, body), LiveKeys::new(&keys, NOW)).is_ok();
                prop_assert!(!verified);
            }
        }
    }
}

/// A body that nobody may read.
struct Unread;

impl BodySource for Unread {
    fn poll_chunk(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        panic!("the body was read")
    }
}

#[test]
fn a_token_of_the_head_is_judged_before_the_body_is_read() {
    for config in [
        AccessTokenConfig::header("x-token"),
        AccessTokenConfig::basic(),
    ] {
        let pack = || {
            let token = Secret::utf8("user:password").unwrap();
            Preset::custom("tokens", scheme(config.clone()), token)
        };
        let wrong = [
            ("x-token", "user:passwore"),
            ("authorization", "Basic dXNlcjpwYXNzd29yZQ=="),
        ];
        let denied = judged(pack(), NOW, &wrong, Unread);
        assert_eq!(denied, Err(Rejection::AccessDenied));
        let missing = judged(pack(), NOW, &[], Unread);
        assert_eq!(missing, Err(Rejection::AccessMissing));
        let right = [
            ("x-token", "user:password"),
            ("authorization", "basic dXNlcjpwYXNzd29yZA=="),
        ];
        assert!(judged(pack(), NOW, &right, Some(Bytes::new())).is_ok());
    }
}

/// A scheme is public: whoever calls `verify` alone must not be let in by what only the road asked before.
#[test]
fn verify_judges_a_token_of_the_head_by_itself() {
    let keys = [Key::new("0", Secret::utf8("user:password").unwrap())];
    let keys = LiveKeys::new(&keys, NOW);
    let (missing, denied) = (Err(Rejection::AccessMissing), Err(Rejection::AccessDenied));
    for (config, name, right, wrong) in [
        (
            AccessTokenConfig::header("x-token"),
            "x-token",
            "user:password",
            "user:passwore",
        ),
        (
            AccessTokenConfig::basic(),
            "authorization",
            "Basic dXNlcjpwYXNzd29yZA==",
            "Basic dXNlcjpwYXNzd29yZQ==",
        ),
    ] {
        let scheme = scheme(config);
        let verify = |headers: &[(&str, &str)]| {
            let headers = headers.to_vec();
            let head = Head::new("POST", "/", &headers);
            scheme.verify(RawRequest::new(head, b"{}"), keys).map(drop)
        };
        assert_eq!(verify(&[(name, right)]), Ok(()), "{name}");
        assert_eq!(verify(&[(name, wrong)]), denied, "{name}");
        assert_eq!(verify(&[(name, right), (name, right)]), denied, "{name}");
        assert_eq!(verify(&[]), missing, "{name}");
    }
}

/// The owner's fault, and not the sender's: the answer is another one.
#[test]
fn no_token_is_wrong_while_no_key_is_live() {
    let none = || Err(Rejection::NoLiveKey);
    let once = OneTimeTokenConfig::new("/t", "/k", 16, "/s");
    let configs: [(SchemeConfig, _); 5] = [
        (AccessTokenConfig::header("x-token").into(), none()),
        (AccessTokenConfig::basic().into(), none()),
        (AccessTokenConfig::member("/token").into(), none()),
        (
            AccessTokenConfig::each_of("/value", "/token").into(),
            none(),
        ),
        (once.into(), Ok(())),
    ];
    let ended = [Key::new("0", Secret::utf8(TOKEN).unwrap()).until(NOW)];
    let ended = LiveKeys::new(&ended, NOW);
    for (config, before_the_body) in configs {
        let scheme = scheme(config.clone());
        let signer = Signer::new(config.clone(), TOKEN).unwrap();
        let sent = Sent::new("/", [("x-other", "1")], r#"{"value":[{}]}"#);
        let sent = signer.sign(sent, "1", NOW).unwrap();
        let headers = sent.headers.iter();
        let headers: Vec<_> = headers.map(|(name, value)| (&**name, &**value)).collect();
        let head = Head::new("POST", "/", &headers);
        let checked = scheme.check_head(&head, ended);
        assert_eq!(checked, before_the_body, "{config:?}");
        let verified = scheme.verify(RawRequest::new(head, &sent.body), ended);
        assert_eq!(verified.map(drop), none(), "{config:?}");
    }
}

#[test]
fn settings_that_cannot_be_right_are_refused() {
    let refused = |config: SchemeConfig| Box::<dyn Scheme>::try_from(config).is_err();
    for config in [
        AccessTokenConfig::header("no name"),
        AccessTokenConfig::header(""),
        AccessTokenConfig::member("token"),
        AccessTokenConfig::member("/"),
        AccessTokenConfig::member("/a//b"),
        AccessTokenConfig::member("/a~0"),
        AccessTokenConfig::each_of("/value", "token"),
        AccessTokenConfig::each_of("", "/token"),
    ] {
        assert!(refused(config.clone().into()), "{config:?}");
    }
    let once = |time: &str, token: &str, length| OneTimeTokenConfig::new(time, token, length, "/s");
    for config in [
        once("/t", "/k", 15),
        once("/t", "/k", 257),
        once("/t", "/t", 50),
        once("/s", "/k", 50),
        once("t", "/k", 50),
    ] {
        assert!(refused(config.clone().into()), "{config:?}");
    }
    let text = r#"{"scheme":"access-token","at":{"each_of":{"list":"/value","member":"/token"}}}"#;
    let config: SchemeConfig = serde_json::from_str(text).unwrap();
    assert_eq!(
        config,
        AccessTokenConfig::each_of("/value", "/token").into()
    );
    let more = r#"{"scheme":"access-token","at":"basic","prefix":"x"}"#;
    assert!(serde_json::from_str::<SchemeConfig>(more).is_err());
}

#[test]
fn an_inbox_keeps_no_header_with_a_token() {
    let build = |kept: &'static str| {
        let pack = Preset::telegram(Secret::utf8(TOKEN).unwrap());
        Receiver::new("tokens", pack)
            .inbox_for_tests(MemoryInbox::new())
            .inbox_headers([HeaderName::from_static(kept)])
            .build()
    };
    let refused = build("x-telegram-bot-api-secret-token").unwrap_err();
    assert!(matches!(refused, BuildError::Receiver(why) if why.contains("no credentials")));
    assert!(build("x-other").is_ok());
}

/// What the owner of a receiver must be told, and what is claimed of nobody.
#[test]
fn every_row_with_a_token_says_that_it_is_access_only() {
    let mut rows = 0;
    for sender in known::ALL {
        if !matches!(sender.proof.value(), Proof::Token(_)) {
            continue;
        }
        rows += 1;
        let name = sender.name;
        let words = sender.proof_in_words();
        assert!(words.starts_with("access only: "), "{name}: {words}");
        let receiver = Receiver::new("tokens", Preset::of(sender, Secret::utf8(TOKEN).unwrap()))
            .dedup(MemoryStore::new())
            .build()
            .unwrap();
        let codes: Vec<_> = receiver.check().iter().map(|it| it.code()).collect();
        assert!(codes.contains(&"nothing_signed"), "{name}: {codes:?}");
    }
    assert!(rows >= 12, "{rows}");
    let github = Preset::github(Secret::utf8(TOKEN).unwrap());
    let github = Receiver::new("github", github).dedup(MemoryStore::new());
    let found = github.build().unwrap().check();
    assert!(found.iter().all(|it| it.code() != "nothing_signed"));
}

/// A token is a key, and a key of another kind is none.
#[test]
fn no_preset_is_built_without_a_key_of_its_sender() {
    let built = |sender: &KnownSender, keys: Keys| {
        let receiver = Receiver::new("tokens", preset_of(sender, keys));
        receiver.dedup(MemoryStore::new()).build().map(drop)
    };
    for sender in presets() {
        let name = sender.name;
        assert_eq!(
            built(sender, Keys::NotNeeded),
            Err(BuildError::NoKey),
            "{name}"
        );
        if matches!(sender.proof.value(), Proof::Token(_)) {
            let public = vector("signed_request/ed.pub.der");
            let public = VerifyingKey::der(public, [JwsAlgorithm::EdDsa]);
            let refused = built(sender, public.into());
            assert!(
                matches!(refused, Err(BuildError::UnfitKey(_))),
                "{name}: {refused:?}"
            );
        }
    }
}

const MAILGUN_KEY: &str = "key-0123456789abcdef";

/// As Mailgun's page says it, by another HMAC than the library's.
fn mailgun(time: &str, token: &str) -> String {
    let signed = format!("{time}{token}");
    let mac = hex(&hmac_sha256(MAILGUN_KEY.as_bytes(), signed.as_bytes()));
    let signature = json!({"timestamp": time, "token": token, "signature": mac});
    json!({"signature": signature, "event-data": {"id": "e-1", "event": "opened"}}).to_string()
}

fn of_mailgun(now: i64, body: &str) -> Result<String, Rejection> {
    let pack = Preset::mailgun(Secret::utf8(MAILGUN_KEY).unwrap());
    let body = Some(Bytes::from(body.to_owned()));
    judged(pack, UnixTime::from_secs(now), &[], body)
}

const MAILGUN_TOKEN: &str = "a8ce0edb2dd8301dee6c2405235584e45aa91d1e9f979f3de0";

#[test]
fn mailguns_time_and_token_are_proved_and_nothing_else() {
    let right = mailgun("1700000000", MAILGUN_TOKEN);
    assert_eq!(of_mailgun(1_700_000_000, &right), Ok("0".to_owned()));
    // What is not covered may say anything.
    assert!(of_mailgun(1_700_000_000, &right.replace("opened", "failed")).is_ok());
    for (from, to) in [
        ("1700000000", "1700000001"),
        (MAILGUN_TOKEN, &MAILGUN_TOKEN.replace('a', "b")),
    ] {
        let wrong = of_mailgun(1_700_000_000, &right.replace(from, to));
        assert_eq!(wrong, Err(Rejection::SignatureMismatch), "{to}");
    }
    assert_eq!(
        of_mailgun(1_700_000_000, r#"{"event-data":{"id":"e-1"}}"#),
        Err(Rejection::MissingSignature)
    );
}

/// Whoever captured the token could fill the quarantine otherwise, and have a later release read forged events from there.
#[test]
fn an_inbox_keeps_nothing_of_a_token_for_one_request_that_cannot_be_decoded() {
    let clock = FakeClock::at(NOW);
    let inbox = MemoryInbox::with_clock(10, clock.clone());
    let pack = Preset::mailgun(Secret::utf8(MAILGUN_KEY).unwrap());
    let receiver = Receiver::new("hook", pack)
        .clock(clock.clone())
        .timer(clock)
        .inbox_for_tests(inbox.clone())
        .build()
        .unwrap();
    let headers = vec![("content-type", "application/json")];
    let right = mailgun("1700000000", MAILGUN_TOKEN);
    let twice = right.replace(r#""id":"e-1""#, r#""id":"e-1","id":"e-2""#);
    for (body, reason) in [(&right, Reason::Queued), (&twice, Reason::Undecodable)] {
        let head = Head::new("POST", "/", &headers);
        let handler = async |_: Delivery<Payload<Json>>| Ok::<_, Nack>(Ack::processed());
        let answer = at_once(receiver.handle(head, body.clone(), handler));
        assert_eq!(answer.reason(), reason, "{body}");
    }
    assert_eq!(inbox.len(), 1);
}

/// Without a length, the last digit of the time could be read as the first one of the token.
#[test]
fn mailguns_signature_is_read_in_one_way() {
    let moved = |time: &str, token: &str| {
        let right = mailgun("1700000000", MAILGUN_TOKEN);
        let moved = right.replace("1700000000", time);
        of_mailgun(1_700_000_000, &moved.replace(MAILGUN_TOKEN, token))
    };
    let longer = format!("0{MAILGUN_TOKEN}");
    let shorter = moved("170000000", &longer);
    assert!(
        matches!(shorter, Err(Rejection::MalformedSignature(_))),
        "{shorter:?}"
    );
    let signed = mailgun("170000000017", &MAILGUN_TOKEN[2..]);
    let other = of_mailgun(1_700_000_000, &signed);
    assert!(
        matches!(other, Err(Rejection::MalformedSignature(_))),
        "{other:?}"
    );
    for time in ["+1700000000", "-1700000000", "1700000000.0", "17e8", ""] {
        let odd = of_mailgun(1_700_000_000, &mailgun(time, MAILGUN_TOKEN));
        assert!(
            matches!(odd, Err(Rejection::MalformedTimestamp)),
            "{time}: {odd:?}"
        );
    }
}

/// A sign or an escape could be read in two ways, and so could a member that stands twice. Each of these is signed right.
#[test]
fn mailguns_token_is_letters_and_digits_and_stands_once() {
    let seen = |body: &str| of_mailgun(1_700_000_000, body);
    for sign in ["-", " ", "_", "é"] {
        let odd = format!("{sign}{}", &MAILGUN_TOKEN[sign.len()..]);
        let refused = seen(&mailgun("1700000000", &odd));
        assert!(
            matches!(refused, Err(Rejection::MalformedSignature(_))),
            "{sign}: {refused:?}"
        );
    }
    let right = mailgun("1700000000", MAILGUN_TOKEN);
    for name in ["timestamp", "token", "signature"] {
        let member = format!("\"{name}\":");
        let twice = right.replace(
            "\"signature\":{",
            &format!("\"signature\":{{{member}\"0\","),
        );
        assert_ne!(twice, right);
        let refused = seen(&twice);
        assert!(
            matches!(refused, Err(Rejection::MalformedSignature(_))),
            "{name}: {refused:?}"
        );
    }
}

/// The signature covers no event, so its token stands for the body that it came with.
#[tokio::test]
async fn mailguns_token_brings_one_body_and_no_other() {
    let pack = Preset::mailgun(Secret::utf8(MAILGUN_KEY).unwrap());
    let stage = Stage::of(pack, |builder| builder).await;
    let body = mailgun(&now().as_secs().to_string(), MAILGUN_TOKEN);
    let other = body.replace("opened", "failed").replace("e-1", "e-2");
    for (body, status) in [(&body, 200), (&other, 401), (&body, 200)] {
        let call = Call::post("/hook", body.clone());
        assert_eq!(stage.send(&call).await.status, status, "{body}");
        assert_eq!(stage.script.runs(), 1, "{body}");
    }
}

#[test]
fn mailguns_time_may_be_as_old_as_it_sends_again() {
    let body = mailgun("1700000000", MAILGUN_TOKEN);
    let later = |hours: i64, secs: i64| of_mailgun(1_700_000_000 + hours * 3600 + secs, &body);
    assert!(later(8, 0).is_ok());
    let old = later(8, 1);
    assert!(
        matches!(old, Err(Rejection::TimestampTooOld { .. })),
        "{old:?}"
    );
    let ahead = later(0, -301);
    assert!(
        matches!(ahead, Err(Rejection::TimestampInFuture { .. })),
        "{ahead:?}"
    );
}

/// What a simulator writes for each scheme with a token is what it verifies, and what it takes away is missing.
#[test]
fn a_signer_writes_tokens_where_they_are_read() {
    let configs: [SchemeConfig; 5] = [
        AccessTokenConfig::header("x-token").into(),
        AccessTokenConfig::basic().into(),
        AccessTokenConfig::member("/token").into(),
        AccessTokenConfig::each_of("/value", "/token").into(),
        OneTimeTokenConfig::new("/t", "/k", 150, "/s").into(),
    ];
    for config in configs {
        let signer = Signer::new(config.clone(), TOKEN).unwrap();
        let pack = || {
            let token = Secret::utf8(TOKEN).unwrap();
            Preset::custom("tokens", scheme(config.clone()), token)
        };
        let seen = |sent: &Sent| {
            let headers = sent.headers.iter();
            let headers: Vec<_> = headers.map(|(name, value)| (&**name, &**value)).collect();
            judged(pack(), NOW, &headers, Some(sent.body.clone()))
        };
        let sent = Sent::new("/", [("x-other", "1")], r#"{"value":[{},{"token":"no"}]}"#);
        let sent = signer.sign(sent, "1", NOW).unwrap();
        assert_eq!(seen(&sent), Ok("0".to_owned()), "{config:?}");
        assert!(seen(&signer.unsigned(sent.clone())).is_err(), "{config:?}");
        let other = Signer::new(config.clone(), "another token").unwrap();
        let wrong = other.sign(sent, "1", NOW).unwrap();
        assert!(seen(&wrong).is_err(), "{config:?}");
    }
    let list = Signer::new(AccessTokenConfig::each_of("/value", "/token"), TOKEN).unwrap();
    for body in ["", "{}", r#"{"value":{}}"#, r#"{"value":[1]}"#] {
        let sent = Sent::post("/", "application/json", body);
        assert!(list.sign(sent, "1", NOW).is_err(), "{body}");
    }
}

#[test]
fn a_simulator_of_each_row_with_a_token_sends_what_its_preset_takes() {
    for sender in known::ALL {
        if !matches!(sender.proof.value(), Proof::Token(_)) {
            continue;
        }
        let sample = sender.sample.unwrap();
        let body = sample.body_of(sample.types[0], SampleId::from_bits(7), NOW);
        let sent = PresetSimulator::of(sender, TOKEN).send(NOW, body);
        let headers = sent.headers.iter();
        let headers: Vec<_> = headers
            .filter(|(name, _)| name != "content-type")
            .map(|(name, value)| (&**name, &**value))
            .collect();
        let pack = Preset::of(sender, Secret::utf8(TOKEN).unwrap());
        let seen = judged(pack, NOW, &headers, Some(sent.body.clone()));
        assert_eq!(seen, Ok("0".to_owned()), "{}", sender.name);
    }
}
