//! The client of Unico's API, over HTTP: what it sends, what it makes of each answer, and what it never shows.

use std::time::Duration;

use hookgate::{
    Ack, BuildError, Delivery, Nack, Secret,
    polling::{AskError, Fallback, Reply, StatusSource},
    providers::idcloud::{
        Event, IdCloud, State, Status,
        client::{Account, ApiError, ClientError, Contract, Environment, IdCloudClient, Process},
    },
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
};
use serde_json::{Value, json};

use super::{
    unico::{API_KEY, ID, KEY, Says, Unico},
    world::World,
};
use crate::props::{CANARY, now, soon};

async fn ask(client: &IdCloudClient) -> Result<Process, ClientError> {
    soon(client.process(ID)).await
}

#[tokio::test]
async fn both_contracts_are_asked_as_the_vendor_says() {
    let unico = Unico::start().await;
    let sdk = ask(&unico.client(Contract::Sdk)).await.unwrap();
    let api = ask(&unico.client(Contract::Api)).await.unwrap();
    assert_eq!(sdk.milestone(), State::Finished.into());
    assert_eq!(api.milestone(), Status::Concluded.into());
    let asked = unico.asked();
    assert_eq!(asked[0].path, format!("/client/v1/process/{ID}"));
    assert_eq!(asked[0].api_key, None);
    assert_eq!(asked[1].path, format!("/processes/v1/{ID}"));
    assert_eq!(asked[1].api_key.as_deref(), Some(API_KEY));
    assert_eq!(asked[1].bearer.as_deref(), Some("Bearer token-2"));
    // The verdict is there, and nothing shows it.
    let Process::Sdk(process) = &sdk else {
        panic!("another contract");
    };
    assert!(process.extra.get("person").unwrap().get().contains(CANARY));
    for shown in [format!("{sdk:?}"), format!("{api:?}")] {
        assert!(
            !shown.contains(CANARY) && !shown.contains("result"),
            "{shown}"
        );
    }
}

/// Read without the library. More claims are refused (known).
#[tokio::test]
async fn an_assertion_has_exactly_the_claims_that_are_taken() {
    use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
    let unico = Unico::start().await;
    ask(&unico.client(Contract::Sdk)).await.unwrap();
    let assertion = unico.script.lock().unwrap().assertions[0].clone();
    let part = |at: usize| -> Value {
        let part = assertion.split('.').nth(at).unwrap();
        serde_json::from_slice(&BASE64_URL_SAFE_NO_PAD.decode(part).unwrap()).unwrap()
    };
    assert_eq!(part(0), json!({"alg": "RS256", "typ": "JWT"}));
    let iat = now().as_secs();
    let expected = json!({
        "iss": "service@tenant.iam.acesso.io",
        "aud": "https://identityhomolog.acesso.io",
        "scope": "*",
        "iat": iat,
        "exp": iat + 600,
    });
    assert_eq!(part(1), expected);
}

#[tokio::test]
async fn a_token_is_kept_and_renewed_before_its_end_by_one_caller() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let all = [(); 8].map(|()| {
        let client = client.clone();
        tokio::spawn(async move { client.process(ID).await })
    });
    for asking in all {
        soon(asking).await.unwrap().unwrap();
    }
    assert_eq!((unico.logins(), unico.asked().len()), (1, 8));
    unico.clock.advance(Duration::from_secs(2999));
    ask(&client).await.unwrap();
    assert_eq!(unico.logins(), 1);
    unico.clock.advance(Duration::from_secs(2));
    ask(&client).await.unwrap();
    assert_eq!(unico.logins(), 2);
}

