//! The simulated API of IDCloud answers our client as Unico does.

use std::time::Duration;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::Request,
};
use bytes::Bytes;
use hookgate::{
    Secret,
    providers::idcloud::{
        IdCloudApiSimulator, State, Status,
        client::{Account, ClientError, Contract, Environment, IdCloudClient},
    },
    testing::FakeClock,
    time::Clock,
};

use crate::props::{Server, now, soon};

const KEY: &str = include_str!("../vectors/signed_request/rsa.key.pem");

async fn served(unico: &IdCloudApiSimulator, clock: &FakeClock) -> Server {
    let (unico, clock) = (unico.clone(), clock.clone());
    let app = Router::new().fallback(move |request: Request<Body>| async move {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, 64 * 1024).await.unwrap();
        let answer = unico.answer(&Request::from_parts(parts, body), clock.now());
        answer.map(Body::from)
    });
    Server::start(app).await
}

fn client(server: &Server, contract: Contract) -> IdCloudClient {
    let account = Account::new("service", "tenant", KEY).unwrap();
    let builder = match contract {
        Contract::Api => {
            let key = Secret::utf8("k3y").unwrap();
            IdCloudClient::by_client(Environment::Uat, account, key)
        }
        _ => IdCloudClient::by_unico(Environment::Uat, account),
    };
    let url = format!("http://{}", server.addr);
    builder.api_url(&url).identity_url(&url).build().unwrap()
}

#[tokio::test]
async fn a_process_goes_on_until_its_time_and_then_has_its_end_by_both_contracts() {
    let (unico, clock) = (IdCloudApiSimulator::new(), FakeClock::at(now()));
    let server = served(&unico, &clock).await;
    let lasts = Duration::from_secs(5);
    for (id, end) in [("p-1", State::Finished), ("p-2", State::Failed)] {
        unico.begin(id, end, clock.now().saturating_add(lasts));
    }
    let (sdk, api) = (
        client(&server, Contract::Sdk),
        client(&server, Contract::Api),
    );
    let told = async |client: &IdCloudClient, id: &str| {
        soon(client.process(id)).await.unwrap().milestone()
    };
    assert_eq!(told(&sdk, "p-1").await, State::Created.into());
    assert_eq!(told(&api, "p-1").await, Status::Processing.into());
    assert!(unico.told().is_empty());
    clock.advance(lasts);
    assert_eq!(told(&sdk, "p-1").await, State::Finished.into());
    assert_eq!(told(&api, "p-2").await, Status::Error.into());
    assert_eq!((unico.told().len(), unico.questions().len()), (2, 4));
    let unknown = soon(sdk.process("p-3")).await.unwrap_err();
    assert_eq!(unknown, ClientError::Unknown { status: 404 });
}

#[test]
fn a_token_that_it_did_not_give_is_refused() {
    let unico = IdCloudApiSimulator::new();
    unico.begin("p-1", State::Finished, now());
    let given = unico.token();
    let status = |authorization: Option<&str>| {
        let mut request = Request::get("/client/v1/process/p-1");
        if let Some(value) = authorization {
            request = request.header("authorization", value);
        }
        unico
            .answer(&request.body(Bytes::new()).unwrap(), now())
            .status()
    };
    assert_eq!(status(Some(&format!("Bearer {given}"))), 200);
    for wrong in [
        None,
        Some("Bearer simulated-2"),
        Some("Bearer x"),
        Some(&*given),
    ] {
        assert_eq!(status(wrong), 401, "{wrong:?}");
    }
}
