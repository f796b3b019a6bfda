//! Access beside the signature, and tenants.

use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use hookgate::{
    Head, KeySourceError, Secret, Timer, UnixTime,
    access::{Access, AllOf, ApiKey, Denied, Networks, Preparing},
    keys::{KeySource, Tenant, Tenants},
    simulator::StandardWebhooksSimulator,
};
use http::{HeaderName, HeaderValue};

use crate::{
    scene::{NOW, SECRET, everywhere},
    wire::Answer,
};

fn is_challenged(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:?}");
    assert_eq!(
        answer.header("www-authenticate"),
        Some(r#"ApiKey realm="webhook""#)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_wrong_credentials_get_one_answer() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .access(ApiKey::header("x-api-key", "opens"))
        },
        async |scene| {
            let event = scene.event("msg_1", "process");
            let wrong = event.clone().with_header("x-api-key", "open");
            let right = event.clone().with_header("x-api-key", "opens");
            let twice = right.clone().with_header("x-api-key", "opens");
            let answers = vec![
                scene.send(&event).await,
                scene.send(&wrong).await,
                scene.send(&twice).await,
            ];
            answers.iter().for_each(is_challenged);
            assert!(answers.iter().all(|answer| *answer == answers[0]));
            assert_eq!(scene.stage.runs(), 0);
            assert_eq!(scene.send(&right).await.status, 200);
            answers
        },
    )
    .await;
}

/// Lets only the peer in that opened the connection, whatever headers say.
struct FromHere;

impl Access for FromHere {
    fn check(&self, head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        match head.peer.map(|peer| peer.ip()) {
            Some(IpAddr::V4(address)) if address.is_loopback() => Ok(()),
            _ => Err(Denied::Wrong),
        }
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        vec![HeaderValue::from_static("ApiKey realm=\"webhook\"")]
    }

