//! Fireflies.ai.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::secs},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.fireflies.ai/graphql-api/webhooks-v2";

/// Fireflies.ai.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "fireflies",
    title: "Fireflies.ai",
    page: Fact::known("https://docs.fireflies.ai/graphql-api/webhooks-v2", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), PAGE),
    secret: Some(SecretForm::text("FIREFLIES_WEBHOOK_SECRET").shown_in("chosen with the webhook")),
    timeout: Fact::known(secs(10), PAGE),
    sample: Some(Sample {
        types: &[
            "meeting.transcribed",
            "meeting.summarized",
            "meeting.bot_joined",
        ],
        body: r#"{"event":$type,"timestamp":$millis,"meeting_id":"$id"}"#,
        headers: &[("user-agent", "Fireflies-Webhook/2.0")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Fireflies.ai: `x-hub-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks V2 with a secret. Those of V1 have no `sha256=`.
    /// - Known: Fireflies waits 10 s.
    fireflies
}
