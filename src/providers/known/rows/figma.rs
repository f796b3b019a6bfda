//! Figma.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::AccessTokenConfig,
};

const PAGE: &str = "developers.figma.com, \"Security\"";
const EVENTS: &str = "www.hooksbase.com/guides/receive-figma-webhooks";

/// Figma.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "figma",
    title: "Figma",
    page: Fact::known(
        "https://developers.figma.com/docs/rest-api/webhooks-security",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Token(|| AccessTokenConfig::member("/passcode").into()),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Digest),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), EVENTS),
    secret: Some(
        SecretForm::text("FIGMA_WEBHOOK_PASSCODE")
            .shown_in("the `passcode` of the request that made the webhook"),
    ),
    sample: Some(Sample {
        types: &["FILE_UPDATE", "FILE_COMMENT"],
        body: r#"{"event_type":$type,"file_key":"$hex","file_name":"demo","passcode":"0","timestamp":"$time","webhook_id":"1","triggered_by":{"id":"1","handle":"demo"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Figma: `passcode` in the body is the webhook's passcode itself.
    ///
    /// - Access only: nothing of the body is signed. Whoever learns the token can write any event.
    /// - The passcode is in the event: handlers get it, and an inbox keeps it. Encrypt the inbox.
    /// - The digest of the body identifies an event. Its `timestamp` tells two events apart. That a further attempt has the
    ///   same body is assumed.
    /// - Figma stops a webhook that is answered 400. A wrong passcode is answered 401 here.
    figma
}
