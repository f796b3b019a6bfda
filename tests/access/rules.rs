//! Rules of access, each against what an attacker may send.

use std::{
    future::poll_fn,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::Poll,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use hookgate::{
    BuildError, Receiver, Rejection, Secret, UnixTime,
    access::{
        Access, AllOf, AnyOf, AnyoneMayCall, ApiKey, Basic, Denied, HeaderSecrets, Preparing,
    },
    dedup::MemoryStore,
    keys::SecretError,
    pack::{
        Authenticated, Contents, Decoded, Head, KeyParts, LiveKeys, Provider, RawRequest,
        SenderProfile, Undecodable,
    },
    providers::logto::Logto,
    schemes::Verified,
    tenants::Keys,
    testing::FakeClock,
    time::Timer,
};
use proptest::prelude::*;

use crate::props::{Log, at_once, poll};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);

type Headers<'a> = &'a [(&'a str, &'a [u8])];

fn judge(rule: &impl Access, headers: Headers<'_>) -> Result<(), Denied> {
    let headers = headers.to_vec();
    rule.check(&Head::new("POST", "/", &headers), NOW)
}

fn basic(pair: impl AsRef<[u8]>) -> Vec<u8> {
    format!("Basic {}", BASE64_STANDARD.encode(pair)).into_bytes()
}

fn build(rule: impl Access) -> Result<Receiver, BuildError> {
    let secret = Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    Receiver::new("test", Logto::new(secret))
        .access(rule)
        .dedup(MemoryStore::with_capacity(1))
        .build()
}

#[test]
fn an_api_key_must_stand_once_with_its_exact_value() {
    let rule = ApiKey::header("x-api-key", "0f3c");
    assert_eq!(judge(&rule, &[("X-Api-Key", b"0f3c")]), Ok(()));
    assert_eq!(judge(&rule, &[]), Err(Denied::Missing));
    for wrong in [&b"0f3d"[..], b"0f3", b"0f3c ", b"0F3C", b"", b"\xff\xfe"] {
        assert_eq!(judge(&rule, &[("x-api-key", wrong)]), Err(Denied::Wrong));
    }
    let twice: Headers<'_> = &[("x-api-key", b"0f3c"), ("X-API-KEY", b"0f3c")];
    assert_eq!(judge(&rule, twice), Err(Denied::Wrong));
}

#[test]
fn an_api_key_in_the_vendors_text_splits_at_the_first_colon() {
    for (text, name, value) in [
        ("X-API-Key:abc123", "x-api-key", "abc123"),
        (
            "Authorization:Bearer abc123",
            "authorization",
            "Bearer abc123",
        ),
        ("X-API-Key: abc123", "x-api-key", "abc123"),
        ("X-Key:a:b:c", "x-key", "a:b:c"),
        ("abc123", "authorization", "abc123"),
        ("Bearer abc123", "authorization", "Bearer abc123"),
    ] {
        let rule = ApiKey::from_text(text);
        assert!(rule.validate().is_ok(), "{text}");
        assert_eq!(judge(&rule, &[(name, value.as_bytes())]), Ok(()), "{text}");
        let longer = format!("{value}x");
        assert!(
            judge(&rule, &[(name, longer.as_bytes())]).is_err(),
            "{text}"
        );
    }
    // As typed, colons included.
    let raw = ApiKey::authorization("Basic: a:b");
    assert_eq!(judge(&raw, &[("authorization", b"Basic: a:b")]), Ok(()));
}

#[test]
fn both_values_of_a_rotation_are_accepted_and_no_other() {
    let rule = ApiKey::header("x-api-key", "old").or("new");
    for (value, accepted) in [("old", true), ("new", true), ("oldnew", false)] {
        let judged = judge(&rule, &[("x-api-key", value.as_bytes())]);
        assert_eq!(judged.is_ok(), accepted, "{value}");
    }
    let rule = Basic::new("u", "old").or("u", "new");
    for (pair, accepted) in [
        ("u:old", true),
        ("u:new", true),
        ("u:", false),
        ("v:old", false),
    ] {
        let judged = judge(&rule, &[("authorization", &basic(pair))]);
        assert_eq!(judged.is_ok(), accepted, "{pair}");
    }
}

