//! Whether the endpoint is ours: each sender's own exchange, and all that only looks like one.

use std::{num::NonZeroU32, time::Duration};

use hookgate::{
    Reason, Receiver, ReceiverBuilder, Secret,
    access::{AnyoneMayCall, ApiKey, Networks},
    challenge::{
        self, AnswerAs, Challenge, NotConfirmed, Question, Registrations, Shape, TextAt, WebHooks,
    },
    framework::{Answer, Judge, Judgement},
    keys::{JwsAlgorithm, VerifyingKey},
    pack::{Head, Provider, Scheme},
    providers::{
        known,
        preset::{Preset, PresetSimulator},
    },
    schemes::{
        AccessToken, AccessTokenConfig, HmacBodyFieldConfig, HmacHeader, HmacHeaderConfig,
        OneTimeTokenConfig, SchemeConfig, SignatureEncoding, TimestampForm,
    },
    simulator::{Sent, Signer},
    testing::FakeClock,
};
use http::Method;
use serde_json::{Value, json};

use crate::props::{Call, Log, On, ScriptedStore, Told, now};

const KEY: &str = "8f742231b10e8888abcd99yyyzzz85a5";
const TOKEN: &str = "what was typed in as verify token";

fn secret(text: &str) -> Secret {
    Secret::utf8(text).unwrap()
}

fn builder(pack: impl Provider) -> ReceiverBuilder {
    Receiver::new("asked", pack).clock(FakeClock::at(now()))
}

fn judge(pack: impl Provider) -> Judge {
    builder(pack).judge().unwrap()
}

fn judged(judge: &Judge, call: &Call) -> Judgement {
    let (path, query) = match call.target.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*call.target, None),
    };
    let head = Head::new(call.method.as_str(), path, &call.headers).query(query);
    judge.judge_at_once(head, call.body.clone(), now()).unwrap()
}

fn answer(judge: &Judge, call: &Call) -> Answer {
    match judged(judge, call) {
        Judgement::Answered(answer) => {
            assert_eq!(answer.reason(), Reason::Handshake, "{call:?}");
            answer
        }
        other => panic!("{call:?}: {other:?}"),
    }
}

/// Status and body of an answer that no browser takes for a page.
fn shown(answer: &Answer) -> (u16, &str) {
    let header = |wanted: &str| {
        let found = answer.headers().iter().find(|(name, _)| name == wanted);
        found.map(|(_, value)| value.to_str().unwrap())
    };
    assert_eq!(header("x-content-type-options"), Some("nosniff"));
    let media_type = header("content-type").unwrap();
    assert!(["text/plain", "application/json"].contains(&media_type));
    let body = std::str::from_utf8(answer.body()).unwrap();
    assert_eq!(
        body.starts_with('{'),
        media_type == "application/json" && !body.is_empty()
    );
    (answer.status().as_u16(), body)
}

fn header<'a>(answer: &'a Answer, wanted: &str) -> Option<&'a str> {
    let found = answer.headers().iter().find(|(name, _)| name == wanted);
    found.map(|(_, value)| value.to_str().unwrap())
}

fn refused(judge: &Judge, call: &Call) -> Reason {
    match judged(judge, call) {
        Judgement::Refused { rejection, answer } => {
            let told = format!("{rejection} {answer:?}");
            assert!(!told.contains("CANARY"), "{told}");
            rejection.reason()
        }
        other => panic!("{call:?}: {other:?}"),
    }
}

fn get(target: &str) -> Call {
    Call::post(target, "")
        .method(Method::GET)
        .without("content-type")
}

fn meta() -> Preset {
    Preset::meta(secret(KEY)).answer_challenge_with(secret(TOKEN))
}

const TOKEN_IN_QUERY: &str = "what+was+typed+in+as%20verify+token";

fn asked_by_meta() -> String {
    format!("/hook?hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token={TOKEN_IN_QUERY}")
}

#[test]
fn meta_gets_its_number_for_the_token_that_was_typed_in() {
    let judge = judge(meta());
    assert_eq!(
        shown(&answer(&judge, &get(&asked_by_meta()))),
        (200, "1158201444")
    );
    let asked = asked_by_meta();
    for (what, other) in [
        ("verify+token", "verify+tokeN"),
        ("verify+token", "verify+token+"),
        (TOKEN_IN_QUERY, ""),
        ("&hub.verify_token=what+was+typed+in+as%20verify+token", ""),
        ("subscribe", "unsubscribe"),
        ("hub.mode=subscribe&", ""),
        ("1158201444", "115820144x"),
        ("1158201444", "%3Cscript%3E"),
        ("1158201444", ""),
        ("1158201444", "115820144411582014441"),
        ("1158201444", "1&hub.challenge=2"),
        ("1158201444", "%ff"),
        ("1158201444", "1&hub.verify_token=x"),
    ] {
        assert!(asked.contains(what), "{what}");
        let call = get(&asked.replace(what, other));
        assert_eq!(refused(&judge, &call), Reason::HandshakeRefused, "{other}");
    }
    let long = format!("{asked}&padding={}", "x".repeat(5000));
    assert_eq!(refused(&judge, &get(&long)), Reason::HandshakeRefused);
    // Without the text it is no question, and other methods ask nothing.
    let silent = asked.replace("hub.challenge", "hub.text");
    assert_eq!(refused(&judge, &get(&silent)), Reason::MethodNotAllowed);
    let put = get(&asked).method(Method::PUT);
    assert_eq!(refused(&judge, &put), Reason::MethodNotAllowed);
    let head = get(&asked).method(Method::HEAD);
    assert_eq!(refused(&judge, &head), Reason::MethodNotAllowed);
}

