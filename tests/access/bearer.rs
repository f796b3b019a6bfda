//! Bearer tokens, each against what an attacker may send.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use hookgate::{
    Key, Keyring, Secret, UnixTime,
    access::{Access, AnyOf, Basic, Bearer, Denied, TokenFlaw},
    keys::{JwsAlgorithm, VerifyingKey},
    pack::Head,
    providers::idcloud::{IdCloud, IdCloudSimulator, Status},
    testing::FakeClock,
};
use proptest::prelude::*;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::props::{Call, ScriptedStore, Stage, Token, vector};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

fn pem(file: &str) -> Vec<u8> {
    vector(&format!("jwt/{file}.pem"))
}

fn secret() -> VerifyingKey {
    let secret = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    VerifyingKey::secret(&secret, [JwsAlgorithm::Hs256])
}

fn key(name: &str, kind: &str) -> VerifyingKey {
    let of = |algorithm| VerifyingKey::pem(pem(&format!("{name}.{kind}")), [algorithm]);
    match name {
        "secret" => secret(),
        "rsa" => of(JwsAlgorithm::Rs256).with_id("k1"),
        "ec" => of(JwsAlgorithm::Es256),
        _ => of(JwsAlgorithm::EdDsa),
    }
}

fn bearer(keys: impl Into<Keyring>) -> Bearer {
    let bearer = Bearer::of(keys).issuer("https://id.example");
    bearer.audience("hookgate").scope("webhooks")
}

fn judge_at(rule: &impl Access, token: &str, now: UnixTime) -> Result<(), Denied> {
    let headers = vec![("authorization", format!("Bearer {token}"))];
    rule.check(&Head::new("POST", "/", &headers), now)
}

fn judge(rule: &impl Access, token: &str) -> Result<(), Denied> {
    judge_at(rule, token, NOW)
}

#[test]
fn every_recorded_token_is_judged_as_it_should_be() {
    for kind in ["pub", "crt"] {
        for it in Token::all() {
            let rule = bearer(key(&it.key, kind));
            rule.validate().unwrap();
            let expected = if it.accepted {
                Ok(())
            } else {
                Err(Denied::Wrong)
            };
            assert_eq!(judge(&rule, &it.token), expected, "{} ({kind})", it.name);
        }
    }
}

#[test]
fn keys_of_several_kinds_stand_side_by_side_and_none_lends_its_algorithm() {
    let all = ["secret", "rsa", "ec", "ed", "curve"];
    let rule = bearer(Keyring::new(all.map(|name| Key::public(name, key(name, "pub")))).unwrap());
    for it in Token::all() {
        assert_eq!(judge(&rule, &it.token).is_ok(), it.accepted, "{}", it.name);
    }
}

#[test]
fn a_setting_that_is_left_out_is_not_checked_but_for_the_audience() {
    let rule = Bearer::of(secret());
    assert!(judge(&rule, &Token::named("no audience")).is_ok());
    assert!(
        judge(&rule, &Token::named("HS256")).is_err(),
        "it is for somebody"
    );
    let rule = Bearer::of(secret()).audience("hookgate");
    for name in ["wrong issuer", "no issuer", "missing scope", "no scope"] {
        assert!(judge(&rule, &Token::named(name)).is_ok(), "{name}");
    }
    for name in ["expired", "no exp", "not yet valid", "wrong audience"] {
        assert!(judge(&rule, &Token::named(name)).is_err(), "{name}");
    }
    let strict = bearer(secret()).leeway(std::time::Duration::ZERO);
    let end = 1_700_003_600_000;
    let at = |millis| {
        judge_at(
            &strict,
            &Token::named("HS256"),
            UnixTime::from_millis(millis),
        )
    };
    assert_eq!((at(end - 1).is_ok(), at(end).is_ok()), (true, false));
}

