//! Synctera.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const SKILL: &str = "hookdeck/webhook-skills, \"synctera-webhooks\"";

/// Synctera.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "synctera",
    title: "Synctera",
    page: Fact::assumed("https://dev.synctera.com/docs/webhooks-guide"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("synctera-signature", SignatureEncoding::Hex)
                .timestamp("request-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        SKILL,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("SYNCTERA_WEBHOOK_SECRET")
            .shown_in("the answer to POST /v0/webhook_secrets"),
    ),
    marks: &["synctera-signature"],
    sample: Some(Sample {
        types: &["ACCOUNT.UPDATED", "TRANSACTION.POSTED.CREATED"],
        body: r#"{"id":"$eventnumber","type":$type,"event_time":"$time","webhook_id":"$uuid","event_resource":"{}"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Synctera: `synctera-signature` over `request-timestamp` and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - While a secret is replaced, Synctera joins two signatures by a full stop. Such a header is refused.
    /// - `id` identifies an event, which is assumed.
    synctera
}
