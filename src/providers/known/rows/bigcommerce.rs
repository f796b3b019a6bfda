//! BigCommerce.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
        rows::standard_webhooks,
    },
};

const PAGE: &str = "docs.bigcommerce.com/developer/docs/integrations/webhooks/https";

/// BigCommerce.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "bigcommerce",
    title: "BigCommerce",
    page: Fact::known(
        "https://docs.bigcommerce.com/developer/docs/integrations/webhooks/https",
        PAGE,
    ),
    proof: Fact::known(Proof::Scheme(|| standard_webhooks::under("webhook")), PAGE),
    identity: Fact::known(Identity::SignedId, PAGE),
    event_type: Fact::assumed(EventTypeAt::Member("/scope")),
    secret: Some(
        SecretForm::text("BIGCOMMERCE_CLIENT_SECRET").shown_in("the app's client secret signs"),
    ),
    retries: Fact::known(Retries::For(hours(48)), PAGE),
    marks: &[],
    sample: Some(Sample {
        types: &["store/order/statusUpdated", "store/product/updated"],
        body: r#"{"store_id":"11111","producer":"stores/abcde","scope":$type,"data":{"type":"order","id":$number},"hash":"$hex","created_at":$secs}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// BigCommerce: Standard Webhooks, under `webhook-id`, `webhook-timestamp`, `webhook-signature`. The secret is
    /// taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The key that signs is the text of the app's client secret. Elsewhere Standard Webhooks have keys in base64.
    /// - The body says what has changed, and not how. Read it from the API.
    /// - Known: BigCommerce sends again for 48 hours.
    bigcommerce
}