#[test]
fn the_header_must_stand_once_and_be_of_the_scheme() {
    let rule = bearer(secret());
    let token = Token::named("HS256");
    let check = |headers: Vec<(&str, String)>| rule.check(&Head::new("POST", "/", &headers), NOW);
    let bearer = || ("authorization", format!("bearer  {token}"));
    assert_eq!(check(vec![bearer()]), Ok(()));
    assert_eq!(check(vec![]), Err(Denied::Missing));
    assert_eq!(check(vec![bearer(), bearer()]), Err(Denied::Wrong));
    for value in [
        token.clone(),
        format!("Basic {token}"),
        format!("Bearer{token}"),
        "Bearer".into(),
    ] {
        assert_eq!(check(vec![("authorization", value)]), Err(Denied::Wrong));
    }
}

#[test]
fn keys_that_cannot_be_right_are_refused_at_start() {
    let refused = |key: VerifyingKey| assert!(Bearer::of(key).validate().is_err());
    let short = Secret::utf8("short").unwrap();
    let rsa = || pem("rsa.pub");
    refused(VerifyingKey::secret(&short, [JwsAlgorithm::Hs256]));
    refused(VerifyingKey::pem("no key", [JwsAlgorithm::Rs256]));
    refused(VerifyingKey::pem(rsa(), []));
    refused(VerifyingKey::pem(rsa(), [JwsAlgorithm::Hs256]));
    refused(VerifyingKey::pem(
        rsa(),
        [JwsAlgorithm::Rs256, JwsAlgorithm::Es256],
    ));
    // A curve with no algorithm here, whatever name it is given.
    refused(VerifyingKey::pem(pem("ed448.pub"), [JwsAlgorithm::EdDsa]));
    let private = String::from_utf8(rsa())
        .unwrap()
        .replace("PUBLIC", "PRIVATE");
    refused(VerifyingKey::pem(private, [JwsAlgorithm::Rs256]));
    let long = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    refused(VerifyingKey::secret(&long, [JwsAlgorithm::Rs256]));
    assert!(bearer(secret()).scope("two words").validate().is_err());
    assert!(bearer(secret()).issuer("").validate().is_err());
    // A secret signs no token by itself: its algorithms must be named.
    assert!(bearer(long).validate().is_err());
    assert!(!format!("{:?}", bearer(secret())).contains("4c0b9ff1"));
}

#[test]
fn ed25519_has_two_names_and_is_one_algorithm() {
    for name in ["EdDSA", "Ed25519"] {
        let named = JwsAlgorithm::from_name(name);
        assert_eq!(named, Some(JwsAlgorithm::EdDsa), "{name}");
    }
    for name in ["Ed448", "ed25519", "eddsa", "EdDSA25519"] {
        assert_eq!(JwsAlgorithm::from_name(name), None, "{name}");
    }
}

