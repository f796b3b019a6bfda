//! CloudEvents of any sender: modes, requests under another label, batches, what is tolerated.

use std::{collections::BTreeSet, time::Duration};

use hookgate::{
    BuildError, Receiver, Rejection, Secret,
    access::{AnyoneMayCall, ApiKey},
    challenge::WebHooks,
    cloudevents::{
        BATCH_JSON, CloudEvent, Event, Extension, Interest, Mode, STRUCTURED_JSON, Tolerance,
        TypedData,
    },
    dedup::MemoryStore,
    framework::Judgement,
    json::Misfit,
    keys::LiveKeys,
    pack::{ContentDigest, Coverage, Head, RawRequest, Scheme, Signs, Verified},
    providers::cloudevents::CloudEvents,
    schemes::{
        AccessToken, AccessTokenConfig, HmacBodyField, HmacBodyFieldConfig, HmacHeader,
        HmacHeaderConfig, OneTimeToken, OneTimeTokenConfig, Recipe, SignatureEncoding,
    },
    testing::FakeClock,
};
use http::Method;
use serde::{Deserialize, de::DeserializeOwned};

use crate::props::{
    Call, Connection, Gate, On, Stage, Step, event_key, hex, hmac_sha256, now, until,
};

const KEY: &str = "N0tASecretForAnyone0123456789abc";

#[derive(Debug, Clone, PartialEq, Deserialize)]
struct Order {
    number: u32,
}

#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "type", content = "data")]
enum Shop {
    #[serde(rename = "com.acme.order.placed")]
    Placed { number: u32 },
    #[serde(rename = "com.acme.order.paid")]
    Paid { number: u32, cents: u64 },
}

fn signed() -> CloudEvents {
    let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    let scheme = HmacHeader::try_from(config).unwrap();
    CloudEvents::signed(scheme, Secret::utf8(KEY).unwrap())
}

/// An event in structured mode.
fn envelope(id: &str, more: &str) -> String {
    format!(
        r#"{{"specversion":"1.0","type":"com.acme.order.placed","source":"/shop","id":"{id}"{more}}}"#
    )
}

fn batch(events: &[String]) -> String {
    format!("[{}]", events.join(","))
}

/// A request that is signed, whatever it says it is.
fn call(content_type: &str, body: impl Into<String>) -> Call {
    let body = body.into();
    let signature = hex(&hmac_sha256(KEY.as_bytes(), body.as_bytes()));
    Call::post("/hook", body)
        .with("content-type", content_type)
        .with("x-signature", signature)
        .with("x-api-key", KEY)
}

/// The same as one in binary mode.
fn labelled(call: Call, id: &str) -> Call {
    call.with("ce-specversion", "1.0")
        .with("ce-type", "com.acme.order.placed")
        .with("ce-source", "/shop")
        .with("ce-id", id)
}

fn binary(content_type: &str, id: &str, body: &str) -> Call {
    labelled(call(content_type, body), id)
}

/// What a judge makes of a request: its events, with their keys and whether they are wanted.
fn judged<T>(
    pack: CloudEvents<T>,
    call: &Call,
) -> Result<Vec<(CloudEvent<T>, String, bool)>, Rejection>
where
    T: DeserializeOwned + Clone + Send + 'static,
{
    let judge = Receiver::new("test", pack)
        .access(AnyoneMayCall)
        .clock(FakeClock::at(now()))
        .judge()
        .unwrap();
    let head = Head::new(call.method.as_str(), "/hook", &call.headers);
    match judge.judge_at_once(head, call.body.clone(), now()).unwrap() {
        Judgement::Believed(request) => Ok(request
            .events()
            .map(|event| {
                let read = event.event::<CloudEvent<T>>().unwrap().clone();
                (read, event.event_key().to_string(), event.is_wanted())
            })
            .collect()),
        Judgement::Answered(_) => Ok(Vec::new()),
        Judgement::Refused { rejection, .. } => Err(rejection),
        Judgement::NonceUnclaimed(..) => panic!("no nonce was sent"),
    }
}

fn one<T>(pack: CloudEvents<T>, call: &Call) -> Result<CloudEvent<T>, Rejection>
where
    T: DeserializeOwned + Clone + Send + 'static,
{
    judged(pack, call).map(|mut events| events.remove(0).0)
}

fn refused(pack: CloudEvents, call: &Call) -> Option<Rejection> {
    judged(pack, call).err()
}

