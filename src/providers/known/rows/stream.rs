//! Stream.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "GetStream/stream-chat-js, src/signing.ts and test/unit/signing.test.js";

/// Stream.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "stream",
    title: "Stream",
    page: Fact::assumed("https://getstream.io/chat/docs"),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-signature", SignatureEncoding::Hex).into()),
        SDK,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("STREAM_API_SECRET").shown_in("the application's API secret signs"),
    ),
    marks: &[],
    sample: Some(Sample {
        types: &["message.new", "channel.created", "user.banned"],
        body: r#"{"type":$type,"created_at":"$time","cid":"messaging:demo","message":{"id":"$uuid","text":"hello"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Stream (getstream.io): `x-signature` over the body alone. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The key that signs is the application's API secret.
    /// - The digest of the body identifies an event, which is assumed. No time is signed.
    /// - `x-webhook-id` and `x-webhook-attempt` are not signed.
    stream
}
