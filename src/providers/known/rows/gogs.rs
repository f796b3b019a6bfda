//! Gogs.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/gogs/gogs, internal/database/webhook.go";

/// Gogs.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gogs",
    title: "Gogs",
    page: Fact::assumed("https://gogs.io/docs/features/webhook"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-gogs-signature", SignatureEncoding::Hex).into()),
        CODE,
    ),
    equal_bodies: Some("a label or a member is changed back and forth"),
    event_type: Fact::known(EventTypeAt::Header("x-gogs-event"), CODE),
    secret: Some(SecretForm::text("GOGS_WEBHOOK_SECRET")),
    timeout: Fact::known(secs(15), CODE),
    retries: Fact::known(Retries::Never, CODE),
    repeats: Fact::known(Repeats::NEVER, CODE),
    warning: Some("Gogs never sends an event again by itself"),
    marks: &["x-gogs-signature", "x-gogs-event", "x-gogs-delivery"],
    sample: Some(Sample {
        types: &["push", "issues", "release"],
        body: r#"{"ref":"refs/heads/main","after":"$hex00000000","repository":{"id":$number,"full_name":"demo/app","private":true,"updated_at":"$time"},"sender":{"login":"demo","id":1}}"#,
        headers: &[("x-gogs-delivery", "$uuid")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Gogs: `x-gogs-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - `x-gogs-event` is not signed. The type is a [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - Choose `application/json` at the webhook. For a form it signs the JSON inside, not the body.
    /// - Known: unless its owner sets another time, Gogs waits 15 s. It never sends again by itself.
    gogs
}
