//! Mollie.

use crate::{
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Sample, SecretForm, repeats::secs,
    },
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SIGNATURE: &str = "github.com/mollie/mollie-api-php, `SignatureValidator`";
const DELIVERY: &str = "docs.mollie.com/reference/webhooks-new";

/// Mollie.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "mollie",
    title: "Mollie",
    page: Fact::known("https://docs.mollie.com/reference/webhooks-new", DELIVERY),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-mollie-signature", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        SIGNATURE,
    ),
    identity: Fact::assumed(Identity::Member("/id")),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::text("MOLLIE_WEBHOOK_SIGNING_SECRET")
            .shown_in("shown when the webhook is created"),
    ),
    timeout: Fact::known(secs(15), DELIVERY),
    marks: &["x-mollie-signature"],
    id_at: Some("/id"),
    sample: Some(Sample {
        types: &["payment-link.paid", "sales-invoice.paid"],
        body: r#"{"resource":"event","id":"event_$eventid","type":$type,"entityId":"pl_$id","createdAt":"$time"}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Mollie: `x-mollie-signature` over the body alone, under the secret as text
    /// ([`Secret::utf8`](crate::keys::Secret::utf8)).
    ///
    /// - No time is signed.
    /// - `id` in the body identifies an event, which is assumed.
    /// - The next-gen webhooks. The classic ones, a form with `id`, are not signed: nothing of them is accepted.
    /// - Known: Mollie waits 15 s.
    mollie
}
