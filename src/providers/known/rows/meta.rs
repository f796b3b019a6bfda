//! Meta.

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    provider::Retries,
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm, repeats::hours},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developers.facebook.com/docs/graph-api/webhooks/getting-started";
const WHATSAPP: &str =
    "developers.facebook.com/documentation/business-messaging/whatsapp/webhooks/overview";

/// Meta.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "meta",
    title: "Meta",
    page: Fact::known(
        "https://developers.facebook.com/docs/graph-api/webhooks/getting-started",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature-256", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    event_type: Fact::known(EventTypeAt::Member("/object"), PAGE),
    // The same page, "Validating Verification Requests": the text is an int.
    challenges: &[Question::unsigned(
        "GET",
        TextAt::Query("hub.challenge"),
        Shape::digits(1, 20),
        AnswerAs::Text,
    )
    .with_token("hub.verify_token", &[("hub.mode", "subscribe")])],
    secret: Some(
        SecretForm::text("META_APP_SECRET").shown_in("App Dashboard, Settings, Basic: App secret"),
    ),
    retries: Fact::known(Retries::For(hours(168)), WHATSAPP),
    largest_body: Some(3_000_000),
    sample: Some(Sample {
        types: &["whatsapp_business_account", "page", "instagram"],
        body: r#"{"object":$type,"entry":[{"id":"$number","time":$secs,"changes":[{"field":"messages","value":{"messaging_product":"whatsapp"}}]}]}"#,
        headers: &[("user-agent", "facebookexternalua")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Meta: `x-hub-signature-256` over the body alone, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Nothing beside the body is signed, and no time is read. An event is identified by the digest of its body.
    /// - WhatsApp, Messenger, Instagram and pages of Facebook. The app secret signs for all of them.
    /// - The GET request with `hub.challenge` that registers an endpoint is not signed. It shows the verify token that you
    ///   typed in: [`answer_challenge_with`](Self::answer_challenge_with) that token.
    /// - Known: Meta sends again for 36 hours, and WhatsApp for up to 7 days. A request has up to 1000 changes, and up
    ///   to 3 MB.
    meta
}
