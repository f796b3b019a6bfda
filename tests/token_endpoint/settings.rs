//! Settings that cannot be right.

use std::time::Duration;

use hookgate::{
    Secret,
    access::{ApiKey, Basic, Networks, TokenAlgorithm, TokenKey},
    dedup::MemoryStore,
    token::{Assertion, Client, SigningKey, TokenIssuer, TokenIssuerBuilder},
};

use super::{
    URL,
    assertions::{file, of_owner},
};

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
    refused(
        issuer()
            .client(client())
            .failures_of_address(0, Duration::from_secs(1)),
    );
    refused(issuer().client(client()).access(Basic::new("a", "b")));
    refused(
        issuer()
            .client(client())
            .access(ApiKey::header("x-key", "")),
    );
    let unusable = TokenKey::pem("no key", [TokenAlgorithm::Rs256]);
    refused(issuer().assertion(Assertion::of("unico", unusable)));
    refused(issuer().assertion(of_owner("owner.crt").subject("")));
    let key = || TokenKey::pem(file("owner.pub"), [TokenAlgorithm::Rs256]);
    refused(issuer().assertion(Assertion::of("", key())));
    // Nothing would keep which assertions were used.
    let signs = || Client::private_key_jwt("unico", key());
    refused(issuer().assertion(of_owner("owner.crt").refuse_replays()));
    refused(issuer().client(signs()));
    let stored = || issuer().replay_store(MemoryStore::new());
    refused(stored().user(signs()));
    refused(stored().client(signs().scope("two words")));
    let unusable = TokenKey::pem("no key", [TokenAlgorithm::Rs256]);
    refused(stored().client(Client::private_key_jwt("unico", unusable)));
    let shared = Secret::utf8("4c0b9ff1e0e84f0f8d8c57bd4ef13b21").unwrap();
    let shared = TokenKey::secret(&shared, [TokenAlgorithm::Hs256]);
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
    assert!(SigningKey::generate(TokenAlgorithm::Rs256).is_err());
    assert!(issuer().client(client()).build().is_ok());
}
