//! Airtable.

use crate::{
    keys::Encoding,
    provider::Retries,
    providers::known::{
        Fact, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "airtable.com/developers/web/api/webhooks-overview";

/// Airtable.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "airtable",
    title: "Airtable",
    page: Fact::known(
        "https://airtable.com/developers/web/api/webhooks-overview",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-airtable-content-mac", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("hmac-sha256="))
                .into()
        }),
        PAGE,
    ),
    secret: Some(
        SecretForm::of(Encoding::Base64, "AIRTABLE_MAC_SECRET")
            .shown_in("`macSecretBase64` in the answer that creates the webhook, shown once"),
    ),
    timeout: Fact::known(secs(25), PAGE),
    retries: Fact::known(Retries::For(hours(24)), PAGE),
    marks: &["x-airtable-content-mac"],
    sample: Some(Sample {
        types: &["tableData", "tableFields", "tableMetadata"],
        body: r#"{"base":{"id":"app00000000000000"},"webhook":{"id":"ach$id"},"timestamp":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Airtable: `x-airtable-content-mac` over the body alone, under its secret in base64
    /// ([`Secret::base64`](crate::keys::Secret::base64)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - A notification says that something has changed, and nothing else. Read the changes from the webhook's
    ///   payloads.
    /// - Known: Airtable waits 25 s and tries for a day. Then it disables the webhook's notifications.
    airtable
}
