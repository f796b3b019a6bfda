//! Clio.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.developers.clio.com/api-reference, \"Webhooks\"";

/// Clio.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "clio",
    title: "Clio",
    page: Fact::known("https://docs.developers.clio.com/api-reference", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-hook-signature", SignatureEncoding::Hex).into()),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/meta/event"), PAGE),
    secret: Some(
        SecretForm::text("CLIO_HOOK_SECRET")
            .shown_in("the `x-hook-secret` of its handshake, or `shared_secret` through its API")
            .several("each webhook of Clio has a secret of its own"),
    ),
    sample: Some(Sample {
        types: &["created", "updated", "matter_closed"],
        body: r#"{"data":{"id":$number,"etag":"demo","created_at":"2023-11-14T22:13:20Z","updated_at":"$time"},"meta":{"event":$type,"webhook_id":1}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Clio: `x-hook-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - The handshake that creates a webhook must be answered with its own `x-hook-secret`. It is not signed, so
    ///   hookgate does not answer it. A webhook can also be activated through Clio's API.
    /// - Known: a webhook ends after 3 days, or after at most 31 days.
    clio
}
