//! Attentive.

use crate::{
    provider::Retries,
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::hours},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "docs.attentive.com/docs/webhook-authentication";
const MANAGE: &str = "docs.attentive.com/docs/create-and-manage-webhooks";

/// Attentive.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "attentive",
    title: "Attentive",
    page: Fact::known(
        "https://docs.attentive.com/docs/webhook-authentication",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-attentive-hmac-sha256", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/type"), MANAGE),
    secret: Some(
        SecretForm::text("ATTENTIVE_SIGNING_KEY")
            .shown_in("the webhook's settings in the dashboard"),
    ),
    retries: Fact::known(Retries::For(hours(72)), MANAGE),
    marks: &["x-attentive-hmac-sha256"],
    sample: Some(Sample {
        types: &["sms.subscribed", "sms.sent", "email.opened"],
        body: r#"{"type":$type,"timestamp":$millis,"company":{"display_name":"Demo"},"subscriber":{"email":"demo@example.com","external_id":$number}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Attentive: `x-attentive-hmac-sha256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - Known: Attentive sends again for 3 days.
    attentive
}
