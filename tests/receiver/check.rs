//! The start-up check: each finding appears exactly when it should.

use std::{fs, path::Path, time::Duration};

use base64::{Engine, engine::general_purpose::STANDARD};
use hookgate::{
    BuildError, Finding, Key, Keyring, Receiver, ReceiverBuilder, Rejection, Secret, Severity,
    UnixTime,
    access::{AnyoneMayCall, ApiKey},
    dedup::{BoxDedupStore, MemoryStore},
    inbox::{MemoryInbox, Totals},
    keys::{JwsAlgorithm, LiveKeys, VerifyingKey},
    pack::{
        Authenticated, Contents, Provider, RawRequest, Retries, Scheme, SenderProfile, TimeKind,
        Undecodable, Verified,
    },
    providers::{
        facephi::Facephi, idcloud::IdCloud, logto::Logto, preset::Preset, unico_check::UnicoCheck,
    },
    schemes::{
        Digest, HmacBodyField, HmacBodyFieldConfig, HmacHeader, HmacHeaderConfig, SignatureEncoding,
    },
    tenants::Keys,
};
use tracing::Level;

use crate::props::{self, Durable, Log, logto};

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
fn an_inbox_loses_nothing_that_it_has_accepted_and_hides_nothing_else() {
    let with_inbox = |adapt: fn(&mut SenderProfile)| {
        let inbox = MemoryInbox::new();
        let found = found(pack(adapt), |builder| builder.inbox_for_tests(inbox));
        let said = codes(&found).into_iter();
        let warnings = said
            .zip(&found)
            .filter(|it| it.1.severity() > Severity::Note);
        warnings.map(|(code, _)| code).collect::<Vec<_>>()
    };
    assert_eq!(with_inbox(|it| it.retries = Retries::Never), NOTHING);
    assert_eq!(with_inbox(|it| it.warning = Some("beware")), ["sender"]);
}

#[test]
fn a_mac_by_sha_1_is_a_note_and_no_warning() {
    let of = |digest: Digest| {
        let config = HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).digest(digest);
        let scheme = HmacHeader::try_from(config).unwrap();
        let pack = Preset::custom("old", scheme, Secret::utf8("a key of both ends").unwrap());
        found(pack, |builder| builder)
    };
    let in_the_body = |digest: Digest| {
        let config = HmacBodyFieldConfig::new("mac").digest(digest);
        let scheme = HmacBodyField::try_from(config).unwrap();
        scheme.findings()
    };
    for found in [of(Digest::Sha1), in_the_body(Digest::Sha1)] {
        let found = found.iter().find(|it| it.code() == "older_digest").unwrap();
        assert_eq!(found.severity(), Severity::Note);
    }
    for digest in [Digest::Sha256, Digest::Sha384, Digest::Sha512] {
        let found = [of(digest), in_the_body(digest)].concat();
        assert!(!codes(&found).contains(&"older_digest"), "{digest:?}");
    }
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
fn a_type_in_an_unsigned_header_does_not_tell_events_apart() {
    let secret = || Secret::utf8("a secret of both ends").unwrap();
    let of = |pack: Preset| {
        let found = found(pack, |builder| builder);
        let apart = |it: &Finding| it.code().ends_with("_not_told_apart");
        let found = found.into_iter().filter(apart);
        found
            .map(|it| (it.code(), it.severity()))
            .collect::<Vec<_>>()
    };
    let types = ("types_not_told_apart", Severity::Note);
    assert_eq!(of(Preset::shopify(secret())), [types]);
    assert_eq!(of(Preset::woocommerce(secret())), [types]);
    let events = ("events_not_told_apart", Severity::Warning);
    assert_eq!(of(Preset::github(secret())), [events, types]);
    assert_eq!(of(Preset::latitude(secret())), [events]);
    // By an id, or by the digest of a body that has none.
    // The public key of RFC 8032, section 7.1, test 1.
    let key = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    let key = VerifyingKey::hex(key, [JwsAlgorithm::EdDsa]);
    assert_eq!(of(Preset::discord(key)), [events]);
    // A type in the body, and one in a header beside an id that is signed.
    assert_eq!(of(Preset::stripe(secret())), []);
    assert_eq!(of(Preset::gitlab(secret())), []);

    let found = found(Preset::shopify(secret()), |builder| builder);
    let types = found.iter().find(|it| it.code() == types.0).unwrap();
    assert!(types.what().contains("`x-shopify-topic`"), "{types}");
    assert!(types.advice().contains("an endpoint of its own"), "{types}");
}

