//! The presets take what their senders send, and nothing that is wrong.

use std::{sync::Arc, time::Duration};

use hookgate::{
    BuildError, EventKey, Keyring, Receiver, Rejection, Secret, UnixTime,
    pack::{Provider, Retries, TimeKind},
    providers::{
        known::{self, EventTypeAt, KeyOwner, KnownSender},
        preset::{Preset, PresetSimulator},
    },
    schemes::{HmacHeaderConfig, SchemeConfig, TimestampForm},
    simulator::{SampleId, Sent, Signer},
    testing::FakeClock,
    time::Timer,
};

use crate::props::presets::{Pair, head_of, open_of, preset_of, signing, simulator_of, vectors};

/// The other name of a header: simulators write the first.
fn other_name<'s>(scheme: &'s HmacHeaderConfig, name: &str) -> Option<&'s String> {
    let other = scheme.or_headers.as_ref()?;
    let names = [
        (
            Some(&scheme.signature_header),
            Some(&other.signature_header),
        ),
        (scheme.id_header.as_ref(), other.id_header.as_ref()),
        (
            scheme.timestamp_header.as_ref(),
            other.timestamp_header.as_ref(),
        ),
    ];
    let found = names
        .into_iter()
        .find(|(own, _)| own.is_some_and(|it| it == name));
    found?.1
}

#[tokio::test]
async fn the_simulators_sign_what_senders_publish() {
    for vector in signing().flat_map(|sender| vectors(sender.name)) {
        let sender = vector.sender();
        let config = sender.scheme().unwrap();
        // What is written into the body, `schemes::signer` compares.
        let SchemeConfig::HmacHeader(scheme) = config.clone() else {
            continue;
        };
        let mut simulator = PresetSimulator::of(sender, vector.secret().expose())
            .open_settings(vector.settings.clone())
            .path(vector.sent().path);
        let config = sender
            .scheme_with(&vector.settings)
            .unwrap()
            .unwrap_or(config);
        if let EventTypeAt::Header(header) = sender.event_type.value()
            && let Some(event_type) = vector.headers.get(*header)
        {
            simulator = simulator.event_type(event_type);
        }
        let theirs = |name: &str| {
            let other = || vector.headers.get(other_name(&scheme, name)?);
            let value = vector.headers.get(name).or_else(other);
            value.unwrap_or_else(|| panic!("{}: no {name}", sender.name))
        };
        if let Some(header) = &scheme.id_header {
            simulator = simulator.message_id(theirs(header));
        }
        // A time in the body may have milliseconds.
        let at = vector.delivery().await.sent_at().unwrap_or(vector.now());
        // A moment has several texts of RFC 3339, and theirs is signed.
        let is_theirs = |value: &String| value.contains(&at.to_rfc3339());
        if scheme.timestamp_form == TimestampForm::Rfc3339
            && !vector.headers.values().any(is_theirs)
        {
            continue;
        }
        let sent = simulator.send(at, vector.body());
        assert_eq!(sent.body, vector.body(), "{}", sender.name);
        let covered = config.covered_headers().into_iter();
        let covered = covered.filter(|name| sent.header(name).is_some());
        for name in covered.chain([&*scheme.signature_header]) {
            let ours = sent.header(name).unwrap();
            let mut theirs = theirs(name).clone();
            if name == &*scheme.signature_header {
                // The simulator signs in the first of several headers.
                for more in &scheme.more_signature_headers {
                    theirs.extend(vector.headers.get(more).map(String::as_str));
                }
            }
            // Theirs may have signatures of other keys and versions beside it.
            for part in ours.split([' ', ',', ';']) {
                let is_there = theirs.to_lowercase().contains(&part.to_lowercase());
                assert!(is_there, "{}: {part} in {theirs}", sender.name);
            }
        }
        let unsigned = sent.unsigned();
        assert!(unsigned.header(&scheme.signature_header).is_none());
    }
}

/// The verdict on what was sent, at the endpoint of its sender.
async fn verdict(sender: &KnownSender, keys: &Keyring, sent: Sent, clock: &FakeClock) -> Verdict {
    let timer: Arc<dyn Timer> = Arc::new(clock.clone());
    let judge = Receiver::new("presets", preset_of(sender, keys.clone()))
        .clock(clock.clone())
        .judge()
        .unwrap();
    let head = head_of(&sent);
    let judged = judge.admit(head, Some(sent.body.clone()), &timer).await?;
    let admitted = judged.admitted().unwrap();
    let event = admitted.first();
    Ok((
        *event.event_key(),
        event.event_type().map(|it| it.as_str().to_owned()),
    ))
}

type Verdict = Result<(EventKey, Option<String>), Rejection>;

