//! What the simulator's signer signs is what the scheme of the same settings verifies: every layout, encoding, digest and
//! recipe.

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    Key, Rejection, Secret, UnixTime,
    keys::{EcdsaForm, JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme},
    schemes::{
        AccessTokenConfig, Digest, HeaderFamily, HmacBodyFieldConfig, HmacHeaderConfig, JtiUse,
        JwtBodyHashConfig, OneTimeTokenConfig, PublicKeySignatureConfig, Recipe, SchemeConfig,
        SignatureEncoding, SignatureLayout, SignedFormConfig, SignedMembersConfig,
        SignedRequestConfig, SnsConfig, SnsSignature, TimestampForm,
    },
    simulator::{Sent, Signer},
    testing::senders,
};
use proptest::prelude::*;

use crate::props::{now, sns, vector};

const SECRET: &str = "N0tASecretForAnyone0123456789abc";
const BODY: &str = r#"{"id":"1","data":{"b":2,"a":"é"},"n":1.50}"#;
const AT: UnixTime = UnixTime::from_millis(1_700_000_000_000);
const DIGESTS: [Digest; 4] = [Digest::Sha1, Digest::Sha256, Digest::Sha384, Digest::Sha512];
const OF_MACS: [SignatureEncoding; 5] = [
    SignatureEncoding::Hex,
    SignatureEncoding::Base64,
    SignatureEncoding::Base64Unpadded,
    SignatureEncoding::Base64Url,
    SignatureEncoding::Base64UrlPadded,
];

/// Signs with one secret, verifies with another or the same.
fn verified(config: &SchemeConfig, sent: &Sent, secret: &str) -> Result<(), Rejection> {
    let key = Key::new("0", Secret::utf8(secret).unwrap());
    judged(config, sent, key)
}

fn judged(config: &SchemeConfig, sent: &Sent, key: Key) -> Result<(), Rejection> {
    let scheme: Box<dyn Scheme> = config.clone().try_into().unwrap();
    let keys = [key];
    let (path, query) = sent.path.split_once('?').unwrap();
    let head = Head::new(sent.method.as_str(), path, &sent.headers).query(Some(query));
    let request = RawRequest::new(head, &sent.body);
    let verified = scheme.verify(request, LiveKeys::new(&keys, AT))?;
    let signs = scheme.signs();
    assert_eq!(verified.signed_id(), signs.id.then_some("m-1"));
    assert_eq!(verified.nonce(), signs.nonce.then_some("m-1"));
    assert_eq!(verified.sent_at(), signs.time.then_some(AT));
    Ok(())
}

fn post() -> Sent {
    Sent::post("/hook?n=1", "application/json", BODY).with_header("x-a", "of the application")
}

fn layouts() -> Vec<SignatureLayout> {
    let pairs = |timestamp: Option<&str>| SignatureLayout::Pairs {
        signature: "v1".to_owned(),
        timestamp: timestamp.map(str::to_owned),
    };
    vec![
        SignatureLayout::alone(),
        SignatureLayout::Single {
            prefix: "sha=".to_owned(),
        },
        SignatureLayout::SpaceSeparated {
            prefix: "v1,".to_owned(),
        },
        pairs(None),
        pairs(Some("t")),
        SignatureLayout::List,
        SignatureLayout::TimeAndSignature,
        SignatureLayout::TimeAndList,
    ]
}

fn carries_time(layout: &SignatureLayout) -> bool {
    match layout {
        SignatureLayout::Pairs { timestamp, .. } => timestamp.is_some(),
        other => matches!(
            other,
            SignatureLayout::TimeAndSignature | SignatureLayout::TimeAndList
        ),
    }
}

