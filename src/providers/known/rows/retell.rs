//! Retell AI.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SDK: &str = "RetellAI/retell-typescript-sdk, src/lib/webhook_auth.ts and its tests";

/// Retell AI.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "retell",
    title: "Retell AI",
    page: Fact::known(
        "https://docs.retellai.com/features/secure-webhook",
        "docs.retellai.com/features/secure-webhook",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-retell-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "d".to_owned(),
                    timestamp: Some("v".to_owned()),
                })
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{body}{timestamp:13}")
                .into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), SDK),
    secret: Some(
        SecretForm::text("RETELL_API_KEY").shown_in("the API key with the webhook badge signs"),
    ),
    marks: &["x-retell-signature"],
    sample: Some(Sample {
        types: &["call_ended", "call_analyzed"],
        body: r#"{"event":$type,"call":{"call_id":"$hex","call_type":"web_call","agent_id":"agent_demo","call_status":"ended","start_timestamp":1700000000000,"end_timestamp":$millis}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Retell AI: `x-retell-signature` over the body, then its time. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The key that signs is that API key of the account which has a webhook badge.
    /// - The digest of the body identifies an event, which is assumed: a call has each of its events once.
    retell
}
