//! Mindbody.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.mindbodyonline.com/WebhooksDocumentation";

/// Mindbody.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "mindbody",
    title: "Mindbody",
    page: Fact::known(
        "https://developers.mindbodyonline.com/WebhooksDocumentation",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-mindbody-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/messageId")),
    event_type: Fact::assumed(EventTypeAt::Member("/eventId")),
    secret: Some(
        SecretForm::text("MINDBODY_MESSAGE_SIGNATURE_KEY")
            .shown_in("`messageSignatureKey` in the answer that creates the subscription"),
    ),
    marks: &["x-mindbody-signature"],
    id_at: Some("/messageId"),
    sample: Some(Sample {
        types: &["client.created", "client.updated"],
        body: r#"{"messageId":"$eventid","eventId":$type,"eventSchemaVersion":1,"eventInstanceOriginationDateTime":"$time","eventData":{"siteId":1,"clientId":"$number"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Mindbody: `x-mindbody-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `messageId` in the body identifies an event, which is assumed.
    mindbody
}
