//! Twilio SendGrid.

use crate::{
    keys::{EcdsaForm, Encoding, JwsAlgorithm},
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::{PublicKeySignatureConfig, SignatureEncoding, TimestampForm},
};

const CODE: &str = "github.com/sendgrid/sendgrid-python, sendgrid/helpers/eventwebhook";

/// SendGrid.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sendgrid",
    title: "SendGrid",
    page: Fact::assumed(
        "https://www.twilio.com/docs/sendgrid/for-developers/tracking-events/getting-started-event-webhook-security-features",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            PublicKeySignatureConfig::new(
                JwsAlgorithm::Es256,
                "x-twilio-email-event-webhook-signature",
                SignatureEncoding::Base64,
            )
            .ecdsa_form(EcdsaForm::Der)
            .timestamp(
                "x-twilio-email-event-webhook-timestamp",
                TimestampForm::Seconds,
            )
            .template("{timestamp:10}{body}")
            .into()
        }),
        CODE,
    ),
    // A body is a list of events, each with an `sg_event_id`.
    identity: Fact::known(Identity::Digest, CODE),
    event_type: Fact::known(EventTypeAt::Nowhere, CODE),
    secret: Some(
        SecretForm::of(Encoding::Base64, "SENDGRID_WEBHOOK_VERIFICATION_KEY")
            .shown_in(
                "Settings, Mail Settings, Event Webhook, Signature Verification, Verification Key",
            )
            .several("each event webhook of SendGrid has a key of its own"),
    ),
    retries: Fact::assumed(Retries::For(hours(24))),
    marks: &[
        "x-twilio-email-event-webhook-signature",
        "x-twilio-email-event-webhook-timestamp",
    ],
    sample: Some(Sample {
        types: &["delivered", "bounce", "open"],
        body: r#"[{"email":"demo@example.com","timestamp":$secs,"smtp-id":"<$id@demo.example.com>","event":$type,"sg_event_id":"$eventid","sg_message_id":"$hex.0"}]"#,
        headers: &[("user-agent", "SendGrid Event API")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// SendGrid: `x-twilio-email-event-webhook-signature` over the time and the body, by ECDSA on P-256 in DER, under the
    /// verification key in base64 ([`VerifyingKey::base64`](crate::keys::VerifyingKey::base64); feature `public-keys`).
    ///
    /// - A request holds a list of events. It is identified by the digest of its body: look at each event's `sg_event_id` in
    ///   the handler, since a list may hold one that came before.
    /// - Each attempt is assumed to be signed anew, with its time.
    sendgrid
}
