//! Ashby.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.ashbyhq.com/docs/authenticating-webhooks";
const SETUP: &str = "developers.ashbyhq.com/docs/setting-up-webhooks";

/// Ashby.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "ashby",
    title: "Ashby",
    page: Fact::known(
        "https://developers.ashbyhq.com/docs/authenticating-webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("ashby-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/action"), SETUP),
    secret: Some(
        SecretForm::text("ASHBY_WEBHOOK_SECRET")
            .shown_in("Admin, Integrations, Webhooks: each webhook's own"),
    ),
    marks: &["ashby-signature"],
    sample: Some(Sample {
        types: &["applicationSubmit", "candidateHire", "candidateStageChange"],
        body: r#"{"action":$type,"data":{"application":{"id":"$uuid","createdAt":"2023-11-14T22:13:20Z","updatedAt":"$time"}}}"#,
        headers: &[("user-agent", "Ashby-Webhook")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Ashby: `ashby-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - A ping that is answered with 400 or more disables the webhook.
    ashby
}