/// The old token is good for ten minutes more, and the service is not asked by each caller.
#[tokio::test]
async fn a_token_service_that_is_down_costs_nothing_while_the_token_is_good() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    ask(&client).await.unwrap();
    unico.tokens(vec![Says::Json(503, json!({})); 2]);
    unico.clock.advance(Duration::from_secs(3100));
    for _ in 0..5 {
        ask(&client).await.unwrap();
    }
    assert_eq!(unico.logins(), 2);
    unico.clock.advance(Duration::from_secs(600));
    assert_eq!(
        ask(&client).await.unwrap_err(),
        ClientError::Api(ApiError::Login { status: 503 })
    );
    for _ in 0..5 {
        assert_eq!(
            ask(&client).await.unwrap_err(),
            ClientError::Api(ApiError::NoToken)
        );
    }
    assert_eq!(unico.logins(), 3);
    unico.clock.advance(Duration::from_secs(3));
    ask(&client).await.unwrap();
}

#[tokio::test]
async fn a_refused_token_is_renewed_once() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let refused = || Says::Json(401, json!({}));
    let minute = Duration::from_secs(60);
    ask(&client).await.unwrap();
    unico.clock.advance(minute);
    unico.answers([refused()]);
    ask(&client).await.unwrap();
    assert_eq!((unico.logins(), unico.asked().len()), (2, 3));
    unico.clock.advance(minute);
    unico.answers([refused(), refused()]);
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error, ClientError::Api(ApiError::Refused { status: 401 }));
    assert_eq!((unico.logins(), unico.asked().len()), (3, 5));
    // Another one would be refused too: the service is not asked for each question.
    unico.answers([refused()]);
    let error = ask(&client).await.unwrap_err();
    assert_eq!(error, ClientError::Api(ApiError::Refused { status: 401 }));
    ask(&client).await.unwrap();
    assert_eq!(unico.logins(), 3);
}

/// Five minutes to each side: the service's own `Date` counts from then on.
#[tokio::test]
async fn a_clock_that_is_wrong_is_learnt_from_the_service() {
    for (date, ahead) in [
        ("Sat, 21 Nov 2026 23:40:15 GMT", 300),
        ("Sat, 21 Nov 2026 23:30:15 GMT", -300),
    ] {
        let unico = Unico::start().await;
        let client = unico.client(Contract::Sdk);
        unico.tokens([Says::With(401, "date", date.to_owned())]);
        ask(&client).await.unwrap();
        assert_eq!(unico.logins(), 2);
        let iat = |at: usize| {
            use base64::{Engine, prelude::BASE64_URL_SAFE_NO_PAD};
            let assertion = unico.script.lock().unwrap().assertions[at].clone();
            let claims = assertion.split('.').nth(1).unwrap().to_owned();
            let claims = BASE64_URL_SAFE_NO_PAD.decode(claims).unwrap();
            let claims: Value = serde_json::from_slice(&claims).unwrap();
            claims["iat"].as_i64().unwrap()
        };
        assert_eq!(iat(1) - iat(0), ahead);
        // A service that refuses at the right time too is told once.
        unico.clock.advance(Duration::from_secs(3601));
        let same = "Sun, 22 Nov 2026 00:40:16 GMT".to_owned();
        unico.tokens([Says::With(401, "date", same)]);
        if ahead > 0 {
            assert_eq!(
                ask(&client).await.unwrap_err(),
                ClientError::Api(ApiError::Login { status: 401 })
            );
            assert_eq!(unico.logins(), 3);
        }
    }
}

