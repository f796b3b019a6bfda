//! What `build` refuses: everything that would fail open, or later.

use std::time::Duration;

use hookgate::{
    BuildError, Key, Keyring, Receiver, ReceiverBuilder, Secret,
    access::{ApiKey, HeaderSecrets},
    dedup::MemoryStore,
    keys::SecretError,
    providers::{logto::Logto, preset::Preset},
    schemes::{HmacHeader, HmacHeaderConfig, SignatureEncoding},
};

use crate::props::{logto, standard_webhooks};

const MINUTE: Duration = Duration::from_secs(60);

fn receiver(name: &str) -> ReceiverBuilder {
    Receiver::new(name, Logto::new(Secret::utf8(logto::KEY).unwrap())).dedup(MemoryStore::new())
}

fn refused(set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> BuildError {
    set(receiver("logto")).build().expect_err("to be refused")
}

#[test]
fn no_key() {
    assert!(matches!(Keyring::new([]), Err(BuildError::NoKey)));
}

#[test]
fn two_keys_of_one_id() {
    let key = || Key::new("a", Secret::utf8("secret").unwrap());
    let ring = Keyring::new([key(), key()]);
    assert!(matches!(ring, Err(BuildError::RepeatedKeyId { place: 2 })));
}

#[test]
fn secrets_that_cannot_be_right() {
    for (secret, error) in [
        (Secret::utf8(""), SecretError::Empty),
        (Secret::bytes([]), SecretError::Empty),
        (Secret::base64(""), SecretError::Empty),
        (Secret::hex(""), SecretError::Empty),
        (Secret::whsec("whsec_"), SecretError::Empty),
        (Secret::bytes([0]), SecretError::Zero),
        (Secret::bytes([0; 65]), SecretError::Zero),
        (Secret::utf8("\0\0"), SecretError::Zero),
        (Secret::hex("00"), SecretError::Zero),
        (Secret::hex("00".repeat(64)), SecretError::Zero),
        (Secret::base64("AAAA"), SecretError::Zero),
        (
            Secret::whsec(format!("whsec_{}=", "A".repeat(43))),
            SecretError::Zero,
        ),
        (Secret::utf8("key\n"), SecretError::Stray),
        (Secret::utf8(" key"), SecretError::Stray),
        (Secret::utf8("\"key\""), SecretError::Stray),
        (Secret::utf8("'key'"), SecretError::Stray),
        (Secret::hex("abc"), SecretError::Encoding("hexadecimal")),
        (Secret::hex("xy"), SecretError::Encoding("hexadecimal")),
        (
            Secret::base64("a b"),
            SecretError::Encoding("standard base64"),
        ),
        (
            Secret::whsec("whsec_!"),
            SecretError::Encoding("standard base64"),
        ),
    ] {
        assert_eq!(secret.expect_err("to be refused"), error);
    }
}

#[test]
fn no_store() {
    let secret = Secret::utf8(logto::KEY).unwrap();
    let built = Receiver::new("logto", Logto::new(secret)).build();
    assert!(matches!(built, Err(BuildError::NoDedupStore)));
}

#[test]
fn a_retention_shorter_than_the_window() {
    let of = |retention| {
        receiver("logto")
            .past(10 * MINUTE)
            .future(5 * MINUTE)
            .retention(retention)
    };
    assert!(of(16 * MINUTE).build().is_ok());
    let short = of(16 * MINUTE - Duration::from_millis(1)).build();
    assert!(matches!(
        short,
        Err(BuildError::RetentionTooShort { least, .. }) if least == 16 * MINUTE
    ));
    // A wider window raises what is needed.
    let day = 24 * 60 * MINUTE;
    assert!(matches!(
        refused(|builder| builder.past(day)),
        BuildError::RetentionTooShort { least, .. } if least == day + 6 * MINUTE
    ));
    assert!(matches!(
        refused(|builder| builder.future(day)),
        BuildError::RetentionTooShort { .. }
    ));
    let secret = Secret::whsec(standard_webhooks::KEY).unwrap();
    let standard = Receiver::new("standard", Preset::standard_webhooks(secret))
        .dedup(MemoryStore::new())
        .retention(11 * MINUTE - Duration::from_millis(1))
        .build();
    assert!(matches!(
        standard,
        Err(BuildError::RetentionTooShort { .. })
    ));
}

/// The age is judged before the claim, so the store's time counts once it is more than clocks drift.
#[test]
fn a_retention_shorter_than_the_window_and_what_slow_stores_take() {
    let of = |retention| {
        receiver("logto")
            .past(10 * MINUTE)
            .future(5 * MINUTE)
            .store_timeout(MINUTE)
            .settle_timeout(MINUTE)
            .retention(retention)
    };
    assert!(of(20 * MINUTE).build().is_ok());
    assert!(matches!(
        of(20 * MINUTE - Duration::from_millis(1)).build(),
        Err(BuildError::RetentionTooShort { least, .. }) if least == 20 * MINUTE
    ));
}

#[test]
fn a_retention_shorter_than_the_senders_retries() {
    let secret = Secret::whsec(standard_webhooks::KEY).unwrap();
    let horizon = Duration::from_secs(3 * 24 * 3600);
    let pack = Preset::standard_webhooks(secret)
        .with_profile(|profile| profile.retries = hookgate::pack::Retries::For(horizon));
    let built = Receiver::new("standard", pack)
        .dedup(MemoryStore::new())
        .retention(horizon - MINUTE)
        .build();
    assert!(matches!(
        built,
        Err(BuildError::RetentionTooShort { least, .. }) if least == horizon
    ));
}

#[test]
fn a_retention_of_nothing_even_where_time_is_not_checked() {
    assert!(matches!(
        refused(|builder| builder.without_time_check().retention(Duration::ZERO)),
        BuildError::RetentionTooShort { .. }
    ));
}

#[test]
fn limits_of_zero() {
    type Set = fn(ReceiverBuilder) -> ReceiverBuilder;
    const ZERO: Duration = Duration::ZERO;
    let limits: [(Set, &str); 10] = [
        (|builder| builder.body_limit(0), "the body limit"),
        (|builder| builder.bytes_in_flight(0), "the byte budget"),
        (|builder| builder.handlers(0), "the number of handlers"),
        (|builder| builder.lease(ZERO), "the lease"),
        (|builder| builder.heartbeat(ZERO), "the heartbeat"),
        (|builder| builder.run_timeout(ZERO), "the run timeout"),
        (
            |builder| builder.handler_deadline(ZERO),
            "the handler's deadline",
        ),
        (|builder| builder.body_timeout(ZERO), "the body timeout"),
        (
            |builder| builder.store_timeout(ZERO),
            "the store's time limit",
        ),
        (|builder| builder.settle_timeout(ZERO), "the settle timeout"),
    ];
    for (set, what) in limits {
        let error = refused(set);
        assert!(
            matches!(error, BuildError::Zero(zero) if zero == what),
            "{what}"
        );
    }
}

#[test]
fn names_that_are_no_labels() {
    for name in ["", "a b", "a/b", "ä", "a\n", &"a".repeat(65)] {
        let built = receiver(name).build();
        assert!(matches!(built, Err(BuildError::Name { .. })), "{name:?}");
    }
    for name in ["a", "facephi-prod", "A_1.b", &"a".repeat(64)] {
        assert!(receiver(name).build().is_ok(), "{name:?}");
    }
}

#[test]
fn a_packs_name_that_is_no_label() {
    let scheme = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex);
    let scheme = HmacHeader::try_from(scheme).unwrap();
    let pack = Preset::custom("no label", scheme, Secret::utf8("secret").unwrap());
    let built = Receiver::new("test", pack)
        .dedup(MemoryStore::new())
        .build();
    assert!(matches!(
        built,
        Err(BuildError::Name {
            what: "pack's name",
            ..
        })
    ));
}

