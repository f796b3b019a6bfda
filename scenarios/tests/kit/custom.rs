//! Senders of one's own: right receivers pass the table, on both frameworks, and broken ones are found.

use hookgate::{
    Receiver, ReceiverBuilder, Rejection,
    json::{Json, Payload},
    keys::{JwsAlgorithm, VerifyingKey},
    pack::{
        Authenticated, Contents, Coverage, Decoded, EventType, KeyParts, LiveKeys, Provider,
        RawRequest, SenderProfile, TimeKind, Undecodable,
    },
    providers::preset::Preset,
    schemes::{
        Digest, HmacBodyField, HmacBodyFieldConfig, HmacHeader, HmacHeaderConfig, Scheme,
        SignatureEncoding, SignatureLayout, SignedRequest, SignedRequestConfig, TimestampForm,
        Verified,
    },
    simulator::{Sent, Signer},
    tenants::Keys,
    testing::{Asked, Bench, Content, Report, Scenario, ScenarioResult, Sender, senders},
};
use hookgate_axum::testing::kit;
use serde::Deserialize;
use serde_json::json;

use crate::{
    application::{OPEN, PATH, on_axum},
    right::{on_both, pass_but},
    wrong_on_axum::has_words,
};

fn body(asked: &Asked<'_>) -> String {
    json!({ "id": asked.id(), "kind": "paid", "name": asked.personal() }).to_string()
}

/// In hex of SHA-512 behind a prefix, over an id, the time and the body.
fn in_a_header() -> HmacHeaderConfig {
    HmacHeaderConfig::new("x-acme-signature", SignatureEncoding::Hex)
        .layout(SignatureLayout::after("sha512="))
        .id("x-acme-id")
        .timestamp("x-acme-time", TimestampForm::Milliseconds)
        .template("{id}.{timestamp}.{body}")
        .digest(Digest::Sha512)
}

fn of_header(bench: &Bench) -> ReceiverBuilder {
    let scheme = HmacHeader::try_from(in_a_header()).unwrap();
    Receiver::new("acme", Preset::custom("acme", scheme, bench.keys()))
}

#[tokio::test]
async fn a_mac_in_a_header_passes() {
    let sender = || senders::custom(PATH, in_a_header(), body).unwrap();
    let reports = on_both::<Payload<Json>, _>(of_header, sender, None).await;
    pass_but(reports, &[OPEN[0], OPEN[1], Scenario::UnknownType]);
}

#[tokio::test]
async fn a_mac_in_the_body_passes() {
    let config = || HmacBodyFieldConfig::new("mac");
    let receiver = |bench: &Bench| {
        let scheme = HmacBodyField::try_from(config()).unwrap();
        Receiver::new("acme", Preset::custom("acme", scheme, bench.keys()))
    };
    let sender = || senders::custom(PATH, config(), body).unwrap();
    let reports = on_both::<Payload<Json>, _>(receiver, sender, None).await;
    pass_but(
        reports,
        &[
            OPEN[0],
            OPEN[1],
            Scenario::UnknownType,
            Scenario::TooOld,
            Scenario::FromTheFuture,
        ],
    );
}

#[tokio::test]
async fn a_signature_by_a_private_key_passes() {
    let config = || {
        SignedRequestConfig::new("x-acme-signature")
            .nonce("x-acme-nonce")
            .timestamp("x-acme-time", TimestampForm::Seconds)
            .template("{timestamp}.{nonce}.{body}")
    };
    let certificate = include_bytes!("../../../tests/vectors/signed_request/rsa.crt.pem");
    let key = include_str!("../../../tests/vectors/signed_request/rsa.key.pem");
    let other = include_str!("../../../tests/vectors/signed_request/other.key.pem");
    let receiver = |_: &Bench| {
        let key = VerifyingKey::pem(certificate, [JwsAlgorithm::Rs256]);
        let scheme = SignedRequest::try_from(config()).unwrap();
        Receiver::new("acme", Preset::custom("acme", scheme, key))
    };
    let sender = || {
        let keys = [key, other];
        senders::signed_request(PATH, config(), JwsAlgorithm::Rs256, keys, body).unwrap()
    };
    let reports = on_both::<Payload<Json>, _>(receiver, sender, None).await;
    pass_but(
        reports,
        &[
            OPEN[0],
            OPEN[1],
            Scenario::UnknownType,
            Scenario::RotatedKey,
        ],
    );
}

