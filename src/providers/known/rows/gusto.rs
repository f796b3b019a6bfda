//! Gusto.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const SIGNATURE: &str = "docs.gusto.com/app-integrations/docs/webhooks";
const EVENTS: &str = "automatelab.tech/saas-webhooks/gusto";

/// Gusto.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "gusto",
    title: "Gusto",
    page: Fact::known(
        "https://docs.gusto.com/app-integrations/docs/webhooks",
        SIGNATURE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("x-gusto-signature", SignatureEncoding::Hex).into()),
        SIGNATURE,
    ),
    identity: Fact::assumed(Identity::Member("/uuid")),
    event_type: Fact::known(EventTypeAt::Member("/event_type"), EVENTS),
    secret: Some(
        SecretForm::text("GUSTO_WEBHOOK_VERIFICATION_TOKEN")
            .shown_in("sent to the endpoint once, as `verification_token`"),
    ),
    assumed: &["its signature is hexadecimal"],
    marks: &["x-gusto-signature"],
    id_at: Some("/uuid"),
    sample: Some(Sample {
        types: &["employee.created", "company.updated"],
        body: r#"{"uuid":"$eventuuid","event_type":$type,"resource_type":"Company","resource_uuid":"$uuid","entity_type":"Employee","entity_uuid":"$uuid","timestamp":$secs}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Gusto: `x-gusto-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `uuid` in the body identifies an event, which is assumed.
    /// - It is assumed to send up to 16 times again, with growing gaps.
    /// - The request that brings `verification_token` is not signed, and is refused. Take it at another endpoint.
    gusto
}
