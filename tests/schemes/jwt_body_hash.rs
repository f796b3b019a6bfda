//! Tokens that bind the body: which are taken, and what of each counts.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
use bytes::Bytes;
use hookgate::{
    Ack, BuildError, Delivery, Key, Keyring, Nack, Reason, Receiver, ReceiverBuilder, Rejection,
    Secret, UnixTime,
    access::{Jwks, JwksDocument, JwksError, JwksFetcher},
    dedup::MemoryStore,
    json::{Json, Payload},
    keys::{JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme},
    providers::{known, preset::Preset},
    schemes::{JtiUse, JwtBinding, JwtBodyHash, JwtBodyHashConfig},
    simulator::{Sent, Signer},
    tenants::{KeySourceError, NamedKeySource, NamedKeys},
    testing::FakeClock,
};
use proptest::prelude::*;
use serde::Deserialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::props::{Call, ScriptedStore, Stage, hex, hmac_sha256, now, vector};

const SECRET: &str = "0123456789abcdef0123456789abcdef";
const BODY: &str = r#"{"id":"1","text":"Zażółć"}"#;
const AT: UnixTime = UnixTime::from_secs(1_700_000_000);

fn b64(bytes: impl AsRef<[u8]>) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

/// A token with this head and these claims, by HS256 under [`SECRET`]. The library has no part in it.
fn token(head: &Value, claims: &str) -> String {
    let message = format!("{}.{}", b64(head.to_string()), b64(claims));
    let signature = hmac_sha256(SECRET.as_bytes(), message.as_bytes());
    format!("{message}.{}", b64(signature))
}

fn usual(claims: &Value) -> String {
    token(&json!({"alg": "HS256", "typ": "JWT"}), &claims.to_string())
}

fn digest_of(body: &str) -> String {
    hex(&Sha256::digest(body))
}

fn in_header() -> JwtBodyHashConfig {
    JwtBodyHashConfig::digest([JwsAlgorithm::Hs256], "x-token", "/sha256", "sha256:hex")
}

fn in_member() -> JwtBodyHashConfig {
    JwtBodyHashConfig::member([JwsAlgorithm::Hs256], "/token").needs_claim("/event")
}

fn ring() -> [Key; 1] {
    [Key::new("0", Secret::utf8(SECRET).unwrap())]
}

fn scheme(config: JwtBodyHashConfig) -> JwtBodyHash {
    config.try_into().unwrap()
}

/// What a scheme says of a header `x-token` and a body.
fn said(config: JwtBodyHashConfig, token: &str, body: &str, keys: &[Key]) -> Result<(), Rejection> {
    let headers = vec![("x-token", token)];
    let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
    let scheme = scheme(config);
    scheme.verify(request, LiveKeys::new(keys, AT)).map(|_| ())
}

fn with_claims(config: JwtBodyHashConfig, claims: &Value) -> Result<(), Rejection> {
    said(config, &usual(claims), BODY, &ring())
}

fn claims() -> Value {
    json!({"iss": "acme", "sha256": digest_of(BODY)})
}

fn and(mut claims: Value, name: &str, value: impl Into<Value>) -> Value {
    claims[name] = value.into();
    claims
}

