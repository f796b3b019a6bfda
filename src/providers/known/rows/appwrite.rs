//! Appwrite.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/appwrite/appwrite, `Platform/Workers/Webhooks.php`";

/// Appwrite.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "appwrite",
    title: "Appwrite",
    page: Fact::assumed("https://appwrite.io/docs/advanced/platform/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-appwrite-webhook-signature", SignatureEncoding::Base64)
                .digest(Digest::Sha1)
                .template("{url}{body}")
                .into()
        }),
        CODE,
    ),
    event_type: Fact::known(EventTypeAt::Header("x-appwrite-webhook-events"), CODE),
    secret: Some(
        SecretForm::text("APPWRITE_WEBHOOK_SIGNATURE_KEY")
            .shown_in("the project, Settings, Webhooks, the webhook, Signature key"),
    ),
    marks: &["x-appwrite-webhook-signature", "x-appwrite-webhook-id"],
    sample: Some(Sample {
        types: &["users.1.create", "users.1.update.name"],
        // Its own members begin with a dollar sign, which a sample has for other things.
        body: r#"{"\u0024id":"$id","\u0024createdAt":"2023-10-25T18:48:39.479+00:00","\u0024updatedAt":"$time","name":"Demo","status":true}"#,
        headers: &[("x-appwrite-webhook-id", "$id")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Appwrite: `x-appwrite-webhook-signature` over the endpoint's address and the body, under the webhook's signature key as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)). It needs [`address`](Self::address).
    ///
    /// - It signs by SHA-1, and offers nothing else. The start-up check says what that means.
    /// - `x-appwrite-webhook-events` names the event in several forms, and is not signed: it is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - No time is signed beside the body. An event is identified by the digest of its body.
    appwrite
}
