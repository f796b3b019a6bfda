//! What nothing signs never identifies, dates or types an event, whatever a sender's row says.

use hookgate::{
    UnixTime,
    providers::{
        facephi::{FacephiSimulator, Topic},
        idcloud::{IdCloudSimulator, State},
        known::{self, KnownSender, Proof},
        logto::{LogtoSimulator, User},
        sns::SnsSimulator,
        unico_check::{Status, UnicoCheckSimulator},
    },
    schemes::SchemeConfig,
    simulator::{SampleId, Sent},
};
use proptest::{prelude::*, sample::Index};

use crate::props::{
    Counted, Refused, Seen,
    presets::{Pair, simulator_of},
    sns::TOPIC,
};

const NOW: UnixTime = UnixTime::from_secs(1_700_000_000);
const SECRET: &str = "a secret of both ends";

/// Headers in which senders of the field put ids, times and types.
const USUAL: &[&str] = &[
    "ce-id",
    "ce-time",
    "ce-type",
    "date",
    "host",
    "idempotency-key",
    "traceparent",
    "webhook-id",
    "webhook-timestamp",
    "x-event-id",
    "x-event-type",
    "x-request-timestamp",
    "x-slack-retry-num",
];

/// At the endpoint of its sender.
async fn counted(sender: &KnownSender, sent: Sent) -> Result<Counted, Refused> {
    let keys = Pair::of(sender, SECRET).verifies;
    let seen = Seen::by(sender, &keys, NOW, sent).await?;
    Ok(seen.counted)
}

/// What the sender sends.
fn sent(sender: &KnownSender) -> Sent {
    match sender.name {
        "facephi" => FacephiSimulator::new(SECRET, NOW).send(Topic::OperationFinished),
        "idcloud" => IdCloudSimulator::new().process("8263a268", State::Finished, "id"),
        "logto" => LogtoSimulator::new(SECRET, NOW).post_sign_in(User::new("u_1", NOW)),
        "sns" => {
            let sns = SnsSimulator::new(TOPIC, Pair::of(sender, SECRET).signs).unwrap();
            sns.notification("evt_7", NOW, "Hello").unwrap()
        }
        "unico-check" => {
            UnicoCheckSimulator::new().update_process("8263a268", Status::Divergence, None)
        }
        _ => {
            let (sample, id) = (sender.sample.unwrap(), SampleId::from_bits(7));
            let event_type = sample.types[0];
            let mut simulator = simulator_of(sender, Pair::of(sender, SECRET).signs);
            if matches!(sender.event_type.value(), known::EventTypeAt::Header(_)) {
                simulator = simulator.event_type(event_type);
            }
            let mut sent = simulator.send(NOW, sample.body_of(event_type, id, NOW));
            for (name, value) in sample.headers_of(event_type, id, NOW) {
                sent = sent.with_header(name, value);
            }
            sent
        }
    }
}

/// The headers of a list of the sender's scheme.
fn headers(sender: &KnownSender, list: fn(&SchemeConfig) -> Vec<&str>) -> Vec<String> {
    let scheme = sender.scheme();
    let headers = scheme.iter().flat_map(list);
    headers.map(str::to_lowercase).collect()
}

/// Those that carry its proof.
fn signatures(sender: &KnownSender) -> Vec<String> {
    headers(sender, SchemeConfig::signature_headers)
}

/// Those that its proof covers.
fn covered(sender: &KnownSender) -> Vec<String> {
    headers(sender, SchemeConfig::covered_headers)
}

/// All headers of `sent`, of its sender's row, and of the field.
fn names(sender: &KnownSender, sent: &Sent) -> Vec<String> {
    let marks = sender.marks.iter();
    let own = sent.headers.iter().map(|(name, _)| name.as_str());
    own.chain(marks.copied())
        .chain(USUAL.iter().copied())
        .map(str::to_lowercase)
        .collect()
}

/// One thing that somebody on the way can do.
#[derive(Debug, Clone)]
enum Change {
    Write(Index, String),
    Add(Index, String),
    Remove(Index),
    Byte(Index, u8),
}