#[test]
fn only_a_pack_that_says_so_answers() {
    let plain = judge(Preset::meta(secret(KEY)));
    assert_eq!(
        refused(&plain, &get(&asked_by_meta())),
        Reason::MethodNotAllowed
    );
    let graph = judge(Preset::microsoft_graph(secret(KEY)));
    let asked = Call::post("/hook?validationToken=abc", "").with("content-type", "text/plain");
    assert_eq!(refused(&graph, &asked), Reason::UnsupportedMediaType);
    let other = judge(Preset::okta(secret(KEY)).answer_challenge());
    assert_eq!(
        refused(&other, &get(&asked_by_meta())),
        Reason::MethodNotAllowed
    );
}

/// A token of the application's is no reason to leave networks and hosts unjudged, and credentials are none that the
/// sender has yet.
#[test]
fn what_nobody_signs_stands_behind_head_and_networks_and_before_access() {
    let pack = || meta();
    let rule = || ApiKey::header("x-api-key", "an api key");
    let open = builder(pack()).access(rule()).judge().unwrap();
    assert_eq!(answer(&open, &get(&asked_by_meta())).status(), 200);
    let networks = Networks::new(["203.0.113.0/24"]).unwrap();
    let closed = builder(pack()).networks(networks).judge().unwrap();
    let call = get(&asked_by_meta());
    let head = |peer: &str| {
        let (_, query) = call.target.split_once('?').unwrap();
        Head::new("GET", "/hook", &call.headers)
            .query(Some(query))
            .peer(Some(peer.parse().unwrap()))
    };
    let ruled = |peer| match closed.judge_at_once(head(peer), "", now()).unwrap() {
        Judgement::Answered(answer) => answer.reason(),
        Judgement::Refused { rejection, .. } => rejection.reason(),
        other => panic!("{other:?}"),
    };
    assert_eq!(ruled("203.0.113.7:443"), Reason::Handshake);
    assert_eq!(ruled("198.51.100.7:443"), Reason::AddressDenied);
    let hosts = get(&asked_by_meta()).with("host", "a").and("host", "b");
    assert_eq!(refused(&open, &hosts), Reason::HostMismatch);
    // Nothing is read that belongs to no question.
    let mut long = get(&asked_by_meta()).with("content-length", "513");
    long.body = "x".repeat(513).into();
    assert_eq!(refused(&open, &long), Reason::HandshakeRefused);
    let chunked = get(&asked_by_meta()).with("transfer-encoding", "chunked");
    assert_eq!(refused(&open, &chunked), Reason::HandshakeRefused);
}

#[test]
fn microsoft_graph_gets_its_text_as_plain_text() {
    let judge = judge(Preset::microsoft_graph(secret(KEY)).answer_challenge());
    let asked = |text: &str| {
        Call::post(&format!("/hook?validationToken={text}"), "").with("content-type", "text/plain")
    };
    let text = "Validation%3a+Testing+client+application+reachability+for+subscription+Request-Id%3a+522a8e7e";
    assert_eq!(
        shown(&answer(&judge, &asked(text))),
        (
            200,
            "Validation: Testing client application reachability for subscription Request-Id: 522a8e7e"
        )
    );
    for text in [
        "%3Cb%3E",
        "a%00",
        "",
        "%22",
        "a%0d%0ab",
        "%E2%80%AE",
        &"x".repeat(513),
    ] {
        assert_eq!(
            refused(&judge, &asked(text)),
            Reason::HandshakeRefused,
            "{text}"
        );
    }
    // An event is none, whatever it says.
    let event = Call::post("/hook?other=1", "{}");
    assert_ne!(refused(&judge, &event), Reason::HandshakeRefused);
}

#[test]
fn okta_gets_its_header_in_json() {
    let judge = judge(Preset::okta(secret(KEY)).answer_challenge());
    const NAME: &str = "x-okta-verification-challenge";
    let asked = get("/hook").with(NAME, "Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg");
    assert_eq!(
        shown(&answer(&judge, &asked)),
        (
            200,
            r#"{"verification":"Me_rShK8JHsTnbyYrWXCEoMGbM_zsZ6k0hLPZ_Pg"}"#
        )
    );
    for bad in ["", "a b", "\"", &"x".repeat(257)] {
        let call = get("/hook").with(NAME, bad);
        assert_eq!(refused(&judge, &call), Reason::HandshakeRefused, "{bad}");
    }
    let twice = asked.clone().and(NAME, "second");
    assert_eq!(refused(&judge, &twice), Reason::HandshakeRefused);
    let not_text = get("/hook").with(NAME, b"\xff");
    assert_eq!(refused(&judge, &not_text), Reason::HandshakeRefused);
    let post = Call::post("/hook", "{}").with(NAME, "abc");
    assert_ne!(refused(&judge, &post), Reason::HandshakeRefused);
}

