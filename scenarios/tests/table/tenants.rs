//! One endpoint for many tenants.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use hookgate::{
    Secret,
    access::{ApiKey, Networks},
    providers::preset::StandardWebhooksSimulator,
    tenants::{KeySource, KeySourceError, Tenant, Tenants},
};
use http::HeaderName;

use crate::{
    everywhere::everywhere,
    scene::{NOW, SECRET},
    wire::Answer,
};

/// What each 401 of an endpoint for many says: nothing tells whether the tenant is known.
fn is_challenged_twice(answer: &Answer) {
    assert_eq!(answer.status, 401, "{answer:?}");
    let both = r#"ApiKey realm="webhook"; Signature realm="webhook""#;
    assert_eq!(answer.header("www-authenticate"), Some(both));
}

/// Four tenants. One of them is known under many names.
struct Customers;

impl KeySource for Customers {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        let secret = |bytes: &[u8]| Secret::bytes(bytes).unwrap();
        match name {
            "acme-inc" | "acme" | "acme+co" | "a/c" | "100%25" => {
                Ok(Some(Tenant::new("acme", secret(SECRET))))
            }
            "other" => Ok(Some(Tenant::new("other", secret(b"the other's secret")))),
            "guarded" => {
                let guarded = Tenant::new("guarded", secret(SECRET));
                Ok(Some(guarded.access(ApiKey::header("x-api-key", "opens"))))
            }
            "far" => {
                let far = Tenant::new("far", secret(SECRET));
                Ok(Some(
                    far.networks(Networks::new(["203.0.113.0/24"]).unwrap()),
                ))
            }
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
            is_challenged_twice(&crossed);
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
            is_challenged_twice(&answers[0]);
            is_challenged_twice(&answers[1]);
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
            let name = hookgate::tenants::TenantName::Host;
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
                hookgate::tenants::TenantName::Header(header),
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
            is_challenged_twice(&answer);
            assert_eq!(scene.send(&once).await.status, 200);
            vec![answer]
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_tenants_own_rule_and_networks_count_beside_its_key() {
    everywhere(
        |tools| tools.receiver_with(Tenants::by_route_param("tenant", Customers)),
        async |scene| {
            let to = |name: &str| {
                let mut event = scene.event("msg_1", "process");
                event.path = format!("/tenants/{name}");
                event
            };
            let open = scene.send(&to("guarded")).await;
            is_challenged_twice(&open);
            let far = scene.send(&to("far")).await;
            assert_eq!(far.status, 403, "{far:?}");
            assert_eq!(scene.stage.runs(), 0);
            let right = to("guarded").with_header("x-api-key", "opens");
            assert_eq!(scene.send(&right).await.status, 200);
            vec![open, far]
        },
    )
    .await;
}

/// Counts what it is asked.
struct Counting(Arc<AtomicUsize>);

impl KeySource for Counting {
    async fn tenant(&self, name: &str) -> Result<Option<Tenant>, KeySourceError> {
        self.0.fetch_add(1, Ordering::SeqCst);
        Customers.tenant(name).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_reach_no_key_source_of_a_receiver_with_a_rule_of_its_own() {
    let asked = Arc::new(AtomicUsize::new(0));
    everywhere(
        |tools| {
            asked.store(0, Ordering::SeqCst);
            let tenants = Tenants::by_route_param("tenant", Counting(asked.clone()));
            let rule = ApiKey::header("x-api-key", "opens");
            tools.receiver_with(tenants).access(rule)
        },
        async |scene| {
            let to = |name: &str, key: &str| {
                let mut event = scene.event("msg_1", "process");
                event.path = format!("/tenants/{name}");
                event.with_header("x-api-key", key)
            };
            let mut answers = Vec::new();
            for name in ["acme", "nobody", "unlucky", "far"] {
                answers.push(scene.send(&to(name, "wrong")).await);
            }
            answers.iter().for_each(is_challenged_twice);
            assert_eq!(asked.load(Ordering::SeqCst), 0);
            assert_eq!(scene.send(&to("acme", "opens")).await.status, 200);
            assert_eq!(asked.load(Ordering::SeqCst), 1);
            answers
        },
    )
    .await;
}
