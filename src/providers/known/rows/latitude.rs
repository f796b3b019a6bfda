//! Latitude.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.latitude.so/agent-dispatch/webhooks";

/// Latitude.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "latitude",
    title: "Latitude",
    page: Fact::known("https://docs.latitude.so/agent-dispatch/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-latitude-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    equal_bodies: Some("a signal is dispatched twice with the same prompt"),
    event_type: Fact::known(EventTypeAt::Member("/trigger"), PAGE),
    secret: Some(SecretForm::text("LATITUDE_WEBHOOK_SECRET")),
    marks: &["x-latitude-signature", "x-latitude-delivery"],
    sample: Some(Sample {
        types: &["signal.discovered"],
        body: r#"{"trigger":$type,"context":{"trigger":$type,"organizationName":"demo","projectSlug":"demo","signal":{"id":"sig_$id","name":"demo"}},"prompt":"demo"}"#,
        headers: &[("x-latitude-delivery", "$uuid")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Latitude: `x-latitude-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `x-latitude-delivery` is the same over all attempts, and is not signed.
    latitude
}
