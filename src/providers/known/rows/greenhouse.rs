//! Greenhouse.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/grnhse/greenhouse-api-docs, webhooks/_introduction.md";

const GAPS: &[Duration] = &[
    minutes(1),
    minutes(15),
    hours(1),
    hours(2),
    hours(4),
    hours(8),
];

/// Greenhouse.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "greenhouse",
    title: "Greenhouse",
    page: Fact::assumed("https://developers.greenhouse.io/webhooks.html"),
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
    retries: Fact::known(Retries::For(minutes(916)), CODE),
    repeats: Fact::known(Repeats::after(GAPS), CODE),
    marks: &["greenhouse-event-id"],
    sample: Some(Sample {
        types: &["hire_candidate", "new_candidate_application"],
        body: r#"{"action":$type,"payload":{"application":{"id":$number,"status":"active","last_activity_at":"$time","candidate":{"id":$number}}}}"#,
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
    /// - Known: it sends up to 6 times again, over 15 hours.
    greenhouse
}
