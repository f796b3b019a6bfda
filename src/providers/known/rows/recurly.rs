//! Recurly.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout, TimestampForm},
};

const PAGE: &str = "docs.recurly.com, \"Webhooks (JSON & XML)\" and \"Automatic retries\"";

/// Recurly.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "recurly",
    title: "Recurly",
    page: Fact::known(
        "https://docs.recurly.com/recurly-subscriptions/docs/webhooks",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("recurly-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::TimeAndList)
                .timestamp_form(TimestampForm::Milliseconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        "recurly/recurly-client-ruby, lib/recurly/webhooks.rb and its tests",
    ),
    event_type: Fact::known(
        EventTypeAt::Member("/event_type"),
        "recurly/recurly-client-ruby, spec/recurly/webhooks_spec.rb",
    ),
    secret: Some(SecretForm::text("RECURLY_WEBHOOKS_KEY")),
    timeout: Fact::known(secs(5), PAGE),
    // The page gives the gap before each of the ten, from x = 0 on, as 10 + x * 2^(x + 5) s. Together that is 72.9 hours.
    retries: Fact::known(Retries::For(hours(73)), PAGE),
    marks: &["recurly-signature"],
    sample: Some(Sample {
        types: &["created", "updated", "closed"],
        body: r#"{"id":"$id","object_type":"account","site_id":"demo","event_type":$type,"event_time":"$time","account_code":"demo"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Recurly: `recurly-signature` over its time, a dot and the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - It is for notifications in JSON. Those in XML are refused with 415.
    /// - The header has the time first, then a signature of each live secret. One of them has to match.
    /// - `id` in the body is that of the object. The digest of the body identifies an event, which is assumed.
    /// - Known: Recurly waits 5 s, and sends again up to 10 times within 73 hours.
    recurly
}
