//! Emailit.

use crate::{
    providers::known::{Fact, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, TimestampForm},
};

const PAGE: &str = "emailit.com/docs/webhooks/request-signature";

/// Emailit.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "emailit",
    title: "Emailit",
    page: Fact::known("https://emailit.com/docs/webhooks/request-signature", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-emailit-signature", SignatureEncoding::Hex)
                .timestamp("x-emailit-timestamp", TimestampForm::Seconds)
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    signed_anew: Fact::known(true, PAGE),
    secret: Some(
        SecretForm::text("EMAILIT_WEBHOOK_SECRET")
            .shown_in("the webhook's page: the whole of it signs, its `whsec_` included"),
    ),
    marks: &["x-emailit-signature", "x-emailit-timestamp"],
    sample: Some(Sample {
        types: &["email.delivered", "email.bounced"],
        body: r#"[{"event_id":"evt_$eventid","type":$type,"data":{"object":{"id":"em_$id"}}}]"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Emailit: `x-emailit-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is signed anew, with its time. An event is identified by the digest of its body.
    /// - The secret is taken as text, its `whsec_` included: it is no base64, as those of Standard Webhooks are.
    /// - A request is a list of up to 100 events, so no type is read.
    emailit
}
