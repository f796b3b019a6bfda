//! Trello.

use std::time::Duration;

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm, repeats::secs,
    },
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "developer.atlassian.com, \"Webhooks\" of Trello";

const GAPS: &[Duration] = &[secs(30), secs(60), secs(120)];

/// Trello.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "trello",
    title: "Trello",
    page: Fact::known(
        "https://developer.atlassian.com/cloud/trello/guides/rest-api/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-trello-webhook", SignatureEncoding::Base64)
                .digest(Digest::Sha1)
                .template("{body}{url}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/action/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/action/type")),
    secret: Some(
        SecretForm::text("TRELLO_API_SECRET").shown_in("the Power-Up's page, API key, Secret"),
    ),
    repeats: Fact::assumed(Repeats::after(GAPS)),
    marks: &["x-trello-webhook"],
    id_at: Some("/action/id"),
    sample: Some(Sample {
        types: &["updateCard", "createCard"],
        body: r#"{"model":{"id":"$id","name":"Demo"},"action":{"id":"$eventid","idMemberCreator":"$id","type":$type,"date":"$time","data":{"card":{"id":"$id","name":"Demo"}}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Trello: `x-trello-webhook` over the body and the endpoint's address, under the application's secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)). It needs [`address`](Self::address): the `callbackURL` of the webhook.
    ///
    /// - It signs by SHA-1, and offers nothing else. The start-up check says what that means.
    /// - `action.id` identifies an event, which is assumed: the same for all webhooks that see it.
    /// - No time is signed beside the body.
    /// - Known: Trello first asks with HEAD, unsigned. Answer it beside this route.
    trello
}