fn headers() -> Vec<SchemeConfig> {
    let mut configs = Vec::new();
    for layout in layouts() {
        let carries_time = carries_time(&layout);
        for (encoding, digest) in OF_MACS
            .iter()
            .flat_map(|it| DIGESTS.map(|other| (*it, other)))
        {
            let base = HmacHeaderConfig::new("X-Signature", encoding)
                .layout(layout.clone())
                .digest(digest);
            for form in [
                TimestampForm::Seconds,
                TimestampForm::Milliseconds,
                TimestampForm::FractionalSeconds,
                TimestampForm::Rfc3339,
                TimestampForm::UtcDateTime,
            ] {
                let full = base.clone().id("X-Id").template("{id}|{timestamp}|{body}");
                configs.push(if carries_time {
                    full.timestamp_form(form)
                } else {
                    full.timestamp("X-Time", form)
                });
            }
            if !carries_time {
                configs.push(base.clone());
                configs.push(base.clone().or_signed_in("X-Signature-2"));
                configs.push(base.url("https://hooks.example/in").template(
                    "{method}{url}|{path}\n{header:x-a}\n{header:x-b:3}\n{body:sha384:base64}",
                ));
            }
        }
    }
    let configs = configs.into_iter().map(SchemeConfig::from);
    configs.chain(forms()).collect()
}

/// Bodies that are no forms, whose digest stands in the signed address.
fn forms() -> impl Iterator<Item = SchemeConfig> {
    let each = OF_MACS.iter();
    let each = each.flat_map(|encoding| DIGESTS.map(|digest| (*encoding, digest)));
    each.map(|(encoding, digest)| {
        SignedFormConfig::new("X-Signature", encoding)
            .digest(digest)
            .url("https://hooks.example/hook?n=1")
            .body_digest("sha256")
            .into()
    })
}

fn bodies() -> Vec<SchemeConfig> {
    let recipes = Recipe::ALL.iter().copied();
    recipes
        .flat_map(|recipe| OF_MACS.map(|encoding| (recipe, encoding)))
        .flat_map(|(recipe, encoding)| DIGESTS.map(|digest| (recipe, encoding, digest)))
        .map(|(recipe, encoding, digest)| {
            HmacBodyFieldConfig::new("mac")
                .recipe(recipe)
                .encoding(encoding)
                .digest(digest)
                .into()
        })
        .collect()
}

/// As those of MACs, with keys in the place of digests.
fn by_keys() -> Vec<(PublicKeySignatureConfig, &'static str, &'static str)> {
    let keys = [
        (JwsAlgorithm::EdDsa, EcdsaForm::Fixed, "ed"),
        (JwsAlgorithm::Es256, EcdsaForm::Der, "p256"),
        (JwsAlgorithm::Es384, EcdsaForm::Fixed, "p384"),
        (JwsAlgorithm::Ps256, EcdsaForm::Fixed, "rsa"),
    ];
    let mut configs = Vec::new();
    for layout in layouts() {
        for (encoding, (algorithm, form, name)) in
            OF_MACS.iter().flat_map(|it| keys.map(|key| (*it, key)))
        {
            let base = PublicKeySignatureConfig::new(algorithm, "X-Signature", encoding)
                .ecdsa_form(form)
                .layout(layout.clone());
            let full = base.clone().id("X-Id").template("{id}|{timestamp}|{body}");
            let (private, public) = match name {
                "ed" => ("ed.key.pem", "ed.pub.der"),
                "p256" => ("p256.key.pem", "p256.pub.der"),
                "p384" => ("p384.key.pem", "p384.pub.der"),
                _ => ("rsa.key.pem", "rsa.pub.der"),
            };
            let timed = if carries_time(&layout) {
                full.timestamp_form(TimestampForm::Milliseconds)
            } else {
                configs.push((base, private, public));
                full.timestamp("X-Time", TimestampForm::Rfc3339)
            };
            configs.push((timed, private, public));
        }
    }
    configs
}

