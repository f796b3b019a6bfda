//! Access rules beside what they cannot do without, and what they allocate. `Bearer` is beside `jsonwebtoken` alone,
//! with the key at hand on both sides. `Basic` and `ApiKey` are beside two SHA-256 and one comparison in constant
//! time.
//!
//! Look at the table at the end, which is all that the word `table` leaves. Both sides take turns in small batches, and each
//! ratio is the median over all turns, so that a busy machine disturbs both alike. The bars are 1.1 for tokens, and 1.5
//! without allocation for the others.

use std::{alloc::System, hint::black_box, sync::Arc};

use base64::{
    Engine,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use criterion::Criterion;
use hookgate::{
    Secret, UnixTime,
    access::{Access, ApiKey, Basic, Bearer, Jwks, JwksDocument, JwksError, JwksFetcher},
    keys::{JwsAlgorithm, VerifyingKey},
    pack::Head,
    time::{Clock, SystemClock, Timer, TokioTimer},
};
use hookgate_turns::{Turns, allocations, is_table_alone, nanos, rounds};
use http::{HeaderMap, HeaderValue, header};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use stats_alloc::{INSTRUMENTED_SYSTEM, StatsAlloc};
use subtle::ConstantTimeEq;

#[global_allocator]
static ALLOCATOR: &StatsAlloc<System> = &INSTRUMENTED_SYSTEM;

const TURNS: usize = 301;
const SECRET: &str = "4c0b9ff1e0e84f0f8d8c57bd4ef13b21";
const API_KEY: &str = "0f3c0c8d7e1b4a5f9d2e6c3b8a7f1e0d";
/// The key was made for this file alone.
const PRIVATE_KEY: &str = "-----BEGIN PRIVATE KEY-----\n\
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgn649N7r5bOisVq70\n\
DliBDXVchhdoAgJUsjMMnpoJRC+hRANCAARKZXVws/dqLjJwn1H6PJyWVHq/YqYk\n\
v8JPMgNYyAc9vr9KqjXJlfFhgt26eidT9FekG+vt06VNrjaR1zQs+WyU\n\
-----END PRIVATE KEY-----";
const PUBLIC_KEY: &str = "-----BEGIN PUBLIC KEY-----\n\
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAESmV1cLP3ai4ycJ9R+jycllR6v2Km\n\
JL/CTzIDWMgHPb6/Sqo1yZXxYYLdunonU/RXpBvr7dOlTa42kdc0LPlslA==\n\
-----END PUBLIC KEY-----";
const ISSUER: &str = "https://id.example";
const AUDIENCE: &str = "https://hooks.example/webhooks/facephi";

#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    scope: String,
    exp: u64,
}

/// What both sides check: signature, `exp`, `iss`, `aud`.
struct Token {
    text: String,
    key: DecodingKey,
    validation: Validation,
}

impl Token {
    fn new(algorithm: Algorithm, signer: &EncodingKey, key: DecodingKey) -> Self {
        let claims = Claims {
            iss: ISSUER.to_owned(),
            aud: AUDIENCE.to_owned(),
            scope: "webhooks".to_owned(),
            exp: 4_000_000_000,
        };
        let mut head = Header::new(algorithm);
        head.kid = Some("k1".to_owned());
        let mut validation = Validation::new(algorithm);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[AUDIENCE]);
        Self {
            text: jsonwebtoken::encode(&head, &claims, signer).expect("the key signs"),
            key,
            validation,
        }
    }

    fn bare(&self) -> bool {
        jsonwebtoken::decode::<Claims>(&self.text, &self.key, &self.validation).is_ok()
    }
}

/// The baseline of the other rules: both sides' digests, compared.
fn digests(presented: &[u8], expected: &[u8]) -> bool {
    let (presented, expected) = (Sha256::digest(presented), Sha256::digest(expected));
    presented.as_slice().ct_eq(expected.as_slice()).into()
}

/// Brings one set for ever.
struct Published(String);

impl JwksFetcher for Published {
    async fn fetch(&self) -> Result<JwksDocument, JwksError> {
        Ok(JwksDocument::new(self.0.clone()))
    }
}

struct Case<'a> {
    name: &'static str,
    baseline: Box<dyn Fn() -> bool + 'a>,
    rule: Box<dyn Access>,
    headers: HeaderMap,
}