#[derive(Deserialize)]
struct Foreign {
    secret: String,
    at: i64,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Request {
    name: String,
    token: String,
    body: String,
    refused: Option<String>,
}

#[test]
fn what_another_library_signed_and_refuses_is_judged_as_it_says() {
    let published: Foreign =
        serde_json::from_slice(&vector("jwt_body_hash/messagebird.json")).unwrap();
    let config = JwtBodyHashConfig::digest(
        [JwsAlgorithm::Hs256],
        "x-token",
        "/payload_hash",
        "sha256:hex",
    )
    .issuer("MessageBird")
    .expires();
    let keys = [Key::new("0", Secret::utf8(&published.secret).unwrap())];
    for request in &published.requests {
        let said = said(config.clone(), &request.token, &request.body, &keys);
        let reason = said.err().map(|why| why.reason().as_str());
        assert_eq!(reason, request.refused.as_deref(), "{}", request.name);
    }
    // What the road makes of its times.
    let request = &published.requests[0];
    for (at, taken) in [
        (-61, false),
        (-60, true),
        (0, true),
        (119, true),
        (120, false),
    ] {
        let pack = Preset::custom("acme", scheme(config.clone()), keyring(&published.secret));
        let judge = Receiver::new("hook", pack).judge().unwrap();
        let headers = vec![
            ("content-type", "application/json"),
            ("x-token", &*request.token),
        ];
        let head = Head::new("POST", "/", &headers);
        let now = UnixTime::from_secs(published.at + at);
        let judged = judge
            .judge_at_once(head, request.body.clone(), now)
            .unwrap();
        let refused = matches!(judged, hookgate::framework::Judgement::Refused { .. });
        assert_eq!(!refused, taken, "{at} s: {judged:?}");
    }
}

fn keyring(secret: &str) -> Keyring {
    Secret::utf8(secret).unwrap().into()
}

#[test]
fn a_claim_must_hold_the_digest_of_these_bytes() {
    assert_eq!(with_claims(in_header(), &claims()), Ok(()));
    let upper = and(claims(), "sha256", digest_of(BODY).to_uppercase());
    assert_eq!(
        with_claims(in_header(), &upper),
        Ok(()),
        "hexadecimal has no case"
    );
    let other = and(claims(), "sha256", digest_of("{}"));
    let wrong = with_claims(in_header(), &other);
    assert_eq!(wrong, Err(Rejection::SignatureMismatch));
    for value in [json!(null), json!(17), json!(""), json!([digest_of(BODY)])] {
        let refused = with_claims(in_header(), &and(claims(), "sha256", value));
        assert!(matches!(refused, Err(Rejection::MalformedSignature(_))));
    }
    for text in [&digest_of(BODY)[..62], "0x00", &b64(Sha256::digest(BODY))] {
        let refused = with_claims(in_header(), &and(claims(), "sha256", text));
        assert_eq!(refused, Err(Rejection::SignatureMismatch), "{text}");
    }
    let missing = with_claims(in_header(), &json!({"iss": "acme"}));
    assert!(matches!(missing, Err(Rejection::MalformedSignature(_))));
    let twice = format!(r#"{{"sha256":"00","sha256":"{}"}}"#, digest_of(BODY));
    let twice = token(&json!({"alg": "HS256"}), &twice);
    let twice = said(in_header(), &twice, BODY, &ring());
    assert!(matches!(twice, Err(Rejection::MalformedSignature(_))));
}

#[test]
fn a_digest_may_stand_deeper_and_in_any_encoding() {
    use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE};
    let digest = Sha256::digest(BODY);
    for (encoding, text) in [
        ("hex", hex(&digest)),
        ("base64", BASE64_STANDARD.encode(digest)),
        ("base64_unpadded", BASE64_STANDARD_NO_PAD.encode(digest)),
        ("base64_url", b64(digest)),
        ("base64_url_padded", BASE64_URL_SAFE.encode(digest)),
    ] {
        let config = JwtBodyHashConfig::digest(
            [JwsAlgorithm::Hs256],
            "x-token",
            "/body/digest",
            format!("sha256:{encoding}"),
        );
        let claims = json!({"body": {"digest": text}});
        assert_eq!(with_claims(config, &claims), Ok(()), "{encoding}");
    }
    for digest in ["md5:hex", "sha1:hex", "sha256", "sha256:jws", ""] {
        let config = JwtBodyHashConfig::digest([JwsAlgorithm::Hs256], "x-token", "/sha256", digest);
        let refused = JwtBodyHash::try_from(config).map(|_| ());
        assert!(matches!(refused, Err(BuildError::Scheme(_))), "{digest}");
    }
}

#[test]
fn the_head_only_chooses_among_what_is_set() {
    let head = |head: Value| {
        said(
            in_header(),
            &token(&head, &claims().to_string()),
            BODY,
            &ring(),
        )
        .is_ok()
    };
    assert!(head(json!({"alg": "HS256"})));
    assert!(head(
        json!({"alg": "HS256", "typ": "jwt", "kid": "any", "jku": "https://evil.example"})
    ));
    for wrong in [
        json!({"alg": "none"}),
        json!({"alg": "HS384"}),
        json!({"alg": "RS256"}),
        json!({"typ": "JWT"}),
        json!({"alg": "HS256", "typ": "dpop+jwt"}),
        json!({"alg": "HS256", "typ": "at+jwt"}),
        json!({"alg": "HS256", "crit": ["exp"]}),
        json!({"alg": "HS256", "crit": ["b64"], "b64": false}),
        json!({"alg": "HS256", "crit": []}),
    ] {
        assert!(!head(wrong.clone()), "{wrong}");
    }
    let config = in_header().typ("secevent+jwt");
    let typed = |typ: &str| {
        let token = token(&json!({"alg": "HS256", "typ": typ}), &claims().to_string());
        said(config.clone(), &token, BODY, &ring()).is_ok()
    };
    assert!(typed("secevent+jwt") && typed("application/SecEvent+JWT"));
    assert!(!typed("JWT"));
}

/// The bytes of a public key are known to everybody.
#[test]
fn a_public_key_is_never_taken_for_a_secret() {
    let public = vector("signed_request/rsa.pub.der");
    let algorithms = [JwsAlgorithm::Hs256, JwsAlgorithm::Rs256];
    let config = JwtBodyHashConfig::digest(algorithms, "x-token", "/sha256", "sha256:hex");
    let message = format!(
        "{}.{}",
        b64(json!({"alg": "HS256"}).to_string()),
        b64(claims().to_string())
    );
    let forged = format!(
        "{message}.{}",
        b64(hmac_sha256(&public, message.as_bytes()))
    );
    let keys = [Key::public(
        "0",
        VerifyingKey::der(&public, [JwsAlgorithm::Rs256]),
    )];
    let refused = said(config.clone(), &forged, BODY, &keys);
    assert!(
        matches!(refused, Err(Rejection::MalformedSignature(_))),
        "{refused:?}"
    );

    let hs = in_header();
    let built = |config: JwtBodyHashConfig, keys: Keyring| {
        let pack = Preset::custom("acme", scheme(config), keys);
        Receiver::new("hook", pack).judge().map(|_| ())
    };
    let of = |key: VerifyingKey| -> Keyring { key.into() };
    let rsa = || of(VerifyingKey::der(&public, [JwsAlgorithm::Rs256]));
    assert!(matches!(built(hs, rsa()), Err(BuildError::UnfitKey(_))));
    let rs = JwtBodyHashConfig::digest([JwsAlgorithm::Rs256], "x-token", "/sha256", "sha256:hex");
    assert!(matches!(
        built(rs.clone(), keyring(SECRET)),
        Err(BuildError::UnfitKey(_))
    ));
    assert_eq!(built(rs, rsa()), Ok(()));
    assert_eq!(built(config, rsa()), Ok(()));
}

/// A secret fits several algorithms, and a key may: what is taken is what the settings name.
#[test]
fn an_algorithm_that_is_not_set_is_refused_though_the_key_is_for_it() {
    use JwsAlgorithm::{Hs256, Hs384, Hs512, Rs256, Rs512};
    let rsa = VerifyingKey::der(file("rsa.pub.der"), [Rs256, Rs512]);
    let rsa = [Key::public("0", rsa)];
    let (secret, private) = (SECRET.as_bytes(), file("rsa.key.pem"));
    for (signed_by, taken, signs, keys) in [
        (Hs384, Hs256, secret, ring()),
        (Hs512, Hs256, secret, ring()),
        (Hs256, Hs512, secret, ring()),
        (Rs512, Rs256, private.as_slice(), rsa),
    ] {
        let config =
            |algorithm| JwtBodyHashConfig::digest([algorithm], "x-token", "/sha256", "sha256:hex");
        let signer = Signer::new(config(signed_by), signs).unwrap();
        let sent = Sent::post("/", "application/json", BODY);
        let sent = signer.sign(sent, "1", AT).unwrap();
        let token = sent.header("x-token").unwrap();
        assert_eq!(said(config(signed_by), token, BODY, &keys), Ok(()));
        let refused = said(config(taken), token, BODY, &keys);
        assert!(matches!(refused, Err(Rejection::MalformedSignature(_))));
    }
}

#[test]
fn a_key_of_another_name_than_the_token_gives_proves_nothing() {
    let config =
        || JwtBodyHashConfig::digest([JwsAlgorithm::Es256], "x-token", "/sha256", "sha256:hex");
    let signer = Signer::new(config(), file("p256.key.pem")).unwrap();
    let sent = Sent::post("/", "application/json", BODY);
    let sent = signer.key_id("k-1").sign(sent, "1", AT).unwrap();
    let token = sent.header("x-token").unwrap();
    let by = |name: Option<&str>| {
        let key = VerifyingKey::der(file("p256.pub.der"), [JwsAlgorithm::Es256]);
        let key = match name {
            Some(name) => key.with_id(name),
            None => key,
        };
        said(config(), token, BODY, &[Key::public("0", key)])
    };
    assert_eq!(by(Some("k-1")), Ok(()));
    assert_eq!(by(None), Ok(()), "it may be any");
    assert_eq!(by(Some("k-2")), Err(Rejection::SignatureMismatch));
}

/// Another answer would tell a stranger what the settings are.
#[test]
fn claims_that_nobody_signed_are_not_looked_at() {
    let (head, keys) = (json!({"alg": "HS256"}), ring());
    let set = |config: JwtBodyHashConfig| config.issuer("acme").expires().jti(JtiUse::Id);
    for claims in [
        "{}",
        r#"{"iss":"evil"}"#,
        r#"{"iss":"acme","iss":"acme"}"#,
        r#"{"iss":"acme","aud":"theirs"}"#,
        r#"{"iss":"acme","exp":"soon"}"#,
        r#"{"iss":"acme","exp":1}"#,
        "no JSON",
    ] {
        let signed = token(&head, claims);
        let (message, _) = signed.rsplit_once('.').unwrap();
        let forged = format!("{message}.{}", b64([0; 32]));
        let body = json!({"token": forged}).to_string();
        for (config, body) in [(in_header(), BODY), (in_member(), &body)] {
            let refused = said(set(config), &forged, body, &keys);
            assert_eq!(refused, Err(Rejection::SignatureMismatch), "{claims}");
        }
    }
}

/// Readers disagree on which one counts.
#[test]
fn a_claim_that_counts_and_stands_twice_is_refused() {
    let config = in_header()
        .issuer("acme")
        .audience("shop")
        .expires()
        .issued_at()
        .jti(JtiUse::Id)
        .needs_claim("/event")
        .claim_is("/to/url", "u");
    let claims = format!(
        r#"{{"iss":"acme","aud":"shop","exp":1700000000,"nbf":1,"iat":1700000000,"jti":"1","event":1,"to":{{"url":"u"}},"sha256":"{}"}}"#,
        digest_of(BODY)
    );
    let with = |claims: &str| {
        let token = token(&json!({"alg": "HS256"}), claims);
        said(config.clone(), &token, BODY, &ring())
    };
    assert_eq!(with(&claims), Ok(()));
    let more = claims.replace(r#""event""#, r#""a":1,"a":{"iss":2,"iss":3},"event""#);
    assert_eq!(with(&more), Ok(()), "what does not count may");
    for member in [
        r#""iss":"acme""#,
        r#""aud":"shop""#,
        r#""exp":1700000000"#,
        r#""nbf":1"#,
        r#""iat":1700000000"#,
        r#""jti":"1""#,
        r#""event":1"#,
        r#""url":"u""#,
        r#""to":{"url":"u"}"#,
    ] {
        let letter = char::from(member.as_bytes()[1]);
        let escaped = member.replacen(letter, &format!("\\u{:04x}", u32::from(letter)), 1);
        for first in [member, &escaped] {
            let twice = claims.replace(member, &format!("{first},{member}"));
            assert_ne!(twice, claims);
            let refused = with(&twice);
            assert!(
                matches!(refused, Err(Rejection::MalformedSignature(_))),
                "{twice}: {refused:?}"
            );
        }
    }
}

#[test]
fn who_made_it_and_for_whom_must_be_as_set() {
    let another = |said: Result<(), Rejection>| matches!(said, Err(Rejection::SignedForAnother(_)));
    let config = in_header().issuer("acme").issuer("acme-2");
    assert_eq!(with_claims(config.clone(), &claims()), Ok(()));
    assert!(another(with_claims(
        config.clone(),
        &and(claims(), "iss", "evil")
    )));
    assert!(another(with_claims(
        config,
        &json!({"sha256": digest_of(BODY)})
    )));

    let for_us = in_header().audience("shop").audience("shop-2");
    for aud in [json!("shop"), json!("shop-2"), json!(["other", "shop"])] {
        assert_eq!(
            with_claims(for_us.clone(), &and(claims(), "aud", aud)),
            Ok(())
        );
    }
    for aud in [
        json!("other"),
        json!([]),
        json!(17),
        json!(null),
        json!(["shop", 17]),
    ] {
        assert!(
            another(with_claims(
                for_us.clone(),
                &and(claims(), "aud", aud.clone())
            )),
            "{aud}"
        );
        // Without an audience of one's own, a token for somebody is for somebody else.
        assert!(
            another(with_claims(in_header(), &and(claims(), "aud", aud.clone()))),
            "{aud}"
        );
    }
    assert!(another(with_claims(for_us, &claims())));

    let config = in_header()
        .claim_is("/to/url", "https://hooks.example/in")
        .needs_claim("/x");
    let right =
        json!({"sha256": digest_of(BODY), "to": {"url": "https://hooks.example/in"}, "x": 0});
    assert_eq!(with_claims(config.clone(), &right), Ok(()));
    assert!(another(with_claims(
        config.clone(),
        &and(right.clone(), "to", "https://hooks.example/in")
    )));
    assert!(another(with_claims(config, &and(right, "x", Value::Null))));
}

#[test]
fn what_jti_is_and_which_claims_must_be_there_is_set() {
    let missing = |config: JwtBodyHashConfig| with_claims(config, &claims()).unwrap_err();
    assert_eq!(missing(in_header().expires()), Rejection::MissingTimestamp);
    assert_eq!(
        missing(in_header().issued_at()),
        Rejection::MissingTimestamp
    );
    assert_eq!(missing(in_header().jti(JtiUse::Id)), Rejection::MissingId);
    assert_eq!(
        missing(in_header().jti(JtiUse::Nonce)),
        Rejection::MissingNonce
    );
    let headers = vec![("x-token", usual(&and(claims(), "jti", "j-1")))];
    let request = RawRequest::new(Head::new("POST", "/", &headers), BODY.as_bytes());
    let keys = ring();
    let verified = |used: JtiUse| {
        let scheme = scheme(in_header().jti(used));
        let verified = scheme.verify(request, LiveKeys::new(&keys, AT)).unwrap();
        let text = |text: Option<&str>| text.map(str::to_owned);
        (text(verified.signed_id()), text(verified.nonce()))
    };
    assert_eq!(verified(JtiUse::Id), (Some("j-1".to_owned()), None));
    assert_eq!(verified(JtiUse::Nonce), (None, Some("j-1".to_owned())));
    for jti in [json!(17), json!(""), json!("x".repeat(257))] {
        let said = with_claims(in_header().jti(JtiUse::Id), &and(claims(), "jti", jti));
        assert!(matches!(said, Err(Rejection::MalformedId(_))));
    }
    for time in [json!("soon"), json!(null), json!([])] {
        let said = with_claims(in_header(), &and(claims(), "exp", time));
        assert_eq!(said, Err(Rejection::MalformedTimestamp));
    }
}

/// What is proved, by a road that checks times.
fn judged(config: JwtBodyHashConfig, claims: &Value, now: UnixTime) -> Result<(), Rejection> {
    judged_by(config, claims, now, |builder| builder)
}

fn judged_by(
    config: JwtBodyHashConfig,
    claims: &Value,
    now: UnixTime,
    set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
) -> Result<(), Rejection> {
    let pack = Preset::custom("acme", scheme(config), keyring(SECRET));
    let judge = set(Receiver::new("hook", pack)).judge().unwrap();
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-token", usual(claims)),
    ];
    let head = Head::new("POST", "/", &headers);
    match judge.judge_at_once(head, BODY, now).unwrap() {
        hookgate::framework::Judgement::Refused { rejection, .. } => Err(rejection),
        _ => Ok(()),
    }
}

#[test]
fn times_are_judged_by_the_window_and_the_leeway() {
    let at = |secs: i64| UnixTime::from_secs(1_700_000_000 + secs);
    let issued = and(claims(), "iat", 1_700_000_000);
    let config = in_header().issued_at();
    for (secs, taken) in [(-301, false), (-300, true), (300, true), (301, false)] {
        assert_eq!(
            judged(config.clone(), &issued, at(secs)).is_ok(),
            taken,
            "{secs}"
        );
    }
    let ends = and(claims(), "exp", 1_700_000_000.5);
    let leeway = Duration::from_secs(60);
    assert_eq!(judged(in_header(), &ends, at(60)), Ok(()));
    let ended = judged(in_header(), &ends, at(61));
    let age = Duration::from_millis(60_500);
    assert_eq!(ended, Err(Rejection::NoLongerValid { age, limit: leeway }));
    assert_eq!(ended.unwrap_err().reason().as_str(), "timestamp_too_old");
    let begins = and(claims(), "nbf", 1_700_000_000);
    assert_eq!(judged(in_header(), &begins, at(-60)), Ok(()));
    let early = judged(in_header(), &begins, at(-61));
    let ahead = Duration::from_secs(61);
    assert_eq!(
        early,
        Err(Rejection::NotYetValid {
            ahead,
            limit: leeway
        })
    );
    let strict = in_header().leeway_secs(0);
    assert!(judged(strict, &and(claims(), "exp", 1_700_000_000), at(0)).is_err());
}

/// Otherwise a captured delivery would run again once its mark has ended.
#[test]
fn a_proof_that_outlives_the_memory_of_its_event_is_refused() {
    const DAY: i64 = 24 * 3600;
    let margin = ReceiverBuilder::RETENTION_MARGIN;
    let in_days = |days: i64, secs: i64| AT.as_secs() + days * DAY + secs;
    let with =
        |exp: i64, config: JwtBodyHashConfig, set: fn(ReceiverBuilder) -> ReceiverBuilder| {
            let claims = and(and(claims(), "exp", exp), "iat", AT.as_secs());
            judged_by(config, &claims, AT, set)
        };
    let refused = |said: Result<(), Rejection>| {
        assert!(
            matches!(said, Err(Rejection::ValidForTooLong { .. })),
            "{said:?}"
        );
    };
    // The retention is 7 days by default, its margin 60 s, and the leeway as much.
    let last = in_days(7, -120);
    assert_eq!(with(last, in_header(), |it| it), Ok(()));
    let ahead = Duration::from_secs(7 * 24 * 3600) - margin;
    assert_eq!(
        with(last + 1, in_header(), |it| it),
        Err(Rejection::ValidForTooLong {
            ahead: ahead + Duration::from_secs(1),
            limit: ahead,
        })
    );
    refused(with(9_000_000_000_000_000, in_header(), |it| it));
    assert_eq!(with(last + 60, in_header().leeway_secs(0), |it| it), Ok(()));
    let longer = |it: ReceiverBuilder| it.retention(Duration::from_secs(8 * 24 * 3600));
    assert_eq!(with(last + DAY, in_header(), longer), Ok(()));
    refused(with(last + DAY + 1, in_header(), longer));
    // A window that is set shortens nothing where nothing says a time that it could be compared with.
    let windowed = |it: ReceiverBuilder| {
        it.past(Duration::from_secs(300))
            .future(Duration::from_secs(300))
    };
    refused(with(in_days(90, 0), in_header(), windowed));
    // A window is for the time of the attempt, and whoever checks no time has chosen that.
    assert_eq!(
        with(in_days(90, 0), in_header().issued_at(), |it| it),
        Ok(())
    );
    let unchecked = ReceiverBuilder::without_time_check;
    assert_eq!(with(in_days(90, 0), in_header(), unchecked), Ok(()));
}

/// Accepted as long before its end as may be, and sent again at the last moment.
#[tokio::test]
async fn what_ends_as_late_as_may_be_is_known_as_a_copy_to_its_end() {
    let clock = FakeClock::at(AT);
    let runs = Arc::new(Mutex::new(0));
    let pack = Preset::custom("acme", scheme(in_header()), keyring(SECRET));
    let receiver = Receiver::new("hook", pack)
        .dedup(MemoryStore::with_clock(10, clock.clone()))
        .clock(clock.clone())
        .timer(clock.clone())
        .build()
        .unwrap();
    let week = Duration::from_secs(7 * 24 * 3600);
    let ends = AT.as_secs() + 7 * 24 * 3600 - 120;
    let headers = vec![
        ("content-type", "application/json".to_owned()),
        ("x-token", usual(&and(claims(), "exp", ends))),
    ];
    let send = async || {
        let runs = runs.clone();
        let handler = move |_: Delivery<Payload<Json>>| {
            *runs.lock().unwrap() += 1;
            async { Ok::<_, Nack>(Ack::processed()) }
        };
        let head = Head::new("POST", "/", &headers);
        receiver.handle(head, BODY, handler).await.reason()
    };
    assert_eq!(send().await, Reason::Handled);
    clock.advance(week - Duration::from_secs(61));
    assert_eq!(send().await, Reason::Duplicate);
    clock.advance(Duration::from_secs(1));
    assert_eq!(send().await, Reason::TimestampTooOld);
    assert_eq!(*runs.lock().unwrap(), 1);
}

#[test]
fn claims_that_are_the_event_are_all_that_is_believed() {
    let token = usual(&json!({"event": "user.created", "n": 1}));
    let body = json!({"token": token, "event": "user.deleted"}).to_string();
    let scheme = scheme(in_member());
    let headers: Vec<(&str, &str)> = Vec::new();
    let request = RawRequest::new(Head::new("POST", "/", &headers), body.as_bytes());
    let keys = ring();
    let verified = scheme.verify(request, LiveKeys::new(&keys, AT)).unwrap();
    let proved = verified.bytes_of(&Bytes::from(body.clone()));
    assert_eq!(proved, r#"{"event":"user.created","n":1}"#);
    for (other, missing) in [
        (r#"{"event":"user.created"}"#.to_owned(), true),
        ("[]".to_owned(), true),
        (String::new(), true),
        (r#"{"token":17}"#.to_owned(), false),
        (json!({"token": "a.b.c"}).to_string(), false),
        (format!(r#"{{"token":"{token}","token":"{token}"}}"#), false),
    ] {
        let refused = said(in_member(), "", &other, &keys).unwrap_err();
        let is_missing = refused == Rejection::MissingSignature;
        assert_eq!(is_missing, missing, "{other}: {refused:?}");
    }
    // A token of a user, under the same key.
    let session = json!({"token": usual(&json!({"sub": "user", "n": 1}))}).to_string();
    let refused = said(in_member(), "", &session, &keys);
    assert!(matches!(refused, Err(Rejection::SignedForAnother(_))));

    let whole = JwtBodyHashConfig::body([JwsAlgorithm::Hs256]).needs_claim("/event");
    assert_eq!(said(whole.clone(), "", &token, &keys), Ok(()));
    for body in ["", "{}", &body] {
        let refused = said(whole.clone(), "", body, &keys);
        assert_eq!(refused, Err(Rejection::MissingSignature), "{body}");
    }
    for body in [
        format!("{token}\n"),
        format!(" {token}"),
        format!("{token}."),
    ] {
        assert!(said(whole.clone(), "", &body, &keys).is_err(), "{body:?}");
    }
}

#[test]
fn settings_under_which_any_token_is_an_event_make_no_scheme() {
    let refused = |config: JwtBodyHashConfig| {
        let made = JwtBodyHash::try_from(config).map(|_| ());
        assert!(matches!(made, Err(BuildError::Scheme(_))), "{made:?}");
    };
    let body = || JwtBodyHashConfig::body([JwsAlgorithm::Rs256]);
    refused(body());
    refused(body().issuer("acme").audience("shop").expires());
    refused(body().typ("JWT"));
    refused(body().needs_claim("event"));
    refused(body().claim_is("/sub", ""));
    refused(body().needs_claim("/event").needs_audience());
    refused(body().needs_claim("/event").leeway_secs(3601));
    refused(JwtBodyHashConfig::member([JwsAlgorithm::Rs256], "token").needs_claim("/event"));
    refused(JwtBodyHashConfig::new([], JwtBinding::Body).needs_claim("/event"));
    refused(JwtBodyHashConfig::detached([JwsAlgorithm::Rs256], "x-jws").issuer("acme"));
    refused(JwtBodyHashConfig::detached([JwsAlgorithm::Rs256], "x-jws").expires());
    for taken in [
        body().needs_claim("/event"),
        body().claim_is("/sub", "events"),
        body().typ("secevent+jwt"),
    ] {
        assert!(JwtBodyHash::try_from(taken).is_ok());
    }
    let named = JwtBodyHashConfig::detached([JwsAlgorithm::Rs256], "x-forwarded-for");
    assert!(matches!(
        JwtBodyHash::try_from(named),
        Err(BuildError::Name { .. })
    ));
}

fn detached(unencoded: bool) -> JwtBodyHashConfig {
    let config = JwtBodyHashConfig::detached([JwsAlgorithm::Hs256], "x-token");
    if unencoded {
        config.unencoded()
    } else {
        config
    }
}

/// A detached JWS over `payload` as it is signed, made without the library.
fn jws(head: &Value, payload: &str) -> String {
    let head = b64(head.to_string());
    let message = format!("{head}.{payload}");
    format!(
        "{head}..{}",
        b64(hmac_sha256(SECRET.as_bytes(), message.as_bytes()))
    )
}

fn unencoded_head() -> Value {
    json!({"alg": "HS256", "b64": false, "crit": ["b64"]})
}

#[test]
fn a_detached_jws_is_over_the_body() {
    let keys = ring();
    for (head, unencoded, payload) in [
        (json!({"alg": "HS256"}), false, b64(BODY)),
        (unencoded_head(), true, BODY.to_owned()),
    ] {
        let signed = jws(&head, &payload);
        assert_eq!(said(detached(unencoded), &signed, BODY, &keys), Ok(()));
        let other = said(detached(unencoded), &signed, "{}", &keys);
        assert_eq!(other, Err(Rejection::SignatureMismatch));
        let swapped = said(detached(!unencoded), &signed, BODY, &keys);
        assert!(matches!(swapped, Err(Rejection::MalformedSignature(_))));
    }
    let attached = token(&json!({"alg": "HS256"}), BODY);
    assert!(said(detached(false), &attached, BODY, &keys).is_err());
}

/// Its head is signed, and says in which form the payload was (RFC 7797, section 6).
#[test]
fn a_detached_jws_says_itself_whether_its_payload_was_encoded() {
    for wrong in [
        json!({}),
        json!({"b64": false}),
        json!({"crit": ["b64"]}),
        json!({"b64": true, "crit": ["b64"]}),
        json!({"b64": "false", "crit": ["b64"]}),
        json!({"b64": 0, "crit": ["b64"]}),
        json!({"b64": false, "crit": ["b64", "exp"]}),
        json!({"b64": false, "crit": ["b64", "b64"]}),
        json!({"b64": false, "crit": ["exp"]}),
        json!({"b64": false, "crit": "b64"}),
        json!({"b64": false, "crit": []}),
    ] {
        let head = and(wrong, "alg", "HS256");
        for payload in [BODY, &b64(BODY)] {
            let refused = said(detached(true), &jws(&head, payload), BODY, &ring());
            assert!(
                matches!(refused, Err(Rejection::MalformedSignature(_))),
                "{head}: {refused:?}"
            );
        }
    }
}

/// Whoever has seen a token of the key would send its claims as a body.
#[test]
fn a_token_without_its_claims_is_no_detached_jws() {
    for typ in ["JWT", "jwt", "at+jwt", "application/SecEvent+JWT"] {
        let seen = token(&json!({"alg": "HS256", "typ": typ}), BODY);
        let (head, rest) = seen.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        let replayed = format!("{head}..{signature}");
        let refused = said(detached(false), &replayed, BODY, &ring());
        assert!(
            matches!(refused, Err(Rejection::MalformedSignature(_))),
            "{typ}: {refused:?}"
        );
    }
}

/// Of a sender whose tokens have no `typ`: their claims, with head and signature, are a detached JWS of the same key.
#[test]
fn claims_of_a_token_are_no_body_of_a_detached_jws() {
    let keys = ring();
    let plain = json!({"alg": "HS256"});
    let taken_from = |head: &Value, config: JwtBodyHashConfig, claims: &str| {
        let token = token(head, claims);
        let (head, rest) = token.split_once('.').unwrap();
        let (_, signature) = rest.split_once('.').unwrap();
        said(config, &format!("{head}..{signature}"), claims, &keys)
    };
    let of_token = |claims: &str| taken_from(&plain, detached(false), claims);
    for claims in [
        r#"{"sub":"user","exp":1700000000}"#,
        r#"{"sub":"user","exp":1.7e9}"#,
        r#"{"\u0065xp":-1}"#,
        r#"{"exp":"x","exp":1700000000}"#,
    ] {
        let refused = of_token(claims);
        assert!(
            matches!(refused, Err(Rejection::SignedForAnother(_))),
            "{claims}: {refused:?}"
        );
    }
    for event in [r#"{"exp":"12/27"}"#, r#"{"card":{"exp":1227}}"#, "[1]"] {
        assert_eq!(of_token(event), Ok(()), "{event}");
    }
    // One that tokens have tells nothing.
    for typ in ["JWT", "at+jwt"] {
        let head = json!({"alg": "HS256", "typ": typ});
        let refused = taken_from(&head, detached(false).typ(typ), r#"{"exp":1700000000}"#);
        assert!(
            matches!(refused, Err(Rejection::SignedForAnother(_))),
            "{typ}: {refused:?}"
        );
    }
    // A `typ` that only events have tells them apart.
    let claims = r#"{"id":"1","exp":1700000000}"#;
    let typed = json!({"alg": "HS256", "typ": "event+json"});
    let set = detached(false).typ("event+json");
    assert_eq!(said(set, &jws(&typed, &b64(claims)), claims, &keys), Ok(()));
    let head = unencoded_head();
    assert_eq!(
        said(detached(true), &jws(&head, claims), claims, &keys),
        Ok(())
    );
}

#[test]
fn a_head_that_is_longer_than_any_is_not_read() {
    let keys = ring();
    let config = JwtBodyHashConfig::body([JwsAlgorithm::Hs256]).needs_claim("/event");
    let with = |length: usize| {
        let head = json!({"alg": "HS256", "x5c": ["x".repeat(length)]});
        let token = token(&head, r#"{"event":"e"}"#);
        let head = token.split('.').next().unwrap().len();
        (head, said(config.clone(), "", &token, &keys))
    };
    let (head, taken) = with(12 * 1024 - 32);
    assert!(head <= 16 * 1024, "{head}");
    assert_eq!(taken, Ok(()));
    let (head, refused) = with(12 * 1024);
    assert!(head > 16 * 1024, "{head}");
    assert!(matches!(refused, Err(Rejection::MalformedSignature(_))));
}

#[test]
fn a_prefix_stands_before_the_token() {
    let config = in_header().prefix("Bearer ");
    let token = usual(&claims());
    for (value, taken) in [
        (format!("Bearer {token}"), true),
        (format!("bearer {token}"), true),
        (token.clone(), false),
        (format!("Basic {token}"), false),
        (format!("Bearer  {token}"), false),
        ("Bearer ".to_owned(), false),
    ] {
        assert_eq!(
            said(config.clone(), &value, BODY, &ring()).is_ok(),
            taken,
            "{value}"
        );
    }
    let headers = vec![("x-token", token.clone()), ("x-token", token)];
    let request = RawRequest::new(Head::new("POST", "/", &headers), BODY.as_bytes());
    let keys = ring();
    let twice = scheme(in_header()).verify(request, LiveKeys::new(&keys, AT));
    assert!(matches!(twice, Err(Rejection::MalformedSignature(_))));
}

#[test]
fn a_token_in_a_header_has_at_most_8192_bytes() {
    let padded = |length: usize| usual(&and(claims(), "more", "x".repeat(length)));
    let mut tokens = (5_900..).map(padded).skip_while(|it| it.len() < 8_190);
    let longest = tokens.by_ref().take_while(|it| it.len() <= 8_192).last();
    let longest = longest.unwrap();
    assert_eq!(said(in_header(), &longest, BODY, &ring()), Ok(()));
    let longer = said(in_header(), &tokens.next().unwrap(), BODY, &ring());
    assert!(matches!(longer, Err(Rejection::MalformedSignature(_))));
    // As part of a body it may be as long as that.
    let event = json!({"event": "e", "more": "x".repeat(9_000)});
    let body = json!({"token": usual(&event)}).to_string();
    assert_eq!(said(in_member(), "", &body, &ring()), Ok(()));
}

fn file(name: &str) -> Vec<u8> {
    vector(&format!("signed_request/{name}"))
}

/// Each binding under each kind of key.
#[test]
fn what_a_signer_signs_is_verified_and_an_unsigned_one_is_not() {
    use JwsAlgorithm::{EdDsa, Es256, Es384, Hs256, Hs384, Hs512, Ps256, Rs256, Rs512};
    let event = r#"{"event":"user.created","id":"1"}"#;
    for algorithm in [
        Hs256, Hs384, Hs512, Rs256, Rs512, Ps256, Es256, Es384, EdDsa,
    ] {
        let name = match algorithm {
            Es256 => "p256",
            Es384 => "p384",
            EdDsa => "ed",
            _ => "rsa",
        };
        let is_secret = algorithm.name().starts_with("HS");
        let (signs, key) = match is_secret {
            true => (SECRET.into(), ring()[0].clone()),
            false => {
                let key = VerifyingKey::der(file(&format!("{name}.pub.der")), [algorithm]);
                (file(&format!("{name}.key.pem")), Key::public("0", key))
            }
        };
        let configs = [
            JwtBodyHashConfig::digest([algorithm], "x-token", "/a/b", "sha512:base64")
                .prefix("Bearer ")
                .issuer("acme")
                .audience("shop")
                .issued_at()
                .expires()
                .jti(JtiUse::Nonce),
            JwtBodyHashConfig::detached([algorithm], "x-token"),
            JwtBodyHashConfig::detached([algorithm], "x-token").unencoded(),
            JwtBodyHashConfig::body([algorithm])
                .needs_claim("/event")
                .jti(JtiUse::Id),
            JwtBodyHashConfig::member([algorithm], "/token")
                .claim_is("/sub", "events")
                .typ("x+jwt"),
        ];
        for config in configs {
            let signer = Signer::new(config.clone(), &signs).unwrap().key_id("k-1");
            let sent = Sent::post("/", "application/json", event);
            let signed = signer.sign(sent, "m-1", AT).unwrap();
            let scheme = scheme(config.clone());
            let verified = |sent: &Sent| {
                let request = RawRequest::new(Head::new("POST", "/", &sent.headers), &sent.body);
                let keys = [key.clone()];
                let named = scheme.key_name(&request).ok().flatten();
                let verified = scheme.verify(request, LiveKeys::new(&keys, AT));
                verified.map(|it| {
                    let signs = scheme.signs();
                    assert_eq!(it.signed_id(), signs.id.then_some("m-1"));
                    assert_eq!(it.nonce(), signs.nonce.then_some("m-1"));
                    assert_eq!(it.sent_at(), signs.time.then_some(AT));
                    (named.map(|it| it.into_owned()), it.bytes_of(&sent.body))
                })
            };
            let (named, proved) = verified(&signed).unwrap();
            assert_eq!(named.as_deref(), Some("k-1"));
            let proved: Value = serde_json::from_slice(&proved).unwrap();
            assert_eq!(proved["event"], "user.created");
            for wrong in [
                signed.clone().with_tampered_body(),
                signed.clone().with_tampered_signature(),
                signed.clone().unsigned(),
                signer.unsigned(signed.clone()),
            ] {
                assert!(verified(&wrong).is_err(), "{config:?}: {:?}", wrong.body);
            }
            assert_eq!(signed.unsigned().body, event);
        }
    }
}

#[test]
fn a_configuration_survives_being_written_and_read() {
    for config in [
        in_header()
            .prefix("Bearer ")
            .typ("JWT")
            .leeway_secs(5)
            .jti(JtiUse::Nonce),
        in_member()
            .claim_is("/sub", "x")
            .audience("a")
            .needs_audience()
            .issued_at()
            .expires(),
        detached(true),
        JwtBodyHashConfig::body([JwsAlgorithm::EdDsa]).needs_claim("/event"),
    ] {
        let text = serde_json::to_string(&config).unwrap();
        assert_eq!(
            serde_json::from_str::<JwtBodyHashConfig>(&text).unwrap(),
            config,
            "{text}"
        );
    }
    let more = r#"{"algorithms":["HS256"],"binding":"body","more":1}"#;
    assert!(serde_json::from_str::<JwtBodyHashConfig>(more).is_err());
    let more = r#"{"algorithms":["HS256"],"binding":{"digest":{"header":"x","claim":"/a","digest":"sha256:hex","more":1}}}"#;
    assert!(serde_json::from_str::<JwtBodyHashConfig>(more).is_err());
}

proptest! {
    #[test]
    fn no_text_panics_and_none_is_a_token(header in "\\PC{0,80}", body in "\\PC{0,80}") {
        let keys = ring();
        for config in [in_header(), detached(true), in_member(), JwtBodyHashConfig::body([JwsAlgorithm::Hs256]).needs_claim("/e")] {
            prop_assert!(said(config, &header, &body, &keys).is_err());
        }
    }
}

// On the road, over HTTP.

/// Publishes what the test says, or answers with this status.
#[derive(Clone)]
struct Issuer(Arc<Mutex<Published>>);

struct Published {
    says: Result<Vec<Value>, u16>,
    fetches: usize,
}

impl Issuer {
    fn publishing(keys: Vec<Value>) -> Self {
        let says = Ok(keys);
        Self(Arc::new(Mutex::new(Published { says, fetches: 0 })))
    }

    fn says(&self, says: Result<Vec<Value>, u16>) {
        self.0.lock().unwrap().says = says;
    }

    fn fetches(&self) -> usize {
        self.0.lock().unwrap().fetches
    }
}

impl JwksFetcher for Issuer {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        let mut said = self.0.lock().unwrap();
        said.fetches += 1;
        match &said.says {
            Ok(keys) => Ok(JwksDocument::new(json!({ "keys": keys }).to_string())),
            // A page in place of keys.
            Err(200) => Ok(JwksDocument::new("<html>")),
            Err(status) => Err(JwksError::Status(*status)),
        }
    }
}

/// A public key of the tests as a JWK, whose point ends its DER.
fn p256(kid: &str) -> Value {
    let der = file("p256.pub.der");
    let (x, y) = der[der.len() - 64..].split_at(32);
    json!({"kty": "EC", "crv": "P-256", "x": b64(x), "y": b64(y), "kid": kid})
}

fn ed(kid: &str) -> Value {
    let der = file("ed.pub.der");
    json!({"kty": "OKP", "crv": "Ed25519", "x": b64(&der[der.len() - 32..]), "kid": kid})
}

const PUBLISHED: [JwsAlgorithm; 2] = [JwsAlgorithm::Es256, JwsAlgorithm::EdDsa];

fn event(key: &str, kid: &str, n: usize) -> Call {
    let config = JwtBodyHashConfig::member(PUBLISHED, "/token")
        .needs_claim("/event")
        .audience("shop");
    let signer = Signer::new(config, file(&format!("{key}.key.pem")))
        .unwrap()
        .key_id(kid);
    let body = format!(r#"{{"event":"e","n":{n}}}"#);
    let sent = Sent::post("/hook", "application/json", body);
    Call::of(&signer.sign(sent, "1", now()).unwrap())
}

async fn stage(issuer: &Issuer) -> Stage {
    let clock = FakeClock::at(now());
    let jwks = Jwks::fetched_by(issuer.clone(), PUBLISHED).clock(clock.clone());
    let config = JwtBodyHashConfig::member(PUBLISHED, "/token")
        .needs_claim("/event")
        .audience("shop");
    let store = ScriptedStore::new(&clock);
    Stage::on(
        Preset::custom("acme", scheme(config), jwks),
        clock,
        store,
        |it| it,
    )
    .await
}

async fn status(stage: &Stage, call: &Call) -> u16 {
    stage.send(call).await.status
}

#[tokio::test]
async fn keys_are_rotated_while_deliveries_arrive() {
    let issuer = Issuer::publishing(vec![p256("old")]);
    let stage = stage(&issuer).await;
    for n in 0..20 {
        assert_eq!(status(&stage, &event("p256", "old", n)).await, 200);
    }
    assert_eq!(issuer.fetches(), 1);
    // The next key is published, then used, then the old one withdrawn.
    issuer.says(Ok(vec![p256("old"), ed("new")]));
    stage.clock.advance(Duration::from_secs(10));
    for n in 20..40 {
        let (key, kid) = if n % 2 == 0 {
            ("p256", "old")
        } else {
            ("ed", "new")
        };
        assert_eq!(status(&stage, &event(key, kid, n)).await, 200, "{n}");
        assert_eq!(stage.script.last().key_id, kid);
    }
    assert_eq!(issuer.fetches(), 2);
    issuer.says(Ok(vec![ed("new")]));
    stage.clock.advance(Duration::from_secs(5 * 60));
    assert_eq!(status(&stage, &event("ed", "new", 40)).await, 200);
    assert_eq!(status(&stage, &event("p256", "old", 41)).await, 401);
    // Neither key signs under the name of the other.
    assert_eq!(status(&stage, &event("p256", "new", 42)).await, 401);
    assert_eq!(stage.script.runs(), 41);
}

#[tokio::test]
async fn an_issuer_that_fails_is_503_and_no_stranger_makes_anybody_fetch() {
    let issuer = Issuer::publishing(Vec::new());
    let stage = stage(&issuer).await;
    for fault in [302, 503, 200] {
        issuer.says(Err(fault));
        assert_eq!(status(&stage, &event("p256", "old", 1)).await, 503);
        stage.clock.advance(Duration::from_secs(10));
    }
    let fetched = issuer.fetches();
    // What is no token of this scheme asks nobody.
    for body in [
        "{}",
        r#"{"token":"a.b.c"}"#,
        r#"{"token":"eyJhbGciOiJub25lIn0.e30."}"#,
    ] {
        let sent = Sent::post("/hook", "application/json", body.to_owned());
        assert_eq!(status(&stage, &Call::of(&sent)).await, 401, "{body}");
    }
    let named = event("p256", "old", 2);
    assert_eq!(issuer.fetches(), fetched);
    issuer.says(Ok(vec![p256("old")]));
    assert_eq!(status(&stage, &named).await, 200);
    assert_eq!(stage.script.runs(), 1);
    // Nobody knows whether it has published a key for another algorithm meanwhile.
    issuer.says(Err(503));
    stage.clock.advance(Duration::from_secs(10));
    assert_eq!(status(&stage, &event("ed", "new", 3)).await, 503);
    issuer.says(Ok(vec![p256("old")]));
    stage.clock.advance(Duration::from_secs(10));
    assert_eq!(status(&stage, &event("ed", "new", 3)).await, 401);
}

/// Plaid's rule: ES256, the digest in `request_body_sha256`, and keys by `kid` from its API.
struct Plaid;

impl NamedKeySource for Plaid {
    async fn key(&self, name: &str) -> Result<Option<Key>, KeySourceError> {
        let jwk = p256("bfbd5111-8e33-4643-8ced-b2e642a72f3c").to_string();
        let key = VerifyingKey::jwk(jwk, [JwsAlgorithm::Es256]);
        let is_known = name == "bfbd5111-8e33-4643-8ced-b2e642a72f3c";
        Ok(is_known.then(|| Key::public(name, key)))
    }
}

#[tokio::test]
async fn the_application_finds_a_key_by_the_name_that_the_token_gives() {
    let config = JwtBodyHashConfig::digest(
        [JwsAlgorithm::Es256],
        "plaid-verification",
        "/request_body_sha256",
        "sha256:hex",
    )
    .issued_at();
    let clock = FakeClock::at(now());
    let store = ScriptedStore::new(&clock);
    let pack = Preset::custom("plaid", scheme(config.clone()), NamedKeys::new(Plaid));
    let stage = Stage::on(pack, clock, store, |it| it).await;
    let call = |kid: Option<&str>| {
        let signer = Signer::new(config.clone(), file("p256.key.pem")).unwrap();
        let signer = match kid {
            Some(kid) => signer.key_id(kid),
            None => signer,
        };
        let sent = Sent::post("/hook", "application/json", BODY);
        Call::of(&signer.sign(sent, "1", now()).unwrap())
    };
    let known = "bfbd5111-8e33-4643-8ced-b2e642a72f3c";
    assert_eq!(status(&stage, &call(Some(known))).await, 200);
    assert_eq!(stage.script.last().key_id, known);
    assert_eq!(status(&stage, &call(Some("another"))).await, 401);
    assert_eq!(status(&stage, &call(None)).await, 401);
}

#[test]
fn a_sender_whose_tokens_are_for_somebody_builds_nothing_without_an_audience() {
    for name in ["hanko", "sign-in-with-apple"] {
        let keys =
            || -> Keyring { VerifyingKey::der(file("rsa.pub.der"), [JwsAlgorithm::Rs256]).into() };
        let sender = known::find(name).unwrap();
        let built = |preset: Preset| Receiver::new("hook", preset).judge().map(|_| ());
        assert!(built(Preset::of(sender, keys())).is_err(), "{name}");
        assert!(
            built(Preset::of(sender, keys()).audience("")).is_err(),
            "{name}"
        );
        assert_eq!(
            built(Preset::of(sender, keys()).audience("shop")),
            Ok(()),
            "{name}"
        );
    }
    let github = Preset::github(Secret::utf8("k").unwrap()).audience("shop");
    let built = Receiver::new("hook", github).judge().map(|_| ());
    assert!(matches!(built, Err(BuildError::Scheme(_))));
}
