//! Oura.

use crate::{
    providers::known::{EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const RECEIVERS: &str = "public receivers that agree";

/// Oura.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "oura",
    title: "Oura",
    page: Fact::assumed("https://cloud.ouraring.com/v2/docs"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-oura-signature", SignatureEncoding::Hex)
                .timestamp("x-oura-timestamp", TimestampForm::Seconds)
                .template("{timestamp:10}{body}")
                .into()
        }),
        RECEIVERS,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/event_type")),
    secret: Some(
        SecretForm::text("OURA_CLIENT_SECRET").shown_in("the application's client secret signs"),
    ),
    marks: &["x-oura-signature", "x-oura-timestamp"],
    sample: Some(Sample {
        types: &["create", "update", "delete"],
        body: r#"{"event_type":$type,"data_type":"sleep","object_id":"$uuid","event_time":"$time","user_id":"$hex"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Oura: `x-oura-signature` over `x-oura-timestamp`, then the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - The key that signs is the application's client secret. The signature is in capitals.
    /// - A subscription begins with a GET that nothing signs, and wants its `challenge` back. hookgate does not answer it.
    /// - How it signs is taken from public receivers that agree, and not from a page or a program of Oura.
    /// - The digest of the body, with its `event_time`, identifies an event. That is assumed.
    oura
}