#[tokio::test]
async fn each_answer_means_what_the_vendor_says() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let source = IdCloud::new().status_source(&client).unwrap();
    let told = |error: ClientError| Err(error);
    let limited = |secs: Option<u64>| {
        ClientError::Api(ApiError::Limited {
            retry_after: secs.map(Duration::from_secs),
        })
    };
    let other = json!({"process": {"id": "another", "state": "PROCESS_STATE_FINISHED"}});
    for (says, expected) in [
        (
            Says::Json(400, json!({})),
            ClientError::Unknown { status: 400 },
        ),
        (
            Says::Json(403, json!({})),
            ClientError::Api(ApiError::Refused { status: 403 }),
        ),
        (
            Says::Json(404, json!({})),
            ClientError::Unknown { status: 404 },
        ),
        (Says::Json(409, json!({})), ClientError::NotYet),
        (
            Says::Json(410, json!({})),
            ClientError::Unknown { status: 410 },
        ),
        (Says::Json(429, json!({})), limited(None)),
        (
            Says::With(429, "retry-after", "17".to_owned()),
            limited(Some(17)),
        ),
        (
            Says::With(429, "retry-after", "soon".to_owned()),
            limited(None),
        ),
        (
            Says::Json(500, json!({})),
            ClientError::Api(ApiError::Status { status: 500 }),
        ),
        (
            Says::With(302, "location", "/elsewhere".to_owned()),
            ClientError::Api(ApiError::Status { status: 302 }),
        ),
        (Says::Raw("{"), ClientError::Api(ApiError::Malformed)),
        (
            Says::Raw("{\"process\":{}}"),
            ClientError::Api(ApiError::Malformed),
        ),
        (Says::Json(200, other), ClientError::OtherProcess),
        (Says::Endless, ClientError::Api(ApiError::TooLarge)),
    ] {
        unico.answers([says.clone(), says.clone()]);
        let process = ask(&client).await.map(|_| ());
        assert_eq!(process, told(expected), "{says:?}");
        let question = soon(source.ask(question())).await;
        match expected {
            ClientError::Unknown { status: 410 } => assert_eq!(question, Ok(Reply::Gone)),
            ClientError::NotYet => assert_eq!(question, Ok(Reply::NotYet)),
            ClientError::Api(ApiError::Limited { retry_after }) => {
                assert_eq!(question, Err(AskError::Limited { retry_after }));
            }
            ClientError::Api(ApiError::Refused { .. }) => {
                assert!(matches!(question, Err(AskError::Refused(_))));
            }
            _ => assert!(matches!(question, Err(AskError::Unavailable(_)))),
        }
    }
}

/// A gateway answers 404 for everything while what is behind it is down.
#[tokio::test]
async fn a_process_is_gone_once_the_api_has_said_so_ten_times_in_a_row() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    let source = IdCloud::new().status_source(&client).unwrap();
    let unknown = |status| Says::Json(status, json!({}));
    let nine = [404, 400, 404].repeat(3);
    for other in [200, 500] {
        for status in nine.iter().chain([&other]).chain(&nine) {
            if *status != 200 {
                unico.answers([unknown(*status)]);
            }
            let answer = soon(source.ask(question())).await;
            assert_ne!(answer, Ok(Reply::Gone), "after {other}");
        }
        unico.answers([unknown(404)]);
        assert_eq!(soon(source.ask(question())).await, Ok(Reply::Gone));
    }
    unico.answers([unknown(410)]);
    assert_eq!(soon(source.ask(question())).await, Ok(Reply::Gone));
}

/// The old token is good, so nobody waits for a new one for long.
#[tokio::test]
async fn a_token_service_that_hangs_is_left_alone_while_the_token_is_good() {
    let unico = Unico::start().await;
    let account = Account::new("service", "tenant", KEY).unwrap();
    let url = format!("http://{}", unico.server.addr);
    let client = IdCloudClient::by_unico(Environment::Uat, account)
        .api_url(&url)
        .identity_url(&url)
        .timeout(Duration::from_secs(3))
        .clock(unico.clock.clone())
        .build()
        .unwrap();
    ask(&client).await.unwrap();
    unico.tokens([Says::Nothing]);
    unico.clock.advance(Duration::from_secs(3100));
    ask(&client).await.unwrap();
    unico.clock.advance(Duration::from_secs(29));
    ask(&client).await.unwrap();
    assert_eq!(unico.logins(), 2);
    unico.clock.advance(Duration::from_secs(1));
    ask(&client).await.unwrap();
    assert_eq!(unico.logins(), 3);
}