#[test]
fn basic_takes_colons_and_any_letter_in_the_password() {
    for (user, password) in [
        ("unico", "a:b::c:"),
        ("", "x"),
        ("josé", "çãõ→𝄞"),
        ("u", " p "),
    ] {
        let pair = format!("{user}:{password}");
        for rule in [Basic::new(user, password), Basic::from_text(&pair)] {
            assert!(rule.validate().is_ok());
            assert_eq!(
                judge(&rule, &[("authorization", &basic(&pair))]),
                Ok(()),
                "{pair}"
            );
        }
    }
    let rule = Basic::new("u", "p");
    for value in ["basic dTpw", "BASIC   dTpw"] {
        assert_eq!(judge(&rule, &[("authorization", value.as_bytes())]), Ok(()));
    }
}

#[test]
fn basic_refuses_what_is_not_the_pair() {
    let rule = Basic::new("user", "pass:word");
    let with = |value: &[u8]| judge(&rule, &[("authorization", value)]);
    let encoded = BASE64_STANDARD.encode("user:pass:word");
    let latin1 = Basic::new("josé", "x");
    for wrong in [
        basic("userpass:word"),
        basic("user:pass"),
        basic("user:pass:word:"),
        basic("user"),
        basic(""),
        basic(":"),
        basic("USER:pass:word"),
        format!("Basic{encoded}").into_bytes(),
        format!("Bearer {encoded}").into_bytes(),
        format!("Basic {}", encoded.trim_end_matches('=')).into_bytes(),
        format!("Basic {encoded}, Basic {encoded}").into_bytes(),
        format!("Basic !{encoded}").into_bytes(),
        b"Basic".to_vec(),
        b"Basic ".to_vec(),
        b"user:pass:word".to_vec(),
        b"B\xff".to_vec(),
        basic(vec![b'a'; 100_000]),
    ] {
        assert_eq!(
            with(&wrong),
            Err(Denied::Wrong),
            "{}",
            String::from_utf8_lossy(&wrong)
        );
    }
    assert_eq!(
        judge(&latin1, &[("authorization", &basic(b"jos\xe9:x"))]),
        Err(Denied::Wrong)
    );
    assert_eq!(judge(&rule, &[]), Err(Denied::Missing));
    let right = basic("user:pass:word");
    let twice: Headers<'_> = &[("authorization", &right), ("authorization", &right)];
    assert_eq!(judge(&rule, twice), Err(Denied::Wrong));
}

#[test]
fn every_required_header_must_be_right() {
    let rule = HeaderSecrets::new([("x-one", "1"), ("x-two", "2"), ("x-three", "3")]);
    let right: [(&str, &[u8]); 3] = [("x-one", b"1"), ("x-two", b"2"), ("x-three", b"3")];
    assert_eq!(judge(&rule, &right), Ok(()));
    for place in 0..3 {
        let mut wrong = right;
        wrong[place].1 = b"9";
        assert_eq!(judge(&rule, &wrong), Err(Denied::Wrong), "{place}");
        let mut missing = right.to_vec();
        missing.remove(place);
        assert_eq!(judge(&rule, &missing), Err(Denied::Missing), "{place}");
        let mut repeated = right.to_vec();
        repeated.push(right[place]);
        assert_eq!(judge(&rule, &repeated), Err(Denied::Wrong), "{place}");
    }
}

