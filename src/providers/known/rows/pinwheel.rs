//! Pinwheel.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const CODE: &str = "DSACMS/iv-cbv-payroll, app/spec/services/aggregators/sdk/pinwheel_service_spec.rb, and its recorded requests";

/// Pinwheel.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "pinwheel",
    title: "Pinwheel",
    page: Fact::assumed("https://docs.pinwheelapi.com/public/docs/webhook-signature-verification"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-pinwheel-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("v2="))
                .timestamp("x-timestamp", TimestampForm::Seconds)
                .template("v2:{timestamp}:{body}")
                .into()
        }),
        CODE,
    ),
    identity: Fact::known(Identity::Member("/event_id"), CODE),
    event_type: Fact::known(EventTypeAt::Member("/event"), CODE),
    secret: Some(SecretForm::text("PINWHEEL_API_SECRET").shown_in("the API secret signs")),
    marks: &["x-pinwheel-signature"],
    id_at: Some("/event_id"),
    sample: Some(Sample {
        types: &["account.added", "paystubs.added", "income.added"],
        body: r#"{"event_id":"$eventuuid","event":$type,"payload":{"created_at":"$time","account_id":"$uuid","platform_name":"Demo","end_user_id":"$uuid"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Pinwheel: `x-pinwheel-signature` over its version, `x-timestamp` and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The key that signs is the API secret.
    /// - `event_id` in the body identifies an event. `x-pinwheel-webhook-id` is not signed.
    pinwheel
}