#[test]
fn a_heartbeat_that_could_not_be_repeated_within_the_lease() {
    let lease = Duration::from_secs(10);
    let half = lease / 2;
    for heartbeat in [half + Duration::from_millis(1), lease, lease * 2] {
        let error = refused(|builder| builder.lease(lease).heartbeat(heartbeat));
        assert!(matches!(error, BuildError::Receiver(_)));
    }
    assert!(
        receiver("logto")
            .lease(lease)
            .heartbeat(half)
            .build()
            .is_ok()
    );
}

#[test]
fn the_heartbeat_follows_a_shorter_lease_by_itself() {
    let shorter = receiver("logto").lease(Duration::from_secs(6));
    assert!(shorter.build().is_ok());
}

#[test]
fn a_byte_budget_below_the_limit_of_one_body() {
    let error = refused(|builder| builder.body_limit(1000).bytes_in_flight(999));
    assert!(matches!(error, BuildError::Receiver(_)));
    let equal = receiver("logto").body_limit(1000).bytes_in_flight(1000);
    assert!(equal.build().is_ok());
}

#[test]
fn api_keys_that_cannot_be_right() {
    assert!(matches!(
        refused(|builder| builder.access(ApiKey::header("x-api-key", ""))),
        BuildError::Credential {
            what: "the API key",
            flaw: SecretError::Empty
        }
    ));
    for name in ["", "x api key", "x:y", "ä"] {
        let error = refused(|builder| builder.access(ApiKey::header(name, "key")));
        assert!(matches!(error, BuildError::Name { .. }), "{name:?}");
    }
}

#[test]
fn nothing_of_a_secret_is_in_what_is_refused() {
    let canary = "CANARY-SECRET ";
    let error = Secret::utf8(canary).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("CANARY"));
    let error = BuildError::from(Secret::hex("CANARY-SECRET").unwrap_err());
    assert!(!format!("{error} {error:?}").contains("CANARY"));
}

/// Who reads the error need not read its text to know where to look.
#[test]
fn a_setting_that_cannot_be_says_whose_it_is() {
    let of_github = Preset::github(Secret::utf8("secret").unwrap()).answer_challenge();
    let dateless = Preset::github(Secret::utf8("secret").unwrap()).accept_unreadable_time();
    for pack in [of_github, dateless] {
        let built = Receiver::new("github", pack)
            .dedup(MemoryStore::new())
            .build();
        assert!(matches!(built, Err(BuildError::Pack(_))), "{built:?}");
    }
    let of_slack = Preset::slack(Secret::utf8("secret").unwrap()).answer_challenge();
    assert!(Receiver::new("slack", of_slack).judge().is_ok());
    let no_header = refused(|builder| builder.access(HeaderSecrets::new([("", ""); 0])));
    assert!(matches!(no_header, BuildError::Access(_)), "{no_header:?}");
    let again = refused(|builder| builder.access(HeaderSecrets::new([("", ""); 0])));
    assert_eq!(no_header, again);
}