#[tokio::test]
async fn an_api_that_says_nothing_is_given_up_in_time() {
    let unico = Unico::start().await;
    let account = Account::new("service", "tenant", KEY).unwrap();
    let url = format!("http://{}", unico.server.addr);
    let client = IdCloudClient::by_unico(Environment::Uat, account)
        .api_url(&url)
        .identity_url(&url)
        .timeout(Duration::from_millis(50))
        .build()
        .unwrap();
    unico.tokens([Says::Nothing]);
    assert_eq!(
        ask(&client).await.unwrap_err(),
        ClientError::Api(ApiError::TooSlow)
    );
}

/// Nothing of an id becomes another address.
#[tokio::test]
async fn an_id_that_is_none_is_not_asked_for() {
    let unico = Unico::start().await;
    let client = unico.client(Contract::Sdk);
    for id in ["", "..", "a/b", "a?b", "a#b", "a%2fb", &"x".repeat(129)] {
        let asked = soon(client.process(id)).await;
        assert_eq!(asked.unwrap_err(), ClientError::Id, "{id}");
    }
    assert!(unico.asked().is_empty());
}

/// What is told holds the state, and nothing of the verdict.
#[tokio::test]
async fn a_source_tells_a_notification_and_not_the_verdict() {
    let unico = Unico::start().await;
    let current = unico.client(Contract::Sdk);
    let numeric = unico.client(Contract::Api);
    let sdk = IdCloud::new().status_source(&current).unwrap();
    let api = IdCloud::numeric().status_source(&numeric).unwrap();
    let state = |state: &str| json!({"process": {"id": ID, "state": state}});
    let status = |status: i64| json!({"id": ID, "status": status});
    let finished =
        format!(r#"{{"flow":"idlive","processId":"{ID}","state":"PROCESS_STATE_FINISHED"}}"#);
    let Ok(Reply::Status {
        notification,
        is_end,
    }) = soon(sdk.ask(question())).await
    else {
        panic!("not told");
    };
    let told: Value = serde_json::from_slice(&notification).unwrap();
    assert_eq!(
        (told, is_end),
        (serde_json::from_str(&finished).unwrap(), true)
    );
    for (name, end) in [
        ("PROCESS_STATE_FAILED", Some(true)),
        ("PROCESS_STATE_CREATED", None),
        ("PROCESS_STATE_BRAND_NEW", None),
    ] {
        unico.answers([Says::Json(200, state(name))]);
        assert_eq!(is_end_of(soon(sdk.ask(question())).await), end, "{name}");
    }
    for (code, end) in [
        (1, None),
        (2, Some(false)),
        (3, Some(true)),
        (4, Some(true)),
        (5, Some(true)),
        (9, None),
    ] {
        unico.answers([Says::Json(200, status(code))]);
        assert_eq!(is_end_of(soon(api.ask(question())).await), end, "{code}");
    }
}

fn is_end_of(reply: Result<Reply, AskError>) -> Option<bool> {
    match reply.unwrap() {
        Reply::Status { is_end, .. } => Some(is_end),
        Reply::NotYet => None,
        Reply::Gone => panic!("gone"),
    }
}

fn question() -> hookgate::polling::Question<'static> {
    hookgate::polling::Question::new(None, ID)
}

#[tokio::test]
async fn a_contract_of_another_generation_is_refused() {
    let unico = Unico::start().await;
    let (sdk, api) = (unico.client(Contract::Sdk), unico.client(Contract::Api));
    let all = [Status::Concluded, Status::Cancelled, Status::Error];
    for (pack, by_sdk, by_api) in [
        (IdCloud::new(), true, false),
        (IdCloud::numeric(), false, true),
        (IdCloud::both_generations(all), true, true),
        (IdCloud::both_generations([Status::Concluded]), false, false),
    ] {
        assert_eq!(pack.status_source(&sdk).is_ok(), by_sdk, "{pack:?}");
        assert_eq!(pack.status_source(&api).is_ok(), by_api, "{pack:?}");
    }
}

