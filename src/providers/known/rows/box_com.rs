//! Box.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "developer.box.com/guides/webhooks/v2/signatures-v2";

/// Box.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "box-com",
    title: "Box",
    page: Fact::known(
        "https://developer.box.com/guides/webhooks/v2/signatures-v2",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("box-signature-primary", SignatureEncoding::Base64)
                .or_signed_in("box-signature-secondary")
                .timestamp("box-delivery-timestamp", TimestampForm::Rfc3339)
                .template("{body}{timestamp:rfc3339}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(
        Identity::Member("/id"),
        "developer.box.com/guides/webhooks/v2",
    ),
    event_type: Fact::known(
        EventTypeAt::Member("/trigger"),
        "box/box-node-sdk, tests/lib/managers/webhooks-test.js",
    ),
    signed_anew: Fact::known(true, "developer.box.com/guides/webhooks/v2"),
    secret: Some(
        SecretForm::text("BOX_SIGNATURE_KEY")
            .shown_in("the application, Webhooks, Manage signature keys"),
    ),
    marks: &["box-signature-primary", "box-delivery-timestamp"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["FILE.UPLOADED", "FILE.TRASHED", "FOLDER.RENAMED"],
        body: r#"{"type":"webhook_event","id":"$eventuuid","created_at":"$time","trigger":$type,"webhook":{"id":"1234567890","type":"webhook"},"source":{"id":"$number","type":"file","name":"demo.txt"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Box: `box-signature-primary` over the body, then `box-delivery-timestamp`. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - An application has two keys, and `box-signature-secondary` is by the second. Both headers are read, so the receiver
    ///   may hold either.
    /// - `id` in the body identifies an event, and stays the same over attempts. That of `box-delivery-id` does not, and
    ///   nothing signs it.
    box_com
}