fn by_mac(name: &'static str, header: &str) -> Preset {
    let scheme = HmacHeaderConfig::new(header, SignatureEncoding::Hex);
    Preset::custom(name, HmacHeader::try_from(scheme).unwrap(), secret(KEY))
}

#[test]
fn dropbox_gets_its_text() {
    let pack = by_mac("dropbox", "x-dropbox-signature").asked_by(&[challenge::DROPBOX]);
    let judge = judge(pack.answer_challenge());
    let asked = get("/hook?challenge=abc-123_X");
    assert_eq!(shown(&answer(&judge, &asked)), (200, "abc-123_X"));
    for bad in ["", "%3Cimg%3E", "a+b", &"x".repeat(257)] {
        let call = get(&format!("/hook?challenge={bad}"));
        assert_eq!(refused(&judge, &call), Reason::HandshakeRefused, "{bad}");
    }
}

#[test]
fn monday_gets_its_body_and_an_event_is_still_an_event() {
    let scheme = AccessToken::try_from(AccessTokenConfig::header("authorization")).unwrap();
    let pack = Preset::custom("monday", scheme, secret(KEY))
        .asked_by(&[challenge::MONDAY])
        .answer_challenge();
    let judge = judge(pack);
    let post = |body: &str| {
        let length = body.len().to_string();
        Call::post("/hook", body.to_owned()).with("content-length", length)
    };
    let asked = post(r#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#);
    assert_eq!(
        shown(&answer(&judge, &asked)),
        (
            200,
            r#"{"challenge":"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"}"#
        )
    );
    for bad in [
        r#"{"challenge":""}"#,
        r#"{"challenge":"<b>"}"#,
        r#"{"challenge":1}"#,
        r#"{"challenge":"a","challenge":"b"}"#,
    ] {
        assert_eq!(
            refused(&judge, &post(bad)),
            Reason::HandshakeRefused,
            "{bad}"
        );
    }
    // Beside another member it is an event's, and needs an event's proof. So does a long body, or one of unknown length.
    for event in [
        r#"{"challenge":"a","event":{}}"#.to_owned(),
        r#"{"event":{}}"#.to_owned(),
        format!(r#"{{"challenge":"{}"}}"#, "x".repeat(512)),
    ] {
        assert_eq!(refused(&judge, &post(&event)), Reason::AccessMissing);
        let proved = post(&event).with("authorization", KEY);
        assert!(matches!(judged(&judge, &proved), Judgement::Believed(_)));
    }
    let unsaid = Call::post("/hook", r#"{"challenge":"a"}"#);
    assert_eq!(refused(&judge, &unsaid), Reason::AccessMissing);
    let put = asked.method(Method::PUT);
    assert_eq!(refused(&judge, &put), Reason::MethodNotAllowed);
}

fn sent(sender: &str, body: &str) -> Call {
    let row = known::find(sender).unwrap();
    Call::of(&PresetSimulator::of(row, KEY).send(now(), body.to_owned()))
}

/// Each such exchange: what is asked, the answer, and what else has the sender's signature and is refused.
fn signed(
    judge: &Judge,
    call: impl Fn(&str) -> Call,
    asked: &str,
    wanted: (u16, &str),
    bad: &[&str],
) {
    assert_eq!(shown(&answer(judge, &call(asked))), wanted);
    for body in bad {
        assert_eq!(refused(judge, &call(body)), Reason::Undecodable, "{body}");
    }
    let mut forged = call(asked);
    let mut bytes = forged.body.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    forged.body = bytes.into();
    assert_eq!(refused(judge, &forged), Reason::SignatureMismatch);
}

#[test]
fn slack_gets_its_text_once_it_is_verified() {
    signed(
        &judge(Preset::slack(secret(KEY)).answer_challenge()),
        |body| sent("slack", body),
        r#"{"token":"t","challenge":"3eZbrw1aBm2rZgRNFdxV","type":"url_verification"}"#,
        (200, "3eZbrw1aBm2rZgRNFdxV"),
        &[
            r#"{"challenge":"<b>","type":"url_verification"}"#,
            r#"{"challenge":"","type":"url_verification"}"#,
            r#"{"challenge":7,"type":"url_verification"}"#,
            r#"{"type":"url_verification"}"#,
            &json!({"challenge": "x".repeat(257), "type": "url_verification"}).to_string(),
        ],
    );
}

#[test]
fn zoom_gets_the_mac_of_its_token_and_of_nothing_else() {
    let asked = r#"{"payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680,"event":"endpoint.url_validation"}"#;
    let judge = judge(Preset::zoom(secret(KEY)).answer_challenge_with(secret(KEY)));
    let mac = openssl_says();
    signed(
        &judge,
        |body| sent("zoom", body),
        asked,
        (
            200,
            &format!(r#"{{"plainToken":"qgg8vlvZRS6UYooatFL8Aw","encryptedToken":"{mac}"}}"#),
        ),
        &[
            &asked.replace("Aw\"", "A\""),
            &asked.replace("Aw\"", "Awxyz\""),
            &asked.replace("qgg8", "v0:1"),
            &asked.replace("qgg8", "{\\\"a"),
            &asked.replace("plainToken", "plainText"),
        ],
    );
}

/// `printf %s qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac 8f742231b10e8888abcd99yyyzzz85a5`
fn openssl_says() -> &'static str {
    "f12a29d71873abb900f2acff03309170217a7525f2b4c6815de638f74bff1f33"
}

#[test]
fn twitch_gets_its_text_by_what_is_signed_and_not_by_a_header() {
    let judge = judge(Preset::twitch(secret(KEY)).answer_challenge());
    let call = |body: &str| sent("twitch", body);
    let asked = r#"{"challenge":"pogchamp-kappa-360noscope-vohiyo","subscription":{"id":"f1c2a387","status":"webhook_callback_verification_pending","type":"channel.follow"}}"#;
    signed(
        &judge,
        call,
        asked,
        (200, "pogchamp-kappa-360noscope-vohiyo"),
        &[&asked.replace("pogchamp", "<pog>")],
    );
    let labelled = call(r#"{"challenge":"abc","subscription":{"status":"enabled"}}"#).with(
        "twitch-eventsub-message-type",
        "webhook_callback_verification",
    );
    assert!(matches!(judged(&judge, &labelled), Judgement::Believed(_)));
}

#[test]
fn event_grid_gets_its_code_after_access() {
    let judge = judge(Preset::event_grid(secret(KEY)).answer_challenge());
    let asked = r#"[{"id":"2d1781af","topic":"/subscriptions/x","subject":"","data":{"validationCode":"512d38b6-c7b8-40fe-89c8-f8da9fc3f09e","validationUrl":"https://rp.eventgrid.azure.net/x"},"eventType":"Microsoft.EventGrid.SubscriptionValidationEvent","eventTime":"2026-11-28T10:00:00Z","dataVersion":"1"}]"#;
    let call = |body: &str| Call::post("/hook", body.to_owned()).with("authorization", KEY);
    assert_eq!(
        shown(&answer(&judge, &call(asked))),
        (
            200,
            r#"{"validationResponse":"512d38b6-c7b8-40fe-89c8-f8da9fc3f09e"}"#
        )
    );
    let stranger = call(asked).with("authorization", "another");
    assert_eq!(refused(&judge, &stranger), Reason::AccessDenied);
    let other_shape = call(&asked.replace("512d38b6", "<b>d38b6"));
    assert_eq!(refused(&judge, &other_shape), Reason::Undecodable);
    // It comes alone.
    let two = format!("[{0},{0}]", &asked[1..asked.len() - 1]);
    assert!(matches!(
        judged(&judge, &call(&two)),
        Judgement::Believed(_)
    ));
}

#[test]
fn discord_gets_its_pong_and_a_bad_signature_is_refused() {
    let row = known::find("discord").unwrap();
    // RFC 8032, section 7.1, test 1.
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key = VerifyingKey::hex(key, [JwsAlgorithm::EdDsa]);
    let judge = judge(Preset::of(row, key).answer_challenge());
    let seed =
        const_hex::decode("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
    let signer = Signer::new(row.scheme().unwrap(), seed.unwrap()).unwrap();
    let call = |body: &str| {
        let sent = Sent::post("/hook", "application/json", body.to_owned());
        Call::of(&signer.sign(sent, "id", now()).unwrap())
    };
    let ping =
        r#"{"application_id":"1234","id":"99","token":"aW50","type":1,"user":{},"version":1}"#;
    signed(&judge, call, ping, (200, r#"{"type":1}"#), &[]);
    // Of webhook events.
    let ping = r#"{"version":1,"application_id":"1234","type":0}"#;
    signed(&judge, call, ping, (204, ""), &[]);
    // There `1` is an event, and other interactions are the handler's.
    for event in [
        r#"{"version":1,"application_id":"1234","type":1,"event":{"type":"ENTITLEMENT_CREATE"}}"#,
        r#"{"application_id":"1234","id":"99","token":"aW50","type":2,"version":1}"#,
    ] {
        assert!(matches!(
            judged(&judge, &call(event)),
            Judgement::Believed(_)
        ));
    }
}

#[test]
fn x_gets_the_mac_of_its_token_and_nobody_an_event() {
    let judge = judge(Preset::twitter(secret(KEY)).answer_challenge_with(secret(KEY)));
    let token = "MGE4NTQ1NzItMGI2MS00Y2Y4LWI5NmQ=";
    let asked = get(&format!(
        "/hook?crc_token={}&nonce=abc",
        token.replace('=', "%3D")
    ));
    let answer = answer(&judge, &asked);
    let body: Value = serde_json::from_str(shown(&answer).1).unwrap();
    assert_eq!(
        body,
        json!({"response_token": "sha256=9npqphQdNe5Kr9UfyeBxH8rmQuRBoNyUdJCYSwkOfp0="})
    );
    for text in [
        "%7B%22for_user_id%22%3A%221%22%7D",
        "",
        "a%20b",
        "[]",
        &"x".repeat(129),
    ] {
        let call = get(&format!("/hook?crc_token={text}"));
        assert_eq!(refused(&judge, &call), Reason::HandshakeRefused, "{text}");
    }
    // A stranger has a number signed, and a number is JSON.
    let number = "12345";
    let signed = self::answer(&judge, &get(&format!("/hook?crc_token={number}")));
    let signed: Value = serde_json::from_slice(signed.body()).unwrap();
    let forged = Call::post("/hook", number).with(
        "x-twitter-webhooks-signature",
        signed["response_token"].as_str().unwrap(),
    );
    assert_eq!(refused(&judge, &forged), Reason::SignatureMismatch);
    // Its own events are none the less events.
    let event = sent("twitter", r#"{"for_user_id":"1"}"#);
    assert!(matches!(judged(&judge, &event), Judgement::Believed(_)));
}

/// A text that was signed for a stranger can begin with a time, and end with less than a text has.
#[test]
fn no_part_of_a_text_that_was_signed_for_anybody_is_an_event() {
    let question = Question::unsigned(
        "GET",
        TextAt::Query("text"),
        Shape::token(12, 64),
        AnswerAs::Mac {
            text: None,
            mac: "mac",
            prefix: "",
            encoding: SignatureEncoding::Hex,
        },
    );
    let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)
        .timestamp("x-time", TimestampForm::Seconds)
        .template("{timestamp:10}{body}");
    let scheme = HmacHeader::try_from(config).unwrap();
    let questions: &'static [Question] = Box::leak(Box::new([question]));
    let pack = Preset::custom("acme", scheme, secret(KEY)).asked_by(questions);
    let judge = judge(pack.answer_challenge_with(secret(KEY)));
    let time = now().as_secs().to_string();
    for body in ["12", "1234567890123456"] {
        let answer = answer(&judge, &get(&format!("/hook?text={time}{body}")));
        let mac: Value = serde_json::from_slice(answer.body()).unwrap();
        let forged = Call::post("/hook", body)
            .with("x-time", &time)
            .with("x-signature", mac["mac"].as_str().unwrap());
        assert_eq!(
            refused(&judge, &forged),
            Reason::SignatureMismatch,
            "{body}"
        );
    }
}

/// Where an event is signed in another form than it arrives in, that form may look like a token: `{"a":1}` has a digest.
#[test]
fn no_text_is_signed_for_anybody_where_no_body_would_show_that_it_is_one() {
    let built = |scheme: SchemeConfig| {
        let scheme = Box::<dyn Scheme>::try_from(scheme).unwrap();
        let row = known::find("twitter").unwrap();
        let pack = Preset::custom("acme", scheme, secret(KEY)).asked_by(row.challenges);
        builder(pack.answer_challenge_with(secret(KEY)))
            .access(AnyoneMayCall)
            .judge()
            .is_ok()
    };
    let by_mac = |template: &str| {
        let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
        built(config.template(template).into())
    };
    assert!(by_mac("{body}"));
    assert!(by_mac("{method}:{body}"));
    assert!(!by_mac("{body:sha256:hex}"));
    assert!(!built(OneTimeTokenConfig::new("/t", "/k", 16, "/s").into()));
    assert!(!built(HmacBodyFieldConfig::new("mac").into()));
}

/// One preset may be asked in several ways, of which some need a secret.
#[test]
fn each_of_several_questions_is_answered_with_what_it_needs() {
    let questions = [
        challenge::DROPBOX,
        known::find("meta").unwrap().challenges[0],
    ];
    let pack = by_mac("acme", "x-test-signature").asked_by(Box::leak(Box::new(questions)));
    let judge = judge(pack.answer_challenge_with(secret(TOKEN)));
    let asked = get("/hook?challenge=abc");
    assert_eq!(shown(&answer(&judge, &asked)), (200, "abc"));
    let asked = get(&asked_by_meta());
    assert_eq!(shown(&answer(&judge, &asked)), (200, "1158201444"));
}

/// A framework may hand over more than a head has declared.
#[test]
fn a_body_that_is_longer_than_it_was_declared_to_be_asks_nothing() {
    let post = |target: &str, body: String| Call::post(target, body).with("content-length", "17");
    let graph = judge(Preset::microsoft_graph(secret(KEY)).answer_challenge());
    let asked = |body: String| post("/hook?validationToken=abc", body);
    assert_eq!(answer(&graph, &asked("x".repeat(512))).status(), 200);
    assert_eq!(
        refused(&graph, &asked("x".repeat(513))),
        Reason::HandshakeRefused
    );
    let scheme = AccessToken::try_from(AccessTokenConfig::header("authorization")).unwrap();
    let pack = Preset::custom("monday", scheme, secret(KEY)).asked_by(&[challenge::MONDAY]);
    let monday = judge(pack.answer_challenge());
    let asked = |length: usize| post("/hook", format!("{:length$}", r#"{"challenge":"a"}"#));
    assert_eq!(answer(&monday, &asked(512)).status(), 200);
    assert_eq!(refused(&monday, &asked(513)), Reason::AccessMissing);
}

/// A pack that some sender of CloudEvents asks.
fn web_hooks(hooks: WebHooks) -> Judge {
    judge(by_mac("acme", "x-test-signature").web_hooks(hooks))
}

fn options(origin: &str) -> Call {
    get("/hook")
        .method(Method::OPTIONS)
        .with("webhook-request-origin", origin)
}

#[test]
fn cloudevents_web_hooks_are_allowed_by_exact_name_or_below_a_dot() {
    let hooks = || WebHooks::from_origins(["eventgrid.azure.net", ".Events.example.com"]).unwrap();
    let judge = web_hooks(hooks());
    for origin in [
        "eventgrid.azure.net",
        "EventGrid.Azure.Net",
        "a.events.example.com",
        "a.b.events.example.com",
    ] {
        let answer = answer(&judge, &options(origin));
        assert_eq!(header(&answer, "webhook-allowed-origin"), Some(origin));
        assert_eq!(header(&answer, "webhook-allowed-rate"), Some("*"));
        assert_eq!(header(&answer, "allow"), Some("POST"));
        assert_eq!((answer.status().as_u16(), answer.body().len()), (200, 0));
    }
    for origin in [
        "eventgrid.azure.net.attacker.example",
        "attackereventgrid.azure.net",
        "x.eventgrid.azure.net",
        "eventgrid.azure.ne",
        "eventgrid.azure.net.",
        "events.example.com",
        ".events.example.com",
        "attackerevents.example.com",
        "a.events.example.com.attacker.example",
        "*",
        "",
        "https://eventgrid.azure.net",
        "eventgrid.azure.net:443",
        "eventgrid.azure.net, attacker.example",
        &format!("{}.events.example.com", "a".repeat(64)),
        &format!("{}events.example.com", "a.".repeat(200)),
    ] {
        assert_eq!(
            refused(&judge, &options(origin)),
            Reason::HandshakeRefused,
            "{origin}"
        );
    }
    let twice = options("eventgrid.azure.net").and("webhook-request-origin", "attacker.example");
    assert_eq!(refused(&judge, &twice), Reason::HandshakeRefused);
    // Nothing is called back: the answer says all.
    let call = options("eventgrid.azure.net");
    let call = call.with("webhook-request-callback", "https://attacker.example/");
    assert_eq!(answer(&judge, &call).status(), 200);
    // Without the header it asks nothing, and with another method neither.
    let other = get("/hook").method(Method::OPTIONS);
    assert_eq!(refused(&judge, &other), Reason::MethodNotAllowed);
    let event = options("attacker.example").method(Method::POST);
    assert_ne!(refused(&judge, &event), Reason::HandshakeRefused);
}

#[test]
fn a_rate_is_the_one_that_is_asked_for_up_to_the_limit() {
    let hooks = WebHooks::from_origins(["a.example"]).unwrap();
    let limit = NonZeroU32::new(100).unwrap();
    let (free, limited) = (web_hooks(hooks.clone()), web_hooks(hooks.rate(limit)));
    let rate = |judge: &Judge, asked: Option<&str>| {
        let call = options("a.example");
        let call = match asked {
            Some(asked) => call.with("webhook-request-rate", asked),
            None => call,
        };
        header(&answer(judge, &call), "webhook-allowed-rate").map(str::to_owned)
    };
    for (asked, of_free, of_limited) in [
        (None, "*", "100"),
        (Some("120"), "120", "100"),
        (Some("7"), "7", "7"),
    ] {
        assert_eq!(rate(&free, asked).as_deref(), Some(of_free));
        assert_eq!(rate(&limited, asked).as_deref(), Some(of_limited));
    }
    for bad in ["0", "-1", "+1", "1.5", "", "*", "many", "99999999999"] {
        let call = options("a.example").with("webhook-request-rate", bad);
        assert_eq!(refused(&free, &call), Reason::HandshakeRefused, "{bad}");
    }
    let call = options("a.example").with("webhook-request-rate", "1");
    let twice = call.and("webhook-request-rate", "2");
    assert_eq!(refused(&free, &twice), Reason::HandshakeRefused);
}

#[test]
fn origins_that_would_allow_more_than_they_say_are_refused() {
    for bad in [
        "",
        ".",
        ".com",
        "*",
        "*.example.com",
        "a b",
        "https://a.example",
        "a..b",
        "-a.example",
    ] {
        assert!(WebHooks::from_origins([bad]).is_err(), "{bad}");
    }
    assert!(WebHooks::from_origins(std::iter::empty::<String>()).is_err());
}

const HOOK_SECRET: &str = "b537207f20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";
const OTHER_SECRET: &str = "ffffffff20cbfa02357cf448134da559e8bd39d61597dcd5631b8012eae53e81";

fn asana() -> (FakeClock, Registrations, Judge) {
    let clock = FakeClock::at(now());
    let registrations = Registrations::new(clock.clone(), []).unwrap();
    let pack = Preset::asana(registrations.keyring()).registered_by(&registrations);
    let judge = Receiver::new("asked", pack).clock(clock.clone()).judge();
    (clock, registrations, judge.unwrap())
}

fn hook_secret(secret: &str) -> Call {
    Call::post("/hook", "{}")
        .with("content-length", "2")
        .with("x-hook-secret", secret)
}

fn by_asana(key: &str) -> Call {
    let row = known::find("asana").unwrap();
    Call::of(&PresetSimulator::of(row, key).send(now(), r#"{"events":[]}"#.to_owned()))
}

#[test]
fn asanas_key_is_taken_while_a_registration_is_open_and_only_when_its_own_answer_names_it() {
    let (_, registrations, judge) = asana();
    assert_eq!(
        refused(&judge, &hook_secret(HOOK_SECRET)),
        Reason::HandshakeRefused
    );
    let open = registrations.open().unwrap();
    assert!(registrations.open().is_err());
    let answer = answer(&judge, &hook_secret(HOOK_SECRET));
    assert_eq!(header(&answer, "x-hook-secret"), Some(HOOK_SECRET));
    assert_eq!(answer.status(), 200);
    // It is no key yet, and a second question is not answered.
    assert_ne!(refused(&judge, &by_asana(HOOK_SECRET)), Reason::Handled);
    assert_eq!(
        refused(&judge, &hook_secret(OTHER_SECRET)),
        Reason::HandshakeRefused
    );
    let key = open.confirm("webhook-1", HOOK_SECRET).unwrap();
    assert_eq!(&**key.id(), "webhook-1");
    assert!(matches!(
        judged(&judge, &by_asana(HOOK_SECRET)),
        Judgement::Believed(_)
    ));
    assert_eq!(
        refused(&judge, &hook_secret(OTHER_SECRET)),
        Reason::HandshakeRefused
    );
}

#[test]
fn a_key_that_somebody_else_showed_is_never_taken() {
    let (_, registrations, judge) = asana();
    let open = registrations.open().unwrap();
    answer(&judge, &hook_secret(OTHER_SECRET));
    let why = open.confirm("webhook-1", HOOK_SECRET).unwrap_err();
    assert!(!format!("{why} {why:?}").contains("b537"));
    for key in [HOOK_SECRET, OTHER_SECRET] {
        assert!(!matches!(
            judged(&judge, &by_asana(key)),
            Judgement::Believed(_)
        ));
    }
    // The registration is closed, and another one can be opened.
    assert_eq!(
        refused(&judge, &hook_secret(HOOK_SECRET)),
        Reason::HandshakeRefused
    );
    let open = registrations.open().unwrap();
    assert!(open.confirm("webhook-1", HOOK_SECRET).is_err());
}

#[test]
fn a_registration_is_open_for_a_minute() {
    let (clock, registrations, judge) = asana();
    let open = registrations.open().unwrap();
    clock.advance(Duration::from_secs(60));
    assert_eq!(
        refused(&judge, &hook_secret(HOOK_SECRET)),
        Reason::HandshakeRefused
    );
    drop(open);
    let open = registrations.open().unwrap();
    clock.advance(Duration::from_secs(59));
    answer(&judge, &hook_secret(HOOK_SECRET));
    drop(open);
    assert_eq!(
        refused(&judge, &hook_secret(HOOK_SECRET)),
        Reason::HandshakeRefused
    );
}

#[test]
fn a_registration_that_is_past_its_time_takes_no_part_in_the_next_one() {
    let (clock, registrations, judge) = asana();
    let (first, second) = (registrations.open().unwrap(), || registrations.open());
    assert!(second().is_err());
    clock.advance(Duration::from_secs(60));
    let second = second().unwrap();
    answer(&judge, &hook_secret(HOOK_SECRET));
    let late = first.confirm("webhook-1", HOOK_SECRET);
    assert_eq!(late.unwrap_err(), NotConfirmed::NotAsked);
    // Its end has not closed the other one.
    second.confirm("webhook-2", HOOK_SECRET).unwrap();
    // One that was answered, and then forgotten, holds no other up.
    let forgotten = registrations.open().unwrap();
    answer(&judge, &hook_secret(OTHER_SECRET));
    assert!(registrations.open().is_err());
    clock.advance(Duration::from_secs(60));
    registrations.open().unwrap().confirm("x", "y").unwrap_err();
    drop(forgotten);
}

#[test]
fn a_key_of_a_registration_takes_the_place_of_no_other() {
    let (_, registrations, judge) = asana();
    let register = |id: &str, secret: &str| {
        let open = registrations.open().unwrap();
        answer(&judge, &hook_secret(secret));
        open.confirm(id.to_owned(), secret)
    };
    register("webhook-1", HOOK_SECRET).unwrap();
    assert!(register("webhook-1", OTHER_SECRET).is_err());
    assert!(register("webhook-2", HOOK_SECRET).is_err());
    assert!(matches!(
        judged(&judge, &by_asana(HOOK_SECRET)),
        Judgement::Believed(_)
    ));
    assert_eq!(
        refused(&judge, &by_asana(OTHER_SECRET)),
        Reason::SignatureMismatch
    );
    register("webhook-2", OTHER_SECRET).unwrap();
    for key in [HOOK_SECRET, OTHER_SECRET] {
        assert!(matches!(
            judged(&judge, &by_asana(key)),
            Judgement::Believed(_)
        ));
    }
}

#[test]
fn a_key_of_another_shape_opens_nothing() {
    let (_, registrations, judge) = asana();
    let _open = registrations.open().unwrap();
    for bad in [
        "",
        "abc",
        "not hexadecimal but as long as a key of it is",
        &"a".repeat(129),
    ] {
        assert_eq!(
            refused(&judge, &hook_secret(bad)),
            Reason::HandshakeRefused,
            "{bad}"
        );
    }
    let twice = hook_secret(HOOK_SECRET).and("x-hook-secret", OTHER_SECRET);
    assert_eq!(refused(&judge, &twice), Reason::HandshakeRefused);
    let get = hook_secret(HOOK_SECRET).method(Method::GET);
    assert_eq!(refused(&judge, &get), Reason::MethodNotAllowed);
    // None of them has used the registration up.
    answer(&judge, &hook_secret(HOOK_SECRET));
}

#[test]
fn settings_that_answer_nothing_or_sign_for_nobody_are_refused() {
    let built = |pack: Preset| builder(pack).judge().map(|_| ());
    assert!(built(Preset::github(secret(KEY)).answer_challenge()).is_err());
    assert!(built(Preset::meta(secret(KEY)).answer_challenge()).is_err());
    assert!(built(Preset::zoom(secret(KEY)).answer_challenge()).is_err());
    assert!(built(Preset::slack(secret(KEY)).answer_challenge_with(secret(TOKEN))).is_err());
    assert!(built(meta()).is_ok());
    let event = Question::event(
        &[("/type", "ask")],
        TextAt::Body("/text"),
        Shape::token(1, 8),
        AnswerAs::Text,
    );
    assert!(Challenge::new(event, None).is_err());
    assert!(Challenge::new(challenge::DROPBOX, Some(secret(KEY))).is_err());
    assert!(Challenge::new(challenge::DROPBOX, None).is_ok());
    let of_meta = known::find("meta").unwrap().challenges[0];
    let mac = known::find("twitter").unwrap().challenges[0].answer;
    let asked = |text, answer| Question::unsigned("POST", text, Shape::token(1, 8), answer);
    for (question, key) in [
        // What nothing looks at.
        (challenge::MONDAY.with_token("token", &[]), Some(KEY)),
        (
            asked(TextAt::Body("/a"), mac).with_token("token", &[]),
            Some(KEY),
        ),
        (
            asked(TextAt::Query("a"), mac).with_token("token", &[]),
            Some(KEY),
        ),
        (asked(TextAt::Nowhere, AnswerAs::Text), None),
        // What is a signed event's, and what is no place.
        (asked(TextAt::Body("/event/text"), AnswerAs::Text), None),
        (asked(TextAt::Body("text"), AnswerAs::Text), None),
        (asked(TextAt::Body(""), AnswerAs::Text), None),
    ] {
        let challenge = Challenge::new(question, key.map(secret));
        assert!(challenge.is_err(), "{question:?}");
        let questions: &'static [Question] = Box::leak(Box::new([of_meta, question]));
        let pack = by_mac("acme", "x-test-signature").asked_by(questions);
        assert!(
            built(pack.answer_challenge_with(secret(KEY))).is_err(),
            "{question:?}"
        );
    }
    // Events that nothing could be.
    let place = TextAt::Body("/text");
    for (with, text) in [
        (&[][..], place),
        (&[("/a", "1"), ("/b", "1"), ("/c", "1"), ("/d", "1")], place),
        (&[("a", "1")], place),
        (&[("/a", "1")], TextAt::Body("text")),
        (&[("/a", "1")], TextAt::Query("text")),
    ] {
        let question = Question::event(with, text, Shape::token(1, 8), AnswerAs::Text);
        let questions: &'static [Question] = Box::leak(Box::new([question]));
        let pack = by_mac("acme", "x-test-signature").asked_by(questions);
        assert!(built(pack.answer_challenge()).is_err(), "{question:?}");
    }
    let shown = format!("{:?}", Challenge::new(of_meta, Some(secret("CANARY"))));
    assert!(!shown.contains("CANARY"));
}

/// A registration attempt is the first thing that an operator looks for.
#[tokio::test]
async fn each_question_is_told_and_asks_no_store() {
    let log = Log::begin();
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let told = Told::default();
    let receiver = Receiver::new("asked", meta())
        .clock(clock.clone())
        .timer(clock.clone())
        .observer(told.clone())
        .dedup(store.clone())
        .build()
        .unwrap();
    answer(receiver.judge(), &get(&asked_by_meta()));
    let wrong = asked_by_meta().replace("typed", "CANARY");
    refused(receiver.judge(), &get(&wrong));
    assert_eq!(
        told.reasons(),
        [Reason::Handshake, Reason::HandshakeRefused]
    );
    assert_eq!(
        log.with("asked whether the endpoint is ours: answered")
            .len(),
        1
    );
    assert_eq!(log.with("it shows another token").len(), 1);
    for secret in ["CANARY", "verify token", "1158201444"] {
        assert!(!log.text().contains(secret), "{}", log.text());
    }
    assert_eq!(store.count(On::Claim), 0);
}
