//! Adyen's payment webhooks.

use std::time::Duration;

use crate::{
    keys::Encoding,
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::{hours, minutes, secs},
    },
    schemes::SignedMembersConfig,
};

const SDK: &str = "github.com/Adyen/adyen-java-api-library, `HMACValidator`";
pub(super) const QUEUE: &str = "docs.adyen.com, \"Troubleshoot webhooks\"";

/// Then every 8 hours, for 30 days.
pub(super) const GAPS: &[Duration] = &[
    minutes(2),
    minutes(5),
    minutes(10),
    minutes(15),
    minutes(30),
    hours(1),
    hours(2),
    hours(4),
    hours(8),
];

/// Adyen's payment webhooks.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "adyen",
    title: "Adyen payments",
    page: Fact::known(
        "https://docs.adyen.com/development-resources/webhooks/secure-webhooks/verify-hmac-signatures",
        QUEUE,
    ),
    proof: Fact::known(
        Proof::Scheme(|| {
            let members = [
                "/pspReference",
                "/originalReference",
                "/merchantAccountCode",
                "/merchantReference",
                "/amount/value",
                "/amount/currency",
                "/eventCode",
                "/success",
            ];
            SignedMembersConfig::new(members, "/additionalData/hmacSignature")
                .in_list("/notificationItems")
                .within("/NotificationRequestItem")
                .free_member("/merchantReference")
                .into()
        }),
        SDK,
    ),
    identity: Fact::assumed(Identity::SignedText),
    event_type: Fact::known(EventTypeAt::Member("/eventCode"), SDK),
    secret: Some(
        SecretForm::of(Encoding::Hex, "ADYEN_HMAC_KEY")
            .shown_in("the Customer Area, Developers, Webhooks, the webhook, HMAC key")
            .several("each webhook of Adyen has a key of its own"),
    ),
    timeout: Fact::assumed(secs(10)),
    retries: Fact::known(Retries::For(hours(30 * 24)), QUEUE),
    repeats: Fact::known(Repeats::after(GAPS), QUEUE),
    assumed: &[
        "a request has one item",
        "any 2xx is an answer, without `[accepted]`",
    ],
    sample: Some(Sample {
        types: &["AUTHORISATION", "CAPTURE", "REFUND"],
        body: r#"{"live":"false","notificationItems":[{"NotificationRequestItem":{"additionalData":{"hmacSignature":""},"amount":{"currency":"EUR","value":1000},"eventCode":$type,"eventDate":"$time","merchantAccountCode":"Demo","merchantReference":"order $number","paymentMethod":"visa","pspReference":"$eventhex","reason":"","success":"true"}}]}"#,
        headers: &[],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// Adyen's payment webhooks: `additionalData.hmacSignature` of the notification item, over eight of its members, under the
    /// webhook's HMAC key decoded from hexadecimal ([`Secret::hex`](crate::keys::Secret::hex)).
    ///
    /// - **Only these eight are signed**: `pspReference`, `originalReference`, `merchantAccountCode`, `merchantReference`,
    ///   `amount.value`, `amount.currency`, `eventCode`, `success`. An event is an object of them, each as a text. All else,
    ///   `live` and `eventDate` included, is in the [`claimed_body`](crate::delivery::Delivery::claimed_body).
    /// - Nothing is escaped in the signed text. `merchantReference` may contain a `:`; a request in which another member does is
    ///   refused.
    /// - The digest of what is signed identifies an event. An event that Adyen sends twice has the same `pspReference` and
    ///   `eventCode`.
    /// - A request with several items is refused: nobody here has seen one in JSON.
    /// - No time is signed.
    /// - Known: Adyen sends again for 30 days. So an event is remembered for longer than that.
    adyen
}