#[tokio::test]
async fn over_http_a_token_opens_and_one_answer_covers_every_fault() {
    let clock = FakeClock::at(NOW);
    let store = ScriptedStore::new(&clock);
    let stage = Stage::on(IdCloud::numeric(), clock, store, |builder| {
        builder.access(AnyOf::of(bearer(secret())).or(Basic::new("unico", "pass")))
    })
    .await;
    let body = IdCloudSimulator::new()
        .transaction("a", Status::Concluded)
        .body;
    let call = |value: String| Call::post("/hook", body.clone()).with("authorization", value);
    let first = stage.send(&call("Bearer x".to_owned())).await.dateless();
    assert_eq!(first.status, 401);
    let challenges: Vec<_> = first.headers.get_all("www-authenticate").iter().collect();
    assert_eq!(
        challenges,
        [
            "Bearer realm=\"webhook\"",
            "Basic realm=\"webhook\", charset=\"UTF-8\""
        ]
    );
    for name in [
        "alg none",
        "expired",
        "wrong audience",
        "missing scope",
        "payload changed",
    ] {
        let reply = stage
            .send(&call(format!("Bearer {}", Token::named(name))))
            .await;
        assert_eq!(reply.dateless(), first, "{name}");
    }
    assert_eq!(stage.script.runs(), 0);
    let right = call(format!("Bearer {}", Token::named("HS256")));
    assert_eq!(stage.send(&right).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

fn flaws(rule: &Bearer, token: &str) -> Vec<TokenFlaw> {
    let headers = vec![("authorization", format!("Bearer {token}"))];
    rule.diagnose(&Head::new("POST", "/", &headers), NOW)
}

#[test]
fn each_flaw_of_a_token_has_its_name() {
    let rule = bearer(secret());
    for (name, expected) in [
        ("HS256", vec![]),
        ("alg none", vec![TokenFlaw::UnknownAlgorithm]),
        ("no alg", vec![TokenFlaw::NotCompact]),
        ("RS256", vec![TokenFlaw::OtherAlgorithm]),
        ("payload changed", vec![TokenFlaw::Signature]),
        ("two parts", vec![TokenFlaw::NotCompact]),
        ("four parts", vec![TokenFlaw::NotCompact]),
        ("oversized", vec![TokenFlaw::TooLong]),
        ("critical header", vec![TokenFlaw::Critical]),
        ("claims are no object", vec![TokenFlaw::NoClaims]),
        ("exp twice", vec![TokenFlaw::NoClaims]),
        ("no exp", vec![TokenFlaw::Missing("exp")]),
        ("exp null", vec![TokenFlaw::Missing("exp")]),
        ("exp as text", vec![TokenFlaw::Misshapen("exp", "a number")]),
        ("wrong issuer", vec![TokenFlaw::Issuer]),
        ("no issuer", vec![TokenFlaw::Issuer]),
        ("wrong audience", vec![TokenFlaw::Audience]),
        ("no audience", vec![TokenFlaw::Audience]),
        ("missing scope", vec![TokenFlaw::Scope]),
    ] {
        assert_eq!(flaws(&rule, &Token::named(name)), expected, "{name}");
    }
    let expired = flaws(&rule, &Token::named("expired"));
    assert!(
        matches!(expired[..], [TokenFlaw::Expired(_)]),
        "{expired:?}"
    );
    let early = flaws(&rule, &Token::named("not yet valid"));
    assert!(
        matches!(early[..], [TokenFlaw::NotYetValid(_)]),
        "{early:?}"
    );
    let right = Token::named("HS256");
    assert_eq!(
        flaws(&bearer(secret()).issued_to("unico"), &right),
        [TokenFlaw::Client]
    );
    assert_eq!(
        flaws(&Bearer::of(secret()), &right),
        [TokenFlaw::UnexpectedAudience]
    );
    let rsa = bearer(key("rsa", "pub"));
    assert_eq!(
        flaws(&rsa, &Token::named("kid of another key")),
        [TokenFlaw::OtherKeyId]
    );
    let head = URL_SAFE_NO_PAD.encode(r#"{"alg":"HS256","typ":"dpop+jwt"}"#);
    let rest = right.split_once('.').unwrap().1;
    assert_eq!(
        flaws(&rule, &format!("{head}.{rest}")),
        [TokenFlaw::OtherKind]
    );
}

#[test]
fn the_client_is_the_first_claim_that_names_one() {
    let rule = Bearer::of(secret()).issued_to("hookgate");
    let exp = NOW.as_secs() + 60;
    for (claims, expected) in [
        (json!({"exp": exp, "client_id": "hookgate"}), vec![]),
        (json!({"exp": exp, "azp": "hookgate"}), vec![]),
        (json!({"exp": exp, "appid": "hookgate"}), vec![]),
        (
            json!({"exp": exp, "client_id": "another", "azp": "hookgate", "appid": "hookgate"}),
            vec![TokenFlaw::Client],
        ),
        (
            json!({"exp": exp, "azp": "another", "appid": "hookgate"}),
            vec![TokenFlaw::Client],
        ),
        (
            json!({"exp": exp, "appid": "another"}),
            vec![TokenFlaw::Client],
        ),
        (
            json!({"exp": exp, "appid": ["hookgate"]}),
            vec![TokenFlaw::Misshapen("appid", "a text")],
        ),
    ] {
        assert_eq!(flaws(&rule, &signed(&claims)), expected, "{claims}");
    }
}

#[test]
fn a_request_without_a_single_token_has_none_to_diagnose() {
    let rule = bearer(secret());
    let right = || ("authorization", format!("Bearer {}", Token::named("HS256")));
    let basic = ("authorization", "Basic dTpw".to_owned());
    for headers in [vec![], vec![basic], vec![right(), right()]] {
        let flaws = rule.diagnose(&Head::new("POST", "/", &headers), NOW);
        assert_eq!(flaws, [TokenFlaw::NoToken], "{headers:?}");
    }
}

#[test]
fn several_flaws_of_a_token_are_told_at_once() {
    let rule = bearer(key("rsa", "pub"))
        .issuer("https://other.example")
        .scope("more");
    assert_eq!(
        flaws(&rule, &Token::named("HS256")),
        [
            TokenFlaw::Issuer,
            TokenFlaw::Scope,
            TokenFlaw::OtherAlgorithm
        ]
    );
}

/// A claim's value, of any type.
fn claim() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        (-2_000_i64..2_000).prop_map(|by| json!(NOW.as_secs() + by)),
        Just(json!(1e300)),
        prop_oneof![
            Just("https://id.example"),
            Just("hookgate"),
            Just("a webhooks"),
            Just("")
        ]
        .prop_map(Value::from),
        Just(json!(["hookgate", "webhooks"])),
        Just(json!([1])),
        Just(json!({})),
    ]
}

fn signed(claims: &Value) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let text = format!(
        "{}.{}",
        encode(r#"{"alg":"HS256"}"#),
        encode(&claims.to_string())
    );
    let mut mac = Hmac::<Sha256>::new_from_slice(b"4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    mac.update(text.as_bytes());
    let signature = URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes());
    format!("{text}.{signature}")
}

proptest! {
    #[test]
    fn a_token_has_no_flaw_exactly_when_the_rule_lets_it_in(
        claims in proptest::collection::btree_map("exp|nbf|iss|aud|client_id|azp|appid|scope|scp", claim(), 0..8),
        (issuer, audience, scope, client) in any::<(bool, bool, bool, bool)>(),
        later in 0_i64..2_000,
    ) {
        let mut rule = Bearer::of(secret());
        if issuer {
            rule = rule.issuer("https://id.example");
        }
        if audience {
            rule = rule.audience("hookgate");
        }
        if scope {
            rule = rule.scope("webhooks");
        }
        if client {
            rule = rule.issued_to("hookgate");
        }
        let mut claims = json!(claims);
        if later % 2 == 0 {
            claims["exp"] = json!(NOW.as_secs() + later);
        }
        for token in [signed(&claims), signed(&claims).replace("eyJh", "eyJi")] {
            let is_in = judge(&rule, &token).is_ok();
            prop_assert_eq!(flaws(&rule, &token).is_empty(), is_in, "{}", claims);
        }
    }

    #[test]
    fn a_changed_token_has_a_flaw(place in 0_usize..400, byte in any::<u8>()) {
        let rule = bearer(secret());
        let right = Token::named("HS256").into_bytes();
        let mut changed = right.clone();
        let place = place % right.len();
        changed[place] = byte;
        let headers = vec![("authorization", [b"Bearer ".as_slice(), &changed].concat())];
        let flaws = rule.diagnose(&Head::new("POST", "/", &headers), NOW);
        prop_assert_eq!(flaws.is_empty(), changed == right);
    }

    #[test]
    fn no_change_of_a_token_is_accepted(place in 0_usize..400, byte in any::<u8>()) {
        let rule = bearer(secret());
        let right = Token::named("HS256").into_bytes();
        let mut changed = right.clone();
        let place = place % right.len();
        changed[place] = byte;
        let headers = vec![("authorization", [b"Bearer ".as_slice(), &changed].concat())];
        let judged = rule.check(&Head::new("POST", "/", &headers), NOW);
        prop_assert_eq!(judged.is_ok(), changed == right);
    }
}
