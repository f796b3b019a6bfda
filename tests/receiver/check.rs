//! The start-up check: each finding appears exactly when it should.

use std::time::Duration;

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    Finding, Key, Keyring, Receiver, ReceiverBuilder, Secret, Severity,
    access::{AnyoneMayCall, ApiKey},
    dedup::{BoxDedupStore, MemoryStore},
    pack::{Provider, Retries, SenderProfile, TimeKind},
    providers::{facephi::Facephi, idcloud::IdCloud, logto::Logto, preset::Preset},
};

use crate::props::{self, Durable, logto};

const MINUTE: Duration = Duration::from_secs(60);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// A sender of which everything is known, so that there are no findings.
fn ideal(profile: &mut SenderProfile) {
    profile.timeout = Some(Duration::from_secs(10));
    profile.retries = Retries::For(DAY);
    profile.time = TimeKind::SentAt;
    profile.past = Some(5 * MINUTE);
}

fn pack(adapt: impl FnOnce(&mut SenderProfile)) -> impl Provider {
    let secret = Secret::whsec(props::standard_webhooks::KEY).unwrap();
    Preset::standard_webhooks(secret).with_profile(|profile| {
        ideal(profile);
        adapt(profile);
    })
}

fn found(
    pack: impl Provider,
    set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder,
) -> Vec<Finding> {
    let builder = Receiver::new("test", pack).dedup(Durable);
    set(builder).build().unwrap().check()
}

fn codes(found: &[Finding]) -> Vec<&'static str> {
    found.iter().map(Finding::code).collect()
}

/// The findings for the ideal sender with this changed.
fn of_sender(adapt: impl FnOnce(&mut SenderProfile)) -> Vec<&'static str> {
    codes(&found(pack(adapt), |builder| builder))
}

/// The findings for the ideal sender with these settings.
fn of_settings(set: impl FnOnce(ReceiverBuilder) -> ReceiverBuilder) -> Vec<&'static str> {
    codes(&found(pack(|_| {}), set))
}

const NOTHING: [&str; 0] = [];

#[test]
fn nothing_is_found_where_nothing_is_to_be_said() {
    assert_eq!(of_sender(|_| {}), NOTHING);
    assert_eq!(of_settings(|builder| builder.instances(9)), NOTHING);
}

#[test]
fn a_sender_that_gives_up_early_loses_events() {
    let lost = ["events_can_be_lost"];
    assert_eq!(of_sender(|it| it.retries = Retries::Never), lost);
    let short = Retries::For(10 * MINUTE - Duration::from_secs(1));
    assert_eq!(of_sender(|it| it.retries = short), lost);
    assert_eq!(
        of_sender(|it| it.retries = Retries::For(10 * MINUTE)),
        NOTHING
    );

    // In the pack's own words, where it has some.
    let own = |it: &mut SenderProfile| {
        it.retries = Retries::Never;
        it.warning = Some("look into its list of recent deliveries");
    };
    let found = found(pack(own), |builder| builder);
    assert_eq!(codes(&found), lost);
    assert_eq!(found[0].what(), "look into its list of recent deliveries");
    assert_eq!(of_sender(|it| it.warning = Some("beware")), ["sender"]);
}

#[test]
fn a_retention_that_may_be_shorter_than_retries_of_unknown_length() {
    assert_eq!(
        of_sender(|it| it.retries = Retries::Unknown),
        ["retries_unknown"]
    );
}

#[test]
fn a_sender_without_signed_time_and_a_time_that_is_not_checked() {
    assert_eq!(
        of_sender(|it| it.time = TimeKind::NotSigned),
        ["no_signed_time"]
    );
    let unchecked = of_settings(|builder| builder.without_time_check());
    assert_eq!(unchecked, ["time_not_checked"]);
    // There is no time to check: one finding, not two.
    let neither = found(pack(|it| it.time = TimeKind::NotSigned), |builder| {
        builder.without_time_check()
    });
    assert_eq!(codes(&neither), ["no_signed_time"]);
    // The application knows better, and sets a window.
    let dated = found(pack(|it| it.time = TimeKind::NotSigned), |it| {
        it.past(MINUTE)
    });
    assert_eq!(codes(&dated), NOTHING);
}

