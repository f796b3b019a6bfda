//! Signed requests: every algorithm and encoding, and what an attacker or a wrong setting makes of them.

use std::time::Duration;

use base64::{
    Engine,
    prelude::{BASE64_STANDARD as STANDARD, BASE64_URL_SAFE_NO_PAD as BASE64},
};
use hookgate::{
    BuildError, Key, Keyring, Receiver, Rejection, UnixTime,
    access::AnyoneMayCall,
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    pack::{Head, LiveKeys, RawRequest, Scheme, Verified},
    providers::{
        preset::Preset,
        unico_check::{Status, UnicoCheck, UnicoCheckSimulator},
    },
    schemes::{SignatureEncoding, SignedRequest, SignedRequestConfig, TimestampForm},
    simulator::{RequestSigner, Sent},
    testing::FakeClock,
    time::Clock,
};
use proptest::prelude::*;
use serde::Deserialize;

use crate::props::{self, Call, Fault, On, Stage, vector};

const ID: &str = "f4dd6bc9-74d3-4dba-8deb-eb09ad4ea704";

#[derive(Deserialize)]
struct Recorded {
    body: String,
    requests: Vec<Request>,
}

#[derive(Deserialize)]
struct Request {
    algorithm: String,
    key: String,
    encoding: SignatureEncoding,
    template: String,
    timestamp_form: TimestampForm,
    nonce: String,
    timestamp: String,
    signature: String,
}

impl Request {
    fn config(&self) -> SignedRequestConfig {
        let mut config = SignedRequestConfig::new("X-Signature")
            .algorithm("X-Algorithm")
            .template(&self.template)
            .encoding(self.encoding);
        // The other program's library writes `typ: JWT` into every JWS.
        if self.encoding == SignatureEncoding::Jws {
            config = config.accept_tokens_as_requests();
        }
        if self.template.contains("{nonce}") {
            config = config.nonce("X-Nonce");
        }
        if self.template.contains("{timestamp}") {
            config = config.timestamp("X-Timestamp", self.timestamp_form);
        }
        config
    }

    fn headers(&self) -> Vec<(&'static str, String)> {
        vec![
            ("x-signature", self.signature.clone()),
            ("x-nonce", self.nonce.clone()),
            ("x-timestamp", self.timestamp.clone()),
            ("x-algorithm", self.algorithm.clone()),
        ]
    }
}

fn recorded() -> Recorded {
    serde_json::from_slice(&file("requests.json")).unwrap()
}

fn file(name: &str) -> Vec<u8> {
    vector(&format!("signed_request/{name}"))
}

fn algorithm(name: &str) -> JwsAlgorithm {
    JwsAlgorithm::from_name(name).unwrap()
}

fn rsa() -> VerifyingKey {
    VerifyingKey::pem(file("rsa.crt.pem"), [JwsAlgorithm::Rs256])
}

/// A scheme, and the key that verifies under it.
struct Under {
    scheme: SignedRequest,
    ring: [Key; 1],
}

fn under(config: SignedRequestConfig, key: VerifyingKey) -> Under {
    Under {
        scheme: config.try_into().unwrap(),
        ring: [key.into()],
    }
}

impl Under {
    fn verify<'a>(&'a self, request: RawRequest<'a>) -> Result<Verified<'a>, Rejection> {
        let keys = LiveKeys::new(&self.ring, UnixTime::EPOCH);
        self.scheme.verify(request, keys)
    }
}