/// A pack of one's own, whose types are its events.
struct Acme {
    scheme: HmacHeader,
    keys: Keys,
}

#[derive(Deserialize)]
struct Named {
    id: String,
    kind: String,
}

enum Event {
    Paid,
    Unrecognized,
}

impl Acme {
    fn new(keys: impl Into<Keys>) -> Self {
        Self {
            scheme: HmacHeader::try_from(in_a_header()).unwrap(),
            keys: keys.into(),
        }
    }
}

impl Provider for Acme {
    type Event = Event;

    fn name(&self) -> &str {
        "acme"
    }

    fn profile(&self) -> SenderProfile {
        let mut profile = SenderProfile::unknown();
        profile.time = TimeKind::SentAt;
        profile.past = Some(profile.future);
        profile
    }

    fn keys(&self) -> Keys {
        self.keys.clone()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        self.scheme.verify(request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        let named: Named =
            serde_json::from_slice(authenticated.bytes).map_err(|_| Undecodable("no id"))?;
        let event = match named.kind.as_str() {
            "paid" => Event::Paid,
            _ => Event::Unrecognized,
        };
        let recognized = matches!(event, Event::Paid);
        let decoded = Decoded::new(KeyParts::of(named.id), event)
            .event_type(EventType::unknown(named.kind))
            .recognized(recognized);
        Ok(decoded.into())
    }
}

/// A sender with types: its closure says what it sends of an unknown one.
fn acme(asked: &Asked<'_>) -> Option<Sent> {
    let kind = match asked.content {
        Content::Usual => json!("paid"),
        _ => json!("hookgate.unknown"),
    };
    let body = json!({ "id": asked.id(), "kind": kind, "name": [asked.personal()] });
    let sent = Sent::post(PATH, "application/json", body.to_string());
    let signer = Signer::new(in_a_header(), asked.secret).ok()?;
    signer.sign(sent, asked.id(), asked.at).ok()
}

fn of_pack(bench: &Bench) -> ReceiverBuilder {
    Receiver::new("acme", Acme::new(bench.keys()))
}

#[tokio::test]
async fn a_pack_of_ones_own_passes() {
    let reports = on_both::<Event, _>(of_pack, || acme, None).await;
    pass_but(reports, &OPEN);
}

/// A pack with a mistake in how it verifies.
struct Broken {
    acme: Acme,
    verify: for<'a> fn(&Acme, RawRequest<'a>, LiveKeys<'a>) -> Result<Verified<'a>, Rejection>,
}

impl Provider for Broken {
    type Event = Event;

    fn name(&self) -> &str {
        self.acme.name()
    }

    fn profile(&self) -> SenderProfile {
        self.acme.profile()
    }

    fn keys(&self) -> Keys {
        self.acme.keys()
    }

    fn verify<'a>(
        &self,
        request: RawRequest<'a>,
        keys: LiveKeys<'a>,
    ) -> Result<Verified<'a>, Rejection> {
        (self.verify)(&self.acme, request, keys)
    }

    fn decode(&self, authenticated: &Authenticated<'_>) -> Result<Contents<Event>, Undecodable> {
        self.acme.decode(authenticated)
    }
}

