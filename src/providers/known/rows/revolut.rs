//! Revolut.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "developer.revolut.com, \"Verify the payload signature\"";

/// Revolut.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "revolut",
    title: "Revolut",
    page: Fact::known(
        "https://developer.revolut.com/docs/guides/manage-accounts/webhooks/verify-the-payload-signature",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("revolut-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: None,
                })
                .timestamp("revolut-request-timestamp", TimestampForm::Milliseconds)
                .template("v1.{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), PAGE),
    secret: Some(
        SecretForm::text("REVOLUT_WEBHOOK_SECRET")
            .shown_in("the details of the webhook, as the API returns them"),
    ),
    marks: &["revolut-signature", "revolut-request-timestamp"],
    sample: Some(Sample {
        types: &[
            "TransactionCreated",
            "TransactionStateChanged",
            "PayoutLinkCreated",
        ],
        body: r#"{"data":{"id":"$uuid","new_state":"completed","old_state":"pending"},"event":$type,"timestamp":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Revolut: `revolut-signature` over its version, `revolut-request-timestamp` and the body. While a secret
    /// is rotated it carries several, separated by commas. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `revolut-request-timestamp` says when the attempt was sent. Revolut advises 5 minutes, which is the
    ///   default.
    /// - The digest of the body identifies an event, which is assumed.
    revolut
}
