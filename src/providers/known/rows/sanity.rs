//! Sanity.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const CODE: &str = "sanity-io/webhook-toolkit, src/signature.ts and its tests";

/// Sanity.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "sanity",
    title: "Sanity",
    page: Fact::assumed("https://www.sanity.io/docs/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("sanity-webhook-signature", SignatureEncoding::Base64Url)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        CODE,
    ),
    equal_bodies: Some("the projection leaves out what differs, such as `_rev`"),
    event_type: Fact::assumed(EventTypeAt::Member("/_type")),
    secret: Some(
        SecretForm::text("SANITY_WEBHOOK_SECRET")
            .shown_in("sanity.io/manage, the project, API, Webhooks"),
    ),
    marks: &["sanity-webhook-signature"],
    sample: Some(Sample {
        types: &["post", "author", "category"],
        body: r#"{"_id":"$id","_type":$type,"_rev":"$eventid","_createdAt":"2023-11-01T00:00:00Z","_updatedAt":"$time","title":"demo"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Sanity: `sanity-webhook-signature` over its time, a dot and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The body is what the webhook's projection says. Without one it is the whole document, with its `_rev`.
    /// - The digest of the body identifies an event, which is assumed. `idempotency-key` is not signed.
    /// - The type is that of the document, where the projection has `_type`.
    sanity
}
