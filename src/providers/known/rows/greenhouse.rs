//! Greenhouse.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/grnhse/greenhouse-api-docs, webhooks/_introduction.md";

/// Greenhouse.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "greenhouse",
    title: "Greenhouse",
    page: "https://developers.greenhouse.io/webhooks.html",
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256 "))
                .into()
        }),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/action")),
    secret: Some(
        SecretForm::text("GREENHOUSE_WEBHOOK_SECRET")
            .shown_in("the webhook's settings, Secret Key"),
    ),
    marks: &["greenhouse-event-id"],
    sample: Some(Sample {
        types: &["hire_candidate", "new_candidate_application"],
        body: r#"{"action":$type,"payload":{"application":{"id":$number,"status":"active","candidate":{"id":$number}}}}"#,
        headers: &[("greenhouse-event-id", "$number")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Greenhouse: `signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `greenhouse-event-id` is not signed.
    /// - When a webhook is saved, Greenhouse sends a ping, and disables the webhook if it fails.
    greenhouse
}
