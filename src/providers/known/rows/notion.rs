//! Notion.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/makenotion/notion-sdk-js, `verifyWebhookSignature`";

/// Notion.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "notion",
    title: "Notion",
    page: Fact::assumed("https://developers.notion.com/reference/webhooks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-notion-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        CODE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::known(EventTypeAt::Member("/type"), CODE),
    secret: Some(
        SecretForm::text("NOTION_VERIFICATION_TOKEN")
            .shown_in("sent to the endpoint once, as `verification_token`"),
    ),
    marks: &["x-notion-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["page.created", "page.content_updated"],
        body: r#"{"id":"$eventuuid","timestamp":"$time","workspace_id":"$uuid","subscription_id":"$uuid","integration_id":"$uuid","authors":[{"id":"$uuid","type":"person"}],"attempt_number":1,"entity":{"id":"$uuid","type":"page"},"type":$type,"data":{}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Notion: `x-notion-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `id` in the body identifies an event, which is assumed.
    /// - `attempt_number` in the body counts attempts.
    /// - The request that brings `verification_token` is not signed, and is refused. Take it at another endpoint.
    notion
}