fn verify(
    scheme: &Under,
    headers: &Vec<(&'static str, String)>,
    body: &str,
) -> Result<Option<UnixTime>, Rejection> {
    let request = RawRequest::new(Head::new("POST", "/", headers), body.as_bytes());
    scheme.verify(request).map(|verified| verified.sent_at())
}

fn with(
    headers: &[(&'static str, String)],
    name: &str,
    value: &str,
) -> Vec<(&'static str, String)> {
    let changed = headers.iter().map(|(known, old)| {
        let new = if *known == name { value } else { old };
        (*known, new.to_owned())
    });
    changed.collect()
}

#[test]
fn every_algorithm_and_encoding_of_another_program_is_verified_with_keys_in_every_form() {
    let recorded = recorded();
    assert_eq!(recorded.requests.len(), 45);
    for it in &recorded.requests {
        let allowed = [algorithm(&it.algorithm)];
        let name = |kind: &str| file(&format!("{}.{kind}", it.key));
        let keys = [
            VerifyingKey::pem(name("crt.pem"), allowed),
            VerifyingKey::der(name("crt.der"), allowed),
            VerifyingKey::der(name("pub.der"), allowed),
        ];
        for key in keys {
            let scheme = under(it.config(), key);
            let what = format!("{} {:?} {}", it.algorithm, it.encoding, it.template);
            let time = verify(&scheme, &it.headers(), &recorded.body);
            let expected = UnixTime::from_secs(1_700_000_000);
            let expected = it.template.contains("{timestamp}").then_some(expected);
            assert_eq!(time, Ok(expected), "{what}");
            let body = recorded.body.replace("3}}", "4}}");
            assert!(verify(&scheme, &it.headers(), &body).is_err(), "{what}");
        }
    }
}

#[test]
fn whatever_is_in_the_template_cannot_be_changed() {
    let recorded = recorded();
    let mut changes = 0;
    for it in &recorded.requests {
        let key = VerifyingKey::der(
            file(&format!("{}.pub.der", it.key)),
            [algorithm(&it.algorithm)],
        );
        let scheme = under(it.config(), key);
        for (name, placeholder) in [("x-nonce", "{nonce}"), ("x-timestamp", "{timestamp}")] {
            if it.template.contains(placeholder) {
                let old = it.headers().into_iter().find(|(known, _)| *known == name);
                let changed = with(&it.headers(), name, &old.unwrap().1.replacen('1', "2", 1));
                if changed != it.headers() {
                    assert!(verify(&scheme, &changed, &recorded.body).is_err());
                    changes += 1;
                }
            }
        }
    }
    assert!(changes > 20, "{changes}");
}

#[test]
fn the_allow_list_decides_and_a_header_only_chooses_from_it() {
    let recorded = recorded();
    let pss = recorded
        .requests
        .iter()
        .find(|it| {
            it.algorithm == "PS256"
                && it.template == "{body}"
                && it.encoding != SignatureEncoding::Jws
        })
        .unwrap();
    let scheme = |algorithms: &[JwsAlgorithm]| {
        let key = VerifyingKey::pem(file("rsa.crt.pem"), algorithms.iter().copied());
        under(pss.config(), key)
    };
    let both = scheme(&[JwsAlgorithm::Rs256, JwsAlgorithm::Ps256]);
    let only = scheme(&[JwsAlgorithm::Rs256]);
    let headers = pss.headers();
    assert!(verify(&both, &headers, &recorded.body).is_ok());
    let refused = Err(Rejection::MalformedSignature(
        "its algorithm is not one that a key is for",
    ));
    assert_eq!(verify(&only, &headers, &recorded.body), refused);
    for name in ["none", "None", "HS256", "RS1", "ps256 ", "", "SHA1withRSA"] {
        let named = with(&headers, "x-algorithm", name);
        assert!(verify(&both, &named, &recorded.body).is_err(), "{name}");
    }
    // The right key, and a header that names an algorithm that the signature is not of.
    let named = with(&headers, "x-algorithm", "RS256");
    assert!(verify(&both, &named, &recorded.body).is_err());
    for name in ["SHA256", "sha-256"] {
        let named = with(&headers, "x-algorithm", name);
        assert!(verify(&both, &named, &recorded.body).is_ok(), "{name}");
    }
}

/// As Java and others call it: by the digest.
#[test]
fn an_algorithm_may_be_named_by_its_digest_alone() {
    let recorded = recorded();
    let mut seen = Vec::new();
    for it in &recorded.requests {
        let by_header = it.encoding != SignatureEncoding::Jws;
        let size = it.algorithm.get(2..).unwrap_or_default();
        if !by_header || it.template.contains("{algorithm}") || seen.contains(&&it.algorithm) {
            continue;
        }
        if !["256", "384", "512"].contains(&size) {
            continue;
        }
        let algorithm = JwsAlgorithm::from_name(&it.algorithm).unwrap();
        let key = file(&format!("{}.crt.pem", it.key));
        let scheme = under(it.config(), VerifyingKey::pem(key, [algorithm]));
        for named in ["256", "384", "512"] {
            for name in [format!("SHA{named}"), format!("sha-{named}")] {
                let headers = with(&it.headers(), "x-algorithm", &name);
                let judged = verify(&scheme, &headers, &recorded.body);
                assert_eq!(judged.is_ok(), named == size, "{} {name}", it.algorithm);
            }
        }
        seen.push(&it.algorithm);
    }
    assert_eq!(seen.len(), 8, "{seen:?}");
}

#[test]
fn a_jws_chooses_no_algorithm_and_no_key_of_its_own() {
    let recorded = recorded();
    let it = |it: &&Request| it.encoding == SignatureEncoding::Jws && it.algorithm == "RS256";
    let it = recorded.requests.iter().find(it).unwrap();
    let config = it.config();
    let scheme = under(config, rsa());
    assert!(verify(&scheme, &it.headers(), &recorded.body).is_ok());
    let signature = it.signature.rsplit('.').next().unwrap();
    for head in [
        r#"{"alg":"none"}"#,
        r#"{"alg":"HS256"}"#,
        r#"{"alg":"PS256"}"#,
        r#"{"alg":"RS256","crit":["b64"],"b64":false}"#,
        r#"{"alg":["RS256"]}"#,
        r#"{}"#,
        "[]",
        r#"{"alg":"RS256","alg":"RS256"}"#,
    ] {
        let head = BASE64.encode(head);
        for jws in [format!("{head}..{signature}"), format!("{head}..")] {
            let forged = with(&it.headers(), "x-signature", &jws);
            assert!(verify(&scheme, &forged, &recorded.body).is_err(), "{jws}");
        }
    }
    let head = BASE64.encode(r#"{"alg":"RS256"}"#);
    let other = BASE64.encode("{}");
    for jws in [
        format!("{head}.{other}.{signature}"),
        format!("{head}.{other}.{other}.{signature}"),
        format!("{head}.{signature}"),
        head,
        ".".to_owned(),
        "..".to_owned(),
    ] {
        let forged = with(&it.headers(), "x-signature", &jws);
        assert!(verify(&scheme, &forged, &recorded.body).is_err(), "{jws}");
    }
}

#[test]
fn ed25519_may_go_by_the_name_of_rfc_9864() {
    // Made with the Python package `cryptography`: detached, over the recorded body, by `ed.key.pem`.
    const JWS: &str = "eyJhbGciOiJFZDI1NTE5In0..72PAHIxDJKfbhbiQ8YQYje5sfUxD8xRxBD_4LYFCzxDCQbLrjMtO7iH_Af__nZpO0oe60ZRw2OcC1HnC9U3bAQ";
    let recorded = recorded();
    let key = || VerifyingKey::pem(file("ed.crt.pem"), [JwsAlgorithm::EdDsa]);
    let headers = vec![("x-signature", JWS.to_owned())];
    let of_jws = SignedRequestConfig::new("X-Signature").encoding(SignatureEncoding::Jws);
    let scheme = under(of_jws, key());
    assert!(verify(&scheme, &headers, &recorded.body).is_ok());
    assert!(verify(&scheme, &headers, "{}").is_err());
    let mut named = recorded.requests.iter();
    let named = named.find(|it| it.algorithm == "EdDSA" && !it.template.contains("{algorithm}"));
    let named = named.unwrap();
    let scheme = under(named.config(), key());
    for (name, is_right) in [("EdDSA", true), ("Ed25519", true), ("Ed448", false)] {
        let headers = with(&named.headers(), "x-algorithm", name);
        let judged = verify(&scheme, &headers, &recorded.body);
        assert_eq!(judged.is_ok(), is_right, "{name}");
    }
}

#[test]
fn a_header_is_missing_repeated_or_ambiguous() {
    let config = config();
    let scheme = under(config, rsa());
    let sent = signer().sign(update(3), "n-1", props::now());
    let headers: Vec<(&'static str, String)> = ["x-signature", "x-nonce", "x-timestamp"]
        .into_iter()
        .map(|name| (name, sent.header(name).unwrap().to_owned()))
        .collect();
    let body = std::str::from_utf8(&sent.body).unwrap();
    assert!(verify(&scheme, &headers, body).is_ok());
    for (name, missing) in [
        ("x-signature", Rejection::MissingSignature),
        ("x-nonce", Rejection::MissingNonce),
        ("x-timestamp", Rejection::MissingTimestamp),
    ] {
        let without = headers.iter().filter(|(known, _)| *known != name);
        let without = without.cloned().collect();
        assert_eq!(verify(&scheme, &without, body), Err(missing.clone()));
        assert_eq!(
            verify(&scheme, &with(&headers, name, ""), body),
            Err(missing)
        );
        let mut twice = headers.clone();
        twice.extend(headers.iter().find(|(known, _)| *known == name).cloned());
        let reason = verify(&scheme, &twice, body).unwrap_err().reason();
        assert!(reason.as_str().starts_with("malformed_"), "{reason}");
    }
    // A nonce that contains the delimiter could take over a part of its neighbour.
    let nonce = Err(Rejection::MalformedNonce(
        "it contains the byte that ends it in the signed text",
    ));
    assert_eq!(
        verify(&scheme, &with(&headers, "x-nonce", "a.b"), body),
        nonce
    );
    let long = "n".repeat(257);
    assert_eq!(
        verify(&scheme, &with(&headers, "x-nonce", &long), body),
        Err(Rejection::MalformedNonce("it is too long"))
    );
    for time in ["1.5", "+1", "soon", "1700000000000000000000"] {
        let reason = verify(&scheme, &with(&headers, "x-timestamp", time), body).unwrap_err();
        assert_eq!(reason.reason().as_str(), "malformed_timestamp", "{time}");
    }
}

#[test]
fn settings_that_prove_nothing_are_refused_at_start() {
    let base = || SignedRequestConfig::new("x-signature");
    for (config, why) in [
        (base().nonce("x-nonce"), "placeholder"),
        (
            base().timestamp("x-timestamp", TimestampForm::Seconds),
            "placeholder",
        ),
        (base().template("{nonce}.{body}"), "placeholder"),
        (base().template("{timestamp}.{body}"), "placeholder"),
        (base().template("{algorithm}.{body}"), "placeholder"),
        (base().template("{id}.{body}"), "placeholders"),
        (base().template("{nonce}").nonce("x-nonce"), "`{body}`"),
        (base().template("{nonce}{body}").nonce("x-nonce"), "literal"),
        (
            base()
                .template("{timestamp}{nonce}.{body}")
                .nonce("x-nonce")
                .timestamp("x-timestamp", TimestampForm::Seconds),
            "literal",
        ),
        (
            base().template("{nonce}.{body}").nonce("X-Signature"),
            "same header",
        ),
        (
            base().template("{nonce}.{body}").nonce("x nonce"),
            "header name",
        ),
    ] {
        let refused = SignedRequest::try_from(config.clone()).unwrap_err();
        assert!(refused.to_string().contains(why), "{config:?}: {refused}");
    }
    assert!(matches!(Keyring::new([]), Err(BuildError::NoKey)));
    let twice = Keyring::new([rsa().with_id("a"), rsa().with_id("a")].map(Key::from));
    assert!(matches!(twice, Err(BuildError::RepeatedKeyId { place: 2 })));
}

/// Such a scheme would refuse every request whose time has that byte.
#[test]
fn a_literal_that_the_form_of_the_time_may_contain_is_refused_at_start() {
    use TimestampForm::{FractionalSeconds, Milliseconds, Rfc3339, Seconds, UtcDateTime};
    for (form, template, is_usable) in [
        (Seconds, "{timestamp}.{body}", true),
        (Milliseconds, "{timestamp}.{body}", true),
        (FractionalSeconds, "{timestamp}.{body}", false),
        (FractionalSeconds, "{body}.{timestamp}", false),
        (FractionalSeconds, "{timestamp}:{body}", true),
        (FractionalSeconds, "{timestamp:14}.{body}", true),
        (UtcDateTime, "{timestamp}.{body}", false),
        (UtcDateTime, "{timestamp}:{body}", true),
        (UtcDateTime, "{nonce}{timestamp:19}:{body}", false),
        (Rfc3339, "{timestamp}.{body}", true),
        (Rfc3339, "{nonce}{timestamp:rfc3339}.{body}", true),
    ] {
        let mut config = SignedRequestConfig::new("x-signature")
            .template(template)
            .timestamp("x-timestamp", form);
        if template.contains("{nonce}") {
            config = config.nonce("x-nonce");
        }
        let built = SignedRequest::try_from(config);
        assert_eq!(built.is_ok(), is_usable, "{form:?} {template}");
        if let Err(refused) = built {
            let refused = refused.to_string();
            assert!(refused.contains("a time of this form"), "{refused}");
        }
    }
}

#[test]
fn keys_in_der_are_read_and_what_cannot_be_one_is_refused_with_the_reason() {
    let rs256 = [JwsAlgorithm::Rs256];
    let build = |key: VerifyingKey| Keyring::new([key.into()]);
    let refusal = |key: VerifyingKey| build(key).unwrap_err().to_string();
    assert!(build(VerifyingKey::der(file("rsa.pkcs1.der"), rs256)).is_ok());
    let mut chain = file("rsa.crt.pem");
    chain.extend(file("p256.crt.pem"));
    assert!(build(VerifyingKey::pem(&chain, rs256)).is_ok());
    chain.splice(..0, *b"subject=CN = hooks.example\r\n\r\n");
    assert!(build(VerifyingKey::pem(&chain, rs256)).is_ok());

    let mut longer = file("rsa.crt.der");
    longer.push(0);
    let damaged = String::from_utf8(file("rsa.crt.pem")).unwrap();
    let damaged = damaged.replacen("MII", "MIJ", 1);
    for (key, why) in [
        (VerifyingKey::pem(file("rsa.crt.der"), rs256), "is it DER?"),
        (VerifyingKey::der(file("rsa.crt.pem"), rs256), "is it PEM?"),
        (VerifyingKey::pem("", rs256), "not PEM"),
        (VerifyingKey::der("", rs256), "DER"),
        (VerifyingKey::der(longer, rs256), "DER"),
        (VerifyingKey::pem(damaged, rs256), "damaged"),
        (VerifyingKey::pem(file("rsa.key.pem"), rs256), "private"),
        (VerifyingKey::pem(file("weak.pub.pem"), rs256), "2,048 bits"),
        (
            VerifyingKey::pem(file("secp256k1.pub.pem"), [JwsAlgorithm::Es256]),
            "of a kind",
        ),
        (
            VerifyingKey::der(file("p384.crt.der"), [JwsAlgorithm::Es256]),
            "cannot be used",
        ),
        (
            VerifyingKey::der(file("rsa.crt.der"), [JwsAlgorithm::Hs256]),
            "cannot be used",
        ),
        (VerifyingKey::der(file("rsa.crt.der"), []), "algorithm"),
    ] {
        assert!(refusal(key.clone()).contains(why), "{}", refusal(key));
    }
}

#[test]
fn a_certificates_dates_are_known_and_an_end_is_told_but_refuses_nothing() {
    let key = rsa();
    let (begin, end) = key.certificate_dates().unwrap();
    assert!(end.since(begin) > Duration::from_secs(9 * 365 * 24 * 3600));
    assert_eq!(
        VerifyingKey::der(file("rsa.pub.der"), [JwsAlgorithm::Rs256]).certificate_dates(),
        None
    );
    let second = Duration::from_secs(1);
    for (at, told) in [
        (begin, None),
        (end, None),
        (end.saturating_add(second), Some("certificate_ended")),
        (begin.saturating_sub(second), Some("certificate_not_begun")),
    ] {
        let receiver = Receiver::new("test", pack())
            .dedup(MemoryStore::with_capacity(1))
            .clock(FakeClock::at(at))
            .build()
            .unwrap();
        let findings = receiver.check();
        let mut codes = findings.iter().map(|it| it.code());
        let found = codes.find(|code| code.starts_with("certificate_"));
        assert_eq!(found, told, "{at:?}");
    }
}

/// A token assertion as a sender signs it with the key of its certificate, taken apart.
struct Assertion {
    head: String,
    claims: &'static str,
    payload: String,
    signature: Vec<u8>,
}

impl Assertion {
    /// With this head. The signature is of both, as RFC 7515 has it.
    fn with_head(head: &str) -> Self {
        Self::of(
            head,
            r#"{"iss":"unico","sub":"unico-check","aud":"https://hooks.example/token","exp":1796490000}"#,
        )
    }

    fn of(head: &str, claims: &'static str) -> Self {
        let (head, payload) = (BASE64.encode(head), BASE64.encode(claims));
        let plain = SignedRequestConfig::new("x-signature").encoding(SignatureEncoding::Base64Url);
        let signer = RequestSigner::new(plain, file("rsa.key.pem"), JwsAlgorithm::Rs256);
        let sent = UnicoCheckSimulator::new().body(format!("{head}.{payload}"));
        let signed = signer.unwrap().sign(sent, "", UnixTime::EPOCH);
        Self {
            head,
            claims,
            payload,
            signature: BASE64
                .decode(signed.header("x-signature").unwrap())
                .unwrap(),
        }
    }

    /// As requests of each encoding, each with the settings that would take it.
    fn as_requests(&self) -> Vec<(SignedRequestConfig, Call)> {
        let Self {
            head,
            claims,
            payload,
            signature,
        } = self;
        let base64url = BASE64.encode(signature);
        let of = |encoding, body: String, signature: String| {
            let call = Call::post("/hook", body)
                .with("content-type", "application/json")
                .with("x-signature", signature);
            (
                SignedRequestConfig::new("x-signature").encoding(encoding),
                call,
            )
        };
        let jws = |jws| of(SignatureEncoding::Jws, (*claims).to_owned(), jws);
        let part = |encoding, signature| of(encoding, format!("{head}.{payload}"), signature);
        let (in_nonce, call) = of(
            SignatureEncoding::Base64Url,
            payload.clone(),
            base64url.clone(),
        );
        vec![
            jws(format!("{head}.{payload}.{base64url}")),
            jws(format!("{head}..{base64url}")),
            part(SignatureEncoding::Base64Url, base64url),
            part(SignatureEncoding::Base64, STANDARD.encode(signature)),
            part(SignatureEncoding::Hex, props::hex(signature)),
            (
                in_nonce.nonce("x-nonce").template("{nonce}.{body}"),
                call.with("x-nonce", head),
            ),
        ]
    }
}

async fn stage_of(config: SignedRequestConfig) -> Stage {
    let scheme = SignedRequest::try_from(config).unwrap();
    Stage::of(Preset::custom("acme", scheme, rsa()), |it| it).await
}

#[tokio::test]
async fn a_captured_token_assertion_is_no_signed_request_unless_tokens_are_taken_by_name() {
    for typ in [
        "JWT",
        "jwt",
        "at+jwt",
        "application/at+JWT",
        "application/jwt",
        "client-authentication+jwt",
    ] {
        let assertion = Assertion::with_head(&format!(r#"{{"alg":"RS256","typ":"{typ}"}}"#));
        for (config, call) in assertion.as_requests() {
            let stage = stage_of(config.clone()).await;
            assert_eq!(stage.send(&call).await.status, 401, "{typ} {config:?}");
            assert_eq!(stage.script.runs(), 0);
            let stage = stage_of(config.accept_tokens_as_requests()).await;
            assert_eq!(stage.send(&call).await.status, 200, "{typ}");
        }
    }
}

#[tokio::test]
async fn an_assertion_that_does_not_call_itself_a_token_is_kept_out_or_the_start_up_check_says_so()
{
    let code = "tokens_taken_as_requests";
    let mut told = 0;
    for head in [r#"{"alg":"RS256"}"#, r#"{"alg":"RS256","typ":"JOSE"}"#] {
        for (config, call) in Assertion::with_head(head).as_requests() {
            let stage = stage_of(config.clone()).await;
            let is_told = stage.receiver.check().iter().any(|it| it.code() == code);
            let is_taken = stage.send(&call).await.status == 200;
            assert!(!is_taken, "{call:?}");
            told += usize::from(is_told);
        }
        // Nothing tells one without an end.
        for (config, call) in Assertion::of(head, r#"{"iss":"unico"}"#).as_requests() {
            let stage = stage_of(config).await;
            let is_told = stage.receiver.check().iter().any(|it| it.code() == code);
            let is_taken = stage.send(&call).await.status == 200;
            assert_eq!(is_told, is_taken, "{call:?}");
        }
    }
    assert_eq!(told, 4, "those that are a JWS");
    // Literals that no token's payload, or no token at all, has in their place keep them out too.
    for (template, encoding, is_told) in [
        ("{body}|", SignatureEncoding::Jws, false),
        ("|{body}", SignatureEncoding::Jws, false),
        ("{body}\n", SignatureEncoding::Jws, true),
        (" {body}", SignatureEncoding::Jws, true),
        ("{body}|", SignatureEncoding::Base64, false),
        ("{nonce}:{body}", SignatureEncoding::Base64, false),
        ("{nonce}.{body}", SignatureEncoding::Base64, true),
        ("e{body}", SignatureEncoding::Base64, true),
    ] {
        let mut config = SignedRequestConfig::new("x-signature")
            .template(template)
            .encoding(encoding);
        if template.contains("{nonce}") {
            config = config.nonce("x-nonce");
        }
        let stage = stage_of(config.accept_tokens_as_requests()).await;
        let told = stage.receiver.check().iter().any(|it| it.code() == code);
        assert_eq!(told, is_told, "{template:?} {encoding:?}");
    }
    // A time in the signed text keeps them out.
    let timed = config().encoding(SignatureEncoding::Jws);
    let stage = stage_of(timed.accept_tokens_as_requests()).await;
    assert!(stage.receiver.check().iter().all(|it| it.code() != code));
}

fn config() -> SignedRequestConfig {
    SignedRequestConfig::new("x-signature")
        .nonce("x-nonce")
        .timestamp("x-timestamp", TimestampForm::Seconds)
        .template("{timestamp}.{nonce}.{body}")
}

fn pack() -> UnicoCheck {
    UnicoCheck::signed(config().try_into().unwrap(), rsa())
}

#[test]
fn that_unreadable_dates_are_accepted_is_not_said_where_the_time_of_each_attempt_is_checked() {
    let receiver = Receiver::new("test", pack().accept_unreadable_time())
        .dedup(MemoryStore::with_capacity(1))
        .build()
        .unwrap();
    assert!(receiver.window().is_some());
    let findings = receiver.check();
    assert!(
        findings
            .iter()
            .all(|it| it.code() != "accepts_unreadable_time")
    );
}

fn signer() -> RequestSigner {
    RequestSigner::new(config(), file("rsa.key.pem"), JwsAlgorithm::Rs256).unwrap()
}

#[test]
fn a_simulator_takes_no_key_that_cannot_sign() {
    for (name, algorithm) in [
        ("rsa.crt.pem", JwsAlgorithm::Rs256),
        ("ed.key.pem", JwsAlgorithm::Rs256),
        ("rsa.key.pem", JwsAlgorithm::Es256),
        ("p256.key.pem", JwsAlgorithm::Es384),
        ("rsa.key.pem", JwsAlgorithm::Hs256),
        ("rsa.pub.der", JwsAlgorithm::Rs256),
    ] {
        let signer = RequestSigner::new(config(), file(name), algorithm);
        assert!(signer.is_err(), "{name} {algorithm:?}");
    }
}

fn update(score: i64) -> Sent {
    UnicoCheckSimulator::new()
        .path("/hook")
        .update_process(ID, Status::Concluded, Some(score))
}

async fn stage() -> Stage {
    Stage::of(pack(), |builder| builder).await
}

#[tokio::test]
async fn a_signed_request_that_is_replayed_does_not_run_twice() {
    let stage = stage().await;
    let sent = Call::of(&signer().sign(update(3), "n-1", props::now()));
    for _ in 0..3 {
        assert_eq!(stage.send(&sent).await.status, 200);
    }
    assert_eq!(stage.script.runs(), 1);
    assert_eq!(stage.script.last().key_id, "0");
    // It is still the same event when it is signed anew with another nonce.
    stage.clock.advance(Duration::from_secs(300));
    let again = signer().sign(update(3), "n-2", stage.clock.now());
    assert_eq!(stage.send(&Call::of(&again)).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_nonce_with_another_event_is_401_and_its_handler_does_not_run() {
    let stage = stage().await;
    let signer = signer();
    let first = signer.sign(update(3), "n-1", props::now());
    let other = signer.sign(update(4), "n-1", props::now());
    assert_eq!(stage.send(&Call::of(&first)).await.status, 200);
    let reply = stage.send(&Call::of(&other)).await;
    assert_eq!(reply.status, 401);
    assert_eq!(
        reply.header("www-authenticate"),
        Some("Signature realm=\"webhook\"")
    );
    assert_eq!(stage.script.runs(), 1);
    let other = signer.sign(update(4), "n-2", props::now());
    assert_eq!(stage.send(&Call::of(&other)).await.status, 200);
    assert_eq!(stage.script.runs(), 2);
}

#[tokio::test]
async fn a_bounded_store_holds_as_many_events_as_the_start_up_check_says() {
    let bodies_and_nonces = SignedRequestConfig::new("x-signature")
        .nonce("x-nonce")
        .template("{nonce}.{body}");
    let key = file("rsa.key.pem");
    let signer = RequestSigner::new(bodies_and_nonces.clone(), key, JwsAlgorithm::Rs256).unwrap();
    let pack = UnicoCheck::signed(bodies_and_nonces.try_into().unwrap(), rsa());
    let stage = Stage::of(pack, |builder| {
        builder
            .retention(Duration::from_secs(24 * 3600))
            .dedup(MemoryStore::with_capacity(10))
    })
    .await;
    let findings = stage.receiver.check();
    let said = findings.iter().find(|it| it.code() == "store_capacity");
    let said = said.unwrap().what();
    assert!(said.contains(": 5 new events a day"), "{said}");

    let mut statuses = Vec::new();
    for n in 1..=6 {
        let sent = signer.sign(update(n), &format!("n-{n}"), props::now());
        statuses.push(stage.send(&Call::of(&sent)).await.status);
    }
    assert_eq!(statuses, [200, 200, 200, 200, 200, 503]);
}

#[tokio::test]
async fn a_retry_is_handled_whether_it_is_signed_again_or_not() {
    for signed_again in [false, true] {
        let stage = stage().await;
        stage.script.then(props::Step::Retry);
        let mut sent = signer().sign(update(3), "n-1", props::now());
        assert_eq!(stage.send(&Call::of(&sent)).await.status, 503);
        stage.clock.advance(Duration::from_secs(600));
        if signed_again {
            sent = signer().sign(sent, "n-2", stage.clock.now());
        }
        assert_eq!(stage.send(&Call::of(&sent)).await.status, 200);
        assert_eq!(stage.script.runs(), 2);
        assert_eq!(stage.send(&Call::of(&sent)).await.status, 200);
        assert_eq!(stage.script.runs(), 2);
    }
}

#[tokio::test]
async fn what_is_wrong_on_demand_is_refused_before_the_store_is_touched() {
    let stage = stage().await;
    let now = props::now();
    let sent = signer().sign(update(3), "n-1", now);
    let week = Duration::from_secs(7 * 24 * 3600);
    let stale = now.saturating_sub(week);
    let ahead = now.saturating_add(Duration::from_secs(301));
    let other = RequestSigner::new(config(), file("other.key.pem"), JwsAlgorithm::Rs256).unwrap();
    let pss = RequestSigner::new(config(), file("rsa.key.pem"), JwsAlgorithm::Ps256).unwrap();
    for wrong in [
        sent.clone().unsigned(),
        sent.clone().with_tampered_body(),
        sent.clone().with_tampered_signature(),
        sent.clone().without_header("x-nonce"),
        signer().sign(update(3), "n-1", stale),
        signer().sign(update(3), "n-1", ahead),
        other.sign(update(3), "n-1", now),
        pss.sign(update(3), "n-1", now),
    ] {
        assert_eq!(stage.send(&Call::of(&wrong)).await.status, 401);
    }
    assert_eq!(stage.store.count(On::Claim), 0);
    assert_eq!(stage.script.runs(), 0);
    assert_eq!(stage.send(&Call::of(&sent)).await.status, 200);
}

#[tokio::test]
async fn the_window_is_the_horizon_of_the_retries() {
    let pack = pack().attempts(10, Duration::from_secs(600));
    let stage = Stage::of(pack, |builder| builder).await;
    let sent = Call::of(&signer().sign(update(3), "n-1", props::now()));
    // The last of ten attempts, 9 gaps later, none of them signed again.
    stage.clock.advance(Duration::from_secs(9 * 600 + 30));
    assert_eq!(stage.send(&sent).await.status, 200);
    stage.clock.advance(Duration::from_secs(571));
    assert_eq!(stage.send(&sent).await.status, 401);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_nonce_leaves_no_gap_up_to_the_last_moment_of_the_window() {
    let window = Duration::from_secs(300);
    let stage = Stage::of(pack(), |builder| builder.past(window)).await;
    // Accepted at the earliest moment: its time is as far ahead as may be.
    let signed = stage.clock.now().saturating_add(window);
    let first = signer().sign(update(3), "n-1", signed);
    let other = signer().sign(update(4), "n-1", signed);
    assert_eq!(stage.send(&Call::of(&first)).await.status, 200);
    for _ in 0..10 {
        stage.clock.advance(window / 5);
        // Before the copy, which would remember the nonce anew had it been forgotten.
        assert_eq!(stage.send(&Call::of(&other)).await.status, 401, "reused");
        assert_eq!(stage.send(&Call::of(&first)).await.status, 200);
    }
    assert_eq!(stage.clock.now(), signed.saturating_add(window));
    assert_eq!(stage.script.runs(), 1);
    stage.clock.advance(Duration::from_millis(1));
    let before = stage.store.count(On::Claim);
    assert_eq!(stage.send(&Call::of(&other)).await.status, 401, "too old");
    assert_eq!(stage.store.count(On::Claim), before);
}

#[tokio::test]
async fn while_a_nonce_is_being_remembered_a_copy_is_503() {
    let stage = stage().await;
    stage.store.always(On::Mark, Fault::Down);
    let sent = Call::of(&signer().sign(update(3), "n-1", props::now()));
    let first = stage.sending(&sent);
    props::until("the claim", || stage.store.count(On::Mark) > 0).await;
    let copy = stage.send(&sent).await;
    assert_eq!(copy.status, 503);
    assert!(copy.header("retry-after").is_some());
    stage.pass(Duration::from_secs(3)).await;
    assert_eq!(first.await.unwrap().status, 503);
    assert_eq!(
        stage.script.runs(),
        0,
        "nothing runs whose nonce is not kept"
    );
    stage.store.heal();
    stage.clock.advance(Duration::from_secs(31));
    assert_eq!(stage.send(&sent).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn a_store_that_fails_at_the_nonce_is_503_and_the_next_copy_runs() {
    for fault in [Fault::Down, Fault::AnswerLost] {
        let stage = stage().await;
        let sent = Call::of(&signer().sign(update(3), "n-1", props::now()));
        stage.store.always(On::Claim, fault.clone());
        assert_eq!(stage.send(&sent).await.status, 503);
        stage.store.heal();
        stage.clock.advance(Duration::from_secs(31));
        assert_eq!(stage.send(&sent).await.status, 200, "{fault:?}");
        assert_eq!(stage.script.runs(), 1);
    }
    let stage = stage().await;
    stage.store.next(On::Claim, Fault::AnswerLost);
    let sent = Call::of(&signer().sign(update(3), "n-1", props::now()));
    assert_eq!(stage.send(&sent).await.status, 200);
    assert_eq!(stage.script.runs(), 1);
}

#[tokio::test]
async fn what_nobody_wants_leaves_no_nonce_behind() {
    let pack = pack().interested_in([Status::Cancelled]);
    let stage = Stage::of(pack, |builder| builder).await;
    let sent = signer().sign(update(3), "n-1", props::now());
    assert_eq!(stage.send(&Call::of(&sent)).await.status, 200);
    assert_eq!(stage.store.count(On::Claim), 0);
}

#[test]
fn signed_requests_need_no_access_rule() {
    let without = Receiver::new("test", pack()).dedup(MemoryStore::with_capacity(1));
    assert!(without.build().is_ok());
    let with_rule = Receiver::new("test", pack())
        .access(AnyoneMayCall)
        .dedup(MemoryStore::with_capacity(1));
    assert!(with_rule.build().is_ok());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn no_header_panics_or_passes(
        value in prop::collection::vec(any::<u8>(), 0..80),
        nonce in prop::collection::vec(any::<u8>(), 0..40),
        timestamp in "[-0-9TZ:.+]{0,30}",
        encoding in 0..4_usize,
        form in 0..3_usize,
    ) {
        let encoding = [
            SignatureEncoding::Base64,
            SignatureEncoding::Base64Url,
            SignatureEncoding::Hex,
            SignatureEncoding::Jws,
        ][encoding];
        let form = [
            TimestampForm::Seconds,
            TimestampForm::Milliseconds,
            TimestampForm::Rfc3339,
        ][form];
        let config = config().encoding(encoding).timestamp("x-timestamp", form);
        let scheme = under(config, rsa());
        let headers = vec![
            ("x-signature", value),
            ("x-nonce", nonce),
            ("x-timestamp", timestamp.into_bytes()),
        ];
        let request = RawRequest::new(Head::new("POST", "/", &headers), b"{}");
        prop_assert!(scheme.verify(request).is_err());
    }

    #[test]
    fn whatever_the_simulator_signs_is_verified(
        nonce in "[!-~&&[^.]]{1,40}",
        secs in -4_000_000_000_i64..4_000_000_000,
        encoding in 0..4_usize,
        form in 0..3_usize,
        body in ".{0,40}",
    ) {
        let encoding = [
            SignatureEncoding::Base64,
            SignatureEncoding::Base64Url,
            SignatureEncoding::Hex,
            SignatureEncoding::Jws,
        ][encoding];
        let form = [
            TimestampForm::Seconds,
            TimestampForm::Milliseconds,
            TimestampForm::Rfc3339,
        ][form];
        let config = config().encoding(encoding).timestamp("x-timestamp", form);
        let key = VerifyingKey::der(file("p256.crt.der"), [JwsAlgorithm::Es256]);
        let scheme = under(config.clone(), key);
        let signer = RequestSigner::new(config, file("p256.key.pem"), JwsAlgorithm::Es256).unwrap();
        let at = UnixTime::from_secs(secs);
        let sent = signer.sign(UnicoCheckSimulator::new().body(body), &nonce, at);
        let request = RawRequest::new(Head::new("POST", "/", &sent.headers), &sent.body);
        let verified = scheme.verify(request).unwrap();
        prop_assert_eq!(verified.nonce(), Some(nonce.as_str()));
        prop_assert_eq!(verified.sent_at(), Some(at));
    }
}