#[test]
fn a_sender_that_asks_first_and_hears_nothing_is_found() {
    let secret = || Secret::utf8("a secret of both ends").unwrap();
    let is_found = |pack: Preset| {
        let found = found(pack, |builder| builder);
        found.iter().any(|it| it.code() == "challenge_not_answered")
    };
    assert!(is_found(Preset::meta(secret())));
    assert!(!is_found(
        Preset::meta(secret()).answer_challenge_with(secret())
    ));
    // Its handler gets the question.
    assert!(!is_found(Preset::slack(secret())));
    assert!(!is_found(Preset::github(secret())));
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
    assert_eq!(listed, Finding::CODES);
}

/// A finding that the list lacks could not be acknowledged.
#[test]
fn the_list_has_every_code_that_the_library_writes() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../src")];
    let mut count = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let code = fs::read_to_string(&path).unwrap();
            let said = code.split("Finding::new(").skip(1).filter_map(|call| {
                let (_, rest) = call.split_once("Severity::")?;
                let (_, code) = rest.split_once(',')?;
                code.trim_start().strip_prefix('"')?.split('"').next()
            });
            // The token endpoint's is not of a receiver.
            for code in said.filter(|code| *code != "anyone_may_ask_for_tokens") {
                assert!(all_codes().contains(&code), "{code}");
                count += 1;
            }
        }
    }
    assert!(count > 15, "{count}");
}

#[test]
fn an_acknowledged_finding_stays_and_is_no_warning_in_the_log() {
    let acknowledging = |codes: &'static [&'static str]| {
        let log = Log::begin();
        let pack = pack(|it| {
            it.retries = Retries::Never;
            it.timeout = None;
        });
        let found = found(pack, |builder| {
            codes.iter().fold(builder, |it, code| it.acknowledge(code))
        });
        let marked: Vec<_> = found
            .iter()
            .map(|it| (it.code(), it.is_acknowledged()))
            .collect();
        (marked, log.lines())
    };

    let (marked, lines) = acknowledging(&[]);
    let both = ["events_can_be_lost", "timeout_assumed"];
    assert_eq!(marked, both.map(|code| (code, false)));
    let levels: Vec<_> = lines.iter().map(|(level, _)| *level).collect();
    assert_eq!(levels, [Level::WARN, Level::DEBUG, Level::INFO]);
    assert!(
        lines[2].1.contains("notes=\"timeout_assumed\""),
        "{lines:?}"
    );

    let (marked, lines) = acknowledging(&["events_can_be_lost", "timeout_assumed"]);
    assert_eq!(marked, both.map(|code| (code, true)));
    for (line, code) in lines.iter().zip(both) {
        assert_eq!(line.0, Level::DEBUG);
        assert!(line.1.contains(code), "{lines:?}");
    }
    assert_eq!(lines.len(), 2);
}

#[test]
fn what_is_found_later_is_acknowledged_too() {
    use hookgate_axum::ReceiverExt;
    let receiver = Receiver::new("test", pack(|_| {}))
        .dedup(Durable)
        .acknowledge("on_two_routes")
        .build()
        .unwrap();
    let log = Log::begin();
    let _layers = (receiver.layer(), receiver.layer());
    let told = log.with("on_two_routes");
    assert_eq!(told.len(), 1);
    assert_eq!(told[0].0, Level::DEBUG);
    assert!(receiver.check()[0].is_acknowledged());
}

/// Of the check at start, and of workers while they run.
fn all_codes() -> Vec<&'static str> {
    [Finding::CODES, Totals::CODES].concat()
}

#[test]
fn only_a_finding_that_there_is_can_be_acknowledged() {
    let built = |code| {
        let builder = Receiver::new("test", pack(|_| {})).dedup(Durable);
        builder.acknowledge(code).build().map(drop)
    };
    for code in all_codes() {
        assert_eq!(built(code), Ok(()), "{code}");
    }
    let refused = built("events_may_be_lost").unwrap_err();
    let BuildError::UnknownFinding { code, known } = &refused else {
        panic!("{refused:?}");
    };
    assert_eq!(*code, "events_may_be_lost");
    assert_eq!(*known, all_codes());
    assert!(refused.to_string().contains("`events_may_be_lost`"));
    assert!(refused.to_string().contains(", events_can_be_lost, "));
}

