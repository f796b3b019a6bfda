//! Segment.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "segment.com/docs, \"Webhooks destination\"";

/// Segment.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "segment",
    title: "Segment",
    page: Fact::known(
        "https://segment.com/docs/connections/destinations/catalog/webhooks/",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/messageId")),
    event_type: Fact::known(EventTypeAt::Member("/type"), PAGE),
    secret: Some(
        SecretForm::text("SEGMENT_SHARED_SECRET")
            .shown_in("the destination's settings, Shared Secret"),
    ),
    sample: Some(Sample {
        types: &["track", "identify", "page"],
        body: r#"{"type":$type,"userId":"019mr8mf4r","messageId":"$eventuuid","timestamp":"$time","properties":{}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Segment: `x-signature` over the body alone, with SHA-1. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Of a batch it signs the first event alone. Such a request is refused: keep batches off.
    /// - `messageId` identifies an event, which is assumed.
    segment
}
