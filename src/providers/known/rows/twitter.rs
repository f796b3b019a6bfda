//! X (Twitter).

use crate::{
    challenge::{AnswerAs, Question, Shape, TextAt},
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.x.com/x-api/webhooks/quickstart";

/// X (Twitter).
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "twitter",
    title: "X (Twitter)",
    page: Fact::known("https://docs.x.com/x-api/webhooks/quickstart", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-twitter-webhooks-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        PAGE,
    ),
    // PAGE. No page says which characters the token has. Without a brace it is no event.
    challenges: &[Question::unsigned(
        "GET",
        TextAt::Query("crc_token"),
        Shape::base64(1, 128),
        AnswerAs::Mac {
            text: None,
            mac: "response_token",
            prefix: "sha256=",
            encoding: SignatureEncoding::Base64,
        },
    )],
    secret: Some(SecretForm::text("TWITTER_CONSUMER_SECRET")),
    marks: &["x-twitter-webhooks-signature"],
    sample: Some(Sample {
        types: &["tweet"],
        body: r#"{"for_user_id":"2244994945","tweet_create_events":[{"id_str":"$number","kind":$type,"timestamp_ms":"$millis","text":"hello"}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// X (Twitter): `x-twitter-webhooks-signature` over the body alone, under the consumer secret of the app.
    /// The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each hour X asks by a GET with `crc_token`, which nothing signs, whether the endpoint is ours. The answer is a MAC of
    ///   it: [`answer_challenge_with`](Self::answer_challenge_with) the same secret.
    /// - The digest of the body identifies an event, which is assumed.
    twitter
}