    fn needs_peer(&self) -> bool {
        true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_peer_is_who_opened_the_connection() {
    everywhere(
        |tools| tools.receiver().access(FromHere),
        async |scene| {
            let event = scene
                .event("msg_1", "process")
                .with_header("x-forwarded-for", "203.0.113.7")
                .with_header("forwarded", "for=203.0.113.7")
                .with_header("x-real-ip", "203.0.113.7");
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

/// Cannot judge before something has come that is not there yet.
#[derive(Default)]
struct Awaited(Arc<AtomicBool>);

impl Access for Awaited {
    fn check(&self, _head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        match self.0.load(Ordering::SeqCst) {
            true => Ok(()),
            false => Err(Denied::Unavailable),
        }
    }

    fn prepare(
        &self,
        _head: &Head<'_>,
        _now: UnixTime,
        _timer: &Arc<dyn Timer>,
    ) -> Option<Preparing> {
        let came = self.0.clone();
        Some(Box::pin(async move {
            tokio::task::yield_now().await;
            came.store(true, Ordering::SeqCst);
        }))
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        Vec::new()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_rules_need_before_they_judge_is_awaited() {
    everywhere(
        |tools| {
            let rules = AllOf::of(Awaited::default()).and(Arc::new(Awaited::default()));
            tools.receiver().access(rules)
        },
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

/// Two tenants; one of them is known under many names.
struct Customers;

impl KeySource for Customers {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        let secret = |bytes: &[u8]| Secret::bytes(bytes).unwrap();
        match name {
            "acme-inc" | "acme" | "acme+co" | "a/c" | "100%25" => {
                Ok(Some(Tenant::new("acme", secret(SECRET))))
            }
            "other" => Ok(Some(Tenant::new("other", secret(b"the other's secret")))),
            "unlucky" => Err(KeySourceError::new("a server's name that must not leak")),
            _ => Ok(None),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_spellings_of_a_tenants_route_are_one_tenant() {
    everywhere(
        |tools| tools.receiver_with(Tenants::by_route_param("tenant", Customers)),
        async |scene| {
            let mut answers = Vec::new();
            for name in [
                "acme-inc",
                "acme%2Dinc",
                "acme%2dinc",
                "acme",
                "acme+co",
                "acme%2Bco",
                "a%2Fc",
                "100%2525",
            ] {
                let mut event = scene.event("msg_1", "process");
                event.path = format!("/tenants/{name}");
                answers.push(scene.send(&event).await);
            }
            assert!(answers.iter().all(|answer| answer.status == 200));
            assert_eq!(scene.stage.runs(), 1);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_tenants_key_opens_no_other_tenants_route() {
    everywhere(
        |tools| tools.receiver_with(Tenants::by_route_param("tenant", Customers)),
        async |scene| {
            let to = |path: &str, secret: &[u8]| {
                StandardWebhooksSimulator::new(secret).path(path).send(
                    "msg_1",
                    NOW,
                    r#"{"act":"process"}"#,
                )
            };
            let crossed = scene.send(&to("/tenants/other", SECRET)).await;
            assert_eq!(crossed.status, 401);
            assert_eq!(scene.stage.runs(), 0);
            let acme = scene.send(&to("/tenants/acme", SECRET)).await;
            let other = scene
                .send(&to("/tenants/other", b"the other's secret"))
                .await;
            assert_eq!((acme.status, other.status), (200, 200));
            // The same id of two tenants is two events.
            assert_eq!(scene.stage.runs(), 2);
            vec![crossed]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_tenant_is_401_and_a_key_source_that_is_down_503() {
    everywhere(
        |tools| tools.receiver_with(Tenants::by_route_param("tenant", Customers)),
        async |scene| {
            let mut answers = Vec::new();
            for name in ["nobody", "no%FFbody", "unlucky"] {
                let mut event = scene.event("msg_1", "process");
                event.path = format!("/tenants/{name}");
                answers.push(scene.send(&event).await);
            }
            is_challenged(&answers[0]);
            is_challenged(&answers[1]);
            assert_eq!(answers[2].status, 503);
            assert_eq!(scene.stage.runs(), 0);
            answers
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_route_parameter_that_the_route_lacks_is_500_and_runs_nothing() {
    everywhere(
        |tools| tools.receiver_with(Tenants::by_route_param("tenant", Customers)),
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 500);
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenant_is_named_by_the_host_of_either_protocol() {
    struct ByHost;
    impl KeySource for ByHost {
        async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
            assert_eq!(name, crate::wire::HOST);
            Ok(Some(Tenant::new("host", Secret::bytes(SECRET).unwrap())))
        }
    }
    everywhere(
        |tools| {
            let name = hookgate::keys::TenantName::Host;
            tools.receiver_with(Tenants::new(name, ByHost))
        },
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_header_that_stands_twice_names_nobody() {
    everywhere(
        |tools| {
            let header = HeaderName::from_static("x-tenant");
            tools.receiver_with(Tenants::new(
                hookgate::keys::TenantName::Header(header),
                Customers,
            ))
        },
        async |scene| {
            let once = scene
                .event("msg_1", "process")
                .with_header("x-tenant", "acme");
            let answer = scene
                .send(&once.clone().with_header("x-tenant", "other"))
                .await;
            is_challenged(&answer);
            assert_eq!(scene.send(&once).await.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_outside_of_the_networks_is_403_whatever_it_presents() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .networks(Networks::new(["203.0.113.0/24"]).unwrap())
        },
        async |scene| {
            let event = scene
                .event("msg_1", "process")
                .with_header("x-forwarded-for", "203.0.113.7");
            let answer = scene.send(&event).await;
            assert_eq!(answer.status, 403, "{answer:?}");
            assert_eq!(scene.stage.runs(), 0);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_of_the_networks_is_let_in() {
    everywhere(
        |tools| {
            tools
                .receiver()
                .networks(Networks::new(["127.0.0.0/8"]).unwrap())
        },
        async |scene| {
            let answer = scene.send(&scene.event("msg_1", "process")).await;
            assert_eq!(answer.status, 200, "{answer:?}");
            vec![answer]
        },
    )
    .await;
}
