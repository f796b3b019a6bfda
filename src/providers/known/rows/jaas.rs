//! Jitsi as a Service.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "developer.8x8.com, JaaS webhooks, \"Verify the signature\"";

/// Jitsi as a Service.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "jaas",
    title: "Jitsi as a Service",
    page: Fact::known(
        "https://developer.8x8.com/jaas/docs/webhooks-verify-signature",
        PAGE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-jaas-signature", SignatureEncoding::Base64)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::known(Identity::Member("/idempotencyKey"), PAGE),
    event_type: Fact::known(EventTypeAt::Member("/eventType"), PAGE),
    secret: Some(SecretForm::text("JAAS_WEBHOOK_SECRET")),
    marks: &["x-jaas-signature"],
    id_at: Some("/idempotencyKey"),
    sample: Some(Sample {
        types: &["PARTICIPANT_JOINED", "ROOM_CREATED"],
        body: r#"{"eventType":$type,"sessionId":"$uuid","timestamp":$millis,"fqn":"vpaas-magic-cookie-demo/room","idempotencyKey":"$eventuuid","customerId":"demo","appId":"vpaas-magic-cookie-demo","data":{"conference":"demo"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Jitsi as a Service: `x-jaas-signature` holds a time, and signs it with the body, under the
    /// secret as text ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time.
    /// - `idempotencyKey` in the body identifies an event.
    /// - Its secret begins with `whsec_` and is text all the same: the whole of it is the key.
    jaas
}