#[test]
fn a_secret_that_can_be_found_by_trying_or_was_not_copied_whole() {
    let with = |keys: Vec<Key>| {
        let ring = Keyring::new(keys).unwrap();
        let pack = Preset::standard_webhooks(ring).with_profile(ideal);
        found(pack, |builder| builder)
    };
    let of = |secret: Secret| codes(&with(vec![Key::new("it", secret)]));
    let bytes = |length| Secret::bytes(vec![7; length]).unwrap();
    assert_eq!(of(Secret::utf8("k").unwrap()), ["secret_short"]);
    assert_eq!(of(bytes(15)), ["secret_short"]);
    assert_eq!(of(bytes(16)), NOTHING);
    assert_eq!(of(bytes(1000)), NOTHING);
    let whsec = |length| Secret::whsec(STANDARD.encode(vec![7; length])).unwrap();
    for (length, code) in [
        (15, Some("secret_short")),
        (16, Some("secret_not_standard")),
        (23, Some("secret_not_standard")),
        (24, None),
        (64, None),
        (65, Some("secret_not_standard")),
    ] {
        assert_eq!(of(whsec(length)), Vec::from_iter(code), "{length}");
    }
    // A key may stand where an id should.
    let keys = [("0f3c5d", 3), ("77ab12", 32), ("c0ffee", 4)];
    let ring = keys.map(|(id, length)| Key::new(id, bytes(length)));
    let said = with(ring.into()).remove(0);
    let places = "key number 1, key number 3 of the ring";
    assert!(said.what().contains(places), "{said}");
    for (id, _) in keys {
        assert!(!said.to_string().contains(id), "{said}");
    }
}

#[test]
fn a_store_of_one_process_under_several() {
    let memory = |count| {
        of_settings(move |builder| {
            builder
                .dedup(MemoryStore::with_capacity(1000))
                .instances(count)
        })
    };
    let always = ["forgets_at_restart", "store_capacity"];
    assert_eq!(memory(1), always);
    assert_eq!(memory(2), [&["store_not_shared"][..], &always].concat());
    let boxed = BoxDedupStore::new(MemoryStore::with_capacity(1));
    assert_eq!(of_settings(|builder| builder.dedup(boxed)), always);
}

#[test]
fn the_events_that_a_store_can_hold() {
    let found = found(pack(|it| it.retries = Retries::For(DAY)), |builder| {
        builder
            .dedup(MemoryStore::with_capacity(1_000_000))
            .retention(DAY)
    });
    let capacity = found.iter().find(|it| it.code() == "store_capacity");
    let text = capacity.unwrap().to_string();
    assert!(
        text.contains("1000000 new events a day, 11.6 a second"),
        "{text}"
    );
}

#[test]
fn a_nonce_takes_a_key_beside_its_event_for_as_long_as_its_request_is_in_the_window() {
    let with_nonces = pack(|it| it.nonces = true);
    let found = found(with_nonces, |builder| {
        builder
            .dedup(MemoryStore::with_capacity(1_000_000))
            .retention(DAY)
    });
    let capacity = found.iter().find(|it| it.code() == "store_capacity");
    let text = capacity.unwrap().to_string();
    // 1,000,000 keys a day, of which each event takes one, and its nonce one for 11 minutes.
    assert!(
        text.contains("nonces among them for 660s: 992419 new events a day"),
        "{text}"
    );
}

#[test]
fn a_limit_below_the_senders_bodies() {
    let of = |largest| {
        let pack = pack(|it| it.largest_body = Some(largest));
        codes(&found(pack, |builder| builder.body_limit(1000)))
    };
    assert_eq!(of(1000), NOTHING);
    assert_eq!(of(1001), ["body_limit_below_sender"]);
}

#[test]
fn a_deadline_that_the_sender_does_not_wait_for() {
    let of = |limit| of_settings(move |builder| builder.handler_deadline(limit));
    assert_eq!(of(Duration::from_millis(9_999)), NOTHING);
    assert_eq!(of(Duration::from_secs(10)), ["deadline_beyond_timeout"]);

    // Where nobody knows how long it waits, the default is a guess, and a setting is not.
    assert_eq!(of_sender(|it| it.timeout = None), ["timeout_assumed"]);
    let said = found(pack(|it| it.timeout = None), |builder| {
        builder.handler_deadline(MINUTE)
    });
    assert_eq!(codes(&said), NOTHING);
}

#[test]
fn handlers_that_end_with_their_sender() {
    let found = of_settings(|builder| builder.cancel_on_disconnect());
    assert_eq!(found, ["cancels_on_disconnect"]);
}

