//! Adyen's webhooks of balance platforms.

use super::adyen::{GAPS, QUEUE};
use crate::{
    keys::Encoding,
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, secs},
    },
    schemes::{HmacHeaderConfig, SignatureEncoding},
};

const CODE: &str = "hexdocs.pm/adyen_client, `AdyenClient.Webhooks.HMAC`";

/// Adyen's webhooks of balance platforms.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "adyen-platform",
    title: "Adyen balance platform",
    page: Fact::assumed(
        "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
    ),
    proof: Fact::known(
        Proof::Scheme(|| HmacHeaderConfig::new("hmacsignature", SignatureEncoding::Base64).into()),
        CODE,
    ),
    event_type: Fact::assumed(EventTypeAt::Member("/type")),
    secret: Some(
        SecretForm::of(Encoding::Hex, "ADYEN_PLATFORM_HMAC_KEY")
            .shown_in("the Customer Area, Developers, Webhooks, the webhook, HMAC key"),
    ),
    timeout: Fact::assumed(secs(10)),
    retries: Fact::known(Retries::For(hours(30 * 24)), QUEUE),
    repeats: Fact::known(Repeats::after(GAPS), QUEUE),
    marks: &["hmacsignature"],
    sample: Some(Sample {
        types: &[
            "balancePlatform.transfer.updated",
            "balancePlatform.accountHolder.created",
        ],
        body: r#"{"data":{"balancePlatform":"Demo","creationDate":"$time","id":"$eventhex","status":"booked"},"environment":"test","timestamp":"$time","type":$type}"#,
        headers: &[("protocol", "HmacSHA256")],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Adyen's webhooks of balance platforms and others of the newer kind: `hmacsignature` over the body alone, under the
    /// webhook's HMAC key decoded from hexadecimal ([`Secret::hex`](crate::keys::Secret::hex)).
    ///
    /// - No time is signed beside the body, and no id. An event is identified by the digest of its body.
    /// - Known: Adyen sends again for 30 days. So an event is remembered for longer than that.
    adyen_platform
}