/// Believes whoever sends.
fn nothing<'a>(_: &Acme, _: RawRequest<'a>, keys: LiveKeys<'a>) -> Result<Verified<'a>, Rejection> {
    let (id, _) = keys.secrets().next().ok_or(Rejection::NoLiveKey)?;
    Ok(Verified::assertion(Coverage::Body, id))
}

/// Verifies, and forgets the signed time.
fn no_time<'a>(
    acme: &Acme,
    request: RawRequest<'a>,
    keys: LiveKeys<'a>,
) -> Result<Verified<'a>, Rejection> {
    Ok(acme.verify(request, keys)?.with_sent_at(None))
}

#[tokio::test]
async fn a_pack_that_proves_too_little_is_found() {
    type Verify =
        for<'a> fn(&Acme, RawRequest<'a>, LiveKeys<'a>) -> Result<Verified<'a>, Rejection>;
    let forgeries = [
        Scenario::AlteredBody,
        Scenario::AlteredSignature,
        Scenario::Unsigned,
        Scenario::WrongKey,
        Scenario::RotatedKey,
    ];
    let times = [Scenario::TooOld, Scenario::FromTheFuture];
    for (verify, scenarios) in [
        (nothing as Verify, &forgeries[..]),
        (no_time as Verify, &times),
    ] {
        let app = async |bench: &Bench| {
            let acme = Acme::new(bench.keys());
            on_axum::<Event>(bench, Receiver::new("acme", Broken { acme, verify }))
        };
        let report = kit(app, acme).run(scenarios).await;
        for scenario in scenarios {
            has_words(&report, *scenario, &["expected: 401", "got:      200"]);
        }
    }
}

async fn played(sender: impl Sender) -> Report {
    let app = async |bench: &Bench| on_axum::<Event>(bench, of_pack(bench));
    let scenarios = [Scenario::AlteredSignature, Scenario::Unsigned];
    kit(app, sender).run(&scenarios).await
}

#[tokio::test]
async fn a_request_whose_signature_is_not_where_it_says_accuses_nobody() {
    let nowhere = |asked: &Asked<'_>| {
        let sent = acme(asked)?;
        Some(Sent::new(&sent.path, sent.headers, sent.body))
    };
    let elsewhere = |asked: &Asked<'_>| Some(nowhere(asked)?.signed_in("X-Other"));
    let in_the_body = |asked: &Asked<'_>| Some(acme(asked)?.signed_within("mac"));
    for (report, words) in [
        (
            played(elsewhere).await,
            "the signature's header `x-other` is not in the request",
        ),
        (
            played(nowhere).await,
            "the request does not say where its signature stands",
        ),
        (
            played(in_the_body).await,
            "the signature's member `mac` is not in the body",
        ),
    ] {
        for (scenario, result) in report.results() {
            assert!(matches!(result, ScenarioResult::NotPlayed(_)), "{report}");
            has_words(&report, *scenario, &[words, "`Sent::signed_in`"]);
        }
        let text = report.to_string();
        assert!(text.contains("the test's sender is to be mended"), "{text}");
        assert!(!text.contains("FAILED"), "{text}");
        let failed = std::panic::catch_unwind(|| report.assert_passed());
        assert!(failed.is_err());
    }
    // The place may be named in any case of letters.
    let named = |asked: &Asked<'_>| {
        let sent = acme(asked)?;
        let sent = Sent::new(&sent.path, sent.headers, sent.body);
        Some(sent.signed_in("X-Acme-Signature"))
    };
    played(named).await.assert_passed();
}

#[test]
fn settings_that_cannot_be_right_are_refused_before_anything_is_played() {
    let config = in_a_header().template("{body}");
    assert!(senders::custom(PATH, config, body).is_err());
    let config = SignedRequestConfig::new("x-acme-signature");
    assert!(senders::custom(PATH, config.clone(), body).is_err());
    let keys = ["no key", "no key"];
    let signed = senders::signed_request(PATH, config, JwsAlgorithm::Rs256, keys, body);
    assert!(signed.is_err());
}
