//! GitHub.

use crate::{
    provider::Retries,
    providers::known::{
        EventTypeAt, Fact, Identity, JSON, KnownSender, Proof, Repeats, Sample, SecretForm,
        repeats::secs,
    },
    request::form::FORM,
    schemes::{HmacHeaderConfig, SignatureEncoding, SignatureLayout},
};

const SIGNATURE: &str = "docs.github.com, \"Validating webhook deliveries\"";
const EVENTS: &str = "docs.github.com, \"Webhook events and payloads\"";
const FAILED: &str = "docs.github.com, \"Handling failed webhook deliveries\"";
const BEST_PRACTICES: &str = "docs.github.com, \"Best practices for using webhooks\"";

/// GitHub.
pub(in crate::providers) const ROW: KnownSender = KnownSender {
    name: "github",
    title: "GitHub",
    page: Fact::known("https://docs.github.com/en/webhooks", SIGNATURE),
    proof: Fact::known(
        Proof::Scheme(|| {
            HmacHeaderConfig::new("x-hub-signature-256", SignatureEncoding::Hex)
                .layout(SignatureLayout::after("sha256="))
                .into()
        }),
        SIGNATURE,
    ),
    // Its `x-github-delivery` is not signed.
    identity: Fact::known(Identity::Digest, SIGNATURE),
    equal_bodies: Some("a label or a member is changed back and forth"),
    event_type: Fact::known(EventTypeAt::Header("x-github-event"), EVENTS),
    secret: Some(
        SecretForm::text("GITHUB_WEBHOOK_SECRET")
            .shown_in("the text that was typed into the webhook's form: it is not shown again"),
    ),
    timeout: Fact::known(secs(10), BEST_PRACTICES),
    retries: Fact::known(Retries::Never, FAILED),
    repeats: Fact::known(Repeats::NEVER, FAILED),
    // Its own default is the form. Tools send JSON unless they are told otherwise.
    media_types: &[JSON, FORM],
    form_field: Some("payload"),
    largest_body: Some(25_000_000),
    warning: Some(
        "GitHub never sends an event again by itself; for 3 days it redelivers one by hand or through its API",
    ),
    marks: &["x-hub-signature-256", "x-github-event", "x-github-delivery"],
    sample: Some(Sample {
        types: &["push", "issues", "ping"],
        body: r#"{"ref":"refs/heads/main","after":"$hex00000000","repository":{"id":$number,"full_name":"octo-org/demo","private":true,"updated_at":"$time","pushed_at":$secs},"sender":{"login":"octocat","id":1}}"#,
        headers: &[
            ("accept", "*/*"),
            ("user-agent", "GitHub-Hookshot/0000000"),
            ("x-github-delivery", "$uuid"),
            ("x-github-hook-id", "1"),
        ],
    }),
    ..KnownSender::UNKNOWN
};

preset! {
    /// GitHub: `x-hub-signature-256` over the body alone.
    ///
    /// - Both content types of GitHub's form are taken. `application/json` is the event's JSON.
    ///   `application/x-www-form-urlencoded`, its default, is a form whose one field `payload` holds the same JSON. One
    ///   event in both is one event: it is identified by its JSON. A form with a second field, or one that cannot be
    ///   decoded, is undecodable. A body that is not what its content type says is refused with 415.
    /// - The event is read from the JSON, decoded: [`Payload`](crate::json::Payload), `raw` of
    ///   [`Unrecognized`](crate::json::Payload::Unrecognized) included.
    ///   [`Delivery::payload`](crate::delivery::Delivery::payload) and the request's body are the bytes as they were
    ///   sent and signed.
    /// - No time is signed, and neither are `x-github-event` and `x-github-delivery`. An event is
    ///   identified by the digest of its JSON. Its type is a
    ///   [`claimed_type`](crate::delivery::Delivery::claimed_type).
    /// - Known: GitHub waits 10 s and never sends again by itself. Deliveries of the last 3 days can be
    ///   sent again by hand or through its API, byte for byte, and are then the same event.
    /// - Known: payloads have up to 25 MB. The receiver's limit stays at 1 MiB, since a body is read
    ///   before its signature can be checked. Raise it with `body_limit` where large pushes are expected.
    github
}
