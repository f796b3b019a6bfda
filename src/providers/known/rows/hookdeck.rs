//! Hookdeck.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/hookdeck/webhook-skills, hookdeck-event-gateway-webhooks";

/// Hookdeck.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "hookdeck",
    title: "Hookdeck",
    page: "https://hookdeck.com/docs/authentication",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hookdeck-signature", SignatureEncoding::Base64).into()
        }),
        CODE,
    ),
    secret: Some(
        SecretForm::text("HOOKDECK_WEBHOOK_SECRET")
            .shown_in("Destinations, the destination, Webhook Secret"),
    ),
    marks: &[
        "x-hookdeck-signature",
        "x-hookdeck-eventid",
        "x-hookdeck-requestid",
    ],
    sample: Some(Sample {
        types: &["demo"],
        body: r#"{"type":$type,"id":"$uuid","created_at":"$time"}"#,
        headers: &[
            ("x-hookdeck-eventid", "evt_$id"),
            ("x-hookdeck-attempt-count", "1"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Hookdeck: `x-hookdeck-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - Hookdeck passes on what others sent: the body is that of the first sender, whose own signature is passed
    ///   on too.
    /// - After a rotation, `x-hookdeck-signature-2` carries the signature of the other secret. It is passed over:
    ///   both secrets stay in the ring.
    hookdeck
}
