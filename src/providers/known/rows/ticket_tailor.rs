//! Ticket Tailor.

use crate::{
    providers::known::{EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm},
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const CODE: &str = "PipedreamHQ/pipedream, components/ticket_tailor, sources/new-event";

/// Ticket Tailor.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "ticket-tailor",
    title: "Ticket Tailor",
    page: Fact::assumed("https://developers.tickettailor.com"),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("tickettailor-webhook-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::Pairs {
                    signature: "v1".to_owned(),
                    timestamp: Some("t".to_owned()),
                })
                .template("{timestamp:10}{body}")
                .into()
        }),
        CODE,
    ),
    identity: Fact::known(Identity::Member("/id"), CODE),
    event_type: Fact::known(EventTypeAt::Member("/event"), CODE),
    secret: Some(
        SecretForm::text("TICKET_TAILOR_WEBHOOK_SECRET").shown_in("the box office, Webhooks"),
    ),
    marks: &["tickettailor-webhook-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["ORDER.CREATED", "ISSUED_TICKET.CREATED"],
        body: r#"{"id":"wh_$eventnumber","created_at":"$time","event":$type,"resource_url":"https://api.tickettailor.com/v1/orders/or_$number","payload":{"object":"order","id":"or_$number"}}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Ticket Tailor: `tickettailor-webhook-signature` over its time, then the body. The secret is taken as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - How it signs is taken from a public receiver, and not from a page of Ticket Tailor.
    /// - `id` in the body identifies an event.
    ticket_tailor
}