#[test]
fn all_of_needs_all_and_any_of_needs_one() {
    let secret = || ApiKey::authorization("s3cret");
    let pairs = || HeaderSecrets::new([("x-client", "acme")]);
    let cases: [(Headers<'_>, bool, bool); 5] = [
        (
            &[("authorization", b"s3cret"), ("x-client", b"acme")],
            true,
            true,
        ),
        (&[("authorization", b"s3cret")], false, true),
        (&[("x-client", b"acme")], false, true),
        (
            &[("authorization", b"wrong"), ("x-client", b"acme")],
            false,
            true,
        ),
        (
            &[("authorization", b"wrong"), ("x-client", b"wrong")],
            false,
            false,
        ),
    ];
    for (headers, all, any) in cases {
        assert_eq!(
            judge(&AllOf::of(secret()).and(pairs()), headers).is_ok(),
            all
        );
        assert_eq!(
            judge(&AllOf::of(pairs()).and(secret()), headers).is_ok(),
            all
        );
        assert_eq!(
            judge(&AnyOf::of(secret()).or(pairs()), headers).is_ok(),
            any
        );
        assert_eq!(
            judge(&AnyOf::of(pairs()).or(secret()), headers).is_ok(),
            any
        );
    }
}

/// The rule needs something to judge by, and that is down.
struct Down;

impl Access for Down {
    fn check(&self, _: &Head<'_>, _: UnixTime) -> Result<(), Denied> {
        Err(Denied::Unavailable)
    }

    fn challenges(&self) -> Vec<http::HeaderValue> {
        Vec::new()
    }
}

#[test]
fn a_sender_is_asked_to_come_again_only_where_that_can_help() {
    let key = || ApiKey::header("x-key", "1");
    let right: Headers<'_> = &[("x-key", b"1")];
    let wrong: Headers<'_> = &[("x-key", b"2")];
    assert_eq!(
        judge(&AllOf::of(Down).and(key()), right),
        Err(Denied::Unavailable)
    );
    assert_eq!(
        judge(&AllOf::of(Down).and(key()), wrong),
        Err(Denied::Wrong)
    );
    assert_eq!(judge(&AnyOf::of(Down).or(key()), right), Ok(()));
    assert_eq!(
        judge(&AnyOf::of(Down).or(key()), wrong),
        Err(Denied::Unavailable)
    );
}

/// The rule needs something that comes later.
struct Waits(Arc<AtomicBool>);

impl Access for Waits {
    fn check(&self, _: &Head<'_>, _: UnixTime) -> Result<(), Denied> {
        let is_there = self.0.load(Ordering::SeqCst);
        if is_there {
            Ok(())
        } else {
            Err(Denied::Unavailable)
        }
    }

    fn prepare(&self, _: &Head<'_>, _: UnixTime, _: &Arc<dyn Timer>) -> Option<Preparing> {
        let there = self.0.clone();
        Some(Box::pin(poll_fn(move |_| {
            if there.load(Ordering::SeqCst) {
                Poll::Ready(())
            } else {
                Poll::Pending
            }
        })))
    }

    fn challenges(&self) -> Vec<http::HeaderValue> {
        Vec::new()
    }
}

#[test]
fn a_rule_of_rules_waits_for_all_that_they_wait_for() {
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(NOW));
    let headers: Vec<(&str, &str)> = Vec::new();
    let head = Head::new("POST", "/", &headers);
    let key = || ApiKey::header("x-key", "1");
    assert!(
        AllOf::of(key())
            .and(key())
            .prepare(&head, NOW, &timer)
            .is_none()
    );
    for count in 1..=4 {
        // Whichever comes last.
        for last in 0..count {
            let there: Vec<Arc<AtomicBool>> = (0..count).map(|_| Arc::default()).collect();
            let waits = || there.iter().cloned().map(Waits);
            let all = waits().fold(AllOf::of(key()), AllOf::and);
            let any = waits().fold(AnyOf::of(key()), AnyOf::or);
            let mut both = [
                all.prepare(&head, NOW, &timer).unwrap(),
                any.prepare(&head, NOW, &timer).unwrap(),
            ];
            for now_there in (0..count).filter(|it| *it != last) {
                assert!(both.iter_mut().all(|one| poll(one.as_mut()).is_pending()));
                there[now_there].store(true, Ordering::SeqCst);
            }
            assert!(both.iter_mut().all(|one| poll(one.as_mut()).is_pending()));
            there[last].store(true, Ordering::SeqCst);
            assert!(both.iter_mut().all(|one| poll(one.as_mut()).is_ready()));
        }
    }
}

