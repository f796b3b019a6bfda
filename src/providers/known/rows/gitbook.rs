//! GitBook.

use std::time::Duration;

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{minutes, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/GitbookIO/integrations, webhook";

const GAPS: &[Duration] = &[secs(1), secs(2), secs(4)];

/// GitBook.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gitbook",
    title: "GitBook",
    page: Fact::assumed("https://gitbook.com/docs"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-gitbook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    signed_anew: Fact::known(false, CODE),
    secret: Some(SecretForm::text("GITBOOK_WEBHOOK_SECRET")),
    timeout: Fact::known(secs(10), CODE),
    retries: Fact::known(Retries::For(minutes(1)), CODE),
    repeats: Fact::known(Repeats::after(GAPS), CODE),
    assumed: &["its time is in seconds"],
    marks: &["x-gitbook-signature"],
    id_at: Some("/eventId"),
    sample: Some(Sample {
        types: &["space_content_updated", "page_feedback"],
        body: r#"{"eventId":"$eventid","type":$type,"spaceId":"demo","installationId":"demo"}"#,
        headers: &[("user-agent", "GitBook-Webhook")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// GitBook: `x-gitbook-signature` holds a time, and signs it with the body, under the secret
    /// as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No id is signed beside the body. The digest of the body identifies an event, which is assumed.
    /// - Known: GitBook waits 10 s. It sends up to 3 times again within a minute, with the time and the signature
    ///   of the first attempt.
    gitbook
}
