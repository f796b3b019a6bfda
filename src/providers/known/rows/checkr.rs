//! Checkr.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/checkr/webhook-verification-examples";

/// Checkr.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "checkr",
    title: "Checkr",
    page: Fact::assumed("https://docs.checkr.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-checkr-signature", SignatureEncoding::Hex).into()
        }),
        CODE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(SecretForm::text("CHECKR_API_KEY").shown_in("the API key itself signs")),
    marks: &["x-checkr-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &[
            "report.completed",
            "invitation.completed",
            "candidate.created",
        ],
        body: r#"{"id":"$eventhex","object":"event","type":$type,"created_at":"$time","data":{"object":{"id":"$id","object":"report","status":"clear"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Checkr: `x-checkr-signature` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. The body's `id` identifies the event. That is assumed.
    /// - The key that signs is the account's API key.
    checkr
}
