//! Airwallex.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::hours,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "airwallex.com/docs/developer-tools/webhooks";

/// Airwallex.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "airwallex",
    title: "Airwallex",
    page: Fact::known(
        "https://www.airwallex.com/docs/developer-tools/webhooks/listen-for-webhook-events",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex)
                .timestamp("x-timestamp", TimestampForm::Milliseconds)
                .template("{timestamp:13}{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/id"), PAGE),
    event_type: Fact::assumed(EventTypeAt::Member("/name")),
    secret: Some(
        SecretForm::text("AIRWALLEX_WEBHOOK_SECRET")
            .several("each webhook of Airwallex has a secret of its own"),
    ),
    retries: Fact::known(Retries::For(hours(72)), PAGE),
    marks: &[],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["payment_intent.succeeded", "refund.settled"],
        body: r#"{"id":"evt_$eventid","name":$type,"account_id":"acct_demo","data":{"object":{"id":"int_$id","status":"SUCCEEDED"}},"created_at":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Airwallex: `x-signature` over `x-timestamp`, then the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `id` in the body identifies an event, and stays the same over attempts.
    /// - Known: Airwallex sends again for about 3 days, until it gets a 200. Another 2xx is a failure for it.
    airwallex
}