#[test]
fn a_signature_by_a_private_key_is_verified_in_every_layout_and_encoding_and_any_change_refused() {
    let file = |name: &str| vector(&format!("signed_request/{name}"));
    for (config, private, public) in by_keys() {
        let key = || VerifyingKey::der(file(public), [config.algorithm]);
        let signer = Signer::new(config.clone(), file(private)).unwrap();
        let config = SchemeConfig::from(config.clone());
        let sent = signer.sign(post(), "m-1", AT).unwrap();
        assert_eq!(judged(&config, &sent, key().into()), Ok(()), "{config:?}");
        for wrong in [
            sent.clone().with_tampered_body(),
            sent.clone().with_tampered_signature(),
            sent.clone().unsigned(),
            signer.unsigned(sent.clone()),
        ] {
            assert!(judged(&config, &wrong, key().into()).is_err(), "{config:?}");
        }
    }
}

#[test]
fn a_request_names_the_key_that_its_signer_was_told_and_none_is_signed_without_its_name() {
    let file = |name: &str| vector(&format!("signed_request/{name}"));
    let key = |id: &str| VerifyingKey::der(file("ed.pub.der"), [JwsAlgorithm::EdDsa]).with_id(id);
    let config =
        PublicKeySignatureConfig::new(JwsAlgorithm::EdDsa, "x-signature", SignatureEncoding::Hex)
            .key_id("X-Key-Id");
    let covered = config.clone().template("{header:x-key-id}.{body}");
    for config in [config.clone(), covered] {
        let signer = Signer::new(config.clone(), file("ed.key.pem")).unwrap();
        let config = SchemeConfig::from(config);
        for sent in [post(), post().with_header("x-key-id", "2025-11")] {
            for nameless in [
                signer.clone(),
                signer.clone().key_id(""),
                signer.clone().key_id("k".repeat(257)),
            ] {
                let refused = nameless.sign(sent.clone(), "", AT).unwrap_err();
                assert!(refused.to_string().contains("`Signer::key_id`"));
            }
            let named = signer.clone().key_id("2026-11").sign(sent, "", AT).unwrap();
            let key = |id: &str| Key::public("0", key(id));
            assert_eq!(judged(&config, &named, key("2026-11")), Ok(()));
            let by_another = judged(&config, &named, key("2025-11"));
            assert_eq!(by_another, Err(Rejection::SignatureMismatch));
        }
    }
    // The test kit has no name to give.
    let keys = [file("ed.key.pem"), file("ed.key.pem")];
    let kit = senders::signed_request("/hook", config, JwsAlgorithm::EdDsa, keys, |_| BODY);
    assert!(kit.is_err());
    let config = SignedRequestConfig::new("x-signature").encoding(SignatureEncoding::Jws);
    let signer = Signer::private_key(config.clone(), file("ed.key.pem"), JwsAlgorithm::EdDsa);
    let signer = signer.unwrap().key_id("2026-11");
    let sent = signer.sign(post(), "", AT).unwrap();
    let judged = |id: &str| judged(&config.clone().into(), &sent, Key::public("0", key(id)));
    assert_eq!(judged("2026-11"), Ok(()));
    let by_another = judged("2025-11");
    assert!(matches!(
        by_another,
        Err(Rejection::SignatureMismatchUnder(_))
    ));
    // A MAC's key is not named.
    let mac = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    let signer = Signer::new(mac.clone(), SECRET).unwrap().key_id("2026-11");
    let sent = signer.sign(post(), "", AT).unwrap();
    assert_eq!(verified(&mac.into(), &sent, SECRET), Ok(()));
}

#[test]
fn a_mac_is_verified_in_every_layout_encoding_digest_and_recipe_and_any_change_refused() {
    for config in headers().into_iter().chain(bodies()) {
        let signer = Signer::new(config.clone(), SECRET).unwrap();
        // Where there is room for a second signature, either of them proves the request.
        let signer = signer.also_signed_with(SECRET);
        let sent = signer.sign(post(), "m-1", AT).unwrap();
        assert_eq!(verified(&config, &sent, SECRET), Ok(()), "{config:?}");
        for wrong in [
            sent.clone().with_tampered_body(),
            sent.clone().with_tampered_signature(),
            sent.clone().unsigned(),
            signer.unsigned(sent.clone()),
        ] {
            assert!(verified(&config, &wrong, SECRET).is_err(), "{config:?}");
        }
        assert!(verified(&config, &sent, "another secret").is_err());
        // Signed again it is as if it had been signed once.
        let again = signer.sign(sent.clone(), "m-1", AT).unwrap();
        assert_eq!((again.headers, again.body), (sent.headers, sent.body));
    }
}

