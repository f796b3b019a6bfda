//! LINE.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "github.com/line/line-bot-sdk-python, `SignatureValidator`";

/// LINE.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "line",
    title: "LINE",
    page: Fact::assumed(
        "https://developers.line.biz/en/docs/messaging-api/verify-webhook-signature",
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-line-signature", SignatureEncoding::Base64).into()
        }),
        CODE,
    ),
    secret: Some(SecretForm::text("LINE_CHANNEL_SECRET").shown_in("the channel's secret")),
    marks: &["x-line-signature"],
    sample: Some(Sample {
        types: &["message", "follow"],
        body: r#"{"destination":"U$hex","events":[{"type":$type,"mode":"active","timestamp":$millis,"source":{"type":"user","userId":"U$hex"},"webhookEventId":"$eventid","deliveryContext":{"isRedelivery":false},"replyToken":"$hex","message":{"id":"$number","type":"text","quoteToken":"demo","text":"hello"}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// LINE: `x-line-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - No id is signed beside the body. An event is identified by the digest of its body.
    /// - One request holds several events, in `events`. They are one event here: its handler goes through them.
    /// - A redelivery says so in `deliveryContext`, so its digest is another one. Handlers that must not repeat
    ///   look at `webhookEventId`.
    line
}
