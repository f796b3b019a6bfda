//! Nothing leaks about callers and their tenants: no credential, tenant, address, key source's error or key set's
//! address in a log line, span or answer.

use hookgate::{
    Secret,
    access::{AnyOf, AnyoneMayCall, ApiKey, Basic, Bearer, Jwks, Networks},
    keys::JwsAlgorithm,
    providers::logto::Logto,
    tenants::{KeySource, KeySourceError, Tenant, TenantName, Tenants},
};
use tracing::Level;

use crate::props::{self, CANARY, Call, Issuer, Log, Reply, Says, Stage, Token, logto, quiet};

const KEY: &str = "CANARY-API-KEY";
const SECRET: &str = "CANARY-SECRET-cl43GgdTZpcCdipNaSt";

/// Customers whose names, ids and keys are nobody else's business.
struct Customers;

impl KeySource for Customers {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        let tenant = Tenant::new("CANARY-ID", Secret::utf8(SECRET).unwrap());
        let elsewhere = || Networks::new(["203.0.113.0/24"]).unwrap();
        Ok(Some(match name {
            "CANARY-open" => tenant.access(AnyoneMayCall),
            "CANARY-guarded" => tenant.access(ApiKey::header("x-own", "CANARY-OWN")),
            "CANARY-careless" => tenant.access(ApiKey::header("x-own", "")),
            "CANARY-far" => tenant.networks(elsewhere()),
            "CANARY-down" => {
                let error = "postgres://CANARY:CANARY@db.example/tenants";
                return Err(KeySourceError::new(error));
            }
            _ => return Ok(None),
        }))
    }
}

/// A token that would open the endpoint if the key set were there.
fn token() -> String {
    Token::named("ES256")
}

#[tokio::test]
async fn lines_and_answers_of_access_name_nobody() {
    let log = Log::begin();
    let issuer = Issuer::start(Says::HangsUp).await;
    let url = format!("{}/CANARY?code=CANARY", issuer.url());
    let header = TenantName::Header(http::HeaderName::from_static("x-tenant"));
    let pack = Logto::new(Tenants::new(header, Customers));
    // A clock of the time when the tokens were made, so that their key set is asked for.
    let clock = hookgate::testing::FakeClock::at(hookgate::UnixTime::from_secs(1_700_000_000));
    let store = props::ScriptedStore::new(&clock);
    let jwks = Jwks::new(url, [JwsAlgorithm::Es256]).clock(clock.clone());
    let rule = AnyOf::of(ApiKey::header("x-api-key", KEY))
        .or(Basic::new("CANARY-user", "CANARY-password"))
        .or(Bearer::from_jwks(jwks).audience("hookgate"));
    let stage = Stage::on(pack, clock, store, |builder| builder.access(rule)).await;
    let at = "2023-11-14T22:13:20.000Z";
    let call = |tenant: &str| {
        let call = logto::signed(logto::body_at(1, at), SECRET).with("x-tenant", tenant);
        call.with("x-forwarded-for", "CANARY")
            .with("forwarded", "for=CANARY")
    };
    let passing = |tenant: &str| call(tenant).with("x-api-key", KEY);
    let showing = |value: String| call("CANARY-open").with("authorization", value);
    let mut answers: Vec<(u16, Reply)> = Vec::new();
    let mut send = async |expected: u16, call: Call| {
        answers.push((expected, stage.send(&call).await));
    };
    send(401, call("CANARY-open")).await;
    send(401, call("CANARY-open").with("x-api-key", "CANARY-WRONG")).await;
    send(401, showing("Basic Q0FOQVJZLXVzZXI6Q0FOQVJZ".to_owned())).await;
    send(401, showing(format!("Bearer {CANARY}.{CANARY}.{CANARY}"))).await;
    send(503, showing(format!("Bearer {}", token()))).await;
    send(200, passing("CANARY-open")).await;
    send(401, passing("CANARY-nobody")).await;
    send(401, passing(&CANARY.repeat(50))).await;
    send(401, passing("CANARY-guarded")).await;
    send(401, passing("CANARY-guarded").with("x-own", "CANARY-WRONG")).await;
    send(503, passing("CANARY-careless")).await;
    send(403, passing("CANARY-far")).await;
    send(503, passing("CANARY-down")).await;

    for (expected, answer) in &answers {
        assert_eq!(answer.status, *expected, "{}", answer.text());
        quiet("answer", &format!("{:?} {}", answer.headers, answer.text()));
    }
    let lines = log.lines();
    for (_, line) in &lines {
        quiet("line", line);
        let by_token = token();
        assert!(!line.contains(&by_token[..40]), "a token: {line}");
    }
    let refused = lines
        .iter()
        .filter(|(_, line)| line.contains("delivery refused"));
    assert_eq!(refused.count(), answers.len() - 1, "{lines:?}");
    let keys = log.with("no key set");
    assert_eq!((keys.len(), keys[0].0), (1, Level::ERROR), "{lines:?}");
}
