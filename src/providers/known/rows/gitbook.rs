//! GitBook.

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "github.com/GitbookIO/integrations, webhook";

/// GitBook.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gitbook",
    title: "GitBook",
    page: "https://gitbook.com/docs",
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
    identity: Fact::assumed(Identity::Member("/eventId")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("GITBOOK_WEBHOOK_SECRET")),
    timeout: Fact::known(secs(10), CODE),
    assumed: &["its time is in seconds"],
    marks: &["x-gitbook-signature"],
    id_at: Some("/eventId"),
    sample: Some(Sample {
        types: &["space_content_updated", "page_feedback"],
        body: r#"{"eventId":"$id","type":$type,"spaceId":"demo","installationId":"demo"}"#,
        headers: &[("user-agent", "GitBook-Webhook")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// GitBook: `x-gitbook-signature` holds the time of the attempt, and signs it with the body, under the secret
    /// as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `eventId` in the body identifies an event.
    /// - Known: GitBook waits 10 s.
    gitbook
}