fn by_access(modes: &[Mode]) -> CloudEvents {
    CloudEvents::by_access().modes(modes.iter().copied())
}

async fn stage<T: DeserializeOwned + Sync + Send + 'static>(pack: CloudEvents<T>) -> Stage {
    Stage::of(pack, |builder| {
        builder.access(ApiKey::header("x-api-key", KEY))
    })
    .await
}

/// Azure Event Grid shows no credentials as it asks.
#[tokio::test]
async fn a_sender_that_asks_by_options_is_answered_where_it_is_named_and_nowhere_else() {
    const ORIGIN: &str = "eventgrid.azure.net";
    let ask = |origin: &str| {
        Call::post("/hook", "")
            .method(Method::OPTIONS)
            .without("content-type")
            .with("webhook-request-origin", origin)
    };
    let hooks = WebHooks::from_origins([ORIGIN]).unwrap();
    let named = stage(CloudEvents::by_access().web_hooks(hooks)).await;
    let answer = named.send(&ask(ORIGIN)).await;
    let allowed = answer.headers.get("webhook-allowed-origin").unwrap();
    assert_eq!(
        (answer.status, allowed.as_bytes()),
        (200, ORIGIN.as_bytes())
    );
    assert_eq!(named.send(&ask("attacker.example")).await.status, 403);
    let unnamed = stage(CloudEvents::by_access()).await;
    assert_eq!(unnamed.send(&ask(ORIGIN)).await.status, 405);
    assert_eq!(named.script.runs() + unnamed.script.runs(), 0);
}

