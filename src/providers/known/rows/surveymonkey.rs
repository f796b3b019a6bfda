//! SurveyMonkey.

use crate::{
    providers::known::{
        BodyTime, EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm,
    },
    schemes::{Digest, HmacHeaderConfig, SignatureEncoding},
};

const PAGE: &str = "SurveyMonkey/public_api_docs, \"Webhook Callbacks\"";

/// SurveyMonkey.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "surveymonkey",
    title: "SurveyMonkey",
    page: Fact::assumed("https://api.surveymonkey.com/v3/docs#webhook-callbacks"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("sm-signature", SignatureEncoding::Base64)
                .digest(Digest::Sha1)
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/event_id"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), PAGE),
    body_time: Some(Fact::known(BodyTime::occurred_at("/event_datetime"), PAGE)),
    secret: Some(SecretForm::text("SURVEYMONKEY_CLIENT_ID_AND_SECRET")),
    marks: &["sm-signature", "sm-apikey"],
    sample: Some(Sample {
        types: &[
            "response_completed",
            "response_updated",
            "collector_created",
        ],
        body: r#"{"name":"demo","filter_type":"survey","filter_id":"1","event_type":$type,"event_id":"$eventnumber","object_type":"response","object_id":"$number","event_datetime":"$time","resources":{"survey_id":"1"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// SurveyMonkey: `sm-signature` over the body alone, with SHA-1. The key is the text of the client id, `&`
    /// and the client secret. The secret is taken as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - `event_id` identifies an event, and `event_datetime` says when it occurred.
    surveymonkey
}