#[tokio::test]
async fn each_preset_takes_what_its_sender_sends_and_nothing_that_is_wrong() {
    let now = UnixTime::from_secs(1_700_000_000);
    let clock = FakeClock::at(now);
    for sender in signing() {
        let Pair {
            signs,
            verifies: keys,
        } = Pair::of(sender, "a secret of both ends");
        let sample = sender.sample.unwrap();
        let event_type = sample.types[0];
        let body = sample.body_of(event_type, SampleId::from_bits(7), now);
        let simulator = simulator_of(sender, signs);
        let sent = simulator.send(now, body.clone());
        let right = verdict(sender, &keys, sent.clone(), &clock).await.unwrap();

        // What says nothing of a place in a list is taken away by the signer of its scheme.
        let scheme = sender.scheme_with(&open_of(sender)).unwrap().unwrap();
        let is_of_members = matches!(scheme, SchemeConfig::SignedMembers(_));
        let unsigned = match is_of_members {
            true => Signer::new(scheme, "k").unwrap().unsigned(sent.clone()),
            false => sent.clone().unsigned(),
        };
        let unsigned = verdict(sender, &keys, unsigned, &clock).await;
        assert_eq!(
            unsigned,
            Err(Rejection::MissingSignature),
            "{}",
            sender.name
        );
        let tampered = sent.clone().with_tampered_body();
        let tampered = verdict(sender, &keys, tampered, &clock).await;
        let is_refused = match tampered {
            Err(Rejection::SignatureMismatch) => true,
            // It may be no form any more, and a change beside the signed members is none of theirs.
            Err(Rejection::MalformedSignature(_)) => sender.name == "twilio",
            _ => is_of_members,
        };
        assert!(is_refused, "{}: {tampered:?}", sender.name);
        let other_key = Pair::of_another(sender);
        let other_key = verdict(sender, &other_key, sent.clone(), &clock).await;
        assert_eq!(
            other_key,
            Err(Rejection::SignatureMismatch),
            "{}",
            sender.name
        );

        // A further attempt is the same event, however it is dated.
        let later = now.saturating_add(Duration::from_secs(20));
        let again = simulator.send(later, body.clone());
        let again = verdict(sender, &keys, again, &clock).await.unwrap();
        assert_eq!(again, right, "{}", sender.name);
        let long_ago = now.saturating_sub(Duration::from_secs(301));
        let stale = verdict(sender, &keys, simulator.send(long_ago, body), &clock).await;
        let profile = preset_of(sender, keys.clone()).profile();
        match profile.time {
            TimeKind::SentAt => {
                let is_too_old = matches!(stale, Err(Rejection::TimestampTooOld { .. }));
                assert!(is_too_old, "{}: {stale:?}", sender.name);
            }
            _ => assert!(stale.is_ok(), "{}", sender.name),
        }
    }
}

#[test]
fn a_row_of_a_pack_of_its_own_makes_no_preset() {
    for name in ["idcloud", "unico-check", "facephi"] {
        let preset = Preset::of(known::find(name).unwrap(), Secret::utf8("k").unwrap());
        let built = Receiver::new("hook", preset).judge().map(|_| ());
        assert!(
            matches!(built, Err(BuildError::Pack(_))),
            "{name}: {built:?}"
        );
    }
}

/// Another customer of the sender could have a genuine request sent to this endpoint.
#[test]
fn a_row_of_a_sender_with_one_key_for_all_customers_makes_no_preset() {
    let mut sender = *known::find("github").unwrap();
    let build = |sender: &KnownSender| {
        let preset = Preset::of(sender, Secret::utf8("k").unwrap());
        Receiver::new("hook", preset).judge().map(|_| ())
    };
    assert_eq!(build(&sender), Ok(()));
    sender.key_owner = KeyOwner::Sender {
        bound_by: "the body's `account`",
    };
    assert!(matches!(build(&sender), Err(BuildError::Pack(_))));
}

#[tokio::test]
async fn stripes_signatures_of_other_versions_count_for_nothing() {
    let vector = vectors("stripe").remove(0);
    let header = vector.headers["stripe-signature"].clone();
    let only_v0 = header.replace("v0=", "was-v0=").replace("v1=", "v0=");
    let refused = vector
        .with_header("stripe-signature", &only_v0)
        .admit()
        .await;
    assert!(matches!(
        refused.err(),
        Some(Rejection::MalformedSignature(_))
    ));
    let rotated = header.replace("v1=", &format!("v1={},v1=", "0".repeat(64)));
    assert!(
        vector
            .with_header("stripe-signature", &rotated)
            .admit()
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn copies_are_remembered_longer_than_they_come() {
    for sender in signing() {
        let (receiver, ..) = vectors(sender.name).remove(0).admit().await.unwrap();
        let horizon = match receiver.profile().retries {
            Retries::For(horizon) => horizon,
            _ => Duration::ZERO,
        };
        assert!(receiver.retention() > horizon, "{}", sender.name);
    }
}
