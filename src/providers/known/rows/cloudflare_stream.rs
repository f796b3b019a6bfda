//! Cloudflare Stream.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.cloudflare.com/stream/manage-video-library/using-webhooks";

/// Cloudflare Stream.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "cloudflare-stream",
    title: "Cloudflare Stream",
    page: Fact::known(
        "https://developers.cloudflare.com/stream/manage-video-library/using-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("webhook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "sig1".to_owned(),
                    timestamp: Some("time".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/status/state")),
    secret: Some(
        SecretForm::text("CLOUDFLARE_STREAM_WEBHOOK_SECRET")
            .shown_in("the answer that sets the webhook's address"),
    ),
    sample: Some(Sample {
        types: &["ready", "error"],
        body: r#"{"uid":"$hex","readyToStream":true,"status":{"state":$type},"created":"2023-11-14T22:13:20Z","modified":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Cloudflare Stream: `webhook-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. An event is identified by the digest of its body.
    /// - One account has one webhook, and one secret.
    cloudflare_stream
}
