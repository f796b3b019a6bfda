//! Telnyx.

use crate::{
    keys::{Encoding, JwsAlgorithm},
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{PublicKeySignatureConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developers.telnyx.com, \"Webhook Fundamentals\"";
const MESSAGING: &str = "developers.telnyx.com, \"Receiving Webhooks\" of messaging";

/// Telnyx.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "telnyx",
    title: "Telnyx",
    page: Fact::known(
        "https://developers.telnyx.com/docs/development/api-fundamentals/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            PublicKeySignatureConfig::new(
                JwsAlgorithm::EdDsa,
                "telnyx-signature-ed25519",
                SignatureEncoding::Base64,
            )
            .timestamp("telnyx-timestamp", TimestampForm::Seconds)
            .template("{timestamp}|{body}")
            .into()
        }),
        "github.com/team-telnyx/telnyx-python, telnyx/webhook.py",
    ),
    identity: Fact::known(Identity::Member("/data/id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/data/event_type"), PAGE),
    secret: Some(
        SecretForm::of(Encoding::Base64, "TELNYX_PUBLIC_KEY")
            .shown_in("Mission Control, Account Settings, Keys & Credentials, Public Key")
            .several("each account of Telnyx has a key of its own"),
    ),
    timeout: Fact::known(secs(2), MESSAGING),
    marks: &["telnyx-signature-ed25519", "telnyx-timestamp"],
    id_at: Some("/data/id"),
    sample: Some(Sample {
        types: &["message.received", "message.finalized", "call.initiated"],
        body: r#"{"data":{"record_type":"event","event_type":$type,"id":"$eventuuid","occurred_at":"$time","payload":{"id":"$uuid","to":[{"phone_number":"+15550100"}]}},"meta":{"attempt":1,"delivered_to":"https://hooks.example.com/in"}}"#,
        headers: &[("user-agent", "telnyx-webhooks")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Telnyx: `telnyx-signature-ed25519` over `telnyx-timestamp`, `|` and the body, by Ed25519, under the account's public key
    /// in base64 ([`VerifyingKey::base64`](crate::keys::VerifyingKey::base64); feature `public-keys`).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - An event is identified by `data.id`. Its `meta.attempt` differs from attempt to attempt.
    telnyx
}