/// A pack may have findings that this library does not know.
#[test]
fn a_finding_of_a_pack_of_ones_own_can_be_acknowledged() {
    struct Own(Preset);
    impl Provider for Own {
        type Event = <Preset as Provider>::Event;
        fn name(&self) -> &str {
            self.0.name()
        }
        fn profile(&self) -> SenderProfile {
            self.0.profile()
        }
        fn keys(&self) -> Keys {
            self.0.keys()
        }
        fn findings(&self, _: UnixTime) -> Vec<Finding> {
            vec![Finding::new(
                Severity::Warning,
                "moon_is_full",
                "so",
                "wait",
            )]
        }
        fn verify<'a>(
            &self,
            it: RawRequest<'a>,
            keys: LiveKeys<'a>,
        ) -> Result<Verified<'a>, Rejection> {
            self.0.verify(it, keys)
        }
        fn decode(&self, it: &Authenticated<'_>) -> Result<Contents<Self::Event>, Undecodable> {
            self.0.decode(it)
        }
    }
    let secret = Secret::whsec(props::standard_webhooks::KEY).unwrap();
    let own = Own(Preset::standard_webhooks(secret).with_profile(ideal));
    let found = found(own, |it| it.acknowledge("moon_is_full"));
    assert_eq!(codes(&found), ["moon_is_full"]);
    assert!(found[0].is_acknowledged());
}

/// Whoever lets anyone call says so in the log of each start.
#[test]
fn a_danger_cannot_be_acknowledged() {
    let built = |pack: &dyn Fn() -> ReceiverBuilder| {
        let builder = pack().access(AnyoneMayCall).dedup(Durable);
        builder.acknowledge("anyone_may_call").build().map(drop)
    };
    let refused = BuildError::DangerAcknowledged("anyone_may_call");
    let open = || Receiver::new("test", IdCloud::new());
    assert_eq!(built(&open), Err(refused));
    // Where the signature decides, the same code is a note.
    assert_eq!(built(&|| Receiver::new("test", pack(|_| {}))), Ok(()));
}

/// Whoever runs all of them reads their log at each start.
#[test]
fn each_sender_takes_one_line_of_notes_and_one_for_each_warning() {
    let secret = || Secret::utf8("cl43GgdTZpcCdipNaStkoyZiwLi9QlES").unwrap();
    let key = || ApiKey::header("x-api-key", "a key");
    let whsec = || Secret::whsec(props::standard_webhooks::KEY).unwrap();
    let mut lines = 0;
    for builder in [
        Receiver::new("logto", Logto::new(secret())),
        Receiver::new("facephi", Facephi::new(secret())).access(key()),
        Receiver::new("idcloud", IdCloud::new()).access(key()),
        Receiver::new("unico-check", UnicoCheck::new()).access(key()),
        Receiver::new("github", Preset::github(secret())),
        Receiver::new("stripe", Preset::stripe(secret())),
        Receiver::new("slack", Preset::slack(secret())),
        Receiver::new("shopify", Preset::shopify(secret())),
        Receiver::new("svix", Preset::svix(whsec())),
    ] {
        let log = Log::begin();
        let receiver = builder
            .dedup(MemoryStore::with_capacity(1000))
            .build()
            .unwrap();
        let told: Vec<_> = log
            .lines()
            .into_iter()
            .filter(|(level, _)| *level <= Level::INFO)
            .collect();
        let found = receiver.check();
        let warnings = found.iter().filter(|it| it.severity() > Severity::Note);
        assert_eq!(told.len(), warnings.count() + 1, "{told:?}");
        lines += told.len();
        for finding in &found {
            says_nothing_twice(&finding.to_string());
        }
    }
    // The warnings are Logto's and GitHub's, which send once, and GitHub's large bodies and equal ones.
    assert_eq!(lines, 9 + 4);
}

/// No four words stand twice in it.
fn says_nothing_twice(text: &str) {
    let words: Vec<&str> = text
        .split(|c: char| !c.is_alphanumeric())
        .filter(|it| !it.is_empty())
        .collect();
    for (at, run) in words.windows(4).enumerate() {
        let again = words.windows(4).skip(at + 1).any(|it| it == run);
        assert!(!again, "{run:?} stands twice in: {text}");
    }
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