/// What is sent by the other contract would be another event than what is asked for.
#[tokio::test]
async fn a_receiver_of_another_pack_than_its_sources_is_refused() {
    let unico = Unico::start().await;
    let all = [Status::Concluded, Status::Cancelled, Status::Error];
    let world = World::new(0);
    let process = world.tasks.process();
    let built = |pack: IdCloud, contract| {
        let source = IdCloud::both_generations(all);
        let source = source.status_source(&unico.client(contract)).unwrap();
        let receiver = world.builder(&process, pack).dedup(world.store.clone());
        let receiver = receiver.build().unwrap();
        Fallback::new(&receiver, source, world.expectations.clone())
            .handle(|_: Delivery<Event>| async { Ok(Ack::processed()) })
            .on_gave_up(|_| async { Ok(Ack::processed()) })
            .build()
    };
    for contract in [Contract::Api, Contract::Sdk] {
        assert!(built(IdCloud::both_generations(all), contract).is_ok());
        let refused = built(IdCloud::both_generations([Status::Concluded]), contract);
        assert!(matches!(refused, Err(BuildError::Fallback(why)) if why.contains("two events")));
    }
    assert!(built(IdCloud::new(), Contract::Sdk).is_ok());
    assert!(built(IdCloud::numeric(), Contract::Api).is_ok());
}

/// It asks by one account, and would ask for one tenant's processes in another's name.
#[tokio::test]
async fn a_pack_with_tenants_is_refused() {
    struct Nobody;
    impl KeySource for Nobody {
        async fn tenant(&self, _: &str) -> Result<Option<Tenant>, KeySourceError> {
            Ok(None)
        }
    }
    let unico = Unico::start().await;
    let pack = IdCloud::new().tenants(Tenants::by_route_param("customer", Nobody));
    let refused = pack.status_source(&unico.client(Contract::Sdk));
    assert!(matches!(refused, Err(BuildError::Pack(_))));
    // Nor with a source that another pack gave.
    let source = IdCloud::new().status_source(&unico.client(Contract::Sdk));
    let world = World::new(0);
    let process = world.tasks.process();
    let receiver = world.builder(&process, pack);
    let receiver = receiver.dedup(world.store.clone()).build().unwrap();
    let fallback = Fallback::new(&receiver, source.unwrap(), world.expectations.clone());
    let fallback = fallback.handle(|_: Delivery<Event>| async { Ok::<_, Nack>(Ack::processed()) });
    let refused = fallback.on_gave_up(|_| async { Ok::<_, Nack>(Ack::processed()) });
    let refused = refused.build().unwrap_err().to_string();
    assert!(refused.contains("tenants"), "{refused}");
}

#[test]
fn settings_that_cannot_be_are_refused() {
    let account = || Account::new("service", "tenant", KEY).unwrap();
    let build = |url: &str| {
        let client = IdCloudClient::by_unico(Environment::Production, account());
        client.api_url(url).build().map(drop)
    };
    assert!(build("https://api.example").is_ok() && build("https://api.example/").is_ok());
    for url in [
        "http://api.example",
        "no url",
        "https://user:pass@api.example",
        "https://api.example/unico",
        "https://api.example/?a=b",
        "https://api.example/#a",
    ] {
        assert!(matches!(build(url), Err(BuildError::Access(_))), "{url}");
    }
    assert!(Account::new("", "tenant", KEY).is_err());
    assert!(Account::new("a@b", "tenant", KEY).is_err());
    assert!(Account::new("service", "tenant", "no key").is_err());
    let shown = format!("{:?}", account());
    assert!(shown.contains("service@tenant") && !shown.contains("BEGIN"));
    let key = Secret::utf8(API_KEY).unwrap();
    let client = IdCloudClient::by_client(Environment::Uat, account(), key);
    assert!(!format!("{client:?}").contains(API_KEY));
    let zero = IdCloudClient::by_unico(Environment::Uat, account()).timeout(Duration::ZERO);
    assert!(matches!(zero.build(), Err(BuildError::Zero(_))));
}
