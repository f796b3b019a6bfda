//! Akeneo PIM.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{Fact, KnownSender, Proof, Repeats, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "api.akeneo.com/events-documentation/security.html";
const OVERVIEW: &str = "api.akeneo.com/events-documentation/overview.html";
const LIMITS: &str = "api.akeneo.com/events-documentation/limits-and-scalability.html";

/// Akeneo PIM.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "akeneo",
    title: "Akeneo PIM",
    page: Fact::known(
        "https://api.akeneo.com/events-documentation/security.html",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-akeneo-request-signature", SignatureEncoding::Hex)
                .timestamp("x-akeneo-request-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    secret: Some(
        SecretForm::text("AKENEO_WEBHOOK_SECRET")
            .shown_in("Connect, Connection settings, Event subscription"),
    ),
    timeout: Fact::known(Duration::from_millis(500), LIMITS),
    retries: Fact::known(Retries::Never, OVERVIEW),
    repeats: Fact::known(Repeats::NEVER, OVERVIEW),
    warning: Some("Akeneo never sends an event again"),
    marks: &["x-akeneo-request-signature", "x-akeneo-request-timestamp"],
    sample: Some(Sample {
        types: &[
            "product.created",
            "product.updated",
            "product_model.updated",
        ],
        body: r#"{"events":[{"action":$type,"event_id":"$eventuuid","event_datetime":"$time","author":"julia","author_type":"ui","pim_source":"https://demo.cloud.akeneo.com","data":{"resource":{"identifier":"sku-$number"}}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Akeneo PIM: `x-akeneo-request-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Its time is signed with the body. An event is identified by the digest of its body.
    /// - For the Events API of the PIM. A request has up to ten events, so no type is read.
    /// - Known: Akeneo waits 0.5 s, and never sends again.
    akeneo
}