#[test]
fn two_routes_of_one_receiver() {
    use hookgate_axum::ReceiverExt;
    let receiver = || {
        let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
        let receiver = Receiver::new("test", pack).dedup(MemoryStore::new());
        receiver.build().unwrap()
    };
    let is_told = |receiver: &Receiver| {
        let found = receiver.check();
        codes(&found).contains(&"on_two_routes")
    };
    let one = receiver();
    let _layer = one.layer();
    assert!(!is_told(&one));
    let _layer = one.clone().layer();
    assert!(is_told(&one));

    // Workers of actix-web make one each.
    let shared = receiver();
    for _ in 0..2 {
        let shared = shared.clone();
        std::thread::spawn(move || drop(shared.layer()))
            .join()
            .unwrap();
    }
    assert!(!is_told(&shared));
}

#[test]
fn no_access_and_no_signature() {
    let open = |builder: ReceiverBuilder| builder.access(AnyoneMayCall);
    let worst = &found(IdCloud::new(), open)[0];
    assert_eq!(worst.code(), "anyone_may_call");
    assert_eq!(worst.severity(), Severity::Danger);
    let closed = found(IdCloud::new(), |builder| {
        builder.access(ApiKey::header("x-api-key", "a key"))
    });
    assert!(!codes(&closed).contains(&"anyone_may_call"));
    // The signature decides for every caller.
    let signed = found(pack(|_| {}), open);
    assert_eq!(codes(&signed), ["anyone_may_call"]);
    assert_eq!(signed[0].severity(), Severity::Note);
}

#[test]
fn what_is_only_assumed_of_a_sender() {
    let assumed = found(
        Facephi::new(Secret::utf8("a secret of Facephi").unwrap()),
        |it| it.access(ApiKey::header("x-api-key", "a key")),
    );
    let assumed: Vec<&Finding> = assumed.iter().filter(|it| it.code() == "assumed").collect();
    assert_eq!(assumed.len(), 3);
    assert!(assumed[0].to_string().contains("which bytes it signs"));
    assert_eq!(of_sender(|it| it.assumed = &["something"]), ["assumed"]);
}

#[test]
fn the_worst_comes_first_and_every_finding_has_advice() {
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    let found = found(pack, |builder| {
        builder
            .dedup(MemoryStore::new())
            .instances(2)
            .handler_deadline(MINUTE)
    });
    assert!(found.is_sorted_by_key(|finding| std::cmp::Reverse(finding.severity())));
    assert_eq!(
        codes(&found),
        [
            "store_not_shared",
            "events_can_be_lost",
            "deadline_beyond_timeout",
            "forgets_at_restart",
            "store_capacity"
        ]
    );
    for finding in &found {
        assert!(!finding.what().is_empty() && !finding.advice().is_empty());
        assert_eq!(
            finding.to_string(),
            format!("{}: {}", finding.what(), finding.advice())
        );
    }
}

#[test]
fn the_guide_lists_the_codes_in_the_order_of_their_weight() {
    let guide = include_str!("../../docs/observability.md");
    let (_, table) = guide.split_once("| code | severity | when |").unwrap();
    let (table, _) = table.split_once("\n\n").unwrap();
    let rows = table.lines().filter_map(|row| row.strip_prefix("| `"));
    let listed: Vec<&str> = rows
        .filter_map(|row| Some(row.split_once('`')?.0))
        .collect();
    assert_eq!(
        listed,
        [
            "anyone_may_call",
            "store_not_shared",
            "time_not_checked",
            "secret_short",
            "secret_not_standard",
            "accepts_unreadable_time",
            "tokens_taken_as_requests",
            "events_can_be_lost",
            "sender",
            "body_limit_below_sender",
            "deadline_beyond_timeout",
            "cancels_on_disconnect",
            "on_two_routes",
            "forgets_at_restart",
            "store_capacity",
            "retries_unknown",
            "no_signed_time",
            "timeout_assumed",
            "assumed"
        ]
    );
}

#[test]
fn no_recording_of_logto_is_larger_than_its_table_says() {
    let largest = logto::recordings()
        .iter()
        .map(|it| it.call.body.len())
        .max();
    let pack = Logto::new(Secret::utf8(logto::KEY).unwrap());
    assert_eq!(pack.profile().largest_body, largest);
}