#[test]
fn each_challenge_is_named_once_in_the_order_of_the_rules() {
    let rule = AnyOf::of(Basic::new("u", "p"))
        .or(ApiKey::header("x-a", "1"))
        .or(AllOf::of(ApiKey::header("x-b", "1")).and(Basic::new("u", "q")));
    assert_eq!(
        rule.challenges(),
        [
            "Basic realm=\"webhook\", charset=\"UTF-8\"",
            "ApiKey realm=\"webhook\""
        ]
    );
    // A rule that is shared names the same.
    assert_eq!(
        Arc::new(Basic::new("u", "p")).challenges(),
        rule.challenges()[..1]
    );
}

#[test]
fn what_cannot_be_right_is_refused_at_start_and_never_matches() {
    let empty = |error: &BuildError| {
        matches!(
            error,
            BuildError::Credential {
                flaw: SecretError::Empty,
                ..
            }
        )
    };
    assert!(empty(&build(ApiKey::header("x-key", "")).unwrap_err()));
    assert!(empty(&build(ApiKey::from_text("x-key:")).unwrap_err()));
    assert!(empty(&build(ApiKey::from_text("")).unwrap_err()));
    assert!(empty(&build(Basic::new("user", "")).unwrap_err()));
    assert!(empty(
        &build(HeaderSecrets::new([("x-key", "")])).unwrap_err()
    ));
    assert_eq!(
        judge(&ApiKey::header("x-key", ""), &[("x-key", b"")]),
        Err(Denied::Wrong)
    );
    assert_eq!(
        judge(
            &Basic::new("user", ""),
            &[("authorization", &basic("user:"))]
        ),
        Err(Denied::Wrong)
    );
    let no_pairs = HeaderSecrets::new::<&str, &str>([]);
    assert!(judge(&no_pairs, &[]).is_err());
    assert!(build(no_pairs).is_err());

    assert!(build(ApiKey::header("x key", "1")).is_err());
    assert!(build(ApiKey::header("x-key", "1 ")).is_err());
    assert!(build(ApiKey::header("x-key", "1\r\n2")).is_err());
    assert!(build(Basic::new("us:er", "p")).is_err());
    assert!(build(Basic::new("us\ner", "p")).is_err());
    assert!(build(Basic::new("user", "p".repeat(600))).is_err());
    assert!(build(Basic::from_text("no colon")).is_err());
    assert!(build(Basic::new("u", "p").or("u", "")).is_err());
    assert!(build(HeaderSecrets::new([("x-a", "1"), ("X-A", "2")])).is_err());
    assert!(build(AllOf::of(ApiKey::header("x-key", "1")).and(ApiKey::header("", "1"))).is_err());
    assert!(build(AnyOf::of(ApiKey::header("x-key", "1")).or(AnyoneMayCall)).is_err());
    assert!(build(AnyOf::of(AllOf::of(AnyoneMayCall)).or(Basic::new("u", "p"))).is_err());
    assert!(build(AnyoneMayCall).is_ok());
}

