//! Calendly.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developer.calendly.com/api-docs, \"Webhook signatures\"";

/// Calendly.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "calendly",
    title: "Calendly",
    page: Fact::known("https://developer.calendly.com/api-docs", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("calendly-webhook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(
        SecretForm::text("CALENDLY_WEBHOOK_SIGNING_KEY")
            .shown_in("chosen when the subscription is created, or the application's own"),
    ),
    marks: &["calendly-webhook-signature"],
    sample: Some(Sample {
        types: &[
            "invitee.created",
            "invitee.canceled",
            "routing_form_submission.created",
        ],
        body: r#"{"event":$type,"created_at":"$time","created_by":"https://api.calendly.com/users/demo","payload":{"uri":"https://api.calendly.com/scheduled_events/demo/invitees/$uuid","status":"active"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Calendly: `calendly-webhook-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. An event is identified by the digest of its body.
    calendly
}