impl<'a> Case<'a> {
    fn new(
        name: &'static str,
        baseline: impl Fn() -> bool + 'a,
        rule: impl Access,
        authorization: &str,
    ) -> Self {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("host", "127.0.0.1:9977"),
            ("content-type", "application/json"),
            ("accept", "*/*"),
            ("user-agent", "sender/1.0"),
            ("x-api-key", API_KEY),
        ] {
            headers.insert(name, HeaderValue::from_static(value));
        }
        let value = HeaderValue::from_str(authorization).expect("it is a header value");
        headers.insert(header::AUTHORIZATION, value);
        rule.validate().expect("the rule is right");
        Self {
            name,
            baseline: Box::new(baseline),
            rule: Box::new(rule),
            headers,
        }
    }

    /// As the road asks a rule.
    fn hookgate(&self, now: UnixTime, timer: &Arc<dyn Timer>) -> bool {
        let head = Head::new("POST", "/hook", &self.headers);
        self.rule.prepare(&head, now, timer).is_none() && self.rule.check(&head, now).is_ok()
    }
}

fn bearer(access: Bearer) -> Bearer {
    access.issuer(ISSUER).audience(AUDIENCE)
}

fn published(runtime: &tokio::runtime::Runtime) -> Jwks {
    let der = PUBLIC_KEY.lines().filter(|line| !line.starts_with('-'));
    let der = BASE64_STANDARD
        .decode(der.collect::<String>())
        .expect("PEM is base64");
    // The last 64 bytes of such a key are its point.
    let (x, y) = der[der.len() - 64..].split_at(32);
    let text = |part| BASE64_URL_SAFE_NO_PAD.encode(part);
    let set = serde_json::json!({"keys": [
        {"kty": "EC", "crv": "P-256", "kid": "k1", "x": text(x), "y": text(y)},
    ]});
    let jwks = Jwks::fetched_by(Published(set.to_string()), [JwsAlgorithm::Es256]);
    runtime.block_on(jwks.refresh()).expect("the set is right");
    jwks
}

fn main() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .build()
        .expect("there are threads");
    let hs256 = Token::new(
        Algorithm::HS256,
        &EncodingKey::from_secret(SECRET.as_bytes()),
        DecodingKey::from_secret(SECRET.as_bytes()),
    );
    let es256 = Token::new(
        Algorithm::ES256,
        &EncodingKey::from_ec_pem(PRIVATE_KEY.as_bytes()).expect("it is a private key"),
        DecodingKey::from_ec_pem(PUBLIC_KEY.as_bytes()).expect("it is a public key"),
    );
    let secret = Secret::utf8(SECRET).expect("it is a secret");
    let basic = format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("unico:{API_KEY}"))
    );
    let pair = format!("unico:{API_KEY}");
    let cases = [
        Case::new(
            "Bearer, HS256",
            || hs256.bare(),
            bearer(Bearer::of(VerifyingKey::secret(
                &secret,
                [JwsAlgorithm::Hs256],
            ))),
            &format!("Bearer {}", hs256.text),
        ),
        Case::new(
            "Bearer, ES256",
            || es256.bare(),
            bearer(Bearer::of(VerifyingKey::pem(
                PUBLIC_KEY,
                [JwsAlgorithm::Es256],
            ))),
            &format!("Bearer {}", es256.text),
        ),
        Case::new(
            "Bearer, ES256, JWKS",
            || es256.bare(),
            bearer(Bearer::from_jwks(published(&runtime))),
            &format!("Bearer {}", es256.text),
        ),
        Case::new(
            "Basic",
            || digests(pair.as_bytes(), black_box(pair.as_bytes())),
            Basic::new("unico", API_KEY),
            &basic,
        ),
        Case::new(
            "ApiKey",
            || digests(API_KEY.as_bytes(), black_box(API_KEY.as_bytes())),
            ApiKey::header("x-api-key", API_KEY),
            "none",
        ),
    ];
    let timer: Arc<dyn Timer> = Arc::new(TokioTimer);
    // The road reads the clock once a request, with any rule. `jsonwebtoken` reads it for each token.
    let now = SystemClock::new().now();

    if !is_table_alone() {
        each_alone(&cases, now, &timer);
    }
    hookgate_turns::head(["baseline", "hookgate"], &["allocations", "baseline's"]);
    for case in &cases {
        let times = if case.name.contains("ES256") { 10 } else { 500 };
        let ours = || black_box(case).hookgate(now, &timer);
        let more = [
            allocations(ALLOCATOR, ours),
            allocations(ALLOCATOR, &case.baseline),
        ];
        let turns = Turns::timed(rounds(TURNS), times, &case.baseline, ours);
        hookgate_turns::row(case.name, &turns, nanos, &more.map(|it| it.to_string()));
    }
}

fn each_alone(cases: &[Case<'_>], now: UnixTime, timer: &Arc<dyn Timer>) {
    let mut criterion = Criterion::default().configure_from_args();
    for case in cases {
        let mut group = criterion.benchmark_group(format!("access/{}", case.name));
        group.bench_function("hookgate", |b| b.iter(|| case.hookgate(now, timer)));
        group.bench_function("baseline", |b| b.iter(|| (case.baseline)()));
        group.finish();
    }
    criterion.final_summary();
}