#[test]
fn what_was_signed_before_is_signed_anew_under_each_of_its_names() {
    let further = HmacHeaderConfig::new("x-sig-1", SignatureEncoding::Hex).or_signed_in("x-sig-2");
    let family = |name: &str| HmacHeaderConfig::new(format!("{name}-sig"), SignatureEncoding::Hex);
    let other = HeaderFamily::new("b-sig").id("b-id");
    let both = family("a")
        .id("a-id")
        .template("{id}.{body}")
        .or_headers(other);
    let of_the_other = family("b").id("b-id").template("{id}.{body}");
    for (before, config) in [(further.clone(), further), (of_the_other, both)] {
        let before = Signer::new(before, "of the secret before").unwrap();
        let before = before.also_signed_with("of the secret before");
        let stale = before.sign(post(), "m-0", AT).unwrap();
        let signer = Signer::new(config.clone(), SECRET).unwrap();
        let sent = signer.sign(stale, "m-1", AT).unwrap();
        let at_once = signer.sign(post(), "m-1", AT).unwrap();
        assert_eq!(sent.headers, at_once.headers);
        assert_eq!(verified(&config.into(), &sent, SECRET), Ok(()));
    }
}

#[test]
fn a_signature_is_verified_in_every_encoding_and_form_of_time() {
    let file = |name: &str| vector(&format!("signed_request/{name}"));
    let key = || VerifyingKey::der(file("ed.crt.der"), [JwsAlgorithm::EdDsa]);
    for encoding in [
        SignatureEncoding::Base64,
        SignatureEncoding::Base64Url,
        SignatureEncoding::Hex,
        SignatureEncoding::Jws,
    ] {
        for form in [
            TimestampForm::Seconds,
            TimestampForm::Milliseconds,
            TimestampForm::Rfc3339,
        ] {
            let config = SchemeConfig::from(
                SignedRequestConfig::new("X-Signature")
                    .nonce("X-Nonce")
                    .timestamp("X-Time", form)
                    .algorithm("X-Algorithm")
                    .url("https://hooks.example/in")
                    .template("{method}{url}|{algorithm}|{timestamp}|{nonce}|{path}\n{header:x-a}|{body:sha256:hex}")
                    .encoding(encoding),
            );
            let pem = file("ed.key.pem");
            let signer = Signer::private_key(config.clone(), pem, JwsAlgorithm::EdDsa).unwrap();
            let sent = signer.sign(post(), "m-1", AT).unwrap();
            assert_eq!(judged(&config, &sent, key().into()), Ok(()), "{config:?}");
            for wrong in [
                sent.clone().with_tampered_body(),
                sent.clone().with_tampered_signature(),
                signer.unsigned(sent.clone()),
            ] {
                assert!(judged(&config, &wrong, key().into()).is_err(), "{config:?}");
            }
        }
    }
}

