//! Settings that cannot be right.

use std::{sync::Arc, time::Duration};

use hookgate::{
    Secret, UnixTime,
    access::{Access, AllOf, AnyOf, AnyoneMayCall, ApiKey, Basic, Denied, HeaderSecrets, Networks},
    dedup::MemoryStore,
    keys::{JwsAlgorithm, VerifyingKey},
    pack::Head,
    token::{Assertion, Client, SigningKey, TokenIssuer, TokenIssuerBuilder},
};
use http::HeaderValue;

use super::assertions::{file, of_owner};
use crate::props::endpoint::URL;

#[test]
fn a_rule_that_reads_the_header_in_which_clients_log_in_is_refused() {
    let built = |rule: Arc<dyn Access>| {
        let client = Client::new("unico", "s");
        TokenIssuer::new(URL).client(client).access(rule).build()
    };
    let refused = |rule: Arc<dyn Access>| assert!(built(rule.clone()).is_err(), "{rule:?}");
    refused(Arc::new(Basic::new("a", "b")));
    refused(Arc::new(ApiKey::authorization("abc")));
    refused(Arc::new(ApiKey::from_text("abc")));
    refused(Arc::new(ApiKey::from_text("Authorization:Bearer abc")));
    refused(Arc::new(HeaderSecrets::new([
        ("x-a", "b"),
        ("authorization", "c"),
    ])));
    let beside = || ApiKey::header("x-key", "k");
    refused(Arc::new(
        AllOf::of(beside()).and(ApiKey::authorization("abc")),
    ));
    refused(Arc::new(
        AnyOf::of(beside()).or(AllOf::of(Basic::new("a", "b"))),
    ));
    refused(Arc::new(Own(vec![HeaderValue::from_static(
        "Digest realm=\"a\"",
    )])));
    for rule in [
        Arc::new(beside()) as Arc<dyn Access>,
        Arc::new(HeaderSecrets::new([("x-a", "b")])),
        Arc::new(AnyoneMayCall),
        Arc::new(AllOf::of(beside())),
        Arc::new(Own(Vec::new())),
    ] {
        assert!(built(rule.clone()).is_ok(), "{rule:?}");
    }
}

/// A rule that is not this library's, and says nothing of the headers that it reads.
struct Own(Vec<HeaderValue>);

impl Access for Own {
    fn check(&self, _head: &Head<'_>, _now: UnixTime) -> Result<(), Denied> {
        Ok(())
    }

    fn challenges(&self) -> Vec<HeaderValue> {
        self.0.clone()
    }
}

#[test]
fn settings_that_cannot_be_right_are_refused_at_start() {
    let issuer = || TokenIssuer::new(URL);
    let client = || Client::new("unico", "s");
    let refused = |builder: TokenIssuerBuilder| assert!(builder.build().is_err(), "accepted");
    refused(issuer());
    refused(TokenIssuer::new("").client(client()));
    refused(issuer().client(Client::new("unico", "")));
    refused(issuer().client(Client::new("", "s")));
    // One id for two: a token of one would be taken for the other's.
    let twice = || of_owner("owner.crt");
    let user = || Client::new("unico-check", "s");
    refused(issuer().client(client()).client(client()));
    refused(issuer().client(client()).user(client()));
    refused(issuer().client(user()).assertion(twice()));
    refused(issuer().user(user()).assertion(twice()));
    refused(issuer().assertion(twice()).assertion(twice()));
    refused(issuer().client(client().scope("two words")));
    refused(issuer().client(client().audience("")));
    refused(
        issuer()
            .client(client())
            .lifetime(Duration::from_millis(999)),
    );
    refused(
        issuer()
            .client(client())
            .lifetime(Duration::from_secs(86_401)),
    );
    let day = Duration::from_secs(86_400);
    assert!(issuer().client(client()).lifetime(day).build().is_ok());
    refused(
        issuer()
            .client(client())
            .failures_of_address(0, Duration::from_secs(1)),
    );
    for within in [Duration::ZERO, Duration::from_nanos(9)] {
        refused(issuer().client(client()).failures_of_address(10, within));
        refused(issuer().client(client()).failures_of_client(10, within));
    }
    refused(issuer().client(client()).accept_endpoint_as_audience(""));
    refused(
        issuer()
            .client(client())
            .access(ApiKey::header("x-key", "")),
    );
    let unusable = VerifyingKey::pem("no key", [JwsAlgorithm::Rs256]);
    refused(issuer().assertion(Assertion::of("unico", unusable)));
    refused(issuer().assertion(of_owner("owner.crt").subject("")));
    let key = || VerifyingKey::pem(file("owner.pub"), [JwsAlgorithm::Rs256]);
    refused(issuer().assertion(Assertion::of("", key())));
    // Nothing would remember which assertions were used.
    let signs = || Client::private_key_jwt("unico", key());
    refused(issuer().assertion(of_owner("owner.crt").refuse_replays()));
    refused(issuer().client(signs()));
    let stored = || issuer().replay_store(MemoryStore::new());
    refused(stored().user(signs()));
    refused(stored().client(signs().scope("two words")));
    let unusable = VerifyingKey::pem("no key", [JwsAlgorithm::Rs256]);
    refused(stored().client(Client::private_key_jwt("unico", unusable)));
    let shared = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    let shared = VerifyingKey::secret(&shared, [JwsAlgorithm::Hs256]);
    refused(stored().client(Client::private_key_jwt("unico", shared)));
    assert!(stored().client(signs()).build().is_ok());
    let networks = Networks::new(["203.0.113.0/24"]).unwrap();
    refused(
        issuer()
            .client(client())
            .networks(networks)
            .without_addresses(),
    );
    let short = Secret::utf8("short").unwrap();
    assert!(SigningKey::secret(&short).is_err());
    for key in ["owner.key", "owner.pub", "owner.crt", "p384.key"] {
        assert!(SigningKey::pem(file(key)).is_err(), "{key}");
    }
    let (pem, seed) = (file("p256.key"), [7; 32]);
    for key in [&*pem, &seed] {
        assert!(SigningKey::der(key).is_err(), "it is no DER");
    }
    assert!(SigningKey::generate(JwsAlgorithm::Rs256).is_err());
    assert!(issuer().client(client()).build().is_ok());
}
