//! Mailtrap.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/mailtrap/mailtrap-python, `mailtrap.webhooks`";

/// Mailtrap.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "mailtrap",
    title: "Mailtrap",
    page: Fact::assumed("https://docs.mailtrap.io"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("mailtrap-signature", SignatureEncoding::Hex).into()
        }),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event")),
    secret: Some(SecretForm::text("MAILTRAP_WEBHOOK_SECRET")),
    marks: &["mailtrap-signature"],
    sample: Some(Sample {
        types: &["delivery", "open"],
        body: r#"{"event":$type,"sending_stream":"transactional","category":"welcome","message_id":"$uuid","email":"recipient@example.com","event_id":"$eventuuid","timestamp":$secs}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Mailtrap: `mailtrap-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    mailtrap
}