#[test]
fn nothing_shows_a_secret() {
    let secret = "7d1f-very-secret";
    let in_a_name = format!("{secret}\u{7f}");
    let rules: [Box<dyn std::fmt::Debug>; 6] = [
        Box::new(ApiKey::header("x-key", secret)),
        Box::new(ApiKey::header(&in_a_name, "1")),
        Box::new(ApiKey::from_text(secret)),
        Box::new(Basic::new("user", secret)),
        Box::new(HeaderSecrets::new([("x-key", secret)])),
        Box::new(AnyOf::of(AllOf::of(Basic::from_text(secret))).or(ApiKey::from_text(secret))),
    ];
    for rule in rules {
        assert!(!format!("{rule:?}").contains(secret));
    }
    for error in [
        build(ApiKey::header(&in_a_name, "1")).unwrap_err(),
        build(ApiKey::from_text(&format!("{in_a_name}:1"))).unwrap_err(),
        build(Basic::from_text(secret)).unwrap_err(),
        build(HeaderSecrets::new([(&in_a_name, "1")])).unwrap_err(),
    ] {
        assert!(!format!("{error} {error:?}").contains(secret));
    }
}

proptest! {
    #[test]
    fn basic_accepts_its_own_pair_and_no_other(
        user in "[^:\\p{Cc}]{0,20}", password in "\\P{Cc}{1,20}", other in "\\P{Cc}{0,40}",
    ) {
        let pair = format!("{user}:{password}");
        let rule = Basic::new(&user, &password);
        prop_assert!(rule.validate().is_ok());
        prop_assert_eq!(judge(&rule, &[("authorization", &basic(&pair))]), Ok(()));
        let judged = judge(&rule, &[("authorization", &basic(&other))]);
        prop_assert_eq!(judged.is_ok(), other == pair);
    }

    #[test]
    fn no_value_of_any_header_panics(value in proptest::collection::vec(any::<u8>(), 0..200)) {
        for rule in [
            Box::new(Basic::new("u", "p")) as Box<dyn Access>,
            Box::new(ApiKey::authorization("x")),
            Box::new(HeaderSecrets::new([("authorization", "x")])),
        ] {
            let headers = vec![("authorization", value.clone())];
            let judged = rule.check(&Head::new("POST", "/", &headers), NOW);
            prop_assert!(judged.is_err() || value == b"x" || value.starts_with(b"Basic"));
        }
    }
}

/// Says that access proves everything, but not that it needs any.
struct Careless;

impl Provider for Careless {
    type Event = ();

    fn name(&self) -> &str {
        "careless"
    }

    fn profile(&self) -> SenderProfile {
        SenderProfile::unknown()
    }

    fn keys(&self) -> Keys {
        Keys::NotNeeded
    }

    fn verify<'a>(&self, _: RawRequest<'a>, _: LiveKeys<'a>) -> Result<Verified<'a>, Rejection> {
        Ok(Verified::by_access())
    }

    fn decode(&self, _: &Authenticated<'_>) -> Result<Contents<()>, Undecodable> {
        Ok(Decoded::new(KeyParts::of("1"), ()).into())
    }
}

#[test]
fn a_pack_that_forgets_to_ask_for_access_is_not_believed() {
    let receiver = Receiver::new("test", Careless)
        .dedup(MemoryStore::with_capacity(1))
        .build()
        .unwrap();
    let headers = vec![("content-type", "application/json")];
    let head = Head::new("POST", "/", &headers);
    let timer: Arc<dyn Timer> = Arc::new(FakeClock::at(NOW));
    let admitted = at_once(receiver.judge().admit(head, None::<bytes::Bytes>, &timer));
    assert_eq!(admitted.unwrap_err(), Rejection::AccessMissing);
}

#[test]
fn letting_anyone_call_is_said_at_start() {
    let warned = |build: Box<dyn FnOnce()>| {
        let log = Log::begin();
        build();
        !log.with("anyone may call").is_empty()
    };
    assert!(warned(Box::new(|| drop(build(AnyoneMayCall).unwrap()))));
    let nested = || AllOf::of(AnyoneMayCall).and(Arc::new(AnyoneMayCall));
    assert!(warned(Box::new(move || drop(build(nested()).unwrap()))));
    let checked = || AllOf::of(AnyoneMayCall).and(ApiKey::header("x-key", "1"));
    assert!(!warned(Box::new(move || drop(build(checked()).unwrap()))));
}
