//! Viber.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SDK: &str = "Viber/viber-bot-python, `verify_signature` and its tests";

/// Viber.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "viber",
    title: "Viber",
    page: Fact::assumed("https://developers.viber.com/docs/api/rest-bot-api/#callbacks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-viber-content-signature", SignatureEncoding::Hex).into()
        }),
        SDK,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), SDK),
    secret: Some(SecretForm::text("VIBER_AUTH_TOKEN")),
    marks: &["x-viber-content-signature"],
    sample: Some(Sample {
        types: &["message", "delivered", "subscribed"],
        body: r#"{"event":$type,"timestamp":$millis,"message_token":$eventnumber,"sender":{"id":"demo"},"message":{"type":"text","text":"hello"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Viber: `x-viber-content-signature` over the body alone, under the authentication token of the bot. The
    /// secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `message_token` is a number. The digest of the body identifies an event, which is assumed.
    viber
}