impl Change {
    fn made_to(&self, sender: &KnownSender, sent: Sent) -> Sent {
        let names = names(sender, &sent);
        match self {
            Self::Write(at, value) => {
                let name = at.get(&names);
                sent.without_header(name).with_header(name, value)
            }
            Self::Add(at, value) => {
                let mut sent = sent;
                sent.headers.push((at.get(&names).clone(), value.clone()));
                sent
            }
            Self::Remove(at) => sent.without_header(at.get(&names).as_str()),
            Self::Byte(at, byte) => {
                let mut body = sent.body.to_vec();
                let at = at.index(body.len());
                body[at] = *byte;
                sent.with_body(body)
            }
        }
    }
}

fn value() -> impl Strategy<Value = String> {
    prop_oneof![
        "[!-~]{1,40}",
        (-400..400_i64).prop_map(|by| (NOW.as_secs() + by).to_string()),
        (-400..400_i64).prop_map(|by| (NOW.as_millis() + by * 1000).to_string()),
        (0..99_u32).prop_map(|id| format!("evt_{id}")),
        Just(NOW.to_rfc3339()),
    ]
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        (any::<Index>(), value()).prop_map(|(at, value)| Change::Write(at, value)),
        (any::<Index>(), value()).prop_map(|(at, value)| Change::Add(at, value)),
        any::<Index>().prop_map(Change::Remove),
        (any::<Index>(), any::<u8>()).prop_map(|(at, byte)| Change::Byte(at, byte)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A request that was altered on the way is refused, or is the same event at the same time.
    #[test]
    fn what_is_altered_makes_no_new_event(changes in prop::collection::vec(change(), 1..4)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        for sender in known::ALL {
            let sent = sent(sender);
            let right = runtime.block_on(counted(sender, sent.clone())).unwrap();
            let signs = matches!(sender.proof.value(), Proof::Scheme(_));
            // Where nothing is signed, whoever may call is believed.
            let changes = changes.iter().filter(|it| signs || !matches!(it, Change::Byte(..)));
            let altered = changes.fold(sent, |sent, change| change.made_to(sender, sent));
            if let Ok(altered) = runtime.block_on(counted(sender, altered)) {
                prop_assert_eq!(altered, right, "{}", sender.name);
            }
        }
    }
}

#[tokio::test]
async fn a_header_that_is_not_covered_may_say_anything() {
    for sender in known::ALL {
        let sent = sent(sender);
        let right = counted(sender, sent.clone()).await.unwrap();
        let proof = [signatures(sender), covered(sender)].concat();
        for name in names(sender, &sent) {
            if name == "content-type" || proof.contains(&name) {
                continue;
            }
            for value in ["another", "1700000100"] {
                let changed = sent.clone().without_header(&name).with_header(&name, value);
                let counted = counted(sender, changed).await;
                assert_eq!(counted.as_ref(), Ok(&right), "{}: {name}", sender.name);
            }
        }
    }
}

#[tokio::test]
async fn a_header_that_is_covered_says_one_thing() {
    for sender in known::ALL {
        let sent = sent(sender);
        let right = counted(sender, sent.clone()).await.unwrap();
        for name in covered(sender) {
            let is_there = sent.header(&name).is_some();
            let changed = sent
                .clone()
                .without_header(&name)
                .with_header(&name, "1700000100");
            let counted = counted(sender, changed).await;
            if is_there {
                assert!(counted.is_err(), "{}: {name}: {counted:?}", sender.name);
            } else {
                // One more header of signatures may be there, as of a key that is not ours.
                assert_eq!(counted.as_ref(), Ok(&right), "{}: {name}", sender.name);
            }
        }
    }
}

/// One of them may prove the request while another says anything.
#[tokio::test]
async fn without_a_signature_in_any_of_its_headers_nothing_is_proved() {
    for sender in known::ALL {
        let names = signatures(sender);
        let without = names
            .iter()
            .fold(sent(sender), |sent, name| sent.without_header(name));
        for name in &names {
            let changed = without.clone().with_header(name, "1700000100");
            let refused = counted(sender, changed).await;
            assert!(refused.is_err(), "{}: {name}: {refused:?}", sender.name);
        }
    }
}
