//! Checks before the credentials: method, media type, networks, access rule, size and time of the body.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use hookgate::{
    access::{ApiKey, Networks},
    framework::{BodyBroken, BodySource},
    pack::Head,
    time::Timer,
    token::Client,
};

use crate::props::{
    Log,
    endpoint::{Endpoint, FORM, RIGHT, header},
    poll,
};

#[tokio::test]
async fn what_stands_in_front_is_judged_before_the_credentials() {
    let endpoint = Endpoint::of(|builder| {
        builder
            .client(Client::new("unico", "s3cr+t&:%"))
            .access(ApiKey::header("x-unico", "k3y"))
            .networks(Networks::new(["203.0.113.0/24"]).unwrap())
            .body_limit(256)
    });
    let form = ("content-type", FORM);
    let key = ("x-unico", "k3y");
    let status = async |peer: &str, headers: &[(&str, &str)], body: String| {
        let answer = endpoint.post_from(peer, headers, body).await;
        assert_eq!(header(&answer, "cache-control"), Some("no-store"));
        answer.status().as_u16()
    };
    let inside = "203.0.113.7:1";
    assert_eq!(status(inside, &[form, key], RIGHT.into()).await, 200);
    assert_eq!(status(inside, &[form], RIGHT.into()).await, 401);
    assert_eq!(
        status("198.51.100.1:1", &[form, key], RIGHT.into()).await,
        403
    );
    assert_eq!(status(inside, &[key], RIGHT.into()).await, 415);
    assert_eq!(
        status(inside, &[("content-type", "text/plain"), key], RIGHT.into()).await,
        415
    );
    assert_eq!(status(inside, &[form, key], "x".repeat(257)).await, 413);
    let headers = vec![form, key];
    let timer: Arc<dyn Timer> = Arc::new(endpoint.clock.clone());
    let get = Head::new("GET", "/token", &headers).peer(Some(inside.parse().unwrap()));
    let answer = endpoint
        .issuer
        .answer(get, Some(Bytes::new()), &timer)
        .await;
    assert_eq!(
        (answer.status().as_u16(), header(&answer, "allow")),
        (405, Some("POST"))
    );
}

/// A body that never comes to its end.
struct Stuck;

impl BodySource for Stuck {
    fn poll_chunk(
        self: Pin<&mut Self>,
        _context: &mut Context<'_>,
    ) -> Poll<Option<Result<Bytes, BodyBroken>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_given_up_at_its_deadline() {
    let endpoint = Endpoint::client();
    let peer = Some(([203, 0, 113, 7], 4711).into());
    let mut answer = std::pin::pin!(endpoint.answer(peer, &[("content-type", FORM)], Stuck));
    assert!(poll(answer.as_mut()).is_pending());
    endpoint.clock.advance(Duration::from_millis(4_999));
    assert!(poll(answer.as_mut()).is_pending());
    endpoint.clock.advance(Duration::from_millis(1));
    assert_eq!(answer.await.status(), 408);
}

#[tokio::test]
async fn a_forwarding_header_that_nobody_reads_is_told_once() {
    for name in ["forwarded", "x-forwarded-for"] {
        let log = Log::begin();
        let endpoint = Endpoint::client();
        let told = || log.with("Networks::behind").len();
        assert_eq!(endpoint.form(RIGHT).await.status(), 200);
        assert_eq!(told(), 0);
        for _ in 0..3 {
            let headers = [("content-type", FORM), (name, "for=198.51.100.1")];
            assert_eq!(endpoint.post(&headers, RIGHT).await.status(), 200);
            assert_eq!(told(), 1, "{name}");
        }
        let networks = Networks::new(["203.0.113.0/24"]).unwrap();
        let client = || Client::new("unico", "s3cr+t&:%");
        for endpoint in [
            Endpoint::of(|builder| builder.client(client()).networks(networks)),
            Endpoint::of(|builder| builder.client(client()).without_addresses()),
        ] {
            let headers = [("content-type", FORM), (name, "for=198.51.100.1")];
            assert_eq!(endpoint.post(&headers, RIGHT).await.status(), 200);
        }
        assert_eq!(told(), 1, "{name}");
    }
}