#[test]
fn an_event_is_the_same_in_every_mode() {
    let text = envelope(
        "1",
        r#","time":"2026-11-21T20:00:00Z","subject":"né","dataschema":"https://acme.com/s","level":3,"name":"a b",
            "data":{"number":7}"#,
    );
    let headers = binary("application/json", "1", r#"{"number":7}"#)
        .with("ce-time", "2026-11-21T20:00:00Z")
        .with("ce-subject", "n%C3%A9")
        .with("CE-DataSchema", "https://acme.com/s")
        .with("ce-level", "3")
        .with("ce-name", "\"a b\"");
    let key = event_key("test", "cloudevents", &["/shop", "1"]);
    for call in [
        call(STRUCTURED_JSON, text.clone()),
        call("Application/CloudEvents+JSON; charset=utf-8", text.clone()),
        call(BATCH_JSON, batch(&[text])),
        headers.clone(),
    ] {
        let pack = by_access(Mode::ALL).events::<Order>();
        let events = judged(pack, &call).unwrap();
        let [(event, its_key, true)] = &events[..] else {
            panic!("{events:?}");
        };
        assert_eq!(*its_key, key);
        let attributes = event.attributes().unwrap();
        assert_eq!(attributes.subject.as_deref(), Some("né"));
        assert_eq!(
            attributes.data_schema.as_deref(),
            Some("https://acme.com/s")
        );
        assert!(attributes.occurred_at().is_some());
        assert!(
            matches!(attributes.extension("name"), Some(Extension::Text(text)) if text == "a b")
        );
        match attributes.extension("level") {
            Some(Extension::Integer(3)) => {}
            Some(Extension::Text(text)) if text == "3" => {}
            other => panic!("{other:?}"),
        }
        assert_eq!(event.known(), Some(&Order { number: 7 }));
    }
}

#[tokio::test]
async fn a_signed_structured_event_runs_under_no_other_label() {
    let stage = stage(signed()).await;
    let text = envelope("1", r#","data":{"number":7}"#);
    assert_eq!(
        stage
            .send(&call(STRUCTURED_JSON, text.clone()))
            .await
            .status,
        200
    );
    for other in [
        "application/json",
        BATCH_JSON,
        "application/octet-stream",
        "application/cloudevents+xml",
        "application/cloudevents",
    ] {
        let call = labelled(call(other, text.clone()), "2");
        assert_eq!(stage.send(&call).await.status, 415, "{other}");
        assert_eq!(stage.send(&call.without("content-type")).await.status, 415);
    }
    // What headers say beside a structured event counts for nothing.
    let copy = labelled(call(STRUCTURED_JSON, text), "2");
    assert_eq!(stage.send(&copy).await.status, 200);
    assert_eq!((stage.script.runs(), stage.store.count(On::Claim)), (1, 2));
}

#[test]
fn a_signed_event_and_a_signed_batch_are_not_taken_for_each_other() {
    let pack = || signed().modes([Mode::Structured, Mode::Batch]);
    let text = envelope("1", "");
    let list = batch(&[text.clone(), envelope("2", "")]);
    assert_eq!(
        judged(pack(), &call(STRUCTURED_JSON, text.clone()))
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        judged(pack(), &call(BATCH_JSON, list.clone()))
            .unwrap()
            .len(),
        2
    );
    for wrong in [call(BATCH_JSON, text), call(STRUCTURED_JSON, list)] {
        assert_eq!(refused(pack(), &wrong), Some(Rejection::MislabelledBody));
    }
}

#[tokio::test]
async fn a_signed_body_in_binary_mode_is_one_event_whatever_its_headers_say() {
    let pack = || signed().modes([Mode::Binary]).events::<Order>();
    let first = binary("application/json", "1", r#"{"number":7}"#);
    let event = one(pack(), &first).unwrap();
    assert!(event.attributes().is_none());
    assert_eq!(event.claimed().unwrap().trust_unsigned().id, "1");
    assert_eq!(event.known(), Some(&Order { number: 7 }));
    let stage = stage(pack()).await;
    for call in [
        first.clone(),
        first.clone().with("ce-id", "2"),
        first
            .clone()
            .with("ce-type", "another")
            .with("ce-source", "/other"),
        first.clone().with("content-type", "text/plain"),
        first.clone().without("content-type"),
    ] {
        assert_eq!(stage.send(&call).await.status, 200);
    }
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.script.last().event_type, None);
    for other in [STRUCTURED_JSON, BATCH_JSON] {
        assert_eq!(
            stage
                .send(&first.clone().with("content-type", other))
                .await
                .status,
            415
        );
    }
    let forged = binary("application/json", "1", "{}").with("x-signature", "00");
    assert_eq!(stage.send(&forged).await.status, 401);
}

#[test]
fn labels_cannot_change_how_signed_data_is_read() {
    let pack = || signed().modes([Mode::Binary]).events::<Order>();
    for content_type in ["application/json", "text/plain", "application/octet-stream"] {
        let event = one(pack(), &binary(content_type, "1", r#"{"number":7}"#)).unwrap();
        assert_eq!(event.known(), Some(&Order { number: 7 }), "{content_type}");
        let event = one(pack(), &binary(content_type, "1", "no JSON")).unwrap();
        assert!(
            matches!(event.data, TypedData::Unrecognized { .. }),
            "{content_type}"
        );
    }
}

#[test]
fn a_body_signature_with_binary_mode_beside_another_builds_nothing() {
    let is_refused = |pack: CloudEvents| {
        let builder = Receiver::new("test", pack).access(AnyoneMayCall);
        matches!(builder.judge(), Err(BuildError::Pack(_)))
    };
    for modes in [
        &[Mode::Structured, Mode::Binary][..],
        &[Mode::Batch, Mode::Binary],
        Mode::ALL,
        &[],
    ] {
        assert!(
            is_refused(signed().modes(modes.iter().copied())),
            "{modes:?}"
        );
    }
    assert!(!is_refused(by_access(Mode::ALL)));
    let token = AccessToken::try_from(AccessTokenConfig::header("x-token")).unwrap();
    let by_token = || CloudEvents::signed(token.clone(), Secret::utf8(KEY).unwrap());
    assert!(!is_refused(by_token().modes(Mode::ALL.iter().copied())));
    // A token for one request stands for the body: its headers are anybody's.
    let once = OneTimeToken::try_from(OneTimeTokenConfig::new("/t", "/k", 16, "/s")).unwrap();
    let by_token = || CloudEvents::signed(once.clone(), Secret::utf8(KEY).unwrap());
    assert!(is_refused(by_token().modes(Mode::ALL.iter().copied())));
    assert!(!is_refused(by_token().modes([Mode::Binary])));
    assert_eq!(
        refused(by_token(), &binary("application/json", "1", "{}")),
        Some(Rejection::EventModeNotTaken("binary"))
    );
    let claimed = || signed().modes([Mode::Binary]);
    assert!(!is_refused(claimed()));
    assert!(is_refused(claimed().interested_in(["t"])));
    assert!(is_refused(
        by_access(&[Mode::Binary]).tolerate([Tolerance::PlainJson])
    ));
    assert!(is_refused(CloudEvents::by_access().most_of_a_batch(0)));
    let partly =
        HmacBodyField::try_from(HmacBodyFieldConfig::new("mac").recipe(Recipe::DataOnly)).unwrap();
    assert!(is_refused(CloudEvents::signed(
        partly,
        Secret::utf8(KEY).unwrap()
    )));
    // Nobody may be believed without a rule.
    let nobody = Receiver::new("test", CloudEvents::by_access()).dedup(MemoryStore::new());
    assert!(nobody.build().is_err());
}

#[test]
fn a_format_that_is_not_json_is_refused_as_such() {
    for format in ["xml", "avro", "protobuf", "jsonl"] {
        for media_type in ["application/cloudevents", "APPLICATION/cloudevents-batch"] {
            let call = labelled(call(&format!("{media_type}+{format}"), "x"), "1");
            let why = refused(by_access(Mode::ALL), &call);
            assert_eq!(why, Some(Rejection::UnsupportedEventFormat), "{format}");
        }
    }
    let twice = binary("application/json", "1", "{}").and("content-type", STRUCTURED_JSON);
    assert_eq!(
        refused(by_access(Mode::ALL), &twice),
        Some(Rejection::UnsupportedMediaType)
    );
    let structured = call(STRUCTURED_JSON, envelope("1", ""));
    let why = refused(by_access(&[Mode::Binary]), &structured);
    assert_eq!(why, Some(Rejection::EventModeNotTaken("structured")));
}

#[test]
fn headers_that_are_not_of_one_event_are_refused() {
    let right = || binary("application/json", "1", "{}");
    let pack = || by_access(&[Mode::Binary]);
    assert!(one(pack(), &right()).is_ok());
    for (wrong, why) in [
        (right().and("ce-id", "1"), "a header is repeated"),
        (
            right().and("ce-level", "1").and("ce-level", "1"),
            "a header is repeated",
        ),
        (right().without("ce-id"), "`id` is missing or empty"),
        (
            right().with("ce-source", ""),
            "`source` is missing or empty",
        ),
        (right().without("ce-type"), "`type` is missing or empty"),
        (
            right().with("ce-specversion", "0.3"),
            "`specversion` is missing or not 1.0",
        ),
        (
            right().without("ce-specversion"),
            "`specversion` is missing or not 1.0",
        ),
        (
            right().with("ce-subject", "%FF"),
            "the value of a header is not encoded as the binding says",
        ),
        (
            right().with("ce-datacontenttype", "a/b"),
            "`ce-datacontenttype` stands beside `content-type`",
        ),
        (
            right().with("ce-my-name", "x"),
            "the name of an extension is not of `a` to `z` and digits",
        ),
        (
            right().with("ce-time", "yesterday"),
            "`time` is no RFC 3339 time",
        ),
        (
            right().with("ce-data", "x"),
            "data stands in a header: in this mode it is the body",
        ),
    ] {
        assert_eq!(refused(pack(), &wrong), Some(Rejection::Undecodable(why)));
    }
    let any_name = pack().tolerate([Tolerance::AnyName]);
    assert_eq!(
        refused(any_name, &right().with("ce-data_base64", "eA==")),
        Some(Rejection::Undecodable(
            "data stands in a header: in this mode it is the body"
        ))
    );
    let many = (0..98).fold(right(), |call, at| call.with(&format!("ce-x{at}"), "v"));
    let many = refused(pack(), &many);
    assert_eq!(
        many,
        Some(Rejection::Undecodable(
            "there are too many headers with attributes"
        ))
    );
}

#[test]
fn what_is_no_cloud_event_at_all_is_told_from_what_is_broken() {
    for (pack, foreign) in [
        (by_access(&[Mode::Binary]), call("application/json", "{}")),
        (
            by_access(&[Mode::Structured]),
            call(STRUCTURED_JSON, r#"{"event":"ping"}"#),
        ),
    ] {
        let Some(Rejection::Undecodable(why)) = refused(pack, &foreign) else {
            panic!("it was taken");
        };
        assert!(why.starts_with("no CloudEvent at all"), "{why}");
    }
    let is_foreign = |body: &[u8]| Event::from_structured(body).unwrap_err().is_foreign();
    assert!(is_foreign(br#"{"event":"ping"}"#));
    assert!(!is_foreign(br#"{"specversion":"1.0"}"#));
}

#[test]
fn data_is_what_its_type_says() {
    let data = |call: &Call| {
        one(by_access(Mode::ALL).events::<Order>(), call)
            .unwrap()
            .data
    };
    let structured = |more: &str| data(&call(STRUCTURED_JSON, envelope("1", more)));
    let in_body = |content_type: &str, body: &str| data(&binary(content_type, "1", body));
    let is_order = |data: TypedData<Order>| matches!(data, TypedData::Known(Order { number: 7 }));
    assert!(is_order(in_body(
        "application/vnd.acme+json; charset=utf-8",
        r#"{"number":7}"#
    )));
    assert!(is_order(structured(r#","data":{"number":7}"#)));
    // As SDKs write JSON that they have as bytes.
    let bytes = r#","datacontenttype":"application/json","data_base64":"eyJudW1iZXIiOjd9""#;
    assert!(is_order(structured(bytes)));
    let misfit = |data: TypedData<Order>, text: &str| matches!(data, TypedData::Unrecognized { raw, .. } if raw == text);
    assert!(misfit(in_body("application/json", "{}"), "{}"));
    assert!(misfit(in_body("application/json", "{oops"), "{oops"));
    assert!(misfit(structured(r#","data":[1.50]"#), "[1.50]"));
    // A text is no document that is read once more.
    assert!(misfit(
        structured(r#","data":"{\"number\":7}""#),
        r#""{\"number\":7}""#
    ));
    let is_text =
        |data: TypedData<Order>, text: &str| matches!(data, TypedData::Text(it) if it == text);
    assert!(is_text(in_body("text/plain", "né"), "né"));
    for xml in [
        r#","datacontenttype":"application/xml","data":"<a/>""#,
        r#","data":"<a/>","datacontenttype":"application/xml""#,
        r#","datacontenttype":"application/xml","data_base64":"PGEvPg==""#,
    ] {
        assert!(is_text(structured(xml), "<a/>"), "{xml}");
    }
    // Wherever it is said that it is no JSON.
    for text in [
        r#","datacontenttype":"text/plain","data":{"number":7}"#,
        r#","data":{"number":7},"datacontenttype":"text/plain""#,
    ] {
        assert!(misfit(structured(text), r#"{"number":7}"#), "{text}");
    }
    assert!(is_order(structured(
        r#","data":{"number":7},"datacontenttype":"application/json""#
    )));
    let is_bytes =
        |data: TypedData<Order>, bytes: &[u8]| matches!(data, TypedData::Bytes(it) if it == bytes);
    assert!(is_bytes(in_body("application/pdf", "%PDF"), b"%PDF"));
    // Nothing is assumed of bytes of which nothing is said.
    assert!(is_bytes(
        structured(r#","data_base64":"eyJudW1iZXIiOjd9""#),
        br#"{"number":7}"#
    ));
    let unnamed = binary("a/b", "1", r#"{"number":7}"#).without("content-type");
    assert!(is_bytes(data(&unnamed), br#"{"number":7}"#));
    assert!(matches!(structured(""), TypedData::Missing));
    assert!(matches!(
        in_body("application/json", ""),
        TypedData::Missing
    ));
}

#[test]
fn the_type_of_an_event_says_which_data_it_has() {
    let read = |event_type: &str, data: &str, order: bool| {
        let (first, last) = (
            format!(r#""type":"{event_type}""#),
            format!(r#""data":{data}"#),
        );
        let (first, last) = if order { (first, last) } else { (last, first) };
        let text = format!(r#"{{"specversion":"1.0",{first},"source":"/s","id":"1",{last}}}"#);
        let pack = signed().events_by_type::<Shop>();
        one(pack, &call(STRUCTURED_JSON, text)).unwrap().data
    };
    for order in [true, false] {
        let paid = read("com.acme.order.paid", r#"{"number":7,"cents":1}"#, order);
        assert!(matches!(
            paid,
            TypedData::Known(Shop::Paid {
                number: 7,
                cents: 1
            })
        ));
        let placed = read("com.acme.order.placed", r#"{"number":7}"#, order);
        assert!(matches!(
            placed,
            TypedData::Known(Shop::Placed { number: 7 })
        ));
        let other = read("com.acme.order.sent", "[1.50]", order);
        assert!(matches!(
            other,
            TypedData::Unrecognized { raw, error: Misfit::UnknownName } if raw == "[1.50]"
        ));
        let misfit = read("com.acme.order.paid", r#"{"number":7}"#, order);
        assert!(matches!(
            misfit,
            TypedData::Unrecognized { raw, error: Misfit::Members { .. } } if raw == r#"{"number":7}"#
        ));
    }
}

#[test]
fn only_types_that_are_wanted_are_wanted() {
    let wanted = |interest: Interest, event_type: &str| {
        let text = envelope("1", "").replace("com.acme.order.placed", event_type);
        let pack = signed().interested_in([interest]);
        judged(pack, &call(STRUCTURED_JSON, text)).unwrap()[0].2
    };
    for (interest, event_type, is_wanted) in [
        (Interest::exact("a.b"), "a.b", true),
        (Interest::exact("a.b"), "a.b.c", false),
        (Interest::prefix("a.b."), "a.b.c", true),
        (Interest::prefix("a.b."), "a.b", false),
        (Interest::topic("b.c"), "b.c", true),
        (Interest::topic("b.c"), "x.a.b.c.v12", true),
        (Interest::topic("b.c"), "x.ab.c", false),
        (Interest::topic("b.c"), "b.c.d", false),
        (Interest::topic("b.c"), "b.c.v", false),
        (Interest::topic("b.c"), "b.c.v1.v2", false),
        (Interest::topic(""), "a", false),
    ] {
        assert_eq!(
            wanted(interest.clone(), event_type),
            is_wanted,
            "{interest:?} {event_type}"
        );
    }
}

#[test]
fn each_tolerance_takes_its_own_and_nothing_else() {
    let text = |more: &str| call(STRUCTURED_JSON, envelope("1", more));
    let cases = [
        (
            Tolerance::PlainJson,
            call("application/json", envelope("1", "")),
        ),
        (
            Tolerance::Version03,
            call(STRUCTURED_JSON, envelope("1", "").replace("1.0", "0.3")),
        ),
        (Tolerance::AnyName, text(r#","traceId":"x""#)),
        (Tolerance::AnyValue, text(r#","list":[1]"#)),
        (Tolerance::AnyValue, text(r#","big":2147483648"#)),
        (Tolerance::AnyValue, text(r#","half":0.5"#)),
        (Tolerance::EmptyText, text(r#","subject":"""#)),
        (Tolerance::UnreadableTime, text(r#","time":"yesterday""#)),
    ];
    for (own, call) in &cases {
        let mut strict = signed();
        assert!(refused(strict, call).is_some(), "{own:?}");
        strict = signed().tolerate(Tolerance::ALL.iter().copied().filter(|it| it != own));
        assert!(refused(strict, call).is_some(), "{own:?}");
        assert_eq!(refused(signed().tolerate([*own]), call), None, "{own:?}");
    }
    let plain = binary("text/plain", "50% of \"%41\"", "x");
    assert!(refused(by_access(&[Mode::Binary]), &plain).is_some());
    let pack = by_access(&[Mode::Binary]).tolerate([Tolerance::PlainHeaders]);
    let event = one(pack, &plain).unwrap();
    assert_eq!(event.attributes().unwrap().id, "50% of \"%41\"");
    // A tab may stand in a header, and so may a control character of two bytes. Neither may stand in an attribute.
    for control in ["a\tb", "a\u{85}b", "a\u{9f}"] {
        let pack = by_access(&[Mode::Binary]).tolerate([Tolerance::PlainHeaders]);
        let call = binary("text/plain", control, "x");
        assert!(refused(pack, &call).is_some(), "{control:?}");
    }
    let data = text(r#","datacontenttype":"text/plain","data":{"number":7}"#);
    let read = |pack: CloudEvents| one(pack.events::<Order>(), &data).unwrap();
    assert_eq!(read(signed()).known(), None);
    assert!(
        read(signed().tolerate([Tolerance::AnyDataType]))
            .known()
            .is_some()
    );
}

#[tokio::test]
async fn a_batch_of_which_some_fail_is_sent_again_and_only_those_run() {
    let stage = stage(signed().modes([Mode::Batch])).await;
    let events: Vec<_> = (0..100).map(|at| envelope(&at.to_string(), "")).collect();
    let call = call(BATCH_JSON, batch(&events));
    for at in 0..100 {
        let fails = [3, 50, 99].contains(&at);
        stage
            .script
            .then(if fails { Step::Retry } else { Step::Process });
    }
    assert_eq!(stage.send(&call).await.status, 503);
    assert_eq!(stage.script.runs(), 100);
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 103);
    let again: Vec<_> = stage.script.seen().split_off(100);
    let again: Vec<_> = again.iter().map(|seen| seen.raw.clone()).collect();
    assert_eq!(
        again,
        [&events[3], &events[50], &events[99]].map(|it| it.as_bytes())
    );
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 103);
}

#[tokio::test]
async fn copies_of_a_batch_at_the_same_moment_run_each_event_once() {
    let stage = stage(signed().modes([Mode::Batch])).await;
    let events: Vec<_> = (0..100).map(|at| envelope(&at.to_string(), "")).collect();
    let body = call(BATCH_JSON, batch(&events));
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let first = stage.sending(&body);
    until("the first run", || stage.script.runs() == 1).await;
    // It does not wait for the event that runs, and handles the others.
    assert_eq!(stage.send(&body).await.status, 503);
    assert_eq!(stage.script.runs(), 100);
    gate.open();
    assert_eq!(first.await.unwrap().status, 200);
    assert_eq!(stage.script.runs(), 100);
    // Many at once, and three runs that fail, whichever these are.
    let events: Vec<_> = (100..200).map(|at| envelope(&at.to_string(), "")).collect();
    let body = call(BATCH_JSON, batch(&events));
    for at in 0..100 {
        let fails = [3, 50, 99].contains(&at);
        stage
            .script
            .then(if fails { Step::Retry } else { Step::Process });
    }
    let copies: Vec<_> = (0..8).map(|_| stage.sending(&body)).collect();
    for copy in copies {
        assert!([200, 503].contains(&copy.await.unwrap().status));
    }
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!(stage.script.runs(), 203);
    let keys: BTreeSet<_> = stage.script.seen().iter().map(|it| it.key).collect();
    assert_eq!(keys.len(), 200);
}

/// As when its process dies: what it has claimed comes free with its lease, and what it has not is free.
#[tokio::test]
async fn a_batch_that_is_cut_off_in_the_middle_goes_on_there() {
    let pack = signed().modes([Mode::Batch]);
    let stage = Stage::of(pack, |builder| builder.cancel_on_disconnect()).await;
    let events: Vec<_> = (0..5).map(|at| envelope(&at.to_string(), "")).collect();
    let body = call(BATCH_JSON, batch(&events));
    let gate = Gate::shut();
    stage.script.then(Step::Process).then(Step::Process);
    stage.script.then(Step::wait(&gate));
    let mut sender = Connection::open(stage.server.addr).await;
    sender.write_call(&body).await;
    until("the third run", || stage.script.runs() == 3).await;
    sender.reset();
    until("the drop", || stage.script.dropped() == 1).await;
    assert_eq!(stage.send(&body).await.status, 503, "one is still claimed");
    assert_eq!(stage.script.runs(), 5);
    stage.clock.advance(Duration::from_secs(3600));
    assert_eq!(stage.send(&body).await.status, 200);
    assert_eq!(stage.script.runs(), 6);
    assert_eq!(stage.script.last().raw, events[2]);
}

#[tokio::test]
async fn two_events_with_one_key_in_a_batch_run_once_and_do_not_wait() {
    let stage = stage(signed().modes([Mode::Batch])).await;
    let twice = batch(&[envelope("1", ""), envelope("1", ""), envelope("2", "")]);
    assert_eq!(stage.send(&call(BATCH_JSON, twice)).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn one_broken_event_of_a_batch_keeps_all_of_it_from_running() {
    let stage = stage(signed().modes([Mode::Batch]).most_of_a_batch(3)).await;
    let right = envelope("1", "");
    for wrong in [
        batch(&[right.clone(), "{}".to_owned()]),
        batch(&[right.clone(), envelope("", "")]),
        batch(&[right.clone(), "1".to_owned()]),
        format!("[{right},]"),
        format!("[{right}] x"),
        batch(&vec![right.clone(); 4]),
        "null".to_owned(),
    ] {
        assert_eq!(
            stage.send(&call(BATCH_JSON, wrong.clone())).await.status,
            400,
            "{wrong}"
        );
    }
    assert_eq!((stage.script.runs(), stage.store.count(On::Claim)), (0, 0));
    assert_eq!(stage.send(&call(BATCH_JSON, "[]")).await.status, 200);
    assert_eq!(
        stage
            .send(&call(BATCH_JSON, batch(&vec![right; 3])))
            .await
            .status,
        200
    );
}

#[tokio::test]
async fn what_has_not_begun_by_the_deadline_is_not_claimed() {
    let pack = signed().modes([Mode::Batch]);
    let stage = Stage::of(pack, |builder| {
        builder.handler_deadline(Duration::from_secs(2))
    })
    .await;
    let gate = Gate::shut();
    stage.script.then(Step::wait(&gate));
    let call = call(
        BATCH_JSON,
        batch(&[envelope("1", ""), envelope("2", ""), envelope("3", "")]),
    );
    let sent = stage.sending(&call);
    until("the first run", || stage.script.runs() == 1).await;
    stage.pass(Duration::from_secs(3)).await;
    assert_eq!(sent.await.unwrap().status, 503);
    assert!(stage.has_detached());
    gate.open();
    until("the end of the first run", || !stage.has_detached()).await;
    assert_eq!((stage.script.runs(), stage.store.count(On::Claim)), (1, 1));
    assert_eq!(stage.send(&call).await.status, 200);
    assert_eq!(stage.script.runs(), 3);
}

#[test]
fn a_mac_inside_of_the_event_is_no_extension() {
    let config = HmacBodyFieldConfig::new("signature");
    let scheme = HmacBodyField::try_from(config).unwrap();
    let pack = CloudEvents::signed(scheme, Secret::utf8(KEY).unwrap()).events::<Order>();
    let text = envelope("1", r#","data":{"number":7}"#);
    let mac = hmac_sha256(KEY.as_bytes(), text.as_bytes());
    let mac = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, mac);
    let sent = text.replace("}}", &format!(r#"}},"signature":"{mac}"}}"#));
    let event = one(pack, &call(STRUCTURED_JSON, sent)).unwrap();
    assert_eq!(event.known(), Some(&Order { number: 7 }));
    assert!(event.attributes().unwrap().extensions.is_empty());
}

/// Nothing signs where the MAC stands in the object.
#[test]
fn a_claimed_event_is_the_same_wherever_its_mac_stands() {
    let scheme = HmacBodyField::try_from(HmacBodyFieldConfig::new("signature")).unwrap();
    let key = |body: String| {
        let pack = CloudEvents::signed(scheme.clone(), Secret::utf8(KEY).unwrap());
        let call = binary("application/json", "1", &body);
        judged(pack.modes([Mode::Binary]), &call).unwrap()[0]
            .1
            .clone()
    };
    let mac = |text: &str| {
        let mac = hmac_sha256(KEY.as_bytes(), text.as_bytes());
        base64::Engine::encode(&base64::prelude::BASE64_STANDARD, mac)
    };
    let of_seven = mac(r#"{"number":7}"#);
    let last = key(format!(r#"{{"number":7,"signature":"{of_seven}"}}"#));
    let first = key(format!(r#"{{"signature":"{of_seven}","number":7}}"#));
    assert_eq!(last, first);
    let of_eight = mac(r#"{"number":8}"#);
    let other = key(format!(r#"{{"number":8,"signature":"{of_eight}"}}"#));
    assert_ne!(last, other);
}

/// Believes every body, and says its digest.
#[derive(Debug)]
struct WithDigest;

impl Scheme for WithDigest {
    fn signs(&self) -> Signs {
        Signs::body()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        let (id, _) = keys.secrets().next().ok_or(Rejection::NoLiveKey)?;
        let digest = ContentDigest::of(request.body);
        Ok(Verified::assertion(Coverage::Body, id).with_digest(digest))
    }
}

#[tokio::test]
async fn an_event_is_no_other_because_another_one_came_beside_it() {
    let pack = CloudEvents::signed(WithDigest, Secret::utf8(KEY).unwrap()).modes([Mode::Batch]);
    let stage = Stage::of(pack, |builder| {
        let builder = builder.access(AnyoneMayCall);
        builder.refuse_changed_content()
    })
    .await;
    let (one, two) = (envelope("1", ""), envelope("2", ""));
    for (events, status) in [
        (&[one.clone(), two.clone()][..], 200),
        (std::slice::from_ref(&two), 200),
        (&[envelope("2", r#","data":1"#)], 400),
    ] {
        let sent = stage.send(&call(BATCH_JSON, batch(events))).await;
        assert_eq!(sent.status, status, "{events:?}");
    }
    assert_eq!(stage.script.runs(), 2);
}

#[test]
fn nothing_of_an_event_is_shown() {
    let call = binary("text/plain", "personal-1", "personal-2").with("ce-subject", "personal-3");
    let event = one(by_access(&[Mode::Binary]), &call).unwrap();
    let shown = format!("{event:?} {:?}", signed().interested_in(["t"]));
    assert!(
        !shown.contains("personal") && !shown.contains(KEY),
        "{shown}"
    );
}
