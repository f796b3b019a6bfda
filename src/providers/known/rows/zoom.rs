//! Zoom.

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const SAMPLE: &str =
    "zoom/webhook-sample; webhooks.fyi/webhook-directory/zoom for the unit of the time";

/// Zoom.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "zoom",
    title: "Zoom",
    page: Fact::assumed("https://developers.zoom.us/docs/api/webhooks/#verify-webhook-events"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-zm-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("v0="))
                .timestamp("x-zm-request-timestamp", TimestampForm::Seconds)
                .template("v0:{timestamp}:{body}")
                .into()
        }),
        SAMPLE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/event"), SAMPLE),
    // developers.zoom.us/docs/api/webhooks, "Validate your webhook endpoint". The text is 16 bytes in base64 there. With its
    // colons, the text that is signed with an event is none.
    challenges: &[Question::event(
        &[("/event", "endpoint.url_validation")],
        TextAt::Body("/payload/plainToken"),
        Shape::base64(22, 24),
        AnswerAs::Mac {
            text: Some("plainToken"),
            mac: "encryptedToken",
            prefix: "",
            encoding: SignatureEncoding::Hex,
        },
    )],
    secret: Some(
        SecretForm::text("ZOOM_WEBHOOK_SECRET_TOKEN")
            .shown_in("the app's Feature page, Secret Token"),
    ),
    marks: &["x-zm-signature", "x-zm-request-timestamp"],
    sample: Some(Sample {
        types: &["meeting.started", "meeting.ended", "recording.completed"],
        body: r#"{"event":$type,"event_ts":$millis,"payload":{"account_id":"demo","object":{"id":"$number","uuid":"$hex","topic":"demo","start_time":"$time"}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Zoom: `x-zm-signature` over its version, `x-zm-request-timestamp` and the body. The secret is taken as
    /// text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Zoom validates an endpoint by the signed event `endpoint.url_validation`. The answer is a MAC of its `plainToken`:
    ///   [`answer_challenge_with`](Self::answer_challenge_with) the same secret. Otherwise the handler gives it.
    /// - The digest of the body identifies an event, which is assumed.
    /// - That its time is in seconds is shown by no request that it has signed.
    zoom
}
