//! Mux.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "mux.com/docs/core/verify-webhook-signatures";

/// Mux.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "mux",
    title: "Mux",
    page: Fact::known("https://mux.com/docs/core/verify-webhook-signatures", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("mux-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("MUX_WEBHOOK_SECRET").shown_in("Settings, Webhooks, Show Signing Secret"),
    ),
    marks: &["mux-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["video.asset.ready", "video.asset.created"],
        body: r#"{"type":$type,"id":"$eventuuid","created_at":"$time","object":{"type":"asset","id":"$id"},"environment":{"name":"demo","id":"demo"},"data":{"id":"$id","status":"ready"},"attempts":[]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Mux: `mux-signature` holds a time, and signs it with the body, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - `id` in the body identifies an event, which is assumed.
    mux
}
