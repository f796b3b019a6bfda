//! Persona.

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const PAGE: &str = "docs.withpersona.com/webhooks-best-practices";
const WEBHOOKS: &str = "docs.withpersona.com/webhooks";

/// Persona.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "persona",
    title: "Persona",
    page: Fact::known("https://docs.withpersona.com/webhooks-best-practices", PAGE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("persona-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp}.{body}")
                .into()
        }),
        PAGE,
    ),
    identity: Fact::assumed(Identity::Member("/data/id")),
    event_type: Fact::known(EventTypeAt::Member("/data/attributes/name"), WEBHOOKS),
    secret: Some(
        SecretForm::text("PERSONA_WEBHOOK_SECRET")
            .shown_in("Webhooks, the webhook: `wbhsec_…`")
            .several("each webhook of Persona has a secret of its own"),
    ),
    timeout: Fact::known(secs(5), WEBHOOKS),
    marks: &["persona-signature"],
    id_at: Some("/data/id"),
    sample: Some(Sample {
        types: &[
            "inquiry.completed",
            "inquiry.approved",
            "verification.passed",
        ],
        body: r#"{"data":{"type":"event","id":"evt_$eventid","attributes":{"name":$type,"created-at":"$time","payload":{"data":{"type":"inquiry","id":"inq_$id","attributes":{"status":"approved"}}}}}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Persona: `persona-signature` over `{timestamp}.{body}`, under its secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - Each attempt is assumed to be signed anew, with its time. The body's `data.id` identifies the event. That
    ///   is assumed.
    /// - The secret is taken as text, its `wbhsec_` included.
    /// - While a secret is replaced, Persona sends two such lists, separated by a space. Only the second signature is
    ///   read then, so hold both secrets.
    /// - Known: Persona waits 5 s. It is assumed to send again up to 7 times.
    persona
}