#[test]
fn a_signer_of_the_wrong_sort_or_with_wrong_settings_is_refused() {
    let pem = vector("signed_request/rsa.key.pem");
    let request = || SignedRequestConfig::new("x-signature");
    let mac = || HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    assert!(Signer::new(request(), SECRET).is_err());
    assert!(Signer::private_key(mac(), &pem, JwsAlgorithm::Rs256).is_err());
    assert!(Signer::private_key(request(), &pem, JwsAlgorithm::Es256).is_err());
    assert!(Signer::private_key(request(), &pem, JwsAlgorithm::Rs256).is_ok());
    let by_key =
        |algorithm| PublicKeySignatureConfig::new(algorithm, "x-signature", SignatureEncoding::Hex);
    assert!(Signer::new(by_key(JwsAlgorithm::EdDsa), &pem).is_err());
    assert!(Signer::new(by_key(JwsAlgorithm::EdDsa), SECRET).is_ok());
    // The same key in DER, and 32 bytes for an algorithm that has no seed.
    let ed = vector("signed_request/ed.key.pem");
    let ed = String::from_utf8(ed).unwrap();
    let der: String = ed.lines().filter(|it| !it.starts_with('-')).collect();
    let der = BASE64_STANDARD.decode(der).unwrap();
    let by = |key: &[u8], algorithm| {
        let signer = Signer::private_key(by_key(algorithm), key, algorithm);
        signer.map(|signer| signer.sign(post(), "m-1", AT).unwrap())
    };
    let from_pem = by(ed.as_bytes(), JwsAlgorithm::EdDsa).unwrap();
    let from_der = by(&der, JwsAlgorithm::EdDsa).unwrap();
    let signature = |sent: &Sent| sent.header("x-signature").unwrap().to_owned();
    assert_eq!(signature(&from_der), signature(&from_pem));
    assert!(by(&[7; 32], JwsAlgorithm::EdDsa).is_ok());
    assert!(by(&[7; 32], JwsAlgorithm::Es256).is_err());
    let named = |algorithm| Signer::private_key(by_key(algorithm), &pem, JwsAlgorithm::Rs256);
    assert!(named(JwsAlgorithm::Rs256).is_ok());
    assert!(named(JwsAlgorithm::Ps256).is_err());
    for unusable in [
        mac().id("x-id"),
        mac().template("{timestamp}.{body}"),
        HmacHeaderConfig::new("x-signature", SignatureEncoding::Jws),
        mac()
            .timestamp("x-time", TimestampForm::FractionalSeconds)
            .template("{timestamp}.{body}"),
        mac().template("{url}.{body}"),
    ] {
        assert!(
            Signer::new(unusable.clone(), SECRET).is_err(),
            "{unusable:?}"
        );
    }
    let jws = HmacBodyFieldConfig::new("mac").encoding(SignatureEncoding::Jws);
    assert!(Signer::new(jws, SECRET).is_err());
}

