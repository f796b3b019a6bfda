//! Two events of one object have two keys, unless the sender's row says that they can be one.

use hookgate::{
    EventKey, UnixTime,
    providers::known::{Identity, KnownSender, Sample},
    simulator::SampleId,
};

use crate::props::{
    Seen,
    presets::{Pair, presets, simulator_of},
};

const SECRET: &str = "a secret of both ends";
const THEN: UnixTime = UnixTime::from_secs(1_700_000_000);
const LATER: UnixTime = UnixTime::from_secs(1_700_003_600);

/// The places of objects, with what stands there for one and for another.
const OBJECTS: [(&str, [&str; 2]); 4] = [
    (
        "$hex",
        [
            "00000000000000000000000000000005",
            "00000000000000000000000000000006",
        ],
    ),
    (
        "$id",
        ["000000000000000000000005", "000000000000000000000006"],
    ),
    (
        "$uuid",
        [
            "00000000-0000-4000-8000-000000000005",
            "00000000-0000-4000-8000-000000000006",
        ],
    ),
    ("$number", ["5", "6"]),
];

/// The sample of `sender`, whose events are all about this object.
fn about(sender: &KnownSender, object: usize) -> Sample {
    let mut sample = sender.sample.unwrap();
    let filled = |body: String, (place, ids): &(&str, [&str; 2])| body.replace(place, ids[object]);
    sample.body = OBJECTS.iter().fold(sample.body.to_owned(), filled).leak();
    sample
}

async fn key(sender: &KnownSender, object: usize, event: u128, at: UnixTime) -> EventKey {
    let sample = about(sender, object);
    let event = SampleId::from_bits(event << 60 | event);
    let body = sample.body_of(sample.types[0], event, at);
    let pair = Pair::of(sender, SECRET);
    let sent = simulator_of(sender, &pair.signs).send(at, body);
    let seen = Seen::by(sender, &pair.verifies, at, sent).await;
    let seen = seen.unwrap_or_else(|refused| panic!("{}: {refused:?}", sender.name));
    seen.counted.key
}

/// Those whose events a signed header does not tell apart.
fn by_their_body() -> impl Iterator<Item = &'static KnownSender> {
    presets().filter(|sender| *sender.identity.value() != Identity::SignedId)
}

#[tokio::test]
async fn another_event_of_the_same_object_has_another_key() {
    // A sample has the member that identifies. Only bodies without it can be equal.
    let has_id = |sender: &KnownSender| matches!(sender.identity.value(), Identity::Member(_));
    for sender in by_their_body().filter(|it| it.equal_bodies.is_none() || has_id(it)) {
        assert_ne!(
            key(sender, 0, 7, THEN).await,
            key(sender, 0, 8, LATER).await,
            "{}: its body has no id and no time of the event. `$event…` is one, or `equal_bodies` says when two are equal",
            sender.name
        );
    }
}

/// Otherwise the second event of an object is taken for a copy of the first.
#[tokio::test]
async fn an_id_that_identifies_is_the_events_own() {
    for sender in by_their_body() {
        if let Identity::Member(_) = sender.identity.value() {
            let first = key(sender, 0, 7, THEN).await;
            assert_eq!(first, key(sender, 1, 7, LATER).await, "{}", sender.name);
            assert_ne!(first, key(sender, 0, 8, THEN).await, "{}", sender.name);
        }
    }
}

#[test]
fn bodies_can_be_equal_where_their_digest_identifies() {
    for sender in presets() {
        let Some(when) = sender.equal_bodies else {
            continue;
        };
        let identity = sender.identity.value();
        assert!(
            matches!(
                identity,
                Identity::Digest
                    | Identity::DigestWithout(_)
                    | Identity::Member(_)
                    | Identity::SignedText
            ),
            "{}",
            sender.name
        );
        assert!(!when.is_empty() && !when.ends_with('.'), "{when}");
        assert!(sender.identity_in_words().contains(when), "{when}");
    }
}
