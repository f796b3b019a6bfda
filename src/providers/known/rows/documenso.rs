//! Documenso.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const PAGE: &str = "docs.documenso.com, \"Webhook Verification\"";

/// Documenso.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "documenso",
    title: "Documenso",
    page: Fact::known(
        "https://docs.documenso.com/docs/developers/webhooks/verification",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::header("x-documenso-secret").into()),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::known(EventTypeAt::Member("/event"), PAGE),
    secret: Some(
        SecretForm::text("DOCUMENSO_WEBHOOK_SECRET")
            .shown_in("the secret that was typed into the webhook's form"),
    ),
    marks: &["x-documenso-secret"],
    sample: Some(Sample {
        types: &["DOCUMENT_COMPLETED", "DOCUMENT_SIGNED"],
        body: r#"{"event":$type,"payload":{"id":$number,"title":"demo","status":"COMPLETED","updatedAt":"$time"},"createdAt":"$time","webhookEndpoint":"https://hooks.example/documenso"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Documenso: `x-documenso-secret` is the webhook's secret itself.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - A webhook without a secret sends the header empty: such a request is refused.
    /// - The digest of the body identifies an event. That a further attempt has the same body is assumed.
    documenso
}