#[test]
fn a_body_that_has_no_place_for_a_mac_or_lacks_what_is_signed_is_an_error() {
    let signer = |recipe| Signer::new(HmacBodyFieldConfig::new("mac").recipe(recipe), SECRET);
    for recipe in Recipe::ALL {
        for body in ["", "[]", "1", "{", r#"{"mac":1,"mac":2}"#] {
            let sent = Sent::post("/?n=1", "application/json", body);
            let signed = signer(*recipe).unwrap().sign(sent, "", AT);
            assert!(signed.is_err(), "{recipe:?} {body}");
        }
    }
    let without_data = Sent::post("/", "application/json", r#"{"id":1}"#);
    let refused = signer(Recipe::DataOnly).unwrap().sign(without_data, "", AT);
    let error = refused.unwrap_err().to_string();
    assert_eq!(error, "the body has no member of the name that is signed");
}

const FORM: &str = "application/x-www-form-urlencoded";

/// Each kind of scheme that reads the body to sign or to verify it, with what signs and what verifies, and a request that can
/// be signed.
fn readers_of_bodies() -> Vec<(SchemeConfig, &'static [u8], Key, Sent)> {
    let body = r#"{"id":"1","data":{"b":2},"text":"a","event":"e","items":[{"item":{"id":"2","mac":""}}]}"#;
    let json = || Sent::post("/hook", "application/json", body);
    let secret = || Key::new("0", Secret::utf8(SECRET).unwrap());
    let members = SignedMembersConfig::new(["/id", "/text"], "/mac");
    let tokens = [JwsAlgorithm::Hs256];
    let macs = Recipe::ALL.iter().map(|recipe| {
        let config = HmacBodyFieldConfig::new("mac").recipe(*recipe);
        SchemeConfig::from(config)
    });
    let others: [SchemeConfig; 7] = [
        members.clone().into(),
        members.in_list("/items").within("/item").into(),
        AccessTokenConfig::member("/token").into(),
        AccessTokenConfig::each_of("/items", "/token").into(),
        OneTimeTokenConfig::new("/t", "/k", 16, "/s").into(),
        JwtBodyHashConfig::body(tokens)
            .needs_claim("/event")
            .jti(JtiUse::Id)
            .into(),
        JwtBodyHashConfig::member(tokens, "/token")
            .claim_is("/kind", "event")
            .issuer("acme")
            .expires()
            .into(),
    ];
    let form = SignedFormConfig::new("x-signature", SignatureEncoding::Hex)
        .url("https://hooks.example/hook")
        .fields(["Id", "Body"])
        .body_digest("sha256");
    let sns = Key::public("0", sns::certificate(&sns::OWN.by_root));
    let sns_key = sns::OWN.private_key.as_bytes();
    let notification = r#"{"Type":"Notification","Message":"a","Subject":"b"}"#;
    macs.chain(others)
        .map(|config| (config, SECRET.as_bytes(), secret(), json()))
        .chain([
            (
                form.into(),
                SECRET.as_bytes(),
                secret(),
                Sent::post("/hook", FORM, "Id=1&Body=a+b"),
            ),
            (
                SnsConfig::new([sns::TOPIC]).into(),
                sns_key,
                sns,
                Sent::post("/hook", "text/plain", notification),
            ),
        ])
        .collect()
}

/// Signs it if that can be done. Whatever was signed must be verified.
fn signs(config: &SchemeConfig, with: (&[u8], &Key), sent: Sent, id: &str) -> bool {
    let (signs, key) = with;
    let scheme: Box<dyn Scheme> = config.clone().try_into().unwrap();
    let signer = Signer::new(config.clone(), signs).unwrap();
    let Ok(signed) = signer.sign(sent.clone(), id, now()) else {
        return false;
    };
    let (path, query) = match signed.path.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (&*signed.path, None),
    };
    let head = Head::new(signed.method.as_str(), path, &signed.headers).query(query);
    let keys = [key.clone()];
    let request = RawRequest::new(head, &signed.body);
    let verified = scheme.verify(request, LiveKeys::new(&keys, now()));
    let sent = String::from_utf8_lossy(&sent.body);
    assert!(verified.is_ok(), "{verified:?} {sent} {config:?}");
    true
}

#[test]
fn a_body_with_a_byte_too_much_or_too_few_is_signed_as_it_is_verified_or_not_at_all() {
    for (config, private, key, sent) in readers_of_bodies() {
        let with = (private, &key);
        assert!(signs(&config, with, sent.clone(), "m-1"), "{config:?}");
        for place in 0..sent.body.len() {
            let [before, behind] = [&sent.body[..place], &sent.body[place..]];
            let shorter = [before, &behind[1..]].concat();
            let longer =
                [b'}', b']', b'"', b',', b'1', 0xff].map(|more| [before, &[more], behind].concat());
            for body in longer.into_iter().chain([shorter]) {
                let mut sent = sent.clone();
                sent.body = body.into();
                signs(&config, with, sent, "m-1");
            }
        }
    }
}

