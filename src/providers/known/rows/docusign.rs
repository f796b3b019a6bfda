//! DocuSign.

use crate::{
    provider::Retries,
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::hours},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developers.docusign.com/platform/webhooks/connect/validate";
const EVENTS: &str = "developers.docusign.com/platform/webhooks/connect/event-triggers";
const CONNECT: &str = "developers.docusign.com/platform/webhooks/connect";

/// DocuSign.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "docusign",
    title: "DocuSign",
    page: Fact::known(
        "https://developers.docusign.com/platform/webhooks/connect/validate",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            let header = |number| format!("x-docusign-signature-{number}");
            // As many as a scheme takes.
            let first = HmacHeaderConfig::new(header(1), SignatureEncoding::Base64);
            let all = (2..=16).fold(first, |config, number| config.or_signed_in(header(number)));
            all.into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), EVENTS),
    secret: Some(
        SecretForm::text("DOCUSIGN_CONNECT_KEY").shown_in("Settings, Connect, Connect Keys"),
    ),
    retries: Fact::known(Retries::For(hours(360)), CONNECT),
    marks: &["x-docusign-signature-1", "x-authorization-digest"],
    sample: Some(Sample {
        types: &["envelope-sent", "envelope-completed", "recipient-completed"],
        body: r#"{"event":$type,"apiVersion":"v2.1","uri":"/restapi/v2.1/accounts/demo/envelopes/$uuid","configurationId":1,"generatedDateTime":"$time","data":{"accountId":"demo","envelopeId":"$uuid"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// DocuSign: `x-docusign-signature-1` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - For Connect with events in JSON. With several keys, each one signs in a header of its own. The first 16
    ///   headers are read, so the receiver may hold the key of any of them.
    /// - Known: DocuSign sends again for up to 15 days.
    docusign
}
