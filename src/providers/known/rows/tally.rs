//! Tally.

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "tally.so/help/webhooks";

/// Tally.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "tally",
    title: "Tally",
    page: Fact::known("https://tally.so/help/webhooks", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("tally-signature", SignatureEncoding::Base64).into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/eventId")),
    event_type: Fact::assumed(EventTypeAt::Member("/eventType")),
    secret: Some(
        SecretForm::text("TALLY_SIGNING_SECRET")
            .shown_in("the form, Integrations, Webhooks, Add a signing secret"),
    ),
    timeout: Fact::known(secs(10), PAGE),
    marks: &["tally-signature"],
    sample: Some(Sample {
        types: &["FORM_RESPONSE"],
        body: r#"{"eventId":"$eventuuid","eventType":$type,"createdAt":"$time","data":{"responseId":"$id","formId":"demo","fields":[]}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Tally: `tally-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `eventId` identifies an event, which is assumed.
    /// - Known: Tally waits 10 s.
    tally
}