#[test]
fn what_the_settings_refuse_is_not_signed_for_them() {
    let elsewhere = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-00000000000000000000000000000000.pem";
    let long = "m".repeat(257);
    let json = |body: &str| Sent::post("/hook", "application/json", body.to_owned());
    for (config, private, key, _) in readers_of_bodies() {
        let wrong = match &config {
            SchemeConfig::SignedMembers(config) if config.list.is_none() => {
                vec![(json("x}"), "m-1"), (json(r#"{"a" 1}"#), "m-1")]
            }
            SchemeConfig::OneTimeToken(_) | SchemeConfig::AccessToken(_) => {
                vec![(json("x}"), "m-1"), (json("[1}"), "m-1")]
            }
            SchemeConfig::JwtBodyHash(config) if config.jti.is_some() => vec![
                (json(r#"{"event":null}"#), "m-1"),
                (json(r#"{"event":"e","aud":"somebody"}"#), "m-1"),
                (json(r#"{"event":"e","nbf":"soon"}"#), "m-1"),
                (json(r#"{"event":"e"}"#), ""),
                (json(r#"{"event":"e"}"#), &*long),
            ],
            SchemeConfig::JwtBodyHash(_) => vec![(json(r#"{"kind":"session"}"#), "m-1")],
            SchemeConfig::SignedForm(_) => vec![
                (Sent::post("/hook", FORM, "Id=1&Other=2"), "m-1"),
                (Sent::post("/hook", FORM, "Id"), "m-1"),
            ],
            SchemeConfig::Sns(_) => {
                let with = |name: &str, value: &str| {
                    let body =
                        format!(r#"{{"Type":"Notification","Message":"a","{name}":{value}}}"#);
                    (json(&body), "m-1")
                };
                vec![
                    with("TopicArn", r#""arn:aws:sns:us-west-2:131990247566:other""#),
                    with("SigningCertURL", &format!("\"{elsewhere}\"")),
                    with("Subject", "5"),
                    with("Token", "5"),
                    with("MessageId", r#""no UUID""#),
                ]
            }
            // A MAC over all that stands in a body is over anything.
            SchemeConfig::HmacBodyField(_) | SchemeConfig::SignedMembers(_) => Vec::new(),
            other => panic!("{other:?}"),
        };
        for (sent, id) in wrong {
            let body = sent.body.clone();
            assert!(
                !signs(&config, (private, &key), sent, id),
                "{body:?} {config:?}"
            );
        }
    }
}

#[test]
fn a_body_of_two_content_types_is_signed_as_none_of_them() {
    let form = readers_of_bodies()
        .into_iter()
        .find_map(|(config, private, key, sent)| {
            matches!(config, SchemeConfig::SignedForm(_)).then_some((config, private, key, sent))
        });
    let (config, private, key, sent) = form.unwrap();
    let sent = sent.with_header("content-type", "text/plain");
    assert!(signs(&config, (private, &key), sent, "m-1"));
}

#[test]
fn a_mac_goes_into_its_member_where_there_is_one_and_else_to_the_end() {
    let signer = Signer::new(HmacBodyFieldConfig::new("mac"), SECRET).unwrap();
    for (body, begin, end) in [
        (r#"{"mac":"","a":1}"#, r#"{"mac":""#, r#"","a":1}"#),
        (r#"{"a":1}"#, r#"{"a":1,"mac":""#, r#""}"#),
        ("{\"a\":1 }\n", r#"{"a":1 ,"mac":""#, r#""}"#),
        ("{}", r#"{"mac":""#, r#""}"#),
    ] {
        let sent = Sent::post("/?n=1", "application/json", body);
        let sent = signer.sign(sent, "", AT).unwrap();
        let body = std::str::from_utf8(&sent.body).unwrap();
        assert!(body.starts_with(begin) && body.ends_with(end), "{body}");
        let config = HmacBodyFieldConfig::new("mac").into();
        assert_eq!(verified(&config, &sent, SECRET), Ok(()), "{body}");
    }
}

#[test]
fn while_a_secret_is_rotated_a_list_of_signatures_carries_both() {
    for layout in layouts() {
        let has_room = !matches!(
            layout,
            SignatureLayout::Single { .. } | SignatureLayout::TimeAndSignature
        );
        let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
        let config = if carries_time(&layout) {
            config.template("{timestamp}.{body}")
        } else {
            config
        };
        let config = SchemeConfig::from(config.layout(layout.clone()));
        let signer = Signer::new(config.clone(), SECRET).unwrap();
        let sent = signer.also_signed_with("the new one").sign(post(), "", AT);
        let sent = sent.unwrap();
        assert_eq!(verified(&config, &sent, SECRET), Ok(()), "{layout:?}");
        let by_new = verified(&config, &sent, "the new one");
        assert_eq!(by_new.is_ok(), has_room, "{layout:?}");
    }
}

#[test]
fn every_configuration_is_written_and_read_without_a_loss_under_its_schemes_name() {
    let request = SignedRequestConfig::new("x-signature")
        .nonce("x-nonce")
        .template("{nonce}.{body}");
    let sns = [SnsSignature::Sha256, SnsSignature::Sha1].map(|signature| {
        SnsConfig::new(["arn:aws:sns:us-east-1:123456789012:topic"]).signature(signature)
    });
    let members = SignedMembersConfig::new(["/id", "/text"], "/mac")
        .in_list("/items")
        .within("/item")
        .free_member("/text");
    let mut names = BTreeSet::new();
    for config in headers()
        .into_iter()
        .chain(bodies())
        .chain([request.into(), members.into()])
        .chain(sns.map(SchemeConfig::from))
        .chain(by_keys().into_iter().map(|(config, ..)| config.into()))
    {
        let text = serde_json::to_string(&config).unwrap();
        let read: SchemeConfig = serde_json::from_str(&text).unwrap();
        assert_eq!(read, config, "{text}");
        let members: serde_json::Value = serde_json::from_str(&text).unwrap();
        names.insert(members["scheme"].as_str().unwrap().to_owned());
    }
    let expected = [
        "hmac-body-field",
        "hmac-header",
        "public-key-signature",
        "signed-form",
        "signed-members",
        "signed-request",
        "sns",
    ];
    assert_eq!(names, expected.map(str::to_owned).into());
    for unknown in [
        r#"{"scheme":"none"}"#,
        r#"{"scheme":"hmac-header","signature_header":"x","encoding":"jws"}"#,
        r#"{"scheme":"hmac-header","signature_header":"x","encoding":"hex","timestamp_unit":"minutes"}"#,
        r#"{"scheme":"public-key-signature","algorithm":"none","signature_header":"x","encoding":"hex"}"#,
        r#"{"scheme":"public-key-signature","signature_header":"x","encoding":"hex"}"#,
        r#"{"scheme":"public-key-signature","algorithm":"EdDSA","signature_header":"x","encoding":"hex","digest":"sha1"}"#,
        r#"{"scheme":"hmac-body-field","member":"mac","encoding":"jws"}"#,
        r#"{"scheme":"hmac-body-field","member":"mac","members":1}"#,
        r#"{"signature_header":"x","encoding":"hex"}"#,
        r#"{"scheme":"sns"}"#,
        r#"{"scheme":"sns","topics":[],"signature":"md5"}"#,
    ] {
        assert!(
            serde_json::from_str::<SchemeConfig>(unknown).is_err(),
            "{unknown}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_object_is_signed_is_verified(
        members in prop::collection::btree_map("[a-z]{1,3}", ".{0,6}", 0..4),
        recipe in 0..Recipe::ALL.len(),
    ) {
        let recipe = Recipe::ALL[recipe];
        let mut object: serde_json::Map<String, serde_json::Value> =
            members.into_iter().map(|(name, value)| (name, value.into())).collect();
        object.remove("mac");
        object.insert("data".to_owned(), 1.into());
        let body = serde_json::Value::Object(object).to_string();
        let config = HmacBodyFieldConfig::new("mac").recipe(recipe);
        let signer = Signer::new(config.clone(), SECRET).unwrap();
        let sent = signer.sign(Sent::post("/?n=1", "application/json", body), "", AT).unwrap();
        prop_assert_eq!(verified(&config.into(), &sent, SECRET), Ok(()));
    }
}
