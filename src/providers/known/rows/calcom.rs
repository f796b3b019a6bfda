//! Cal.com.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "cal.com/docs/developing/guides/automation/webhooks";

/// Cal.com.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "calcom",
    title: "Cal.com",
    page: Fact::known(
        "https://cal.com/docs/developing/guides/automation/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-cal-signature-256", SignatureEncoding::Hex).into()
        }),
        PAGE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/triggerEvent")),
    secret: Some(SecretForm::text("CALCOM_WEBHOOK_SECRET").shown_in("the webhook's form, Secret")),
    marks: &["x-cal-signature-256"],
    sample: Some(Sample {
        types: &["BOOKING_CREATED", "BOOKING_CANCELLED", "MEETING_ENDED"],
        body: r#"{"triggerEvent":$type,"createdAt":"$time","payload":{"uid":"$hex","title":"demo","startTime":"$time"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Cal.com: `x-cal-signature-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For webhooks with a secret. A template of one's own may leave out the type.
    calcom
}
